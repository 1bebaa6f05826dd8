"""Accounts and posts from a file: one line a post, each taken or named with what is wrong with it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from localcare.accounts import queries as accounts
from localcare.accounts.actions import create_user
from localcare.accounts.types import User
from localcare.base import audit
from localcare.places import queries as places
from localcare.places.queries import Kind
from localcare.staff import actions
from localcare.staff.models import Post, Team

COLUMNS = ("username", "name", "role", "organisation", "team", "starts", "ends")
KINDS = {"practice": {Kind.PRACTICE}, "cluster": {Kind.CLUSTER, Kind.NETWORK}, "area": {Kind.AREA}}


@dataclass
class Loaded:
    """What became of a file: accounts opened, posts given, ended and unchanged, and the lines not taken."""

    accounts: int = 0
    posts: int = 0
    ended: int = 0
    unchanged: int = 0
    rejects: list[tuple[int, str]] = field(default_factory=list)


def load(lines: Iterable[tuple[int, Mapping[str, str]]], *, roles: Mapping[str, str], by: audit.Actor) -> Loaded:
    """Open accounts and give posts as (line number, cells by column) say; loading again changes nothing.

    `roles` maps each role to the kind of organisation it is held at. A line taken is one transaction.
    """
    loaded = Loaded()
    for number, cells in lines:
        try:
            with audit.transaction():
                _take({name: (cells.get(name) or "").strip() for name in COLUMNS}, roles, by, loaded)
        except ValueError as error:
            loaded.rejects.append((number, str(error)))
    return loaded


def _take(row: dict[str, str], roles: Mapping[str, str], by: audit.Actor, loaded: Loaded) -> None:
    organisation = _organisation(row, roles)
    starts, ends = _day(row["starts"], "starts"), _day(row["ends"], "ends") if row["ends"] else None
    if ends and ends < starts:
        raise ValueError("the post ends before it starts")
    user, opened = _user(row, by)
    post = Post.objects.filter(user=user, role=row["role"], organisation=organisation, starts=starts).first()
    if post is None:
        team = _team(row["team"], organisation, by)
        post = actions.add_post(
            user_id=user.pk, role=row["role"], organisation_id=organisation.pk, starts=starts, team=team, by=by
        )
        loaded.posts += 1
    elif post.ends == ends:
        loaded.unchanged += 1
    if post.ends and not ends:
        raise ValueError(f"the post ended on {post.ends}; give it again from a later day")
    if ends and post.ends != ends:
        actions.end_post(post=post, on=ends, by=by)
        loaded.ended += 1
    loaded.accounts += opened


def _organisation(row: dict[str, str], roles: Mapping[str, str]):
    if row["role"] not in roles:
        raise ValueError(f"there is no role {row['role']!r}; the roles are {', '.join(sorted(roles))}")
    known = places.find(row["organisation"])
    if known is None:
        raise ValueError(f"there is no organisation {row['organisation']!r}; load places first")
    if known.kind not in KINDS[roles[row["role"]]]:
        raise ValueError(f"{row['role']} is held at a {roles[row['role']]}, and {known.name} is a {known.kind}")
    return known


def _user(row: dict[str, str], by: audit.Actor) -> tuple[User, bool]:
    if not re.fullmatch(r"[\w.@+-]{1,150}", row["username"]) or not row["name"]:
        raise ValueError("needs a username of letters, digits and . @ + - _, and a name")
    user = accounts.by_username(row["username"])
    if user is None:
        return create_user(username=row["username"], name=row["name"], password=None, by=by), True
    if user.name != row["name"]:
        raise ValueError("the account of that username has another name; use another username")
    return user, False


def _team(name: str, organisation, by: audit.Actor) -> Team | None:
    if not name:
        return None
    if Team.objects.filter(Q(name=name) & ~Q(organisation=organisation)).exists():
        raise ValueError(f"the team {name!r} belongs to another organisation")
    return actions.add_team(name=name, organisation_id=organisation.pk, by=by)


def _day(text: str, column: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{column} is not a date like 2026-04-01") from None
