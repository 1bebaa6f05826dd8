"""What happened to people by pseudonym, from the edition in use: for evaluations, which show sums only.

Planning, not direct care: sources and people without the planning agreement, those who opted out and those who object
to risk stratification are left out.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import numpy as np
from django.conf import settings
from ibis import ir
from numpy.typing import NDArray

from localcare.dataset import contract, editions
from localcare.population import definitions as definition_files
from localcare.population.calc import conditions as condition_calc
from localcare.population.calc import outcomes as calc
from localcare.population.calc.outcomes import OUTCOMES, Happened
from localcare.population.calc.people import age_on, months_before
from localcare.population.calc.purpose import PLANNING, RISK, permitted
from localcare.population.definitions import Conditions, Prices
from localcare.population.models import Run

MEMORY = "3GB"
LOOK_BACK_MONTHS = 12
MOST_BEFORE = 3
LONG_TERM = (1, 2, 4)
FROM_AGE = 18


@dataclass(frozen=True)
class Source:
    """The edition in use as planning may see it, and the numbers of the people whose hospital use is seen in it."""

    tables: Mapping[str, ir.Table]
    seen: ir.Table
    until: date
    prices: Prices
    conditions: Conditions


@dataclass(frozen=True)
class _Diagnoses:
    """The coded entries that tell of a condition, of the people who are compared; and what the codes mean."""

    entries: ir.Table
    codes: ir.Table


@dataclass(frozen=True)
class Alike:
    """A row a person and month: person and set of like people as numbers, taken on in it or not, years and amounts."""

    person: NDArray[np.int64]
    stratum: NDArray[np.int64]
    reached: NDArray[np.bool_]
    years: NDArray[np.float64]
    amounts: Mapping[str, NDArray[np.float64]]


@contextmanager
def source(run: Run) -> Iterator[Source]:
    """The edition of a run, open for questions. Raises NoEdition."""
    connection = editions.named(settings.DATASET, run.edition).connection(memory_limit=MEMORY)
    with closing(connection.con):
        allowed = permitted({table: connection.table(table) for table in contract.load().tables}, PLANNING)
        person = allowed.tables["person"]
        barred = sorted(allowed.lost.get("acute", frozenset()))
        seen = person.filter(person.observed, person.risk_stratification)
        if barred:
            seen = seen.filter(seen.practice.notin(barred))
        loaded = definition_files.usable(settings.DATA / "segmentations")
        yield Source(allowed.tables, seen, run.as_at, loaded.prices, loaded.conditions)


def of_pseudonyms(of: Source, pseudonyms: Sequence[str], cuts: Sequence[date]) -> Happened:
    """What happened to people from each of `cuts` on, in their order; nothing, and no years, for those not seen."""
    asked = ibis.memtable(list(enumerate(pseudonyms)), schema={"at": "int32", "pseudonym": "string"})
    hashed = of.tables["pseudonym"]
    joined = hashed.filter(hashed.purpose == RISK).inner_join(asked, "pseudonym").select("person", "at")
    known = joined.semi_join(of.seen, "person").order_by("at").to_pandas()
    found = calc.happened(of.tables, known["person"].tolist(), cuts, of.until, of.prices)
    years = np.zeros((len(pseudonyms), len(cuts)))
    years[known["at"].to_numpy()] = found.years
    amounts = {name: np.zeros(years.shape) for name in OUTCOMES}
    for name, amount in found.amounts.items():
        amounts[name][known["at"].to_numpy()] = amount
    return Happened(years, amounts)


def alike(of: Source, practice_codes: Collection[str], taken_on: Mapping[str, date]) -> Alike | None:
    """People of some practices month by month: those taken on in it, and others alike before it who were not yet.

    taken_on: pseudonym and day. Alike in age (ten years), sex, emergency admissions and A&E attendances in the 12
    months before the month, and number of long-term conditions recorded before it. They are followed from the first
    day of the next month; by what happened in that month they are neither chosen nor counted. Whoever dies or leaves
    later stands where they stood that month. None where nobody was taken on early enough to be followed.
    """
    people = _adults(of, practice_codes)
    diagnoses = _diagnoses(of, people["person"])
    day = {p: taken_on[name] for p, name in _names(of, taken_on).items()}
    months = sorted({d.replace(day=1) for d in day.values() if _next(d) <= of.until})
    parts = [part for month in months if (part := _month(of, people, diagnoses, day, month))]
    if not parts:
        return None
    return Alike(
        person=np.concatenate([part.person for part in parts]),
        stratum=_joined([part.stratum for part in parts]),
        reached=np.concatenate([part.reached for part in parts]),
        years=np.concatenate([part.years for part in parts]),
        amounts={name: np.concatenate([part.amounts[name] for part in parts]) for name in OUTCOMES},
    )


def _month(
    of: Source, people: Mapping[str, NDArray], diagnoses: _Diagnoses, day: Mapping[int, date], month: date
) -> Alike | None:
    after = _next(month)
    on = np.array([day.get(p, date.max).toordinal() for p in people["person"].tolist()])
    waiting = on >= month.toordinal()
    numbers = people["person"][waiting]
    reached = on[waiting] < after.toordinal()
    start = months_before(month, LOOK_BACK_MONTHS)
    before = calc.happened(of.tables, numbers.tolist(), [start], month - timedelta(days=1), of.prices)
    later = calc.happened(of.tables, numbers.tolist(), [after], of.until, of.prices)
    age = month.year - people["birth_year"][waiting] - (month.month < people["birth_month"][waiting])
    keys = np.stack(
        [
            age // 10,
            people["sex"][waiting],
            np.minimum(before.amounts["admissions"][:, 0], MOST_BEFORE),
            np.minimum(before.amounts["attendances"][:, 0], MOST_BEFORE),
            np.searchsorted(LONG_TERM, _long_term(of, diagnoses, numbers, month), side="right"),
        ],
        axis=1,
    )
    stratum = np.unique(keys, axis=0, return_inverse=True)[1].ravel()
    kept = (later.years[:, 0] > 0) & (age >= FROM_AGE)
    if not (kept & reached).any():
        return None
    amounts = {name: amount[kept, 0] for name, amount in later.amounts.items()}
    return Alike(numbers[kept].astype(np.int64), stratum[kept], reached[kept], later.years[kept, 0], amounts)


def _adults(of: Source, practice_codes: Collection[str]) -> dict[str, NDArray]:
    """The seen people of practices who may be listed, with what makes them alike whatever the month."""
    practice = of.tables["practice"]
    here = practice.filter(practice.ods_code.isin(sorted(practice_codes))).select("practice")
    rows = of.seen.semi_join(here, "practice")
    adult = rows.filter(age_on(rows.birth_year, rows.birth_month, of.until) >= FROM_AGE)
    found = adult.select("person", "birth_year", "birth_month", "sex").order_by("person").to_pandas()
    return {
        "person": found["person"].to_numpy(),
        "birth_year": found["birth_year"].to_numpy().astype(np.int64),
        "birth_month": found["birth_month"].to_numpy().astype(np.int64),
        "sex": np.unique(found["sex"].to_numpy().astype(str), return_inverse=True)[1],
    }


def _diagnoses(of: Source, people: NDArray) -> _Diagnoses:
    """Read once and held in the connection, as each month asks for them."""
    codes = condition_calc.code_masks(of.tables["code"], of.conditions)
    asked = ibis.memtable([(p,) for p in people.tolist()], schema={"person": "int32"})
    entries = of.tables["observation"].semi_join(codes, "code").semi_join(asked, "person")
    kept = entries.get_backend().create_table(ibis.util.gen_name("diagnoses"), entries, temp=True)
    return _Diagnoses(kept, codes)


def _long_term(of: Source, diagnoses: _Diagnoses, people: NDArray, month: date) -> NDArray[np.int64]:
    """How many long-term conditions each of `people` had by what was recorded before a month."""
    flags = condition_calc.flags(diagnoses.entries, diagnoses.codes, of.conditions, month - timedelta(days=1))
    rows = flags.select("person", held=condition_calc.count(flags.mask, of.conditions)).to_pandas()
    held = dict(zip(rows["person"].tolist(), rows["held"].tolist(), strict=True))
    return np.array([held.get(p, 0) for p in people.tolist()], dtype=np.int64)


def _names(of: Source, pseudonyms: Collection[str]) -> dict[int, str]:
    asked = ibis.memtable([(p,) for p in pseudonyms], schema={"pseudonym": "string"})
    hashed = of.tables["pseudonym"]
    found = hashed.filter(hashed.purpose == RISK).inner_join(asked, "pseudonym").select("person", "pseudonym")
    rows = found.to_pandas()
    return dict(zip(rows["person"].tolist(), rows["pseudonym"].tolist(), strict=True))


def _joined(parts: Sequence[NDArray]) -> NDArray[np.int64]:
    """Strata of each month, numbered apart."""
    firsts = np.cumsum([0, *(int(part.max()) + 1 for part in parts[:-1])])
    return np.concatenate([part + first for part, first in zip(parts, firsts, strict=True)])


def _next(day: date) -> date:
    """The first day of the month after."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
