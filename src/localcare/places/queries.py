"""Reads of organisations and of who belonged to what, on a day."""

from collections.abc import Collection
from datetime import date

from django.db.models import Q

from localcare.places.models import Membership, Organisation


def organisation(code: str) -> Organisation:
    """The organisation of a code. Raises Organisation.DoesNotExist."""
    return Organisation.objects.get(code=code)


def names(codes: Collection[str]) -> dict[str, str]:
    """The name of each known code."""
    return dict(Organisation.objects.filter(code__in=codes).values_list("code", "name"))


def members(group_code: str, as_at: date) -> list[Organisation]:
    """The organisations that belonged to a group on a day, by code."""
    in_force = Q(starts__lte=as_at) & (Q(ends=None) | Q(ends__gte=as_at))
    rows = Membership.objects.filter(in_force, group__code=group_code).select_related("member")
    return sorted((row.member for row in rows), key=lambda member: member.code)
