"""The reports: what is published of a run's results, with small numbers suppressed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from django.conf import settings

from localcare.dataset import differencing, runs, suppression
from localcare.dataset.suppression import Line, Rule
from localcare.places import queries as places
from localcare.population import (
    bounds,
    costliest,
    expected,
    held,
    lawful,
    measure_report,
    model_card,
    published,
    quality,
    score_report,
    segment_report,
    use_report,
    variation,
)
from localcare.population import definitions as definition_files
from localcare.population.definitions import Definitions, Segmentation
from localcare.population.lists import published_model
from localcare.population.models import Run

AREA, CLUSTER, PRACTICE, SEGMENT = "area", "cluster", "practice", "segment"
PART, REST, ALL = "part", "rest", "all"
LEVELS = (AREA, CLUSTER, PRACTICE, SEGMENT)
DEFAULT_SEGMENTATION = "age_and_conditions"
Row = dict[str, Any]
Unit = tuple[str, str]
AREA_UNIT: Unit = (AREA, "")


class UnknownReport(ValueError):
    """No such report, level, segmentation or unit; the message names those there are."""


@dataclass(frozen=True)
class Report:
    """A report as published: rows in the order of the definitions; None in a row means suppressed."""

    name: str
    level: str
    edition: str
    as_at: str
    coverage: Mapping[str, Any]
    rows: tuple[Row, ...]
    how: str
    more: Mapping[str, Any] = field(default_factory=dict)

    def answer(self) -> dict[str, Any]:
        """The published JSON."""
        return {
            "edition": self.edition,
            "as_at": self.as_at,
            "coverage": self.coverage,
            "rows": [*self.rows],
            **self.more,
        }


@dataclass(frozen=True)
class Made:
    """A run to report on: its row, its folder, the definitions as it holds them, the rule of small numbers."""

    run: Run
    folder: runs.RunFolder
    definitions: Definitions
    rule: Rule

    def segmentation(self, key: str) -> Segmentation:
        """A segmentation of the run. Raises NoRun where it came or changed since, BadDefinition where there is none."""
        found = {one.key: one for one in self.definitions.segmentations}
        if key not in found:
            definition_files.usable(settings.DATA / "segmentations").segmentation(key)
            raise runs.NoRun(
                f"Segmentation {key!r} came or changed after the run in use was made. "
                "Make another: localcare population run"
            )
        return found[key]

    @property
    def units(self) -> tuple[Unit, ...]:
        """The area, then its clusters, then its practices, by code."""
        of = self.run.coverage
        clusters = sorted({row["cluster"] for row in of.values()})
        return (AREA_UNIT, *((CLUSTER, c) for c in clusters), *((PRACTICE, p) for p in sorted(of)))

    def above(self, practice: int) -> tuple[Unit, Unit, Unit]:
        """The units in which a practice of the edition is counted."""
        code, cluster = self.practices[practice]
        return AREA_UNIT, (CLUSTER, cluster), (PRACTICE, code)

    @cached_property
    def practices(self) -> Mapping[int, tuple[str, str]]:
        """Code and cluster of each practice of the edition, by its number there."""
        return _practices(self.folder)

    def dominated(
        self, table: str, by: str, amount: str, lost: Mapping[str, frozenset[str]] | None = None
    ) -> frozenset[tuple[Unit, str]]:
        """The units in which one or two people account for most of an amount, by unit and a column of the table.

        `lost`: the practices that do not count, by that column.
        """
        held: dict[tuple[Unit, str], tuple[float, float, float]] = {}
        for row in self.folder.rows(table):
            if lost and self.practices[row["practice"]][0] in lost[row[by]]:
                continue
            # A run from before its tables told of concentration: each practice's amount counts as one person's.
            largest, squares = row.get("largest", row[amount]), row.get("squares", row[amount] ** 2)
            for unit in self.above(row["practice"]):
                total, most, square = held.get((unit, row[by]), (0.0, 0.0, 0.0))
                held[unit, row[by]] = (total + row[amount], max(most, largest), square + squares)
        return frozenset(key for key, sums in held.items() if self.rule.concentrated(*sums))

    def sums(self, table: str, by: str, *counts: str) -> dict[tuple[Unit, str], list[float]]:
        """Counts of a table of the run, by unit and one of its columns, summed over practices."""
        found: dict[tuple[Unit, str], list[float]] = {}
        for row in self.folder.rows(table):
            for unit in self.above(row["practice"]):
                held = found.setdefault((unit, row[by]), [0.0] * len(counts))
                for i, count in enumerate(counts):
                    held[i] += row[count]
        return found

    def published(
        self,
        found: Mapping[tuple[Unit, str], Sequence[float]],
        at: int,
        keys: Iterable[str],
        also: Iterable[tuple[Unit, str]] = (),
    ) -> Mapping:
        """One count of `sums`, as it may be published, protected over the levels."""
        wanted = [(unit, key) for unit in self.units for key in keys]
        counts = {key: found[key][at] if key in found else 0.0 for key in wanted}
        lines = [line for key in keys for line in self.tree(key)]
        return differencing.published(counts, lines, self.rule, also)

    def parted(
        self,
        found: Mapping[tuple[Unit, str], Sequence[float]],
        keys: Iterable[str],
        also: Iterable[tuple[Unit, str]] = (),
    ) -> tuple[Mapping, Mapping]:
        """The first of two counts of `sums` and the second, which it is a part of, as they may be published.

        Those that the part leaves out are protected as well, though not shown. Of how many the part is, everybody may
        know.
        """
        counts: dict[tuple, float] = {}
        few, lines = {(*key, PART) for key in also}, []
        for key in [(unit, key) for key in keys for unit in self.units]:
            among, people = found.get(key, (0.0, 0.0))
            counts |= {(*key, PART): among, (*key, REST): people - among, (*key, ALL): people}
            few |= {(*key, PART)} if self.rule.small(people) else set()  # a zero of few people tells of all of them
            lines.append(Line(None, ((*key, PART), (*key, REST))))
        lines += [line for key in keys for kind in (PART, REST, ALL) for line in self.tree(key, kind)]
        shown = differencing.published(counts, lines, self.rule, few)
        part, whole = ({key[:2]: n for key, n in shown.items() if key[2] == kind} for kind in (PART, ALL))
        return part, whole

    def tree(self, *key: str) -> list[Line]:
        """The sums of the levels for the counts (unit, *key): area of clusters, each cluster of its practices."""
        of = self.run.coverage
        clusters = [unit for unit in self.units if unit[0] == CLUSTER]
        lines = [Line((AREA_UNIT, *key), tuple((c, *key) for c in clusters))]
        for cluster in clusters:
            members = [(PRACTICE, p) for p in sorted(of) if of[p]["cluster"] == cluster[1]]
            lines.append(Line((cluster, *key), tuple((member, *key) for member in members)))
        return lines


@lru_cache(maxsize=8)
def _practices(folder: runs.RunFolder) -> Mapping[int, tuple[str, str]]:
    return {row["practice"]: (row["ods_code"], row["cluster"]) for row in folder.rows("coverage")}


def made(run: Run) -> Made:
    """A run with its results. Raises NoRun where its folder is gone."""
    folder = runs.named(settings.DATASET, run.name)
    rule = Rule(settings.SUPPRESS_BELOW, settings.ROUND_TO, settings.DOMINANCE_ONE, settings.DOMINANCE_TWO)
    today = definition_files.usable(settings.DATA / "segmentations")
    return Made(run, folder, held.held(today, folder, run.definitions), rule)


def build(of: Made, name: str, level: str, segmentation: str = DEFAULT_SEGMENTATION, unit: str = "") -> Report:
    """A report of `REPORTS` at a level, of one unit if `unit` (its code) is given. Raises UnknownReport."""
    if name not in REPORTS:
        raise UnknownReport(f"no report {name!r}; there are: {', '.join(REPORTS)}, and the explorer by `explore`")
    kind = REPORTS[name]
    if level not in kind.levels:
        raise UnknownReport(f"no level {level!r} of {name}; there are: {', '.join(kind.levels)}")
    lies_in = AREA if level == SEGMENT else level
    units = [u for u in of.units if u[0] == lies_in and unit in ("", u[1])]
    if not units:
        raise UnknownReport(f"no {level} {unit!r} in this run; leave the unit out to see all")
    rows = tuple(_name_units(kind.rows(of, segmentation, units), lies_in))
    how = f"{kind.how} Definitions {of.run.definitions}."
    more = MORE[name](of) if name in MORE else {}
    if name == "segments" and level == AREA and (beside := published.spend(of, segmentation)):
        more = {"published": beside}
    return Report(name, level, of.run.edition, of.run.as_at.isoformat(), share_seen(of.run), rows, how, more)


def share_seen(run: Run) -> Row:
    """How much the run sees: shares and numbers of practices, no counts of people."""
    rows = run.coverage.values()
    people, observed = sum(row["registered"] for row in rows), sum(row["observed"] for row in rows)
    sharing = sum(1 for row in rows if row["observed"])
    share = round(observed / people, 3) if people else 0.0
    return {"people_observed_share": share, "practices": len(run.coverage), "practices_sharing": sharing}


def _name_units(rows: list[Row], level: str) -> list[Row]:
    if level == AREA:
        return [_without_unit(row) for row in rows]
    names = places.names({row["unit"] for row in rows})
    return [
        {"level": level, "unit": row["unit"], "unit_name": names.get(row["unit"], row["unit"]), **_without_unit(row)}
        for row in rows
    ]


def _without_unit(row: Row) -> Row:
    return {key: value for key, value in row.items() if key != "unit"}


def _conditions(of: Made, _segmentation: str, units: Iterable[Unit]) -> list[Row]:
    registers = of.definitions.conditions.registers
    held, whole = protected_registers(of)
    return [
        {
            "unit": unit[1],
            "register": c.register,
            "label": c.label,
            "from_age": c.from_age,
            "on_register": held[unit, c.register],
            "denominator": whole[unit, c.register],
            "prevalence": suppression.rate(held[unit, c.register], whole[unit, c.register]),
        }
        for unit in units
        for c in registers
    ]


@dataclass(frozen=True)
class _Asked:
    """A run; two with the same results and the same rule are the same."""

    folder: runs.RunFolder
    rule: Rule
    of: Made = field(compare=False)


def protected_registers(of: Made) -> tuple[Mapping, Mapping]:
    """People on each register of each unit, and its denominator, as they may be published."""
    return _protected_registers(_Asked(of.folder, of.rule, of))


@lru_cache(maxsize=4)
def _protected_registers(asked: _Asked) -> tuple[Mapping, Mapping]:
    of = asked.of
    found = of.sums("register", "register", "on_register", "denominator")
    codes = [str(c.register) for c in of.definitions.conditions.registers]
    return of.parted(found, codes)


def _expected(of: Made, _segmentation: str, units: Iterable[Unit]) -> list[Row]:
    return expected.rows(of, units, *protected_registers(of))


def _coverage_sums(of: Made) -> dict[tuple[Unit, str], list[float]]:
    rows: dict[tuple[Unit, str], list[float]] = {}
    for row in of.folder.rows("coverage"):
        for unit in of.above(row["practice"]):
            held = rows.setdefault((unit, ""), [0.0, 0.0, 0.0])
            for i, name in enumerate(("registered", "observed", "may_be_scored")):
                held[i] += row[name]
    return rows


def _coverage(of: Made, _segmentation: str, units: Iterable[Unit]) -> list[Row]:
    found = _coverage_sums(of)
    registered, observed, scored = (of.published(found, i, [""]) for i in range(3))
    return [
        {
            "unit": unit[1],
            "registered": registered[unit, ""],
            "observed": observed[unit, ""],
            "observed_share": suppression.rate(observed[unit, ""], registered[unit, ""]),
            "may_be_scored": scored[unit, ""],
        }
        for unit in units
    ]


def _risk(of: Made, _segmentation: str, units: Iterable[Unit]) -> list[Row]:
    listed: dict[tuple[Unit, str], list[float]] = {}
    for row in of.folder.rows("list_entry"):
        for unit in of.above(row["practice"]):
            held = listed.setdefault((unit, ""), [0.0, 0.0, 0.0, 0.0])
            held[0], held[1] = held[0] + 1, held[1] + row["risk"]
            held[2], held[3] = max(held[2], row["risk"]), held[3] + row["risk"] ** 2
    # A mean is guarded as money is: where one or two people make most of it, they and what gives them away are hidden.
    dominated = [key for key, (_, *sums) in listed.items() if of.rule.concentrated(*sums)]
    counts, registered = of.published(listed, 0, [""], also=dominated), of.published(_coverage_sums(of), 0, [""])
    return [
        {
            "unit": unit[1],
            "registered": registered[unit, ""],
            "listed": counts[unit, ""],
            "mean_risk": round(listed[unit, ""][1] / listed[unit, ""][0], 2) if counts[unit, ""] else None,
        }
        for unit in units
    ]


def _beside_risk(of: Made) -> Row:
    return {"model": published_model(of.run), "sources_left_out": lawful.not_used_for_risk(of.run)}


@dataclass(frozen=True)
class Kind:
    """A report: what it tells, how it is made, its rows for some units, the levels it has."""

    title: str
    how: str
    rows: Callable[[Made, str, Iterable[Unit]], list[Row]]
    levels: tuple[str, ...] = (AREA, CLUSTER, PRACTICE)


REPORTS: Mapping[str, Kind] = {
    "segments": Kind(
        "People and spend by age and group",
        "People registered on the date; groups of people not observed are estimated by age and sex from those who are. "
        "Spend: 12 months at 2015/16 prices, without prescribing, CAMHS, children's social care, continuing care; of "
        "practices that share only some of it, estimated as of those not observed. " + bounds.HOW,
        segment_report.rows,
        LEVELS,
    ),
    "conditions": Kind(
        "Disease registers on their own denominators",
        "Observed people only; registers of the Quality and Outcomes Framework by open code lists.",
        _conditions,
    ),
    "use": Kind("Use of services in 12 months", use_report.HOW, use_report.rows),
    "risk": Kind(
        "Lists of people at greatest risk of an emergency admission",
        "The share of each cluster's people with the highest risk, by a model fitted on this edition's own past.",
        _risk,
    ),
    "scores": Kind("People by score and band", score_report.HOW, score_report.rows),
    "measures": Kind("Measures by practice", measure_report.HOW, measure_report.rows),
    "variation": Kind("Practices against what their lists would use", variation.HOW, variation.rows, (PRACTICE,)),
    "quadrants": Kind("Spend against outcome", variation.HOW_QUADRANTS, variation.quadrants, (PRACTICE,)),
    "model": Kind("How well the risk score does", model_card.HOW, model_card.rows, (AREA,)),
    "practice": Kind("Registers, recorded against expected", expected.HOW, _expected, (CLUSTER, PRACTICE)),
    "costliest": Kind("The hundred people who cost most, in bands", costliest.HOW, costliest.rows),
    "coverage": Kind(
        "How much of each practice is seen",
        "People registered and alive on the date. May be scored: observed adults who did not object, of whom three "
        "months or more are known, in practices that agreed to all that the score needs and send it. Of others there "
        "is not enough data.",
        _coverage,
    ),
    "quality": Kind("Quality of the data, by source and field", quality.HOW, quality.rows),
}
MORE: Mapping[str, Callable[[Made], Row]] = {"risk": _beside_risk, "model": model_card.more, "quality": quality.more}
