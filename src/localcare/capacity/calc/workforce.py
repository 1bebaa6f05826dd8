"""Staff per need, not per head: hours of work that people's needs ask for, who there is, the gap, and what it costs.

Hours: people of each segment x contacts a year x (hours each + travel), shared among roles by the skill mix. Posts are
whole-time equivalents (WTE): hours over what one post gives in a year after absence and other work. Supply moves year
by year in age bands: leavers, ageing, joiners, those trained, those redeployed. All figures are ranges with sources
(`quantity.Quantity`); the functions take one value of each, so that a caller draws, or moves one at a time.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf, isclose

from localcare.capacity.calc.quantity import Quantity

WEEKS, HOURS_A_WEEK = 52.0, 37.5  # a whole-time post: the definition of the published practice workforce (FTE)
HOURS_SOURCE = "General Practice Workforce, NHS Digital: a full-time equivalent is 37.5 hours a week; 52 weeks"
BAND = 5  # years of an age band
MONTHS = 12  # of a year


@dataclass(frozen=True, slots=True)
class Role:
    """A kind of post. `absence`: share of the year away (leave, training, sickness); `direct`: share of the time at
    work that goes to people, the rest being supervision, records and the team; `cost`: pounds a year of one post."""

    name: str
    absence: Quantity
    direct: Quantity
    cost: Quantity


@dataclass(frozen=True, slots=True)
class Task:
    """Work that people of a segment need: `contacts` a person and year, `hours` of one, `travel` hours to it, and the
    skill mix: who does which share of the hours. Raises ValueError where the shares are not 1 in all."""

    name: str
    segment: str
    contacts: Quantity
    hours: Quantity
    travel: Quantity
    skills: Mapping[str, float]

    def __post_init__(self) -> None:
        if not isclose(sum(self.skills.values()), 1, abs_tol=1e-6) or min(self.skills.values()) < 0:
            raise ValueError(f"{self.name}: the shares of {', '.join(self.skills)} must be 1 in all, none negative")


@dataclass(frozen=True, slots=True)
class Need:
    """Work of one role in one cluster: hours a year with people and on the road, posts for it, pounds a year."""

    cluster: str
    role: str
    hours: float
    travel: float
    posts: float
    cost: float


@dataclass(frozen=True, slots=True)
class Staff:
    """Who there is in a role: WTE by five-year age band, youngest first; share leaving a year of each band; joiners and
    newly trained a year, and those redeployed from hospital by year, who come in bands as those present."""

    bands: tuple[float, ...]
    leaving: tuple[float, ...]
    joining: float = 0.0
    trained: float = 0.0
    redeployed: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not self.bands or len(self.bands) != len(self.leaving):
            raise ValueError(f"{len(self.bands)} age bands and {len(self.leaving)} rates of leaving: give one for each")
        if not all(0 <= rate <= 1 for rate in self.leaving) or min(*self.bands, self.joining, self.trained) < 0:
            raise ValueError("rates of leaving lie between 0 and 1, and nobody is counted below 0")


@dataclass(frozen=True, slots=True)
class Year:
    """One year's balance of a role: posts needed, posts filled, those missing (0 at least), and what both cost."""

    year: int
    needed: float
    filled: float
    gap: float
    cost_needed: float
    cost_filled: float


@dataclass(frozen=True, slots=True)
class Swing:
    """A result with one assumption at its lowest and at its highest, all others at their likeliest."""

    name: str
    low: float
    high: float

    @property
    def width(self) -> float:
        return abs(self.high - self.low)


Values = Mapping[str, float]
People = Mapping[str, Mapping[str, float]]  # cluster: segment: people


def assumptions(roles: Mapping[str, Role], tasks: tuple[Task, ...]) -> dict[str, Quantity]:
    """Every assumption by its name ("role/absence", "task/segment/hours"), for draws and for sensitivity."""
    ranges: dict[str, Quantity] = {}
    for name, role in roles.items():
        ranges |= {f"{name}/absence": role.absence, f"{name}/direct": role.direct, f"{name}/cost": role.cost}
    for task in tasks:
        told = {"contacts": task.contacts, "hours": task.hours, "travel": task.travel}
        ranges |= {_key(task, what): quantity for what, quantity in told.items()}
    return ranges


def likeliest(quantities: Mapping[str, Quantity]) -> dict[str, float]:
    return {name: quantity.likely for name, quantity in quantities.items()}


def needs(people: People, roles: Mapping[str, Role], tasks: tuple[Task, ...], values: Values) -> tuple[Need, ...]:
    """Hours, posts and cost of every cluster and role.

    posts = (hours with people + travel) / (52 x 37.5 x (1 - absence) x direct). Raises ValueError for a task that names
    a role nobody has described. People of a segment that no task serves need nothing here."""
    if unknown := {role for task in tasks for role in task.skills} - set(roles):
        raise ValueError(f"no role {', '.join(sorted(unknown))}; there are: {', '.join(sorted(roles))}")
    answer = []
    for cluster, segments in people.items():
        for name in roles:
            work = [_work(task, name, segments.get(task.segment, 0), values) for task in tasks]
            hours, travel = sum(one for one, _ in work), sum(one for _, one in work)
            posts = (hours + travel) / hours_of_a_post(values[f"{name}/absence"], values[f"{name}/direct"])
            answer.append(Need(cluster, name, hours, travel, posts, posts * values[f"{name}/cost"]))
    return tuple(answer)


def hours_of_a_post(absence: float, direct: float) -> float:
    """Hours a year that one whole-time post gives to people. Raises ValueError where it gives none."""
    if not (0 <= absence < 1 and 0 < direct <= 1):
        raise ValueError(f"away {absence:g} of the year and {direct:g} of the rest with people: no hours are left")
    return WEEKS * HOURS_A_WEEK * (1 - absence) * direct


def supply(staff: Staff, years: int) -> tuple[float, ...]:
    """WTE at the start and after each year: some of each band leave, a fifth of the rest grow into the next band (of
    the last, none), and newcomers come in bands as those present."""
    bands, totals = list(staff.bands), [sum(staff.bands)]
    for year in range(years):
        stay = [count * (1 - rate) for count, rate in zip(bands, staff.leaving, strict=True)]
        older = [count / BAND for count in stay[:-1]] + [0.0]
        bands = [count - out + into for count, out, into in zip(stay, older, [0.0, *older[:-1]], strict=True)]
        coming = staff.joining + staff.trained + (staff.redeployed[year] if year < len(staff.redeployed) else 0)
        there = sum(bands)
        bands = [c + coming * (c / there if there else 1 / len(bands)) for c in bands]
        totals.append(sum(bands))
    return tuple(totals)


def balance(needed: tuple[float, ...], filled: tuple[float, ...], cost: float) -> tuple[Year, ...]:
    """Need beside supply, year by year; `cost` of one post. Both must tell of the same years."""
    pairs = zip(needed, filled, strict=True)
    return tuple(Year(y, n, f, max(n - f, 0.0), n * cost, min(n, f) * cost) for y, (n, f) in enumerate(pairs))


def months_to_fill(gap: float, *, recruited: float, leaving: float, notice: float) -> float:
    """Months until a gap is filled: `notice` until the first start, then recruits less leavers a month; infinite where
    no more come than go."""
    if gap <= 0:
        return 0.0
    return notice + gap / (recruited - leaving) if recruited > leaving else inf


def redeployed(bed_days: float, *, posts_per_bed: float, share: float, occupancy: float) -> float:
    """WTE that hospital wards release: the beds no longer needed (days / 365 / occupancy) x posts a bed x the share
    who move. Staff released are not staff gained until they are trained for work in people's homes."""
    return bed_days / 365 / occupancy * posts_per_bed * share


def scaled(team: Values, *, team_people: float, people: float) -> dict[str, float]:
    """A team described for so many people, for an area: the plan's "30-50k population basis" scaled up (page 55)."""
    return {role: posts * people / team_people for role, posts in team.items()}


def patients_per(posts: float, people: float) -> float:
    """Registered people for each whole-time post, e.g. 484,460 / 228 GPs."""
    return people / posts if posts else inf


def sensitivity(result: Callable[[Values], float], quantities: Mapping[str, Quantity]) -> tuple[Swing, ...]:
    """Move one assumption at a time from its lowest to its highest; widest swing first (then by name)."""
    base = likeliest(quantities)
    swings = [
        Swing(name, result(base | {name: quantity.low}), result(base | {name: quantity.high}))
        for name, quantity in quantities.items()
    ]
    return tuple(sorted(swings, key=lambda swing: (-swing.width, swing.name)))


def total_posts(
    people: People, roles: Mapping[str, Role], tasks: tuple[Task, ...], role: str | None = None
) -> Callable[[Values], float]:
    """Posts of one role, or of all, as a function of the assumptions: what `sensitivity` asks."""
    return lambda values: sum(n.posts for n in needs(people, roles, tasks, values) if role in (None, n.role))


def _work(task: Task, role: str, people: float, values: Values) -> tuple[float, float]:
    """Hours with people and on the road that a role has with a task."""
    contacts = people * values[_key(task, "contacts")] * task.skills.get(role, 0)
    return contacts * values[_key(task, "hours")], contacts * values[_key(task, "travel")]


def _key(task: Task, what: str) -> str:
    return f"{task.name}/{task.segment}/{what}"
