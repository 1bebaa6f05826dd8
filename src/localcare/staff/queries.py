"""Reads of posts and teams."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from localcare.base.once import once_a_request
from localcare.base.prepared import prepared
from localcare.staff.models import Post, Team


@prepared
def posts_of(user_id: int, on: date) -> QuerySet[Any]:
    """The posts a user holds on a day, the oldest first, with organisation and team."""
    return _in_force(on).filter(user_id=user_id).select_related("organisation", "team", "user").order_by("id")


def members(team_ids: Collection[int], on: date) -> list[Post]:
    """The posts of some teams on a day, by name."""
    posts = _in_force(on).filter(team_id__in=team_ids)
    return list(posts.select_related("user", "organisation", "team").order_by("user__name"))


@once_a_request
def team_of_organisation(code: str) -> Team | None:
    """The team of an organisation, e.g. the cluster team of a cluster; None where it has none."""
    return next(iter(_teams_of_organisation(code)), None)


@prepared
def _teams_of_organisation(code: str) -> QuerySet[Any]:
    return Team.objects.filter(organisation__code=code).order_by("id")


def posts_at(organisation_codes: Collection[str], on: date) -> list[Post]:
    """The posts held at some organisations on a day, by name."""
    posts = _in_force(on).filter(organisation__code__in=organisation_codes)
    return list(posts.select_related("user", "organisation", "team").order_by("user__name"))


def post(post_id: int, on: date) -> Post | None:
    """A post that is held on a day, or None."""
    return _in_force(on).filter(id=post_id).select_related("user", "organisation", "team").first()


def all_teams() -> list[Team]:
    """Every team, by name."""
    return list(Team.objects.select_related("organisation").order_by("name"))


@once_a_request
def team(team_id: int) -> Team | None:
    """The team of an id with its organisation, or None."""
    return next(iter(_team(team_id)), None)


@prepared
def _team(team_id: int) -> QuerySet[Any]:
    return Team.objects.select_related("organisation").filter(id=team_id)


def _in_force(on: date) -> QuerySet[Post]:
    return Post.objects.filter(starts__lte=on).filter(Q(ends=None) | Q(ends__gte=on))
