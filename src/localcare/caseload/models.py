from django.db import models

from localcare.access.types import ANSWERING_LABELS
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
    # Who was told, or agreed to being taken on, and their name or who was consulted; empty for other steps.
    told = models.CharField(
        max_length=20, blank=True, choices=[(a.value, label) for a, label in ANSWERING_LABELS.items()]
    )
    told_words = models.CharField(max_length=200, blank=True)
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
                condition=~models.Q(state="accepted") | ~models.Q(told__in=("", "not_yet")),
                name="accepted_people_have_been_told",
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


class Evaluation(models.Model):
    """The people beyond a team's room are put forward in an order fixed before it starts, to learn whether it helps.

    Who answers for it, what it is classed as, the data protection assessment and the stop rule stand in words and never
    change; only its end is added. The order can be made again from `seed`.
    """

    class Classification(models.TextChoices):
        SERVICE_EVALUATION = "service_evaluation", "Service evaluation"
        RESEARCH = "research", "Research"

    class Design(models.TextChoices):
        RANDOM = "random", "In random order, a few at a time"
        WEDGE = "wedge", "In waves of equal size (wedge)"

    team = models.ForeignKey("staff.Team", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    sponsor = models.CharField(max_length=200)
    sponsor_organisation = models.CharField(max_length=200)
    classification = models.CharField(max_length=20, choices=Classification)
    classified_by = models.CharField(max_length=200)
    approval = models.CharField(max_length=200, blank=True)
    assessment = models.CharField(max_length=200)
    assessed_on = models.DateField()
    stop_rule = models.TextField()
    stop_above = models.FloatField()
    design = models.CharField(max_length=10, choices=Design)
    a_step = models.PositiveSmallIntegerField()
    step_days = models.PositiveSmallIntegerField()
    starts = models.DateField()
    run = models.CharField(max_length=80)
    seed = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    author = models.CharField(max_length=200)
    author_role = models.CharField(max_length=60)
    stopped_at = models.DateTimeField(null=True)
    stopped_by = models.CharField(max_length=200, blank=True)
    stopped_why = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team"], condition=models.Q(stopped_at=None), name="one_running_evaluation_per_team"
            ),
            models.CheckConstraint(
                condition=models.Q(stopped_at=None, stopped_by="", stopped_why="")
                | models.Q(stopped_at__isnull=False) & ~models.Q(stopped_by="") & ~models.Q(stopped_why=""),
                name="an_end_has_author_and_reason",
            ),
            models.CheckConstraint(
                condition=~models.Q(classification="research") | ~models.Q(approval=""), name="research_is_approved"
            ),
        ]


class EvaluationPlace(models.Model):
    """A pseudonym's place in the order. Who waits no longer, because their condition changed, is marked with why.

    `seen` is what the list said of them when the order was fixed, as it is kept beside a decision.
    """

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="+")
    place = models.PositiveIntegerField()
    pseudonym = models.CharField(max_length=64)
    practice_code = models.CharField(max_length=20)
    release_on = models.DateField()
    seen = models.JSONField()
    freed_on = models.DateField(null=True)
    freed_why = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "place"], name="one_person_a_place"),
            models.UniqueConstraint(fields=["evaluation", "pseudonym"], name="one_place_a_person"),
            models.CheckConstraint(
                condition=models.Q(freed_on=None, freed_why="")
                | models.Q(freed_on__isnull=False) & ~models.Q(freed_why=""),
                name="freed_with_a_reason",
            ),
        ]


class EffectEstimate(models.Model):
    """What being put forward, or taken on, changed, as one run's data tell it. Exact: pages protect what they show."""

    class State(models.TextChoices):
        ESTIMATED = "estimated"
        TOO_EARLY = "too_early"

    team = models.ForeignKey("staff.Team", on_delete=models.CASCADE, related_name="+")
    evaluation = models.ForeignKey(Evaluation, null=True, on_delete=models.CASCADE, related_name="+")
    run = models.CharField(max_length=80)
    edition = models.CharField(max_length=60)
    as_at = models.DateField()
    made_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State)
    outcomes = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["team", "-id"])]
