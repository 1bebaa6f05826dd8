"""Writes of posts and teams."""

from datetime import date

from localcare.base import audit
from localcare.staff.models import Post, Team


def add_team(*, name: str, organisation_id: int, by: audit.Actor, phone: str = "") -> Team:
    """Add a team, or return the one of that name."""
    with audit.transaction():
        team, added = Team.objects.get_or_create(
            name=name, defaults={"organisation_id": organisation_id, "phone": phone}
        )
        if added:
            audit.record("team added", by=by, team=name)
    return team


def add_post(
    *, user_id: int, role: str, organisation_id: int, starts: date, by: audit.Actor, team: Team | None = None
) -> Post:
    """Give somebody a post. Who may do what follows from the role's capabilities in `access`."""
    with audit.transaction():
        post = Post.objects.create(
            user_id=user_id, role=role, organisation_id=organisation_id, team=team, starts=starts
        )
        audit.record("post added", by=by, user_id=user_id, role=role, organisation=post.organisation.code)
    return post


def end_post(*, post: Post, on: date, by: audit.Actor) -> None:
    """End a post on a day (the last day it holds)."""
    with audit.transaction():
        post.ends = on
        post.save(update_fields=["ends"])
        audit.record("post ended", by=by, user_id=post.user_id, role=post.role, on=on.isoformat())
