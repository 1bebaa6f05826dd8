"""The groups in which a model of risk is tested, for those it might serve worse."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from ibis import ir
from numpy.typing import NDArray

from localcare.population.calc.risk import Columns
from localcare.population.definitions.risk_test import RiskTest

NOT_KNOWN = "not_known"
NOT_RECORDED = "not_recorded"
FIFTH, ETHNIC, SEX, AGE, CLUSTER = "deprivation", "ethnic_group", "sex", "age_band", "cluster"
PARTS = (FIFTH, ETHNIC, SEX, AGE, CLUSTER)


def groups(
    person: ir.Table, columns: Columns, fifths: Mapping[int, int], clusters: Mapping[int, int], test: RiskTest
) -> dict[str, NDArray]:
    """The key of each person in each part, in the order of `columns`.

    In: table `person` of an edition; columns with person, practice, age; `fifths`: the deprivation fifth (1 the most
    deprived) of each area's number; `clusters` as in the pipeline.
    """
    known = person.select("person", "sex", "ethnicity", "area").order_by("person").to_pandas()
    at = np.searchsorted(known["person"].to_numpy(), columns["person"])
    of = {name: known[name].to_numpy()[at] for name in ("sex", "ethnicity", "area")}
    heading = {code: group.key for group in test.ethnic_groups for code in group.codes}
    return {
        FIFTH: _mapped(of["area"], {area: str(fifth) for area, fifth in fifths.items()}, NOT_KNOWN),
        ETHNIC: _mapped(of["ethnicity"], heading, NOT_RECORDED),
        SEX: of["sex"].astype(str),
        AGE: _bands(columns["age"], test),
        CLUSTER: _mapped(columns["practice"], {p: str(c) for p, c in clusters.items()}, NOT_KNOWN),
    }


def _mapped(found: NDArray, keys: Mapping, other: str) -> NDArray:
    at, different = pd.factorize(found, use_na_sentinel=False)
    words = {_word(value): key for value, key in keys.items()}
    return np.array([words.get(_word(value), other) for value in different.tolist()])[at]


def _word(value: object) -> str:
    """A number as it is written without a decimal part: a column with gaps holds 3 as 3.0."""
    return str(value).removesuffix(".0")


def _bands(age: NDArray, test: RiskTest) -> NDArray:
    keys = np.full(len(age), NOT_KNOWN, dtype="U20")
    for band in test.age_bands:
        keys[(age >= band.first) & (age <= (np.iinfo(np.int16).max if band.last is None else band.last))] = band.key
    return keys
