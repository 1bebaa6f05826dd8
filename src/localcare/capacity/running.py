"""A scenario computed: from its file to its tables."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from localcare.capacity import definitions, forecast, inputs, kept_parts
from localcare.capacity.calc import full_cost, parts, plan_tables, tables
from localcare.capacity.calc import plan as plans
from localcare.capacity.calc.baseline import Baseline
from localcare.capacity.calc.estate_tables import appraisal_tables, estate_tables
from localcare.capacity.calc.full_cost import FullCost
from localcare.capacity.calc.growth import Forecast
from localcare.capacity.calc.part_tables import part_tables
from localcare.capacity.calc.parts import Asked, Parts
from localcare.capacity.calc.people_tables import Residents, people_tables
from localcare.capacity.calc.plan import Driver, Plan
from localcare.capacity.calc.plan_hubs import Inputs
from localcare.capacity.calc.quantity import Quantity, exactly
from localcare.capacity.calc.refusal import BadScenario
from localcare.capacity.calc.scenario import Scenario, quantity
from localcare.capacity.calc.staff_tables import Gps
from localcare.capacity.calc.tables import Table, Words
from localcare.capacity.forecast_tables import forecast_tables
from localcare.capacity.hub_inputs import PLAN_DAY, default_rules, matrix_text, place_of
from localcare.capacity.hub_inputs import assumptions as hub_assumptions
from localcare.capacity.kept_parts import Keeping
from localcare.capacity.published_workforce import practice_years
from localcare.places import queries as places

GROUPS = {
    "cancer": "Cancer",
    "conditions_1_to_3": "1 to 3 long-term conditions",
    "conditions_4_plus": "4 or more long-term conditions",
    "dementia": "Dementia",
    "learning_disability": "Learning disability",
    "mostly_healthy": "Mostly healthy",
    "physical_disability": "Physical disability",
    "serious_mental_illness": "Serious mental illness",
}


@dataclass(frozen=True)
class Computed:
    """`text`: the scenario's file as it was."""

    text: str
    plan: Plan
    parts: Parts
    drivers: Sequence[Driver]
    tables: Sequence[Table]
    full_cost: FullCost | None = None

    @property
    def citation(self) -> str:
        """How this result is cited."""
        made_of = next(table for table in self.tables if table.name == "inputs")
        return inputs.cited(self.plan.scenario.title, self.plan.scenario.name, made_of)


def of_file(path: Path) -> Computed:
    """The scenario of a file, or of a shipped scenario's name. Raises BadScenario."""
    if not path.suffix and not path.exists():
        path = definitions.SCENARIOS / f"{path.name}.toml"
    text = definitions.text_of(path)
    return of_text(text, name=str(path), beside=path.parent)


def _silent(stage: str, share: float) -> None:
    """Nobody asked how far it is."""


@dataclass(frozen=True)
class Checked:
    """What a text asks for, all of it known and fitting: it can be computed."""

    scenario: Scenario
    baseline: Baseline
    residents: Forecast | None
    wanted: Asked


def checked(text: str, *, name: str = "scenario", beside: Path | None = None) -> Checked:
    """Everything of a text that can be wrong before it is computed. Raises BadScenario naming the line."""
    content = definitions.content_of(text, name)
    with definitions.located(text, name):
        baseline = baseline_named(content["baseline"]["file"], beside)
    scenario = definitions.read_scenario(text, baseline, name)
    with definitions.located(text, name):
        wanted = parts.asked(
            content, quantity, age_from=baseline.age_from, groups=baseline.groups, rules=default_rules()
        )
        parts.checked(wanted, scenario, partial(place_of, beside=beside))
        return Checked(scenario, baseline, forecast_of(scenario), wanted)


def of_text(
    text: str,
    *,
    name: str = "scenario",
    beside: Path | None = None,
    telling: Callable[[str, float], None] = _silent,
    keeping: Keeping = kept_parts.afresh,
) -> Computed:
    """The scenario of a text. `telling` hears each stage and the share done; what it raises stops us. `keeping` gives a
    part that was done before, or keeps it. Raises BadScenario."""
    telling("Forecasting the people", 0.1)
    ready = checked(text, name=name, beside=beside)
    scenario, baseline, residents, wanted = ready.scenario, ready.baseline, ready.residents, ready.wanted
    with definitions.located(text, name):
        telling("Working out activity and money", 0.2)
        plan = keeping("plan", lambda: plans.computed(scenario, baseline, residents))
        telling("Moving one assumption at a time", 0.4)
        drivers = keeping("drivers", lambda: plans.drivers(scenario, baseline, residents))
        found = _parts(plan, wanted, partial(place_of, beside=beside), telling, keeping)
        telling("Making the tables", 0.9)
        in_full = full_cost.full_cost(plan, found, wanted.full_cost) if wanted.full_cost else None
        whole = [
            *plan_tables.all_tables(plan, drivers, words()),
            *people_tables(plan, GROUPS, residents_of(residents)),
            *(forecast_tables() if residents else ()),
            *part_tables(plan, found, published_gps(scenario), _area_names() if found.hubs else {}),
            *(estate_tables(plan, found.estate, words().settings) if found.estate else ()),
            *(appraisal_tables(found.appraisal) if found.appraisal else ()),
            *([full_cost.table(plan, in_full)] if in_full else ()),
            tables.assumed(plan, [*counted_shares(scenario), *parts.assumptions(wanted, hub_assumptions(wanted.hubs))]),
            inputs.inputs_table(text, baseline, _files(wanted, beside)),
        ]
    return Computed(text, plan, found, drivers, whole, in_full)


def _area_names() -> dict[str, str]:
    return {area.lsoa11_code: area.name for area in places.ground(PLAN_DAY).areas}


def _files(wanted: Asked, beside: Path | None) -> dict[str, str]:
    """What else a scenario reads from beside it: each file's text by its name."""
    matrix = wanted.hubs.own.matrix if wanted.hubs else ""
    return {matrix: matrix_text(matrix, beside)} if matrix else {}


def _parts(plan: Plan, wanted: Asked, place: Inputs, telling: Callable[[str, float], None], keeping: Keeping) -> Parts:
    """Beds, staff, hubs, estate and options, each told before it begins and kept when it is done."""
    found: dict[str, Any] = {}
    for key, stage, share in STAGES:
        alone: dict[str, Any] = {other: getattr(wanted, other) if other == key else None for other, _, _ in STAGES}
        one = Asked(**alone)
        if getattr(wanted, key) is not None:
            telling(stage, share)
            found[key] = getattr(keeping(key, partial(parts.computed, plan, one, place)), key)
    return Parts(**{key: found.get(key) for key, _, _ in STAGES})


# Shares of the time that the shipped scenario takes, roughly: beds most.
STAGES = (
    ("beds", "Simulating beds", 0.45),
    ("staff", "Staffing the teams", 0.8),
    ("hubs", "Siting hubs", 0.85),
    ("estate", "Looking for rooms", 0.88),
    ("appraisal", "Weighing the options", 0.89),
)


def baseline_named(file: str, beside: Path | None = None) -> Baseline:
    """A baseline by its folder beside the scenario, or by the name of a shipped one. Raises BadScenario."""
    places = [beside / file] if beside else []
    for folder in [*places, definitions.BASELINES / file]:
        if file and (folder / "baseline.toml").exists():
            return definitions.load_baseline(folder)
    shipped = ", ".join(sorted(path.name for path in definitions.BASELINES.iterdir() if path.is_dir()))
    raise BadScenario(
        f"there is no baseline {file!r} beside the scenario or among the shipped ones ({shipped}). "
        "Make one of the latest run: localcare capacity baseline --out FOLDER",
        ("baseline", "file"),
    )


def forecast_of(scenario: Scenario) -> Forecast | None:
    """Residents from the baseline year on by the scenario's variant. Raises BadScenario for years it does not have.

    published: the estimates as far as they go, then the growth of ONS's 2018-based projection; cohort: our model,
    fitted on the estimates up to the baseline year only, as a planner of that year could have.
    """
    if scenario.variant == "none":
        return None
    first, last = scenario.baseline_year, scenario.baseline_year + len(scenario.years)
    try:
        residents = forecast.continued() if scenario.variant == "published" else forecast.model(first, last)
        return Forecast(residents.between(first, last), forecast.shares())
    except ValueError as error:
        raise BadScenario(f"the {scenario.variant} forecast: {error}", ("horizon",)) from error


def residents_of(residents: Forecast | None) -> Residents | None:
    """A forecast with the names of its districts and its small areas; None without one."""
    if residents is None:
        return None
    names = {code: name for name, code in definitions.districts().items()}
    return Residents(residents.residents, names, forecast.by_small_area)


def counted_shares(scenario: Scenario) -> Iterator[tuple[str, Quantity]]:
    """The districts of whose residents a forecast counts a share only."""
    names = {code: name for name, code in definitions.districts().items()}
    for code, share in forecast.shares().items() if scenario.variant != "none" else ():
        yield (
            f"people.share counted.{names[code]}",
            exactly(share, "share of residents", "Local Care Plan 2017, page 11"),
        )


def published_gps(scenario: Scenario) -> list[Gps]:
    """The published practice workforce of the plan's baseline year, where there is one."""
    return [Gps(one.year, one.patients, one.gps) for one in practice_years() if one.year == scenario.baseline_year + 1]


def words() -> Words:
    """What stands on paper for settings and groups."""
    settings = definitions.settings()
    return Words(
        settings={one.key: one.label for one in settings},
        units={one.key: one.unit for one in settings},
        groups=GROUPS,
        cuts={
            cut: {one.key: getattr(one, cut) for one in settings} for cut in ("organisation", "place", "service_line")
        },
    )
