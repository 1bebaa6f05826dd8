"""Tasks and the steps of their life."""

from uuid import uuid4

from django.db import models
from django.db.models import Q

from localcare.tasks.calc.transitions import OPEN, Status, Step


def new_key() -> str:
    return uuid4().hex


class Task(models.Model):
    """Something to do, with an owner and a date. Status, owner and version repeat its latest step, for the lists."""

    class Priority(models.IntegerChoices):
        URGENT = 1
        NORMAL = 2

    key = models.CharField(max_length=80, unique=True, default=new_key)
    patient = models.ForeignKey("patients.Patient", null=True, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    detail = models.TextField(blank=True)
    owner_post = models.ForeignKey("staff.Post", null=True, on_delete=models.PROTECT, related_name="+")
    owner_team = models.ForeignKey("staff.Team", null=True, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.NORMAL)
    asked_by = models.CharField(max_length=300)
    asked_by_post = models.ForeignKey("staff.Post", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    origin = models.CharField(max_length=120, blank=True)
    origin_ref = models.CharField(max_length=60, blank=True)
    status = models.CharField(max_length=10, choices=[(s.value, s.value) for s in Status], default=Status.GIVEN)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(owner_post__isnull=False) | Q(owner_team__isnull=False), name="task_has_an_owner"
            )
        ]
        indexes = [
            models.Index(fields=["owner_post", "due_on"], condition=Q(status__in=OPEN), name="open_tasks_of_post"),
            models.Index(fields=["owner_team", "due_on"], condition=Q(status__in=OPEN), name="open_tasks_of_team"),
            models.Index(fields=["origin_ref"]),
        ]


class TaskStep(models.Model):
    """One thing that happened to a task: who, when, in which words, and whose it was from then on."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    step = models.CharField(max_length=15, choices=[(s.value, s.value) for s in Step])
    words = models.TextField(blank=True)
    owner = models.CharField(max_length=300)
    by_post = models.ForeignKey("staff.Post", on_delete=models.PROTECT, related_name="+")
    author = models.CharField(max_length=300)
    at = models.DateTimeField()
    # Of what was written without signal: by which key it was sent, and when it was written.
    key = models.CharField(max_length=80, blank=True, default="")
    written_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["task", "number"], name="one_step_per_version_of_a_task"),
            models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="one_step_per_key"),
        ]
