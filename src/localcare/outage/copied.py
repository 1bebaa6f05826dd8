"""Which tables an outage copy holds, which of their rows, and which tables it does not hold and why.

Every table stands in one of the two: a test asks for a place for each new one. Rows are copied as they are.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.apps import apps
from django.db.models import BigIntegerField, Case, Exists, F, OuterRef, Q, QuerySet, Value, When

from localcare.record.types import STAYS

# The kinds of statements that the unplanned view shows or tells its story from, and the stays it tells of.
KINDS = ("allergy", "condition", "flag", "medication")
YEAR = timedelta(days=366)


@dataclass(frozen=True)
class Scope:
    """Whose rows are copied, and as of when."""

    people: set[int]
    today: date
    now: datetime


@dataclass(frozen=True)
class Copied:
    """The rows of a table that are copied; `instead` gives what stands in a column in place of its value."""

    rows: Callable[[Scope], QuerySet[Any]]
    instead: Callable[[Scope], Mapping[str, Any]] = lambda _: {}


def table(label: str) -> QuerySet[Any]:
    return apps.get_model(label)._default_manager.order_by()


def _whole(label: str) -> Copied:
    return Copied(lambda _: table(label))


def _of_people(label: str, when: Callable[[Scope], Q] = lambda _: Q()) -> Copied:
    return Copied(lambda scope: table(label).filter(when(scope), patient__among=scope.people))


def _in_force(scope: Scope) -> Q:
    return Q(ends=None) | Q(ends__gt=scope.now)


def _linked(scope: Scope) -> QuerySet[Any]:
    return table("patients.SamePerson").filter(Q(patient__among=scope.people) | Q(same_as__among=scope.people))


def _statements(scope: Scope) -> QuerySet[Any]:
    stays = Q(kind="encounter", category__in=STAYS) & (Q(started_on__gte=scope.today - YEAR) | Q(ended_on=None))
    return table("record.Statement").filter(Q(kind__in=KINDS) | stays, superseded_at=None)


def _no_document(_: Scope) -> dict[str, Any]:
    return {"document": Value(None, output_field=BigIntegerField())}


def _latest_states(_: Scope) -> QuerySet[Any]:
    entries = table("caseload.CaseloadEntry").filter(latest=OuterRef("pk"))
    return table("caseload.CaseloadState").filter(Exists(entries))


def _open_plans(scope: Scope) -> QuerySet[Any]:
    return table("careplans.Plan").exclude(status="ended").filter(patient__among=scope.people)


def _if_things_get_worse(scope: Scope) -> QuerySet[Any]:
    return table("careplans.SectionVersion").filter(section="worse", plan__in=_open_plans(scope).values("pk"))


def _posts_of(user: str, scope: Scope) -> Exists:
    """Whether somebody holds a post today or later: who holds none cannot sign in to see anybody."""
    return Exists(table("staff.Post").filter(Q(ends=None) | Q(ends__gte=scope.today), user=OuterRef(user)))


def _second_steps(scope: Scope) -> QuerySet[Any]:
    return table("mfa.Authenticator").filter(_posts_of("user", scope))


def _password_of_who_may_sign_in(scope: Scope) -> dict[str, Any]:
    return {"password": Case(When(_posts_of("pk", scope), then=F("password")), default=Value("!")), "email": Value("")}


# In an order in which what is pointed at comes first.
COPIED: Mapping[str, Copied] = {
    "places.Organisation": _whole("places.Organisation"),
    "places.Membership": _whole("places.Membership"),
    "accounts.User": Copied(lambda _: table("accounts.User"), _password_of_who_may_sign_in),
    "mfa.Authenticator": Copied(_second_steps),
    "staff.Team": _whole("staff.Team"),
    "staff.Post": _whole("staff.Post"),
    "patients.Patient": Copied(lambda scope: table("patients.Patient").filter(pk__among=scope.people)),
    "patients.Registration": _of_people("patients.Registration"),
    "patients.FormerNhsNumber": _of_people("patients.FormerNhsNumber"),
    "patients.SamePerson": Copied(_linked),
    "access.Agreement": _whole("access.Agreement"),
    "access.Seal": _of_people("access.Seal"),
    "access.Choice": _of_people("access.Choice", lambda _: Q(kind="sharing")),
    "access.Relationship": _of_people("access.Relationship", _in_force),
    "access.EmergencyAccess": _of_people("access.EmergencyAccess", _in_force),
    "record.Source": _whole("record.Source"),
    "record.Statement": Copied(_statements, _no_document),
    "caseload.CaseloadState": Copied(_latest_states),
    "caseload.CaseloadEntry": _whole("caseload.CaseloadEntry"),
    "careplans.Plan": _of_people("careplans.Plan"),
    "careplans.SectionVersion": Copied(_if_things_get_worse),
}

_AUDIT = "the chain stays in the care store; looks in an outage go to the spool, which joins it"
_SIGNING_IN = "who signs in during an outage starts afresh, with a password and a second step"
_ALLAUTH = "a provider of sign-in elsewhere may be out of reach too; nobody's address is needed"
_FLAGS = "what somebody may do follows from their posts"
_PLANNING = "planning and lists wait for the care store"
_WORK = "work is neither shown nor changed in an outage"
_FILES = "files received are not shown in the unplanned view"
_REVEALS = "nobody is revealed in an outage"

LEFT_OUT: Mapping[str, str] = {
    "auth.Permission": _FLAGS,
    "auth.Group": _FLAGS,
    "auth.Group_permissions": _FLAGS,
    "accounts.User_groups": _FLAGS,
    "accounts.User_user_permissions": _FLAGS,
    "contenttypes.ContentType": _FLAGS,
    "sessions.Session": _SIGNING_IN,
    "account.EmailAddress": _ALLAUTH,
    "account.EmailConfirmation": _ALLAUTH,
    "socialaccount.SocialApp": _ALLAUTH,
    "socialaccount.SocialAccount": _ALLAUTH,
    "socialaccount.SocialToken": _ALLAUTH,
    "django_tasks_database.DBTaskResult": _PLANNING,
    "base.AuditHead": _AUDIT,
    "base.AuditEntry": _AUDIT,
    "base.AuditSubject": _AUDIT,
    "base.AuditSpool": "every copy begins a spool of its own",
    "base.OutboxEvent": _WORK,
    "places.ListSize": _PLANNING,
    "places.Site": _PLANNING,
    "places.Area": _PLANNING,
    "places.Statement": _PLANNING,
    "patients.LocalIdentifier": "nothing is received in an outage",
    "access.RevealSession": _REVEALS,
    "access.Reveal": _REVEALS,
    "access.IdentityRequest": _REVEALS,
    "access.ListNaming": _REVEALS,
    "tasks.Task": _WORK,
    "tasks.TaskStep": _WORK,
    "documents.Document": _FILES,
    "record.SourceHeard": "how often a source sends is asked on Today alone",
    "population.Run": _PLANNING,
    "population.ListEntry": _PLANNING,
    "population.GoneEntry": _PLANNING,
    "capacity.Scenario": _PLANNING,
    "capacity.Version": _PLANNING,
    "capacity.Computation": _PLANNING,
    "caseload.TeamRoom": _WORK,
    "caseload.ClosedChange": _WORK,
    "caseload.Evaluation": _PLANNING,
    "caseload.EvaluationPlace": _PLANNING,
    "caseload.EffectEstimate": _PLANNING,
    "careplans.PlanStep": _WORK,
    "mdt.Meeting": _WORK,
    "mdt.Case": _WORK,
    "mdt.CaseMinutes": _WORK,
    "mdt.Attendance": _WORK,
    "interop.ImportedFile": _FILES,
    "interop.ParkedResource": _FILES,
}


def everybody() -> set[int]:
    """The ids of whom a copy holds: who has a record, a plan or a place on a caseload, and all linked as the same."""
    told = table("record.Statement").filter(superseded_at=None).values_list("patient_id", flat=True).distinct()
    entries = table("caseload.CaseloadEntry").values_list("patient_id", flat=True)
    plans = table("careplans.Plan").exclude(status="ended").values_list("patient_id", flat=True)
    return _with_linked({*told, *entries, *plans})


def _with_linked(people: set[int]) -> set[int]:
    """Whenever they are linked: dates are the gate's to judge."""
    pairs = list(table("patients.SamePerson").values_list("patient_id", "same_as_id"))
    before = 0
    while len(people) != before:
        before = len(people)
        people |= {i for pair in pairs if people & set(pair) for i in pair}
    return people
