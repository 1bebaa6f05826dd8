"""What a practice's dashboard shows: its own figures exactly, cluster and area beside them as published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from localcare.dataset import suppression
from localcare.dataset.runs import RunFolder
from localcare.design.charts import Bar, BarChart, bar_chart
from localcare.design.formats import percent, pounds
from localcare.population import costliest, expected, reports, sharing, use_report
from localcare.population.calc.expected import called, compare
from localcare.population.costliest import SETTINGS, Band, Person
from localcare.population.reports import AREA, CLUSTER, PRACTICE, Made
from localcare.population.words import lowered

Unit = tuple[str, str]
AREA_UNIT: Unit = (AREA, "")


@dataclass(frozen=True)
class Place:
    """Whose dashboard: `exact` for one's own practice. `cluster` is the one it lies in, or is."""

    unit: Unit
    name: str
    exact: bool
    cluster: Unit | None
    cluster_name: str
    area_name: str

    @property
    def beside(self) -> tuple[tuple[Unit, str], ...]:
        """The places to compare with, the area last."""
        found = [(self.cluster, self.cluster_name)] if self.cluster and self.cluster != self.unit else []
        return (*found, (AREA_UNIT, self.area_name)) if self.unit != AREA_UNIT else ()


@dataclass(frozen=True)
class UseLine:
    """One activity in 12 months: ours in number and for 1,000 people, and for 1,000 at each place beside.

    Where no practice of a place shares the activity there is no figure.
    """

    label: str
    pounds: bool
    amount: int | None
    per_1000: float | None
    others: tuple[float | None, ...]
    shared: bool
    others_shared: tuple[bool, ...]


@dataclass(frozen=True)
class RegisterLine:
    """One register: recorded, expected, what that says, its shares at the places beside, what is published."""

    label: str
    on_register: int | None
    share: float | None
    expected: int | None
    gap: str
    clear: int
    fewer: int
    others: tuple[float | None, ...]
    published: str


def use_lines(of: Made, place: Place) -> list[UseLine]:
    """Use in 12 months by activity."""
    ours = _own_use(of, place.unit[1]) if place.exact else _published(of, "use", place.unit, "activity")
    beside = [_published(of, "use", unit, "activity") for unit, _ in place.beside]
    return [
        UseLine(
            label=row["label"],
            pounds=row["measure"] == "pounds",
            amount=ours[key]["amount"],
            per_1000=ours[key]["per_1000_observed"],
            others=tuple(rows[key]["per_1000_observed"] for rows in beside),
            shared=ours[key]["shared_by"] != sharing.NONE,
            others_shared=tuple(rows[key]["shared_by"] != sharing.NONE for rows in beside),
        )
        for key, row in _published(of, "use", AREA_UNIT, "activity").items()
    ]


def _own_use(of: Made, practice_code: str) -> dict[str, dict[str, Any]]:
    """Use of one's own practice, exact; an activity nobody had is 0, one that is not shared has no figure."""
    number = next(n for n, (code, _) in of.practices.items() if code == practice_code)
    amounts, observed = _amounts(of.folder, number), of.run.coverage[practice_code]["observed"]
    return {
        name: _own_row(round(amounts.get(name, 0)), observed)
        | sharing.told(sharing.by_own(of.run, practice_code, sharing.sources()[name]), ("amount", "per_1000_observed"))
        for name in use_report.LABELS
    }


def _own_row(amount: int, observed: int) -> dict[str, Any]:
    return {"amount": amount, "per_1000_observed": round(1000 * amount / observed, 1) if observed else None}


@lru_cache(maxsize=128)
def _amounts(folder: RunFolder, number: int) -> Mapping[str, float]:
    rows = folder.rows("practice_use", "practice = $p", {"p": number})
    return {row["activity"]: row["amount"] for row in rows}


def _published(of: Made, name: str, unit: Unit, key: str) -> dict[str, Any]:
    return {row[key]: row for row in reports.build(of, name, unit[0], unit=unit[1]).rows}


def register_lines(of: Made, place: Place) -> list[RegisterLine]:
    """Every register, recorded against expected."""
    beside = [_published(of, "conditions", unit, "register") for unit, _ in place.beside]
    ours = _own_registers(of, place) if place.exact else _published_registers(of, place)
    compared = {code: row["compared"] for code, row in ours.items() if row["compared"]}
    different = dict(zip(compared, called(list(compared.values())), strict=True))
    return [
        RegisterLine(
            label=row["label"],
            on_register=row["on_register"],
            share=row["share"],
            expected=row["compared"] and round(row["compared"].expected),
            gap=gap_in_words(row["compared"], row["on_register"], different.get(code, 0)),
            clear=different.get(code, 0),
            fewer=round(row["compared"].fewer) if row["compared"] else 0,
            others=tuple(rows[code]["prevalence"] for rows in beside),
            published=expected.in_words(known) if (known := expected.published().get(code)) else expected.NO_PUBLISHED,
        )
        for code, row in ours.items()
    ]


def _own_registers(of: Made, place: Place) -> dict[str, dict[str, Any]]:
    return {
        row.register: {
            "label": row.label,
            "on_register": row.on_register,
            "share": suppression.rate(row.on_register, row.denominator),
            "compared": row.compared,
        }
        for row in expected.own(of, place.unit[1])
    }


def _published_registers(of: Made, place: Place) -> dict[str, dict[str, Any]]:
    name = "conditions" if place.unit == AREA_UNIT else "practice"
    rows = _published(of, name, place.unit, "register")
    return {
        code: {
            "label": row["label"] + (f", {row['from_age']} and over" if row["from_age"] else ""),
            "on_register": row["on_register"],
            "share": row["prevalence"],
            "compared": compare(row["on_register"], row["expected"]) if row.get("expected") is not None else None,
        }
        for code, row in rows.items()
    }


def gap_in_words(compared: Any, seen: int | None, clear: int) -> str:
    """ "40 fewer (20 to 60)", "not clearly different", or why there is nothing to say."""
    if seen is None:
        return "not shown"
    if compared is None:
        return "no expectation"
    low, high, middle = (round(v) for v in (compared.fewer_low, compared.fewer_high, compared.fewer))
    if clear > 0:
        return f"{middle:,} fewer ({low:,} to {high:,})"
    if clear < 0:
        return f"{-middle:,} more ({-high:,} to {-low:,})"
    return "not clearly different"


def without_published(lines: Sequence[RegisterLine]) -> str:
    """The registers without a published expectation, in a sentence."""
    names = [line.label for line in lines if line.published == expected.NO_PUBLISHED]
    return ", ".join([*names[:1], *(lowered(name) for name in names[1:])])


def register_finding(lines: Sequence[RegisterLine], rule: suppression.Rule, place: Place) -> str:
    """One sentence: which register holds clearly fewer than expected, the most people first."""
    if place.unit == AREA_UNIT:
        return "Nobody outside the area is seen to compare its registers with; choose a cluster or a practice."
    known = [line for line in lines if line.expected is not None and line.on_register is not None]
    if not known:
        return "There is not enough data to compare."
    short = sorted((line for line in known if line.clear > 0), key=lambda line: -line.fewer)
    short = [line for line in short if (line.on_register or 0) >= rule.below]
    if not short:
        return f"None of {len(known)} registers holds clearly fewer people than the other practices' would."
    most = ", ".join(f"{line.label} ({line.gap})" for line in short[:3])
    return f"{len(short)} of {len(known)} registers hold clearly fewer people than the other practices' would: {most}."


def use_chart(lines: Sequence[UseLine], place: Place) -> BarChart:
    """Activities for 1,000 people, ours against the area's; pounds, and what is not shared, stand in the table only."""
    shown = [line for line in lines if line.shared and not line.pounds]
    bars = [Bar(line.label, line.per_1000, line.others[-1] if line.others else None) for line in shown]
    return bar_chart(
        bars,
        write=lambda value: "not shown" if value is None else f"{value:,.1f}",
        ours_name=place.name,
        other_name=place.area_name if place.beside else "",
    )


def use_finding(lines: Sequence[UseLine], place: Place) -> str:
    """The activity furthest from the area's, as a multiple of it."""
    known = [line for line in lines if line.per_1000 and line.others and line.others[-1]]
    if not known:
        return f"People of {place.name}: what they used in 12 months."
    line = max(known, key=lambda one: abs((one.per_1000 or 0) / (one.others[-1] or 1) - 1))
    times = (line.per_1000 or 0) / (line.others[-1] or 1)
    return f"Furthest from {place.area_name}: {lowered(line.label)}, {times:.1f} times its rate."


@dataclass(frozen=True)
class Costliest:
    """The hundred who cost most: `people` for the own practice, `bands` elsewhere; their share of all spend."""

    people: tuple[Person, ...]
    bands: tuple[Band, ...]
    share: float | None
    chart: BarChart | None
    finding: str


def costliest_of(of: Made, place: Place) -> Costliest:
    """Rows for the practice itself, bands for everybody else. Raises NoRun where the edition is not kept."""
    people = costliest.top(of, place.unit)
    bands = () if place.exact else tuple(costliest.bands(of, people))
    # A hidden band would follow from the sum of all.
    open_sum = place.exact or (bands and all(band.a_head is not None for band in bands))
    share = costliest.share_of_spend(of, place.unit, people) if open_sum else None
    chart = _setting_chart(place, people) if place.exact and people else None
    return Costliest(people if place.exact else (), bands, share, chart, _cost_finding(people, share, place))


def _setting_chart(place: Place, people: Sequence[Person]) -> BarChart:
    sums = {name: sum(one.by_setting[name] for one in people) for name in SETTINGS}
    bars = [Bar(SETTINGS[name], value) for name, value in sorted(sums.items(), key=lambda pair: -pair[1])]
    return bar_chart(bars, write=pounds, ours_name=place.name)


def _cost_finding(people: Sequence[Person], share: float | None, place: Place) -> str:
    if not people:
        return "Nobody's use is seen here."
    if not place.exact and len(people) < costliest.BAND:
        return "Too few people to show."
    who = f"The {len(people)} people who cost most" if place.exact else "The hundred people who cost most"
    return f"{who} account for {percent(share)} of what is spent on all here." if share else f"{who}, in bands."


def where_it_went(one: Person) -> str:
    """The three settings that cost most of one person."""
    most = sorted(((value, name) for name, value in one.by_setting.items() if value), reverse=True)[:3]
    return ", ".join(f"{lowered(SETTINGS[name])} {pounds(value)}" for value, name in most)


def band_settings(band: Band) -> str:
    """The three settings with most pounds a head that may be shown."""
    most = sorted(((value, name) for name, value in band.by_setting.items() if value), reverse=True)[:3]
    return ", ".join(f"{lowered(SETTINGS[name])} {pounds(value)}" for value, name in most)


def registers_file(lines: Sequence[RegisterLine], place: Place) -> list[dict[str, Any]]:
    """The registers as rows of a file."""
    return [
        {"register": line.label, "on_register": line.on_register, "share": line.share, "expected": line.expected}
        | {"difference": line.gap}
        | {f"share_{name}": share for (_, name), share in zip(place.beside, line.others, strict=True)}
        | {"published_expectation": line.published}
        for line in lines
    ]


def use_file(lines: Sequence[UseLine], place: Place) -> list[dict[str, Any]]:
    """Use as rows of a file."""
    return [
        {"activity": line.label, "shared": line.shared, "amount": line.amount, "per_1000_people": line.per_1000}
        | {f"per_1000_{name}": value for (_, name), value in zip(place.beside, line.others, strict=True)}
        for line in lines
    ]


def costliest_file(found: Costliest) -> list[dict[str, Any]]:
    """The hundred as rows of a file: people of the own practice, bands elsewhere."""
    if found.people:
        return costliest.own_rows(found.people)
    return [
        {"ages": costliest.ages_in_words(b.ages), "sex": costliest.sexes_in_words(b.sexes), "people": b.people}
        | {"spend_per_head": b.a_head, **{f"{name}_per_head": b.by_setting[name] for name in SETTINGS}}
        for b in found.bands
    ]


def place_of(of: Made, unit: Unit, own_practice: str, names: Mapping[Unit, str], area: str) -> Place:
    """A place of the run. Raises UnknownReport for one that there is not."""
    if unit not in of.units:
        raise reports.UnknownReport(f"no {unit[0]} {unit[1]!r} in this run")
    cluster = unit if unit[0] == CLUSTER else None
    if unit[0] == PRACTICE:
        cluster = (CLUSTER, of.run.coverage[unit[1]]["cluster"])
    return Place(
        unit=unit,
        name=names.get(unit, area if unit == AREA_UNIT else unit[1]),
        exact=unit == (PRACTICE, own_practice),
        cluster=cluster,
        cluster_name=names.get(cluster, cluster[1]) if cluster else "",
        area_name=area,
    )
