"""Meetings, the cases on their agenda, every version of their minutes, and who comes."""

from django.db import models
from django.db.models import Q

from localcare.access.types import ANSWERING_LABELS, Answering, told


class Meeting(models.Model):
    """A meeting of one team. It is planned until somebody closes it."""

    class Status(models.TextChoices):
        PLANNED = "planned"
        HELD = "held"

    team = models.ForeignKey("staff.Team", on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()
    minutes_per_case = models.PositiveSmallIntegerField(default=10)
    place = models.CharField(max_length=200, blank=True)
    link = models.URLField(max_length=500, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.PLANNED)
    planned_by = models.CharField(max_length=300)
    closed_by = models.CharField(max_length=300, blank=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "starts_at"], name="one_meeting_of_a_team_at_a_time"),
            models.CheckConstraint(condition=Q(minutes_per_case__gte=1), name="case_takes_a_minute"),
            models.CheckConstraint(
                condition=Q(status="held", closed_at__isnull=False) | Q(status="planned", closed_at=None),
                name="meeting_held_and_closed_together",
            ),
        ]
        indexes = [models.Index(fields=["team", "status", "starts_at"])]


class Case(models.Model):
    """A person on the agenda of a meeting, once."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    minutes = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField()
    # Who was told that the team will discuss the person, and their name or who was consulted.
    told = models.CharField(
        max_length=20, default=Answering.NOT_YET, choices=[(a.value, label) for a, label in ANSWERING_LABELS.items()]
    )
    told_words = models.CharField(max_length=200, blank=True)
    asked_by = models.CharField(max_length=300)
    added_at = models.DateTimeField()
    carried_from = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    taken_off_at = models.DateTimeField(null=True)
    taken_off_by = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "patient"], condition=Q(taken_off_at=None), name="person_once_at_a_meeting"
            )
        ]

    @property
    def told_in_words(self) -> str:
        """Whether and whom somebody told, as a sentence."""
        return told(self.told, self.told_words)


class CaseMinutes(models.Model):
    """What was said and decided about one case, as somebody saved it. The next save is the next version."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    discussion = models.TextField(blank=True)
    decision = models.TextField(blank=True)
    by_post = models.ForeignKey("staff.Post", on_delete=models.PROTECT, related_name="+")
    author = models.CharField(max_length=300)
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="one_version_of_minutes_per_number")]


class Attendance(models.Model):
    """Whether somebody comes to a meeting, as last said."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="+")
    post = models.ForeignKey("staff.Post", on_delete=models.PROTECT, related_name="+")
    coming = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "post"], name="attendance_once")]
