"""Organisations, their sites, and dated memberships of one in another.

Days are inclusive: `closed` and `ends` are the last day on which something holds; empty means until further notice.
"""

from django.db import models


class Organisation(models.Model):
    """A practice, cluster, network, trust, board… by its ODS code, or our own code where it has none."""

    class Kind(models.TextChoices):
        PRACTICE = "practice"
        CLUSTER = "cluster"
        NETWORK = "network"
        AREA = "area"
        TRUST = "trust"
        COUNCIL = "council"
        OTHER = "other"

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=150)
    kind = models.CharField(max_length=20, choices=Kind)
    opened = models.DateField(null=True)
    closed = models.DateField(null=True)
    clinical_system = models.CharField(max_length=40, blank=True, default="")
    dispensing = models.BooleanField(null=True)
    phone = models.CharField(max_length=40, blank=True, default="")
    source = models.CharField(max_length=300)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """An organisation belongs to another from one day to another, e.g. a practice to a cluster."""

    member = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    group = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    starts = models.DateField()
    ends = models.DateField(null=True)
    source = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "group", "starts"], name="membership_once_from_a_day"),
            models.CheckConstraint(
                condition=models.Q(ends=None) | models.Q(ends__gte=models.F("starts")),
                name="membership_ends_after_it_starts",
            ),
        ]


class ListSize(models.Model):
    """How many people were registered with a practice on a day, as published."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    as_at = models.DateField()
    registered = models.PositiveIntegerField()
    source = models.CharField(max_length=300)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "as_at"], name="one_list_size_a_day")]


class Site(models.Model):
    """A building where care is given."""

    class Kind(models.TextChoices):
        PRACTICE = "practice"
        HOSPITAL = "hospital"
        COMMUNITY_HOSPITAL = "community_hospital"
        CLINIC = "clinic"
        OTHER = "other"

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=150)
    kind = models.CharField(max_length=40, choices=Kind)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.CASCADE, related_name="+")
    address = models.CharField(max_length=300)
    postcode = models.CharField(max_length=8)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    beds = models.PositiveSmallIntegerField(null=True)
    source = models.CharField(max_length=300)

    class Meta:
        ordering = ["code"]


class Area(models.Model):
    """A lower layer super output area of 2011 with its deprivation (decile 1 is the most deprived of England).

    Its point is the mean of its postcodes.
    """

    lsoa11_code = models.CharField(max_length=9, unique=True)
    name = models.CharField(max_length=60)
    district_code = models.CharField(max_length=9)
    district_name = models.CharField(max_length=60)
    imd2015_decile = models.PositiveSmallIntegerField()
    imd2019_decile = models.PositiveSmallIntegerField(null=True)
    latitude = models.FloatField()
    longitude = models.FloatField()
    population_mid2017 = models.PositiveIntegerField()

    class Meta:
        ordering = ["lsoa11_code"]


class Statement(models.Model):
    """A figure that a source document states about the area; contradictions stand side by side."""

    subject = models.CharField(max_length=100)
    value = models.CharField(max_length=100)
    as_at = models.CharField(max_length=40)
    source = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "as_at", "source"], name="one_statement_of_a_source_and_time")
        ]
        ordering = ["id"]
