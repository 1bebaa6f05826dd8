from django.db import models

from localcare.caseload.calc.states import ENDING_LABELS, LABELS


class CaseloadEntry(models.Model):
    """A person and a cluster team that took them on or decided not to. Where they stand is the latest state row.

    `latest` points to it, set by the one action that adds steps: a caseload of hundreds is read without searching.
    """

    patient = models.ForeignKey("patients.Patient", on_delete=models.CASCADE, related_name="+")
    team = models.ForeignKey("staff.Team", on_delete=models.PROTECT, related_name="+")
    coordinator = models.ForeignKey("staff.Post", null=True, on_delete=models.SET_NULL, related_name="+")
    review_on = models.DateField(null=True)
    latest = models.OneToOneField("CaseloadState", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["patient", "team"], name="one_entry_per_person_and_team")]


class CaseloadState(models.Model):
    """One step, with its author in words. Rows are only ever added."""

    entry = models.ForeignKey(CaseloadEntry, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=20, choices=[(s.value, label) for s, label in LABELS.items()])
    ending = models.CharField(
        max_length=12, blank=True, choices=[(e.value, label) for e, label in ENDING_LABELS.items()]
    )
    reason = models.TextField(blank=True)
    told = models.BooleanField(default=False)
    # What the practice's list said of the person that day, to tell later whether something changed; null where nothing.
    seen = models.JSONField(null=True)
    at = models.DateTimeField()
    author = models.CharField(max_length=200)
    author_role = models.CharField(max_length=60)
    author_organisation = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["entry", "-id"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="closed") & ~models.Q(ending="")
                | ~models.Q(state="closed") & models.Q(ending=""),
                name="an_ending_exactly_when_closed",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="accepted") | models.Q(told=True), name="accepted_people_have_been_told"
            ),
        ]


class TeamRoom(models.Model):
    """How many people a month a team can take on, from a day until the next row; and a week, where it said so."""

    team = models.ForeignKey("staff.Team", on_delete=models.CASCADE, related_name="+")
    places_a_month = models.PositiveSmallIntegerField()
    places_a_week = models.PositiveSmallIntegerField(null=True)
    starts = models.DateField()
    author = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "starts"], name="one_room_per_team_and_day")]


class ClosedChange(models.Model):
    """A line of Today that a team has seen and closed. The statement stays on the person's timeline."""

    team = models.ForeignKey("staff.Team", on_delete=models.CASCADE, related_name="+")
    statement = models.ForeignKey("record.Statement", on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    author = models.CharField(max_length=200)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "statement"], name="closed_once_per_team")]
