"""The staff a plan's people need, by cluster, role and year, in every draw; and what hospital wards could release."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from localcare.capacity.calc import workforce
from localcare.capacity.calc.plan import Plan
from localcare.capacity.calc.quantity import Array, Assumption, Quantity, Series, draws, exactly
from localcare.capacity.calc.staff_supply import Move, RoleGap, Supply, gaps, swings
from localcare.capacity.calc.workforce import Swing
from localcare.capacity.calc.workforce_2017 import ROLES, TASKS


@dataclass(frozen=True)
class Segment:
    """People with the needs of `workforce_2017.TASKS` under this name: a share of some ages and groups."""

    name: str
    age_from: tuple[int, ...]
    groups: tuple[str, ...]
    share: Quantity


@dataclass(frozen=True)
class StaffAsked:
    """`posts_per_bed`, `redeployed`, `occupancy`: ward staff of a bed, the share of them who move, beds in use."""

    segments: tuple[Segment, ...]
    posts_per_bed: Quantity
    redeployed: Quantity
    occupancy: Quantity
    supplies: tuple[Supply, ...] = ()
    moves: tuple[Move, ...] = ()


@dataclass(frozen=True)
class StaffResult:
    """`posts` draws x years x clusters x roles; `cost` draws x years, pounds; `released` draws x years, posts; `gaps`
    of the roles whose supply the scenario gives; `swings`: what moves the posts of the last year, central."""

    clusters: tuple[str, ...]
    roles: tuple[str, ...]
    posts: Array
    cost: Array
    released: Array
    gaps: tuple[RoleGap, ...]
    swings: tuple[Swing, ...]


def assumptions(asked: StaffAsked) -> Iterator[tuple[str, Quantity]]:
    """Every assumption under the name its draws go by."""
    for segment in asked.segments:
        yield f"staff.{segment.name}.share", segment.share
    yield "staff.posts_per_bed", asked.posts_per_bed
    yield "staff.redeployed", asked.redeployed
    yield "staff.occupancy", asked.occupancy
    for name, quantity in workforce.assumptions(ROLES, TASKS).items():
        yield f"staff.{name}", quantity


def fixed() -> Iterator[tuple[str, Assumption]]:
    """What goes into posts undrawn: the hours of a post, and who does which share of a task."""
    hours = workforce.WEEKS * workforce.HOURS_A_WEEK
    yield "staff.hours of a post", exactly(hours, "hours a year before absence", workforce.HOURS_SOURCE)
    for task in TASKS:
        unit = f"share of the hours: {', '.join(task.skills)}"
        yield f"staff.{task.name}/{task.segment}/skills", Series(tuple(task.skills.values()), unit, "assumed")


def staffed(plan: Plan, asked: StaffAsked) -> StaffResult:
    """Posts that the people of each cluster need in each year."""
    scenario = plan.scenario
    values = {
        name: np.concatenate([[quantity.likely], draws(quantity, name, seed=scenario.seed, count=scenario.draws)])
        for name, quantity in assumptions(asked)
    }
    clusters = tuple(dict.fromkeys(sorted(plan.baseline.clusters)))
    each = _posts_of_a_person(asked.segments, values, scenario.draws + 1)
    people = _people(plan, asked.segments, values, clusters)
    posts = np.einsum("dycs,dsr->dycr", people, each)
    cost = sum(posts[..., i].sum(2) * values[f"staff.{role}/cost"][:, None] for i, role in enumerate(ROLES))
    of_role = {role: posts[..., i].sum(2) for i, role in enumerate(ROLES)}
    released = _released(plan, values)
    costs = {role: values[f"staff.{role}/cost"] for role in ROLES}
    found = gaps(of_role, costs, asked.supplies, asked.moves, released)
    last = dict(zip((one.name for one in asked.segments), people[0, -1].sum(0).tolist(), strict=True))
    return StaffResult(clusters, tuple(ROLES), posts, np.asarray(cost), released, found, swings(last))


def _posts_of_a_person(segments: Sequence[Segment], values: Mapping[str, Array], count: int) -> Array:
    """Posts of each role for one person of each segment; draws x segments x roles."""
    one = {segment.name: {segment.name: 1.0} for segment in segments}
    each = np.zeros((count, len(segments), len(ROLES)))
    names = list(workforce.assumptions(ROLES, TASKS))
    for draw in range(count):
        needs = workforce.needs(one, ROLES, TASKS, {name: values[f"staff.{name}"][draw] for name in names})
        each[draw] = np.array([need.posts for need in needs]).reshape(len(segments), len(ROLES))
    return each


def _people(plan: Plan, segments: Sequence[Segment], values: Mapping[str, Array], clusters: Sequence[str]) -> Array:
    """People of each segment in each cluster; draws x years x clusters x segments.

    A cluster has of the area's people of an age the share that it has in the baseline."""
    baseline = plan.baseline
    growth = plan.people / baseline.people.sum(1)
    of_cluster = np.stack(
        [baseline.practice_people[[one == cluster for one in baseline.clusters]].sum(0) for cluster in clusters]
    )
    shares = of_cluster / np.maximum(of_cluster.sum(0), 1)
    found = []
    for segment in segments:
        ages = [baseline.age_from.index(age) for age in segment.age_from]
        groups = [baseline.groups.index(group) for group in segment.groups]
        people = baseline.people[np.ix_(ages, groups)].sum(1)
        area = growth[:, :, ages] * people * values[f"staff.{segment.name}.share"][:, None, None]
        found.append(np.einsum("dya,ca->dyc", area, shares[:, ages]))
    return np.stack(found, axis=3)


def _released(plan: Plan, values: Mapping[str, Array]) -> Array:
    """Ward posts that could move: the bed days that the plan saves, draws x years."""
    settings = [plan.baseline.settings.index(key) for key in ("emergency_bed_day", "planned_bed_day")]
    saved = (plan.account.nothing_done - plan.account.planned)[..., settings].sum((2, 3, 4))
    beds = saved / 365 / values["staff.occupancy"][:, None]
    return np.asarray(beds * values["staff.posts_per_bed"][:, None] * values["staff.redeployed"][:, None])
