"""Reads of places. Days are inclusive: what ends on a day still holds on that day."""

import csv
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from django.db import DatabaseError
from django.db.models import Q, QuerySet

from localcare.base.once import once_a_request
from localcare.base.prepared import prepared
from localcare.places import shipped
from localcare.places.models import Area, ListSize, Membership, Organisation, Site, Statement

Kind = Organisation.Kind
# A cluster of practices goes by different names at different times: clusters in 2016 and 2017, networks since 2019.
CLUSTER_KINDS = (Kind.CLUSTER, Kind.NETWORK)


def organisation(code: str) -> Organisation:
    """The organisation of a code. Raises Organisation.DoesNotExist."""
    return Organisation.objects.get(code=code)


def find(code: str) -> Organisation | None:
    """The organisation of a code, or None."""
    return Organisation.objects.filter(code=code).first()


def names(codes: Collection[str]) -> dict[str, str]:
    """The name of each known code."""
    return dict(_names(codes))


@prepared
def _names(codes: Collection[str]) -> QuerySet[Any]:
    return Organisation.objects.filter(code__among=codes).values_list("code", "name")


class Contact(NamedTuple):
    """How an organisation is called, and the phone of its staff line; empty where none is known."""

    name: str
    phone: str


def contacts(codes: Collection[str]) -> dict[str, Contact]:
    """The name and phone of each known code."""
    return {code: Contact(name, phone) for code, name, phone in _contacts(codes)}


@prepared
def _contacts(codes: Collection[str]) -> QuerySet[Any]:
    return Organisation.objects.filter(code__among=codes).values_list("code", "name", "phone")


def organisations(as_at: date, *kinds: str) -> list[Organisation]:
    """Organisations of these kinds (all, if none is named) that are open on a day, by code."""
    return list(_open(as_at).filter(kind__in=kinds or Kind.values))


def practices(as_at: date) -> list[Organisation]:
    """The practices open on a day, by code."""
    return organisations(as_at, Kind.PRACTICE)


def clusters(as_at: date) -> list[Organisation]:
    """The clusters, or primary care networks, open on a day, by name."""
    return sorted(organisations(as_at, *CLUSTER_KINDS), key=lambda group: group.name)


def group_of(member_code: str, kind: str, as_at: date) -> Organisation | None:
    """The group of a kind to which an organisation belongs on a day, or None."""
    return membership_table(kind, as_at, member_code).get(member_code)


@once_a_request
def cluster_of(practice_code: str, as_at: date) -> Organisation | None:
    """The cluster, or primary care network, of a practice on a day, or None."""
    return next((membership.group for membership in _clusters_of(practice_code, as_at)), None)


@prepared
def _clusters_of(practice_code: str, as_at: date) -> QuerySet[Any]:
    # "network" sorts after "cluster" and comes first: where both hold, the network.
    held = _holding(as_at).filter(group__kind__in=CLUSTER_KINDS, member__code=practice_code)
    return held.select_related("group").order_by("-group__kind", "-id")


def member_codes(group_code: str, as_at: date) -> list[str]:
    """The codes of the organisations that belong to a group on a day, in order."""
    return [code for (code,) in _member_codes(group_code, as_at)]


@prepared
def _member_codes(group_code: str, as_at: date) -> QuerySet[Any]:
    held = _holding(as_at).filter(group__code=group_code).order_by("member__code")
    return held.values_list("member__code")


def members(group_code: str, as_at: date) -> list[Organisation]:
    """The organisations that belong to a group on a day, by code."""
    held = _holding(as_at).filter(group__code=group_code).select_related("member").order_by("member__code")
    return [membership.member for membership in held]


def membership_table(kind: str, as_at: date, *member_codes: str) -> dict[str, Organisation]:
    """Member code -> its group of a kind on a day; of the named members only, if any is named."""
    return _table([kind], as_at, member_codes)


def cluster_table(as_at: date, *practice_codes: str) -> dict[str, Organisation]:
    """Practice code -> its cluster or primary care network on a day. Where both hold, the network."""
    return _table(CLUSTER_KINDS, as_at, practice_codes)


def list_sizes(as_at: date) -> dict[str, int]:
    """Practice code -> registered people by its latest published list on or before a day, practices open that day."""
    known = ListSize.objects.filter(as_at__lte=as_at, organisation__in=_open(as_at)).order_by("as_at")
    return dict(known.values_list("organisation__code", "registered"))


def sites(*kinds: str) -> list[Site]:
    """The sites of these kinds (all, if none is named) with their organisation, by code."""
    return list(Site.objects.filter(kind__in=kinds or Site.Kind.values).select_related("organisation"))


def areas() -> list[Area]:
    """All lower layer super output areas, by code."""
    return list(Area.objects.all())


@dataclass(frozen=True)
class Ground:
    """What a plan of the area stands on, on a day. `shipped`: read from the files that come with Localcare."""

    areas: list[Area]
    sites: list[Site]
    list_sizes: dict[str, int]
    shipped: bool


def ground(as_at: date) -> Ground:
    """Areas, sites and lists of the store; of the files shipped with Localcare where no areas were loaded into it, or
    there is no store at all: a plan needs nobody's private data."""
    try:
        if loaded := areas():
            return Ground(loaded, sites(), list_sizes(as_at), shipped=False)
    except DatabaseError:  # a store that nothing was ever loaded into
        pass
    return Ground(shipped.areas(), shipped.sites(), shipped.list_sizes(as_at), shipped=True)


def statements(subject: str | None = None) -> list[Statement]:
    """What the source documents state, of one subject or all, in the order loaded."""
    found = Statement.objects.all()
    return list(found if subject is None else found.filter(subject=subject))


@cache
def resident_ages_mid2017() -> dict[str, dict[str, int]]:
    """LSOA -> five-year age band (`00_04` … `85_89`, `90_plus`) -> residents in mid-2017, of the shipped reference."""
    rows = csv.DictReader(_shipped("lsoa_ages_mid2017.csv").splitlines())
    return {
        row.pop("lsoa11_code"): {band.removeprefix("age_"): int(people) for band, people in row.items()} for row in rows
    }


@cache
def outlines() -> dict[str, str]:
    """LSOA -> its outline as an SVG path, north up, 50 m a unit, on one sheet of 1064 by 923; the shipped reference."""
    return {row["lsoa11_code"]: row["path"] for row in csv.DictReader(_shipped("lsoa_outlines.csv").splitlines())}


def _shipped(name: str) -> str:
    return (files("localcare.places") / "data" / name).read_text("utf-8")


def _open(as_at: date) -> QuerySet[Organisation]:
    return Organisation.objects.filter(
        Q(opened=None) | Q(opened__lte=as_at), Q(closed=None) | Q(closed__gte=as_at)
    ).order_by("code")


def _holding(as_at: date) -> QuerySet[Membership]:
    return Membership.objects.filter(Q(ends=None) | Q(ends__gte=as_at), starts__lte=as_at)


def _table(kinds: Iterable[str], as_at: date, codes: tuple[str, ...]) -> dict[str, Organisation]:
    # "cluster" sorts before "network", so that the network is the one that stays.
    held = _holding(as_at).filter(group__kind__in=list(kinds)).select_related("member", "group").order_by("group__kind")
    if codes:
        held = held.filter(member__code__in=codes)
    return {membership.member.code: membership.group for membership in held}
