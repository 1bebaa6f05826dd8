"""A scenario computed: from its file to its tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from localcare.capacity import definitions
from localcare.capacity.calc import plan as plans
from localcare.capacity.calc import tables
from localcare.capacity.calc.baseline import Array, Baseline
from localcare.capacity.calc.plan import Driver, Plan
from localcare.capacity.calc.scenario import BadScenario, Scenario
from localcare.capacity.calc.tables import Table, Words

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
    drivers: Sequence[Driver]
    tables: Sequence[Table]


def of_file(path: Path) -> Computed:
    """The scenario of a file, or of a shipped scenario's name. Raises BadScenario."""
    if not path.suffix and not path.exists():
        path = definitions.SCENARIOS / f"{path.name}.toml"
    text = definitions.text_of(path)
    return of_text(text, name=str(path), beside=path.parent)


def of_text(text: str, *, name: str = "scenario", beside: Path | None = None) -> Computed:
    """The scenario of a text. Raises BadScenario."""
    content = definitions.content_of(text, name)
    baseline = baseline_named(content["baseline"].get("file", ""), beside)
    scenario = definitions.read_scenario(text, baseline, name)
    growth = growth_of(scenario, baseline)
    plan = plans.computed(scenario, baseline, growth)
    drivers = plans.drivers(scenario, baseline, growth)
    return Computed(text, plan, drivers, tables.all_tables(plan, drivers, words()))


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


def growth_of(scenario: Scenario, baseline: Baseline) -> Array:
    """People of each age band in each year against the baseline year, by the scenario's variant; years x ages."""
    return np.ones((len(scenario.years), len(baseline.age_from)))


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
