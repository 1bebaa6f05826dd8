"""Sources and their dated statements about people."""

from django.db import models
from django.db.models import Q


class Source(models.Model):
    """Who told us: a system of an organisation, e.g. the GP system of a practice."""

    name = models.CharField(max_length=120, unique=True)
    organisation_code = models.CharField(max_length=20, blank=True)
    system = models.CharField(max_length=60, blank=True)
    last_heard_at = models.DateTimeField(null=True)
    # Days from one sending to the next, as a rule and the longest seen; null while `SourceHeard` knows too few.
    usual_days = models.PositiveSmallIntegerField(null=True)
    longest_days = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_code", "system"],
                condition=~Q(organisation_code=""),
                name="one_source_per_system_of_an_organisation",
            )
        ]

    def __str__(self) -> str:
        return self.name


class SourceHeard(models.Model):
    """A day on which a source told us something."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+", db_index=False)
    on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "on"], name="source_heard_once_a_day")]


class Kind(models.TextChoices):
    CONDITION = "condition"
    MEDICATION = "medication"
    ALLERGY = "allergy"
    MEASUREMENT = "measurement"
    IMMUNISATION = "immunisation"
    PROCEDURE = "procedure"
    ENCOUNTER = "encounter"
    SERVICE = "service"
    FLAG = "flag"
    NOTE = "note"


class Statement(models.Model):
    """One thing a source says about a person, in one version. Rows are never rewritten, only superseded."""

    class Precision(models.TextChoices):
        DAY = "day"
        MONTH = "month"
        YEAR = "year"

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=15, choices=Kind)
    category = models.CharField(max_length=40, blank=True)
    code_system = models.TextField(blank=True)
    code = models.TextField(blank=True)
    display = models.TextField()
    value = models.TextField(blank=True)
    unit = models.TextField(blank=True)
    status = models.CharField(max_length=30, blank=True)
    started_on = models.DateField(null=True)
    precision = models.CharField(max_length=5, choices=Precision, default=Precision.DAY)
    started_at = models.DateTimeField(null=True)
    ended_on = models.DateField(null=True)
    author = models.TextField(blank=True)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+", db_index=False)
    document = models.ForeignKey("documents.Document", null=True, on_delete=models.PROTECT, related_name="+")
    external_id = models.CharField(max_length=200)
    version_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=32)
    received_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "kind", "external_id"],
                condition=Q(superseded_at=None),
                name="one_version_stands",
            )
        ]
        indexes = [
            models.Index(
                fields=["patient", "kind", "started_on"], condition=Q(superseded_at=None), name="statements_of_patient"
            ),
            models.Index(fields=["patient", "received_at"], name="statements_received"),
            models.Index(
                fields=["source", "kind", "external_id"],
                condition=Q(superseded_at__isnull=False),
                name="statements_earlier_versions",
            ),
        ]
