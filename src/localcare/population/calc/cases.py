"""The test cases that conditions, segmentations and measures carry, worked out by the very rules that count people."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import ibis
from ibis.backends.sql import SQLBackend

from localcare.population.calc import conditions as rules
from localcare.population.calc import measures, people, segments
from localcare.population.definitions import Conditions, Definitions, Measure, Segmentation
from localcare.terminology import codelists

CASE = {
    "person": "int32", "age": "int16", "mask": "int64", "observed": "bool", "hfrs": "float64", "tenth": "int8",
}  # fmt: skip

MASKS = {"code": "int32", "diagnosed": "int64", "resolved": "int64"}
DAY = date(2017, 3, 31)  # any day: the cases count months before it


def failing(definitions: Definitions, backend: SQLBackend) -> list[str]:
    """A sentence for each test case that does not come out; empty where all definitions hold theirs."""
    found = list(_mistaken(definitions.conditions, backend))
    for segmentation in definitions.segmentations:
        found += misplaced(segmentation, definitions.conditions, backend)
    for measure in definitions.measures:
        found += miscounted(measure, definitions.conditions, backend)
    return found


def _mistaken(conditions: Conditions, backend: SQLBackend) -> Iterator[str]:
    cases = [(condition, case) for condition in conditions.all for case in condition.cases]
    codes = sorted({min(codelists.codes(name)) for _, case in cases for name, _ in case.entries})
    number = {value: n for n, value in enumerate(codes)}
    entries = [
        (person, people.months_before(DAY, months), number[min(codelists.codes(name))])
        for person, (_, case) in enumerate(cases)
        for name, months in case.entries
    ]
    observation = ibis.memtable(entries, schema={"person": "int32", "on": "date", "code": "int32"})
    masks = ibis.memtable(rules.masks(enumerate(codes), conditions), schema=MASKS)
    found = backend.to_pandas(rules.flags(observation, masks, conditions, DAY))
    held = dict(zip(found["person"].tolist(), found["mask"].tolist(), strict=True))
    for person, (condition, case) in enumerate(cases):
        if bool(held.get(person, 0) & condition.flag) != case.holds:
            said = "does not stand" if case.holds else "stands"
            yield f"{condition.key}, case {case.says!r}: by the rule it {said}; mend the rule or the case"


def misplaced(segmentation: Segmentation, conditions: Conditions, backend: SQLBackend) -> Iterator[str]:
    """A sentence for each case of a segmentation whom its rules place elsewhere."""
    if not segmentation.cases:
        return
    placed = segments.segment(_people(segmentation.cases, conditions), segmentation, conditions)
    rows = backend.to_pandas(placed.order_by("person")).itertuples()
    for case, row in zip(segmentation.cases, rows, strict=True):
        if (row.age_band, row.group) != (case["age_band"], case["group"]):
            yield (
                f"{segmentation.key}, case {case['says']!r}: the rules give {row.age_band}, {row.group}, "
                f"not {case['age_band']}, {case['group']}; mend the rule or the case"
            )


def miscounted(measure: Measure, conditions: Conditions, backend: SQLBackend) -> Iterator[str]:
    """A sentence for each case of a measure whom its rules count otherwise."""
    people = _people(measure.cases, conditions, measure.events)
    inside, amount = measures.counted(people, measure, conditions)
    rows = backend.to_pandas(people.select("person", inside=inside, amount=amount).order_by("person")).itertuples()
    for case, row in zip(measure.cases, rows, strict=True):
        if (bool(row.inside), int(row.amount)) != (case["in_denominator"], case["counted"]):
            yield (
                f"{measure.key}, case {case['says']!r}: the rules count {row.amount} and the person is "
                f"{'in' if row.inside else 'not in'} the denominator; mend the rule or the case"
            )


def _people(cases: Sequence[Mapping[str, Any]], conditions: Conditions, events: tuple[str, ...] = ()) -> ibis.Table:
    rows = [
        (
            number,
            case["age"],
            conditions.mask(case.get("conditions", ())),
            True,
            case.get("hospital_frailty"),
            case.get("deprivation_tenth"),
            *(case.get("use", {}).get(name, 0) for name in events),
        )
        for number, case in enumerate(cases)
    ]
    return ibis.memtable(rows, schema={**CASE, **dict.fromkeys(events, "int32")})
