"""The parts that a scenario may ask for besides money: beds, staff, hubs, estate, options; read and computed."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from localcare.capacity.calc import (
    full_cost,
    plan_appraisal,
    plan_beds,
    plan_estate,
    plan_hubs,
    plan_staff,
    staff_supply,
)
from localcare.capacity.calc.appraisal import Appraisal
from localcare.capacity.calc.beds.system import Site
from localcare.capacity.calc.beds.west_kent import west_kent
from localcare.capacity.calc.full_cost import Counted
from localcare.capacity.calc.hubs import Rules
from localcare.capacity.calc.plan import Plan
from localcare.capacity.calc.plan_appraisal import AppraisalResult
from localcare.capacity.calc.plan_beds import BedsAsked, BedsResult
from localcare.capacity.calc.plan_estate import EstateAsked, EstateResult
from localcare.capacity.calc.plan_hubs import HubsAsked, HubsResult, Inputs
from localcare.capacity.calc.plan_staff import Segment, StaffAsked, StaffResult
from localcare.capacity.calc.quantity import Assumption, Quantity
from localcare.capacity.calc.refusal import BadScenario, Path, refuse_unknown
from localcare.capacity.calc.scenario import Scenario
from localcare.capacity.calc.staff_supply import Move, Supply
from localcare.capacity.calc.workforce import Staff


@dataclass(frozen=True)
class Asked:
    """What a scenario asks for; None: not this part."""

    beds: BedsAsked | None
    staff: StaffAsked | None
    hubs: HubsAsked | None
    estate: EstateAsked | None = None
    appraisal: Appraisal | None = None
    full_cost: tuple[Counted, ...] = ()


@dataclass(frozen=True, eq=False)
class Parts:
    """What came of it."""

    beds: BedsResult | None
    staff: StaffResult | None
    hubs: HubsResult | None
    estate: EstateResult | None = None
    appraisal: AppraisalResult | None = None


Read = Callable[[Mapping[str, Any], Path], Quantity]


def asked(
    content: Mapping[str, Any], read: Read, *, age_from: Sequence[int], groups: Sequence[str], rules: Rules
) -> Asked:
    """The parts of a scenario's content; `read` reads an assumption, `age_from` and `groups` are those of its baseline,
    `rules` are the hub model's own.

    Raises BadScenario where names are unknown or figures do not fit."""
    return Asked(
        beds=_beds(content["beds"], content["horizon"]["years"], read) if "beds" in content else None,
        staff=_staff(content["staff"], read, age_from, groups) if "staff" in content else None,
        hubs=plan_hubs.asked(content["hubs"], rules, read) if "hubs" in content else None,
        estate=plan_estate.asked(content["estate"], read) if "estate" in content else None,
        appraisal=plan_appraisal.asked(content["appraisal"], read) if "appraisal" in content else None,
        full_cost=full_cost.asked(content.get("full_cost", ()), content, read),
    )


def _beds(table: Mapping[str, Any], years: int, read: Read) -> BedsAsked:
    _refuse_more_than(years, table)
    known = {service.name for service in west_kent().services}
    slots = {one["name"]: tuple(one["slots"]) for one in table.get("service", ())}
    if unknown := sorted(set(slots) - known):
        raise BadScenario(f"no service {unknown[0]!r}; there are {', '.join(sorted(known))}", ("beds", "service"))
    return BedsAsked(
        tuple(Site(one["name"], tuple(one["beds"])) for one in table["site"]),
        slots,
        table["share_placed"],
        table["within_days"],
        table.get("replications", 100),
        _nearest(table["site"], read),
        read(table["people"], ("beds", "people")) if "people" in table else None,
        {one["name"]: one["source"] for one in (*table["site"], *table.get("service", ()))},
        _stays(table.get("stay", ()), read),
    )


def _refuse_more_than(years: int, table: Mapping[str, Any]) -> None:
    """Raises BadScenario where beds or slots go on after the last year."""
    for kind, key in (("site", "beds"), ("service", "slots")):
        for i, one in enumerate(table.get(kind, ())):
            if len(one[key]) > years:
                said = f"{one['name']} has {len(one[key])} numbers for {years} years; give at most one for each year"
                raise BadScenario(said, ("beds", kind, i, key))


def _stays(tables: Sequence[Mapping[str, Any]], read: Read) -> dict[str, Quantity]:
    """Mean lengths of stay by stream. Raises BadScenario for a stream that stands there twice."""
    found: dict[str, Quantity] = {}
    for i, one in enumerate(tables):
        if one["stream"] in found:
            raise BadScenario(f"{one['stream']} stands there twice; leave one", ("beds", "stay", i))
        found[one["stream"]] = read(one["days"], ("beds", "stay", i, "days"))
    return found


def _nearest(sites: Sequence[Mapping[str, Any]], read: Read) -> dict[str, Quantity]:
    """Shares of people by nearest site; none where no site has one. Raises BadScenario where they are not 1 in all."""
    shares = {
        one["name"]: read(one["nearest"], ("beds", "site", i, "nearest"))
        for i, one in enumerate(sites)
        if "nearest" in one
    }
    if shares and (len(shares) < len(sites) or abs(sum(one.likely for one in shares.values()) - 1) > 1e-6):
        raise BadScenario("give nearest to every site, 1 in all, or to none", ("beds", "site"))
    return shares


def _staff(table: Mapping[str, Any], read: Read, age_from: Sequence[int], groups: Sequence[str]) -> StaffAsked:
    segments = []
    for i, one in enumerate(table["segment"]):
        path: Path = ("staff", "segment", i)
        refuse_unknown(one, path, age_from=age_from, groups=groups)
        share = read(one["share"], (*path, "share"))
        segments.append(Segment(one["name"], tuple(one["age_from"]), tuple(one["groups"]), share))
    return StaffAsked(
        tuple(segments),
        read(table["posts_per_bed"], ("staff", "posts_per_bed")),
        read(table["redeployed"], ("staff", "redeployed")),
        read(table["occupancy"], ("staff", "occupancy")),
        _supplies(table.get("supply", ())),
        _moves(table.get("move", ()), {one["role"] for one in table.get("supply", ())}),
    )


def _moves(tables: Sequence[Mapping[str, Any]], supplied: Collection[str]) -> tuple[Move, ...]:
    """Where ward staff go. Raises BadScenario for a role without a supply, or that stands there twice, and where more
    than all would move."""
    made: list[Move] = []
    for i, one in enumerate(tables):
        path: Path = ("staff", "move", i, "role")
        if one["role"] not in supplied:
            raise BadScenario(f"{one['role']} has no [[staff.supply]] to move to; write one, or leave this out", path)
        if any(one["role"] == other.role for other in made):
            raise BadScenario(f"{one['role']} stands there twice; leave one", path)
        made.append(Move(one["role"], one["share"], one.get("years_later", 1), one["source"]))
        if (whole := sum(move.share for move in made)) > 1 + 1e-9:
            raise BadScenario(
                f"the shares are {whole:g} in all: no more than 1 can move", ("staff", "move", i, "share")
            )
    return tuple(made)


def _supplies(tables: Sequence[Mapping[str, Any]]) -> tuple[Supply, ...]:
    """Who there is by role. Raises BadScenario for a role that stands there twice, or figures that do not fit."""
    made: list[Supply] = []
    for i, one in enumerate(tables):
        path: Path = ("staff", "supply", i)
        if any(one["role"] == other.role for other in made):
            raise BadScenario(f"{one['role']} stands there twice; leave one", (*path, "role"))
        try:
            staff = Staff(
                tuple(one["bands"]),
                tuple(one["leaving"]),
                one.get("joining", 0.0),
                one.get("trained", 0.0),
                tuple(one.get("redeployed", ())),
            )
        except ValueError as error:
            raise BadScenario(str(error), (*path, "leaving")) from error
        made.append(Supply(one["role"], staff, one.get("recruited"), one.get("notice", NOTICE), one["source"]))
    return tuple(made)


NOTICE = 3.0  # months until somebody recruited starts, assumed


def checked(wanted: Asked, scenario: Scenario, inputs: Inputs) -> None:
    """Whether the parts can be computed at all, before anything is. Raises BadScenario where sites have no beds or
    share a name, or a hub is named that is no candidate."""
    if wanted.beds:
        with _about("beds"):
            plan_beds.frame(wanted.beds, scenario.baseline_year, len(scenario.years))
    if wanted.hubs:
        with _about("hubs"):
            rules, known = wanted.hubs.rules, inputs(wanted.hubs)
        named = {"open": rules.open, "closed": rules.closed, "capacity": [code for code, _ in rules.capacity]}
        for key, codes in named.items():
            with _about("hubs", key):
                known.numbers(codes)


@contextmanager
def _about(*path: str) -> Iterator[None]:
    """What does not fit is a fault of this place of the scenario."""
    try:
        yield
    except ValueError as error:
        raise BadScenario(str(error), path) from error


def computed(plan: Plan, wanted: Asked, inputs: Inputs) -> Parts:
    """Every part asked for. `inputs` makes the hub model's inputs. Raises BadScenario."""
    with _about("beds"):
        beds = plan_beds.bedded(plan, wanted.beds) if wanted.beds else None
    staff = plan_staff.staffed(plan, wanted.staff) if wanted.staff else None
    with _about("hubs"):
        hubs = plan_hubs.sited(inputs(wanted.hubs).times(plan.scale), wanted.hubs) if wanted.hubs else None
    estate = plan_estate.housed(plan, wanted.estate) if wanted.estate else None
    appraisal = plan_appraisal.appraised(plan, wanted.appraisal) if wanted.appraisal else None
    return Parts(beds, staff, hubs, estate, appraisal)


def assumptions(wanted: Asked, of_hubs: Iterable[tuple[str, Assumption]]) -> Iterator[tuple[str, Assumption]]:
    """Every assumption of the parts by name; `of_hubs`: those of the hub model's inputs."""
    if wanted.beds:
        yield from plan_beds.assumptions(wanted.beds)
    if wanted.staff:
        yield from plan_staff.assumptions(wanted.staff)
        yield from plan_staff.fixed()
        yield from staff_supply.assumptions(wanted.staff.supplies, wanted.staff.moves)
    if wanted.hubs:
        yield from plan_hubs.chosen(wanted.hubs)
        yield from of_hubs
    if wanted.estate:
        yield from plan_estate.assumptions(wanted.estate)
    if wanted.appraisal:
        yield from plan_appraisal.assumptions(wanted.appraisal)
    yield from full_cost.assumptions(wanted.full_cost)
