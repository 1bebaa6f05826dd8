"""Shapes the explorer's page: the way one came, the bars and where they lead, the finding, the choices at the side."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from localcare.design.charts import Bar, BarChart, bar_chart
from localcare.design.formats import percent, pounds, protected
from localcare.population.calc.cube import IN_POUNDS, SETTINGS
from localcare.population.definitions import Segmentation
from localcare.population.explorer import (
    AREA,
    BELOW,
    BY,
    DIMENSIONS,
    PEOPLE,
    PER_HEAD,
    SHOWS,
    SPEND,
    Answer,
    Question,
    ways,
)
from localcare.population.explorer_cube import UNKNOWN
from localcare.population.sharing import NONE
from localcare.population.words import lowered

Unit = tuple[str, str]
USUAL = Question()


def address(unit: Unit, by: str, where: Mapping[str, str], show: str, segmentation: str) -> str:
    """The page's address for a question: what is usual is left out, but the place, which differs by viewer."""
    asked = {"at": ":".join(unit), "by": by, **where}
    asked |= {} if show == USUAL.show else {"show": show}
    asked |= {} if segmentation == USUAL.segmentation else {"segmentation": segmentation}
    return f"?{urlencode(asked)}"


@dataclass(frozen=True)
class Choices:
    """Where one can go from a question; `may` says what the viewer may see."""

    question: Question
    may: Callable[[Unit, str], bool]

    def there(self, unit: Unit, where: Mapping[str, str]) -> list[str]:
        found = ways(unit, tuple(where.items()))
        return [by for by in found if self.may(unit, by) and by != "nothing"]

    def go(self, unit: Unit, where: Mapping[str, str], by: str = "", show: str = "", segmentation: str = "") -> str:
        """The address of a question near this one; empty where there is none."""
        q = self.question
        there = self.there(unit, where)
        if not there or not self.may(unit, ""):
            return ""
        kept = by if by in there else q.by if q.by in there else there[0]
        return address(unit, kept, where, show or q.show, segmentation or q.segmentation)

    def into(self, part: str) -> str:
        """Where a bar leads: to the place it stands for, or to the same place narrowed to it."""
        q = self.question
        where = dict(q.where)
        if q.by in BELOW["area"]:
            return "" if part == UNKNOWN else self.go((q.by, part), where)
        if q.by == "setting":
            return self.go(q.unit, where, by=next(iter(self.there(q.unit, where)), ""), show=part)
        return self.go(q.unit, {**where, q.by: part})

    def filters(self, grids: Sequence[Segmentation], values: Mapping[str, Mapping[str, str]]) -> list[dict]:
        """Links at the side: by what, what to show, what is narrowed and how to take it away."""
        q, where = self.question, dict(self.question.where)
        found = [
            _links("By", [(BY[by], self.go(q.unit, where, by=by), by == q.by) for by in self.there(q.unit, where)]),
            _links("Show", [(label, self.go(q.unit, where, q.by, show=s), s == q.show) for s, label in SHOWS.items()]),
        ]
        for name, value in where.items():
            less = {key: kept for key, kept in where.items() if key != name}
            found.append(
                _links(DIMENSIONS[name], [(f"Any {DIMENSIONS[name].lower()}", self.go(q.unit, less, q.by), False)]
                       + [(label, self.go(q.unit, {**less, name: key}, q.by), key == value)
                          for key, label in values[name].items()])
            )  # fmt: skip
        # Age bands and groups are a segmentation's own, so another one starts without them.
        kept = {name: value for name, value in where.items() if name not in ("age", "group")}
        grid_links = [
            (g.label, self.go(q.unit, kept, q.by, segmentation=g.key), g.key == q.segmentation) for g in grids
        ]
        return [*found, _links("Groups", grid_links)]


def _links(title: str, links: Sequence[tuple[str, str, bool]]) -> dict:
    return {"title": title, "links": [link for link in links if link[1]]}


def steps(
    question: Question, names: Mapping[Unit, str], labels: Mapping[str, Mapping[str, str]], area: str, choices: Choices
) -> list[tuple[str, str]]:
    """The way here: the area, the place, each filter in turn; the last without an address."""
    found = [(area, choices.go(AREA, {}))]
    if question.unit != AREA:
        found.append((names.get(question.unit, question.unit[1]), choices.go(question.unit, {})))
    taken: dict[str, str] = {}
    for name, value in question.where:
        taken[name] = value
        found.append((labels[name][value], choices.go(question.unit, dict(taken))))
    return [*found[:-1], (found[-1][0], "")]


def value_of(answer: Answer, row: Mapping[str, Any]) -> float | None:
    """The figure a bar shows."""
    if answer.question.by == "setting" or answer.question.show in SETTINGS:
        return row["per_1000_people"]
    return row[answer.question.show]


def in_chart(answer: Answer, row: Mapping[str, Any]) -> bool:
    """Whether a bar can stand beside the others: not of nobody or unshared, and not pounds beside contacts."""
    return (
        not nobody(answer, row)
        and not unshared(answer, row)
        and not (answer.question.by == "setting" and row["part"] in IN_POUNDS)
    )


def nobody(answer: Answer, row: Mapping[str, Any]) -> bool:
    """Whether what a bar would show is of nobody at all, which is told, and not that there is a figure to hide."""
    return answer.question.show != PEOPLE and row.get("people") == 0


def unshared(answer: Answer, row: Mapping[str, Any]) -> bool:
    """Whether no practice of a row shares what its bar would show."""
    of_spend = answer.question.by != "setting" and answer.question.show in (SPEND, PER_HEAD)
    return row.get("spend_shared_by" if of_spend else "shared_by") == NONE


def in_words(answer: Answer) -> Callable[[float | None], str]:
    if answer.question.by == "setting" or answer.question.show in SETTINGS:
        return lambda value: "not shown" if value is None else f"{value:,.1f}"
    if answer.question.show == PEOPLE:
        return lambda value: protected(None if value is None else int(value))
    return pounds


def chart(answer: Answer, beside: Answer | None, ours: str, area: str, choices: Choices) -> BarChart:
    """The bars, each leading on; the area's in grey where a figure a head can be compared."""
    others = {row["part"]: value_of(answer, row) for row in beside.rows} if beside else {}
    kept = [row for row in answer.rows if in_chart(answer, row)]
    bars = [
        Bar(row["label"], value_of(answer, row), others.get(row["part"]), choices.into(row["part"])) for row in kept
    ]
    return bar_chart(bars, write=in_words(answer), ours_name=ours, other_name=area if beside else "")


def finding(answer: Answer) -> str:
    """One sentence: which part has most, and of how many."""
    known = [row for row in answer.rows if in_chart(answer, row) and value_of(answer, row)]
    if not known:
        return "There is not enough data to say."
    most = max(known, key=lambda row: value_of(answer, row) or 0)
    write, q = in_words(answer), answer.question
    hidden = any(value_of(answer, row) is None for row in answer.rows if not nobody(answer, row))
    among = "Of what is shown, most: " if hidden else "Most: "
    told = f"{among}{most['label']}, {write(value_of(answer, most))}"
    if q.by == "setting":
        return f"Used most: {lowered(most['label'])}, {write(value_of(answer, most))} for 1,000 people."
    if q.show in SETTINGS:
        return f"{told} for 1,000 people."
    whole = answer.whole[q.show]
    if q.show == PER_HEAD:
        return f"{told} a head, against {pounds(whole)} among all here."
    if not whole or (q.by == "condition"):
        return f"{told}."
    return f"{told} of {write(whole)} ({percent((value_of(answer, most) or 0) / whole)})."


def table_rows(answer: Answer, choices: Choices) -> list[dict[str, Any]]:
    """The rows of the table with the whole last, each with where it leads."""
    rows = [{**row, "href": choices.into(row["part"])} for row in answer.rows]
    return rows if answer.question.by == "setting" else [*rows, {"label": "All here", "href": "", **answer.whole}]
