"""What a run leaves in the care store: that it was made, and the practices' lists of pseudonyms."""

from django.db import models


class Run(models.Model):
    """One run over one edition; the latest is the one in use. Its tables lie in `runs/<name>` of the dataset folder."""

    name = models.CharField(max_length=80, unique=True)
    edition = models.CharField(max_length=60)
    as_at = models.DateField()
    made_at = models.DateTimeField()
    definitions = models.CharField(max_length=16)
    coverage = models.JSONField()
    model = models.JSONField()
    lost = models.JSONField()


class Pseudonymous(models.Model):
    """Somebody on a practice's list of people at greatest risk: a pseudonym. Never a name, never an NHS number."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    practice_code = models.CharField(max_length=20)
    cluster_code = models.CharField(max_length=20)
    pseudonym = models.CharField(max_length=64, unique=True)
    risk = models.FloatField()
    age = models.PositiveSmallIntegerField()
    sex = models.CharField(max_length=13)
    group = models.CharField(max_length=40)
    reasons = models.JSONField()
    # Keys of the reasons between spaces, to filter by: not every database looks into JSON.
    reason_keys = models.CharField(max_length=200)
    use = models.JSONField()
    palliative = models.BooleanField(default=False)

    class Meta:
        abstract = True


class ListEntry(Pseudonymous):
    """A row of a practice's list, with its rank and what changed since the run before."""

    class Change(models.TextChoices):
        NEW = "new"
        UP = "up"
        DOWN = "down"
        SAME = "same"

    rank_in_practice = models.PositiveIntegerField()
    rank_in_cluster = models.PositiveIntegerField()
    change = models.CharField(max_length=4, choices=Change)
    # For "Who to see first": keys of the offers that suit the person, between spaces, and the groups whose share of the
    # places is watched. The groups are counted and never shown with a row.
    suits = models.CharField(max_length=400, default=" ")
    fifth = models.CharField(max_length=20, default="not_known")
    ethnic_group = models.CharField(max_length=20, default="not_recorded")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice_code", "rank_in_practice"], name="one_person_a_rank"),
        ]
        indexes = [
            models.Index(fields=["cluster_code", "rank_in_cluster"], name="list_by_cluster"),
            models.Index(fields=["practice_code", "change"], name="list_by_change"),
        ]


class GoneEntry(Pseudonymous):
    """Somebody on the lists of the run before who is scored and on none of this one, as the run before told of them."""

    change = "gone"

    class Meta:
        indexes = [models.Index(fields=["practice_code"], name="gone_by_practice")]
