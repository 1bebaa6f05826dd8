"""A scenario as the calculations take it: what stands in its file, but for the parts (`parts`), as frozen values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from localcare.capacity.calc import stated
from localcare.capacity.calc.activity import NIGHTS_OF, Claim, Intervention, Overlap, overlaps
from localcare.capacity.calc.growth import Housing
from localcare.capacity.calc.money import Investment
from localcare.capacity.calc.quantity import Quantity
from localcare.capacity.calc.refusal import BadScenario, Path, refuse_unknown

DRAWS = 256  # where a file does not say; the least for ranges that can be read


@dataclass(frozen=True)
class Scenario:
    """`years`: financial years after the baseline year, as "2017/18". Growths are yearly shares. `for_people`: for how
    many people its absolute figures are (investment, arrivals, slots); None: it does not say."""

    name: str
    title: str
    purpose: str
    forked_from: str
    baseline_year: int
    years: tuple[str, ...]
    draws: int
    seed: int
    baseline_file: str
    variant: str
    growth_error: Quantity
    health: Quantity
    housing: tuple[Housing, ...]
    trend: Mapping[str, Quantity]
    overlap: str
    interventions: tuple[Intervention, ...]
    investments: tuple[Investment, ...]
    price_year: str
    prices: Mapping[str, Quantity]
    release: tuple[float, ...]
    release_source: str
    discount: float
    discount_source: str
    for_people: Quantity | None
    stated: tuple[stated.Table, ...]

    @property
    def overlaps(self) -> list[Overlap]:
        return overlaps(self.interventions)


def financial_year(first: int) -> str:
    return f"{first}/{(first + 1) % 100:02d}"


def parsed(
    content: Mapping[str, Any],
    *,
    age_from: Sequence[int],
    groups: Sequence[str],
    prices: Mapping[str, Quantity],
    districts: Mapping[str, str],
) -> Scenario:
    """A scenario from its file's content, which the schema has passed.

    age_from, groups: those of its baseline, which a claim without them means. prices: those it does not give itself.
    districts: the forecast's place of each district by the name that a scenario knows it by.
    Raises BadScenario where figures are out of order, lengths differ, a name is unknown or claims overlap unsaid.
    """
    horizon, money = content["horizon"], content["money"]
    years = tuple(financial_year(horizon["baseline_year"] + i + 1) for i in range(horizon["years"]))
    tables = list(content.get("intervention", ()))
    interventions = tuple(
        _intervention(table, len(years), tuple(age_from), tuple(groups), ("intervention", i))
        for i, table in enumerate(tables)
    )
    scenario = Scenario(
        name=content["name"],
        title=content["title"],
        purpose=content["purpose"],
        forked_from=content.get("forked_from", ""),
        baseline_year=horizon["baseline_year"],
        years=years,
        draws=horizon.get("draws", DRAWS),
        seed=horizon.get("seed", 1),
        baseline_file=content["baseline"].get("file", ""),
        variant=content["people"]["variant"],
        growth_error=quantity(content["people"]["growth_error"], ("people", "growth_error")),
        health=quantity(content["people"]["health"], ("people", "health")),
        housing=tuple(
            _housing(one, content, districts, ("people", "housing", i))
            for i, one in enumerate(content["people"].get("housing", ()))
        ),
        trend=_by_setting(content["trend"], "growth", "trend"),
        overlap=content.get("overlap", "refuse"),
        interventions=interventions,
        investments=tuple(_investment(table, len(years), ("intervention", i)) for i, table in enumerate(tables)),
        price_year=money["price_year"],
        prices={**prices, **_by_setting(money.get("price", ()), "pounds", "money", "price")},
        release=tuple(money["release"]),
        release_source=money["release_source"],
        discount=money["discount"],
        discount_source=money["discount_source"],
        for_people=quantity(money["for_people"], ("money", "for_people")) if "for_people" in money else None,
        stated=tuple(_stated(table, ("stated", i)) for i, table in enumerate(content.get("stated", ()))),
    )
    _refuse_doubles(tables)
    _refuse_overlaps(scenario)
    return scenario


def quantity(table: Mapping[str, Any], path: Path) -> Quantity:
    """An assumption of a file. Raises BadScenario where its figures are out of order."""
    try:
        return Quantity.from_table(dict(table))
    except ValueError as error:
        raise BadScenario(str(error), path) from error


def _housing(
    table: Mapping[str, Any], content: Mapping[str, Any], districts: Mapping[str, str], path: tuple[str | int, ...]
) -> Housing:
    horizon = content["horizon"]
    first, last = horizon["baseline_year"] + 1, horizon["baseline_year"] + horizon["years"]
    if content["people"]["variant"] == "none":
        raise BadScenario("homes need a forecast that they add to: choose another variant, or leave them out", path)
    if table["district"] not in districts:
        known = ", ".join(sorted(districts))
        raise BadScenario(f"there is no district {table['district']}: name one of {known}", (*path, "district"))
    if table["first_year"] < first or table["first_year"] + len(table["dwellings"]) - 1 > last:
        raise BadScenario(f"homes are counted from {first} to {last}; leave out other years", path)
    return Housing(
        districts[table["district"]],
        table["first_year"],
        tuple(table["dwellings"]),
        quantity(table["people_per_dwelling"], (*path, "people_per_dwelling")),
        quantity(table["from_outside"], (*path, "from_outside")),
    )


def _by_setting(tables: Sequence[Mapping[str, Any]], key: str, *path: str) -> dict[str, Quantity]:
    found: dict[str, Quantity] = {}
    for i, table in enumerate(tables):
        if table["setting"] in found:
            raise BadScenario(f"{table['setting']} stands there twice; leave one", (*path, i))
        found[table["setting"]] = quantity(table[key], (*path, i, key))
    return found


def _intervention(
    table: Mapping[str, Any],
    years: int,
    age_from: tuple[int, ...],
    groups: tuple[str, ...],
    path: tuple[str | int, ...],
) -> Intervention:
    phase = tuple(table["phase"])
    if len(phase) != years:
        raise BadScenario(f"phase has {len(phase)} figures for {years} years; give one for each year", (*path, "phase"))
    claims = tuple(
        _claim(claim, age_from, groups, (*path, "claim", i)) for i, claim in enumerate(table.get("claim", ()))
    )
    source = table.get("phase_source", Intervention.phase_source)
    return Intervention(table["key"], table["label"], phase, claims, source)


def _claim(
    table: Mapping[str, Any], age_from: tuple[int, ...], groups: tuple[str, ...], path: tuple[str | int, ...]
) -> Claim:
    refuse_unknown(table, path, age_from=age_from, groups=groups)
    return Claim(
        table["setting"],
        tuple(table.get("age_from", age_from)),
        tuple(table.get("groups", groups)),
        quantity(table["reach"], (*path, "reach")),
        quantity(table["effect"], (*path, "effect")),
        table.get("replaced_by", ""),
        quantity(table["replaced"], (*path, "replaced")) if "replaced" in table else None,
    )


def _investment(table: Mapping[str, Any], years: int, path: tuple[str | int, ...]) -> Investment:
    investment = table["investment"]
    if investment["parallel_years"] > years:
        said = f"parallel_years is {investment['parallel_years']} and the plan has {years} years; give at most so many"
        raise BadScenario(said, (*path, "investment", "parallel_years"))
    return Investment(
        table["key"],
        quantity(investment["yearly"], (*path, "investment", "yearly")),
        quantity(investment["once"], (*path, "investment", "once")),
        investment["parallel_years"],
        investment["pay_share"],
        investment.get("source", Investment.source),
        _shares(investment, "places", path),
        investment.get("places_source", ""),
        _shares(investment, "payers", path),
        investment.get("payers_source", ""),
    )


def _shares(investment: Mapping[str, Any], key: str, path: tuple[str | int, ...]) -> dict[str, float]:
    """Shares of an investment by name, none where the scenario does not say. Raises BadScenario where they are not 1 in
    all."""
    shares = {name: float(share) for name, share in investment.get(key, {}).items() if share}
    if key in investment and abs(sum(shares.values()) - 1) > 1e-6:
        said = f"{key} add up to {sum(shares.values()):g}: give shares that are 1 in all"
        raise BadScenario(said, (*path, "investment", key))
    return shares


def _stated(table: Mapping[str, Any], path: tuple[str | int, ...]) -> stated.Table:
    """A printed table. Raises BadScenario where its lines do not make its total, and rounding does not explain it."""
    for row in (*table["line"], table["total"]):
        if unknown := [year for year in row["printed"] if year not in table["years"]]:
            said = f"{row['label']} is printed for {unknown[0]}, which is not among the table's years"
            raise BadScenario(f"{said}: {', '.join(table['years'])}", (*path, "years"))
    made = stated.Table(
        table["key"],
        table["title"],
        table["source"],
        tuple(table["years"]),
        tuple(_line(line) for line in table["line"]),
        _line(table["total"]),
        table.get("caption", ""),
    )
    if wrong := [finding for finding in stated.checked(made) if not finding.holds]:
        said = f"{wrong[0].says} ({wrong[0].year}): mend the figure, or leave out a year that is not legible"
        raise BadScenario(said, (*path, "total"))
    return made


def _line(row: Mapping[str, Any]) -> stated.Line:
    return stated.Line(row["label"], row["printed"], row.get("sign", 1), row.get("of", ""))


def _refuse_doubles(tables: Sequence[Mapping[str, Any]]) -> None:
    keys = [table["key"] for table in tables]
    for i, key in enumerate(keys):
        if key in keys[:i]:
            raise BadScenario(f"there are two interventions {key}; rename one", ("intervention", i, "key"))


def _refuse_overlaps(scenario: Scenario) -> None:
    """Use may be claimed once; where the scenario says in_turn, each acts on what those before it left."""
    for overlap in scenario.overlaps:
        keys = overlap.interventions
        if scenario.overlap == "refuse" or len(set(keys)) < len(keys):
            last = max(i for i, one in enumerate(scenario.interventions) if one.key == keys[-1])
            both = " and ".join(dict.fromkeys(keys))
            nights = " (an admission avoided takes its nights with it)" if overlap.setting in NIGHTS_OF.values() else ""
            raise BadScenario(
                f"{both} claim the same {overlap.setting}{nights}: narrow one by age_from or groups, "
                'or say overlap = "in_turn", so that each acts on what those before it left',
                ("intervention", last),
            )
