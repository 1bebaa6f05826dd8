"""Scenarios, every text that was ever saved of them, and their computations."""

from django.db import models
from django.db.models import Q


class Scenario(models.Model):
    """A plan's assumptions under one name. What they are stands in its versions; a shipped one has no author."""

    name = models.SlugField(max_length=60, unique=True)
    shipped = models.BooleanField(default=False)
    forked_from = models.CharField(max_length=80, blank=True)
    created_by = models.CharField(max_length=300)
    created_at = models.DateTimeField()
    locked_by = models.CharField(max_length=300, blank=True)
    locked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(locked_by="", locked_at=None) | (~Q(locked_by="") & Q(locked_at__isnull=False)),
                name="scenario_locked_by_and_at_together",
            )
        ]


class Version(models.Model):
    """A scenario's file as somebody saved it. Never changed: the next save is the next version."""

    scenario = models.ForeignKey(Scenario, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    text = models.TextField()
    author = models.CharField(max_length=300)
    by_post = models.ForeignKey("staff.Post", null=True, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["scenario", "number"]
        constraints = [models.UniqueConstraint(fields=["scenario", "number"], name="one_text_per_version")]


class State(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Being computed"
    DONE = "done", "Computed"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


OPEN = (State.WAITING, State.RUNNING)


class Computation(models.Model):
    """One computation of one version. Its results lie in the folder of its number; `headline` repeats them for lists.

    `heard_at`: when its worker last said that it goes on; `stage`: what it is at, in words."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    progress = models.PositiveSmallIntegerField(default=0)
    stage = models.CharField(max_length=120, blank=True)
    failure = models.TextField(blank=True)
    times_begun = models.PositiveSmallIntegerField(default=0)
    asked_by = models.CharField(max_length=300)
    asked_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    code_version = models.CharField(max_length=40, blank=True)
    headline = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version"], condition=Q(state__in=["waiting", "running"]), name="one_open_computation_a_version"
            )
        ]
        indexes = [models.Index(fields=["version", "-id"], name="computations_of_version")]
