from django.db import models

from localcare.access.calc.answering import LABELS
from localcare.access.types import ChoiceKind, Purpose


class Agreement(models.Model):
    """A practice lets a source be used for a purpose, from one day to another."""

    practice_code = models.CharField(max_length=6)
    source = models.CharField(max_length=20)
    purpose = models.CharField(max_length=20, choices=[(p.value, p.value) for p in Purpose])
    starts = models.DateField()
    ends = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice_code", "source", "purpose", "starts"], name="one_agreement_a_day")
        ]


class Choice(models.Model):
    """What a person decided about one of the four uses of their data. A new decision is a new row; the latest holds."""

    patient = models.ForeignKey("patients.Patient", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=30, choices=[(k.value, k.value) for k in ChoiceKind])
    value = models.CharField(max_length=12)
    # Who answered, and how that is known or who was consulted; empty where a file said it.
    answered = models.CharField(max_length=20, blank=True, choices=[(a.value, label) for a, label in LABELS.items()])
    answered_words = models.TextField(blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)

    class Meta:
        indexes = [
            models.Index(fields=["patient", "kind", "-recorded_at"]),
            models.Index(fields=["recorded_at"], name="latest_choices"),
        ]


class Seal(models.Model):
    """One item of a record is for the person's practice alone, until it is lifted. Never deleted.

    `item` is the record's stable reference, plain text: it means the item through all its versions.
    """

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="+")
    item = models.CharField(max_length=400)
    said_by = models.CharField(max_length=20, blank=True)
    by_source = models.BooleanField()
    reason = models.CharField(max_length=20)
    words = models.TextField(blank=True)
    sealed_at = models.DateTimeField()
    sealed_by = models.TextField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.TextField(blank=True)
    lifted_why = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "item", "by_source"], condition=models.Q(lifted_at=None), name="one_seal_stands"
            ),
            models.CheckConstraint(
                condition=models.Q(lifted_at=None, lifted_by="", lifted_why="")
                | models.Q(lifted_at__isnull=False) & ~models.Q(lifted_by="") & ~models.Q(lifted_why=""),
                name="a_lifted_seal_says_by_whom_and_why",
            ),
        ]


class Relationship(models.Model):
    """A team may see a person, from one moment to another, for a reason another room pushed down."""

    patient = models.ForeignKey("patients.Patient", on_delete=models.CASCADE, related_name="+")
    team = models.ForeignKey("staff.Team", on_delete=models.CASCADE, related_name="+")
    source = models.CharField(max_length=30)
    starts = models.DateTimeField()
    ends = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "team", "source"], condition=models.Q(ends=None), name="one_relationship_per_source"
            )
        ]
        indexes = [models.Index(fields=["team", "patient"], condition=models.Q(ends=None), name="relationship_now")]


class EmergencyAccess(models.Model):
    """Somebody broke the glass: one person, one declared reason, a limited time, and a review afterwards."""

    patient = models.ForeignKey("patients.Patient", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    actor = models.CharField(max_length=200)
    role = models.CharField(max_length=60)
    organisation = models.CharField(max_length=200)
    reason = models.TextField()
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.CharField(max_length=200, blank=True)
    finding = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["patient", "user", "ends"])]


class RevealSession(models.Model):
    """A clinician gave one reason to see who the people on their practice's list are."""

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    practice_code = models.CharField(max_length=6)
    reason = models.CharField(max_length=40)
    words = models.TextField(blank=True)
    starts = models.DateTimeField()
    ends = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["user", "practice_code", "ends"])]


class ListNaming(models.Model):
    """A practice named a post of another organisation of its cluster that may reveal its list, until it ends that."""

    practice_code = models.CharField(max_length=20)
    post = models.ForeignKey("staff.Post", on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    starts = models.DateTimeField()
    named_by = models.TextField()
    ends = models.DateTimeField(null=True)
    ended_by = models.TextField(blank=True)
    ended_why = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_code", "post"], condition=models.Q(ends=None), name="named_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=models.Q(ends=None, ended_by="", ended_why="")
                | models.Q(ends__isnull=False) & ~models.Q(ended_by="") & ~models.Q(ended_why=""),
                name="an_ended_naming_says_by_whom_and_why",
            ),
        ]
        indexes = [models.Index(fields=["practice_code", "-starts"])]


class Reveal(models.Model):
    """One pseudonym that a session showed to be one person."""

    session = models.ForeignKey(RevealSession, on_delete=models.CASCADE, related_name="+")
    pseudonym = models.CharField(max_length=64)
    patient = models.ForeignKey("patients.Patient", on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "pseudonym"], name="revealed_once_a_session")]


class IdentityRequest(models.Model):
    """Somebody beyond a practice asks who one pseudonymous row of its list is; a second person releases or refuses."""

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    actor = models.CharField(max_length=200)
    role = models.CharField(max_length=60)
    organisation = models.CharField(max_length=200)
    practice_code = models.CharField(max_length=20)
    pseudonym = models.CharField(max_length=64)
    reason = models.TextField()
    asked_at = models.DateTimeField()
    decider = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    decided_by = models.CharField(max_length=200, blank=True)
    decided_role = models.CharField(max_length=60, blank=True)
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)
    # When a release ends; null while nobody decided, and where it was refused.
    ends = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "pseudonym"], condition=models.Q(decided_at=None), name="asked_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=models.Q(decider=None, decided_at=None, ends=None)
                | models.Q(decider__isnull=False, decided_at__isnull=False) & ~models.Q(decider=models.F("user")),
                name="a_second_person_decides",
            ),
        ]
        indexes = [models.Index(fields=["user", "-asked_at"]), models.Index(fields=["practice_code", "decided_at"])]
