"""Who a task can be given to, and how an owner is named."""

from localcare.access.roles import roles
from localcare.access.types import Capability, Viewer
from localcare.base import clock
from localcare.staff import queries as staff
from localcare.staff.types import Post, Team
from localcare.tasks.models import Task
from localcare.tasks.types import Owner


def myself(viewer: Viewer) -> Owner:
    return Owner(viewer.post_id, viewer.team_id, viewer.signature)


def of_post(post: Post) -> Owner:
    label = f"{post.user.name}, {roles()[post.role].label}, {post.organisation.name}"
    return Owner(post.id, post.team_id, label)


def of_team(team: Team) -> Owner:
    return Owner(None, team.id, team.name)


def label_of(task: Task) -> str:
    """The owner in words; reads nothing where post and team were selected with the task."""
    owner = of_post(task.owner_post) if task.owner_post else of_team(task.owner_team)  # type: ignore[arg-type]
    return owner.label


def phone_of(task: Task) -> str:
    """The phone of the owner's post, or of the team that owns the task; empty where none is known."""
    holder = task.owner_post or task.owner_team
    return holder.phone if holder else ""


def choices(viewer: Viewer) -> list[Owner]:
    """Whom the viewer can give a task: themselves, their team, its members, their practices' staff, other teams."""
    today = clock.today()
    mine = [of_team(t) for t in [staff.team(viewer.team_id)] if t] if viewer.team_id else []
    mates = staff.members([viewer.team_id], today) if viewer.team_id else []
    posts = [*mates, *staff.posts_at(viewer.practice_codes, today)]
    people = [of_post(p) for p in posts if p.id != viewer.post_id and _works_on_tasks(p)]
    others = [of_team(t) for t in staff.all_teams() if t.id != viewer.team_id]
    return [myself(viewer), *mine, *people, *others]


def chosen(viewer: Viewer, value: str) -> Owner:
    """The owner of a choice. Raises ValueError for one that was not offered."""
    for owner in choices(viewer):
        if owner.value == value:
            return owner
    raise ValueError("Choose who is to do it.")


def _works_on_tasks(post: Post) -> bool:
    return Capability.WORK_ON_TASKS in roles()[post.role].capabilities
