"""Who there is to fill the posts that a plan needs, role by role: supply, gap, its cost, the months to fill it.

Supply is one figure a year (`workforce.supply`); need has every draw, and so has the gap: never below nought in a draw,
so that a draw with too many staff does not hide one with too few.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from localcare.capacity.calc import workforce
from localcare.capacity.calc.quantity import Array, Assumption, Series, exactly
from localcare.capacity.calc.workforce import Staff, Swing
from localcare.capacity.calc.workforce_2017 import ROLES, TASKS


@dataclass(frozen=True)
class Supply:
    """`recruited`: posts filled a month where one looks for people; None: not said. `notice`: months until the first
    starts."""

    role: str
    staff: Staff
    recruited: float | None
    notice: float
    source: str


@dataclass(frozen=True)
class Move:
    """To a role goes this share of the ward posts that the plan releases and that move, so many years later: nobody is
    gained before they are trained for work in people's homes. Their pay goes with them, out of what the ward saves
    and into what the plan invests: it is not counted again."""

    role: str
    share: float
    years_later: int
    source: str


@dataclass(frozen=True)
class RoleGap:
    """`needed`, `moved` from hospital, `gap` (posts) and `cost` of the gap (pounds): draws x years. `filled`: by year.
    `months`: to fill the central gap, by year; None where the scenario does not say how many can be recruited."""

    role: str
    needed: Array
    filled: tuple[float, ...]
    moved: Array
    gap: Array
    cost: Array
    months: tuple[float | None, ...]


def gaps(
    posts: Mapping[str, Array],
    costs: Mapping[str, Array],
    supplies: Sequence[Supply],
    moves: Sequence[Move] = (),
    released: Array | None = None,
) -> tuple[RoleGap, ...]:
    """Need beside supply at the end of each year; `posts`: draws x years, `costs`: pounds of a post, by draw.
    `released`: ward posts that move, draws x years."""
    return tuple(
        _gap(posts[one.role], costs[one.role], one, _moved(one.role, moves, released, posts[one.role]))
        for one in supplies
    )


def _moved(role: str, moves: Sequence[Move], released: Array | None, posts: Array) -> Array:
    """Those who moved to a role by the end of each year: never more than wards released years before."""
    moved = np.zeros_like(posts)
    for move in moves if released is not None else ():
        if move.role == role and released is not None:
            later = np.zeros_like(released)
            kept = max(released.shape[1] - move.years_later, 0)
            later[:, move.years_later :] = np.maximum(released[:, :kept], 0.0)
            moved += move.share * later
    return moved


def _gap(needed: Array, cost: Array, supply: Supply, moved: Array) -> RoleGap:
    filled = workforce.supply(supply.staff, needed.shape[1])[1:]
    gap = np.maximum(needed - np.array(filled) - moved, 0.0)
    months = tuple(_months(supply, float(one)) for one in gap[0])
    return RoleGap(supply.role, needed, filled, moved, gap, gap * cost[:, None], months)


def _months(supply: Supply, gap: float) -> float | None:
    if supply.recruited is None:
        return None
    staff = supply.staff
    leaving = sum(count * rate for count, rate in zip(staff.bands, staff.leaving, strict=True)) / workforce.MONTHS
    return workforce.months_to_fill(gap, recruited=supply.recruited, leaving=leaving, notice=supply.notice)


def swings(people: Mapping[str, float]) -> tuple[Swing, ...]:
    """What moves the posts that people (by segment) need, widest first."""
    ranges = workforce.assumptions(ROLES, TASKS)
    return workforce.sensitivity(workforce.total_posts({"area": people}, ROLES, TASKS), ranges)


def assumptions(supplies: Sequence[Supply], moves: Sequence[Move] = ()) -> Iterator[tuple[str, Assumption]]:
    """Every figure of supply by name, each with the source of its table."""
    for move in moves:
        yield f"staff.move.{move.role}.share", exactly(move.share, "share of the ward posts that move", move.source)
        yield f"staff.move.{move.role}.years later", exactly(float(move.years_later), "years", move.source)
    for one in supplies:
        name, staff, source = f"staff.supply.{one.role}", one.staff, one.source
        yield f"{name}.bands", Series(staff.bands, "posts, by five years of age", source)
        yield f"{name}.leaving", Series(staff.leaving, "share leaving a year, by five years of age", source)
        yield f"{name}.joining", exactly(staff.joining, "posts a year", source)
        yield f"{name}.trained", exactly(staff.trained, "posts a year", source)
        if staff.redeployed:
            yield f"{name}.redeployed", Series(staff.redeployed, "posts from hospital, by year", source)
        if one.recruited is not None:
            yield f"{name}.recruited", exactly(one.recruited, "posts a month", source)
            yield f"{name}.notice", exactly(one.notice, "months", source)
