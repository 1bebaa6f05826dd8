"""Gathers what the rule needs to know, in a fixed number of queries whatever the number of people."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from localcare.access.calc.decide import OF_THE_LIST, REVEALS_WHERE_NAMED, PersonFacts, ViewerFacts
from localcare.access.calc.sources import GP, Sharing
from localcare.access.models import Agreement, Choice, EmergencyAccess, ListNaming, Relationship
from localcare.access.types import Capability, ChoiceKind, Consent, Purpose, Viewer
from localcare.base import clock
from localcare.base.clock import LONDON
from localcare.base.prepared import prepared
from localcare.patients.queries import Standing
from localcare.places import queries as places


def viewer_facts(viewer: Viewer, capability: Capability = Capability.VIEW_PERSON) -> ViewerFacts:
    """Who asks; which practices named them, where that matters to what they ask for."""
    return ViewerFacts(
        viewer.user_id,
        viewer.capabilities,
        viewer.practice_codes,
        viewer.works_at_practice,
        viewer.team_id,
        named_by(viewer) if capability in OF_THE_LIST else frozenset(),
    )


def named_by(viewer: Viewer) -> frozenset[str]:
    """The practices that named the viewer's post for their list, of those in the same cluster today."""
    if not REVEALS_WHERE_NAMED & viewer.capabilities:
        return frozenset()
    today = clock.today()
    found = set(_naming(viewer.post_id))
    clusters = places.cluster_table(today, *found) if found else {}
    return frozenset(
        code for code, cluster in clusters.items() if _belongs(viewer.organisation_code, cluster.code, today)
    )


def _belongs(organisation_code: str, cluster_code: str, on: date) -> bool:
    return organisation_code == cluster_code or organisation_code in places.member_codes(cluster_code, on)


@prepared
def _naming(post_id: int) -> QuerySet[Any]:
    return ListNaming.objects.filter(post_id=post_id, ends=None).values_list("practice_code", flat=True)


def person_facts(details: Iterable[Standing], at: datetime) -> dict[int, PersonFacts]:
    """Facts by patient id. What is true of any patient linked as the same person is true of the person."""
    people = list(details)
    ids = {i for person in people for i in person.ids}
    consents = _consents(ids)
    teams = _grouped(_teams(ids, at))
    emergencies = _grouped(_emergency_users(ids, at))
    return {
        person.patient_id: PersonFacts(
            practice_code=person.practice_code if person.registered else None,
            consent=_strictest(consents[i] for i in person.ids if i in consents),
            teams=frozenset(team for i in person.ids for team in teams.get(i, ())),
            emergency_users=frozenset(user for i in person.ids for user in emergencies.get(i, ())),
        )
        for person in people
    }


@dataclass(frozen=True)
class Agreed:
    """The agreements for direct care in force: all of some practices, and every practice's for its own record."""

    sources: Mapping[str, frozenset[str]]
    gp_of: frozenset[str]

    def sharing(self, practice_code: str, *, only: bool) -> Sharing:
        """What may be read of somebody of a practice; `only` its own entries, where they object to sharing."""
        return Sharing(self.sources.get(practice_code, frozenset()), self.gp_of, practice_code if only else "")


def agreed(practice_codes: Collection[str], at: datetime) -> Agreed:
    """Which sources may be used for care today, in one query."""
    found: dict[str, set[str]] = {}
    # The day in London, as everywhere else: an agreement ends with its last day there.
    for code, source in _agreed(practice_codes, at.astimezone(LONDON).date()):
        found.setdefault(code, set()).add(source)
    gp_of = frozenset(code for code, sources in found.items() if GP in sources)
    return Agreed({code: frozenset(sources) for code, sources in found.items()}, gp_of)


# What each choice keeps a person out of, from the moment it is recorded; the next edition follows the same rule.
KEPT_FROM = {
    Purpose.RISK_STRATIFICATION: (
        ChoiceKind.TYPE_1_OPT_OUT,
        ChoiceKind.NATIONAL_DATA_OPT_OUT,
        ChoiceKind.RISK_STRATIFICATION,
    ),
    Purpose.PLANNING: (ChoiceKind.TYPE_1_OPT_OUT, ChoiceKind.NATIONAL_DATA_OPT_OUT),
}


def withdrawn(purpose: Purpose, since: datetime) -> set[int]:
    """The patients kept out of a purpose by their latest choice, of those who chose since a moment."""
    return _kept_out(_chosen_since(KEPT_FROM[purpose], since))


def kept_out(purpose: Purpose, ids: Collection[int]) -> set[int]:
    """Those of some patients whom their latest choice keeps out of a purpose."""
    return _kept_out(_chosen_by(KEPT_FROM[purpose], ids))


def chose_yes(kinds: Collection[ChoiceKind]) -> set[tuple[int, str]]:
    """The patients whose latest answer to one of some choices is yes, each with who recorded it."""
    rows = Choice.objects.filter(kind__in=list(kinds)).order_by("recorded_at", "id")
    told = rows.values_list("patient_id", "kind", "value", "recorded_by")
    latest = {(patient, kind): (value, by) for patient, kind, value, by in told}
    return {(patient, by) for (patient, _), (value, by) in latest.items() if value == "yes"}


def _kept_out(rows: Iterable[tuple[int, str, str]]) -> set[int]:
    latest = {(patient, kind): value for patient, kind, value in rows}
    return {patient for (patient, _), value in latest.items() if value == "yes"}


@prepared
def _chosen_by(kinds: Collection[str], ids: Collection[int]) -> QuerySet[Any]:
    rows = Choice.objects.filter(kind__among=kinds, patient_id__among=ids).order_by("recorded_at", "id")
    return rows.values_list("patient_id", "kind", "value")


@prepared
def _chosen_since(kinds: Collection[str], since: datetime) -> QuerySet[Any]:
    rows = Choice.objects.filter(kind__among=kinds, recorded_at__gte=since).order_by("recorded_at", "id")
    return rows.values_list("patient_id", "kind", "value")


def lists_ended(practice_codes: Collection[str], on: date) -> set[str]:
    """Those of some practices that agreed to risk stratification once and have no agreement to it in force."""
    agreed, in_force = set(), set()
    for code, ends in _list_agreements(practice_codes, on):
        agreed.add(code)
        if ends is None or ends >= on:
            in_force.add(code)
    return agreed - in_force


@prepared
def _list_agreements(practice_codes: Collection[str], on: date) -> QuerySet[Any]:
    # The agreement for general practice decides, as it does when an edition is made: it says whose people are scored.
    rows = Agreement.objects.filter(practice_code__among=practice_codes, source="gp", starts__lte=on)
    return rows.filter(purpose=Purpose.RISK_STRATIFICATION).values_list("practice_code", "ends")


@prepared
def _agreed(practice_codes: Collection[str], on: date) -> QuerySet[Any]:
    theirs = Q(practice_code__among=practice_codes) | Q(source=GP)
    rows = Agreement.objects.filter(theirs, purpose=Purpose.DIRECT_CARE, starts__lte=on)
    return rows.filter(Q(ends=None) | Q(ends__gte=on)).values_list("practice_code", "source")


def _consents(ids: Collection[int]) -> dict[int, Consent]:
    return {patient: Consent(value) for patient, value in _choices_about_sharing(ids)}


@prepared
def _choices_about_sharing(ids: Collection[int]) -> QuerySet[Any]:
    rows = Choice.objects.filter(patient_id__among=ids, kind=ChoiceKind.SHARING)
    return rows.order_by("recorded_at", "id").values_list("patient_id", "value")


def _strictest(consents: Iterable[Consent]) -> Consent:
    order = (Consent.OBJECTED, Consent.CANNOT_ASK, Consent.NOT_ASKED, Consent.GIVEN)
    return min(consents, key=order.index, default=Consent.NOT_ASKED)


@prepared
def _teams(ids: Collection[int], at: datetime) -> QuerySet[Any]:
    rows = Relationship.objects.filter(patient_id__among=ids, starts__lte=at).filter(Q(ends=None) | Q(ends__gt=at))
    return rows.values_list("patient_id", "team_id")


@prepared
def _emergency_users(ids: Collection[int], at: datetime) -> QuerySet[Any]:
    rows = EmergencyAccess.objects.filter(patient_id__among=ids, starts__lte=at, ends__gt=at)
    return rows.values_list("patient_id", "user_id")


def _grouped(pairs: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    grouped: dict[int, list[int]] = {}
    for key, value in pairs:
        grouped.setdefault(key, []).append(value)
    return grouped
