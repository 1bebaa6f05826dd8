from django.conf import settings
from django.db import models


class Team(models.Model):
    """People who work together, at one organisation or for one cluster, e.g. the cluster team of Tonbridge."""

    name = models.CharField(max_length=120, unique=True)
    organisation = models.ForeignKey("places.Organisation", on_delete=models.PROTECT, related_name="+")
    phone = models.CharField(max_length=30, blank=True)

    def __str__(self) -> str:
        return self.name


class Post(models.Model):
    """A role held by a person in an organisation, and perhaps a team, from one day to another."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=40)
    organisation = models.ForeignKey("places.Organisation", on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="+")
    phone = models.CharField(max_length=30, blank=True)
    starts = models.DateField()
    ends = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends=None) | models.Q(ends__gte=models.F("starts")), name="post_ends_after_it_starts"
            )
        ]
