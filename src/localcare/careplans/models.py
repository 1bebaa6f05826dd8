"""Plans, the steps of their life, and every version of every section."""

from django.db import models
from django.db.models import Q

from localcare.access.types import ANSWERING_LABELS, Answering
from localcare.careplans.calc.transitions import Status, Step

# Who agreed, in the words of the gate; the Mental Capacity Act 2005 applies where somebody cannot decide this.
AGREED_WITH = [(a.value, label) for a, label in ANSWERING_LABELS.items()]


class Plan(models.Model):
    """A person's care and support plan. Status, arrangements and version repeat its latest steps, for the lists."""

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey("staff.Team", null=True, on_delete=models.PROTECT, related_name="+")
    coordinator = models.ForeignKey("staff.Post", null=True, on_delete=models.PROTECT, related_name="+")
    review_on = models.DateField(null=True)
    status = models.CharField(max_length=15, choices=[(s.value, s.value) for s in Status], default=Status.DRAFT)
    agreed_on = models.DateField(null=True)
    agreed_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient"], condition=~Q(status=Status.ENDED), name="one_open_plan"),
            models.CheckConstraint(
                condition=Q(agreed_on=None, agreed_at=None) | Q(agreed_on__isnull=False, agreed_at__isnull=False),
                name="plan_agreed_on_and_at_together",
            ),
        ]
        indexes = [
            models.Index(fields=["team", "review_on"], condition=~Q(status=Status.ENDED), name="reviews_of_team"),
            models.Index(fields=["coordinator", "review_on"], name="reviews_of_coordinator"),
        ]


class PlanStep(models.Model):
    """One thing that happened to a plan as a whole: who, when, in which words."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    step = models.CharField(max_length=15, choices=[(s.value, s.value) for s in Step])
    words = models.TextField(blank=True)
    agreed_with = models.CharField(max_length=20, choices=AGREED_WITH, blank=True)
    by_post = models.ForeignKey("staff.Post", on_delete=models.PROTECT, related_name="+")
    author = models.CharField(max_length=300)
    at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="one_step_per_version_of_a_plan")]


class SectionVersion(models.Model):
    """A section as somebody saved it, and who agreed it. Never changed: the next save is the next version."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="+")
    section = models.CharField(max_length=30)
    number = models.PositiveIntegerField()
    content = models.JSONField()
    agreed_with = models.CharField(max_length=20, choices=AGREED_WITH, default=Answering.NOT_YET)
    agreed_name = models.CharField(max_length=200, blank=True)
    by_post = models.ForeignKey("staff.Post", on_delete=models.PROTECT, related_name="+")
    author = models.CharField(max_length=300)
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["section", "number"]
        constraints = [models.UniqueConstraint(fields=["plan", "section", "number"], name="one_version_per_number")]
