"""Who lives where and is registered with whom: lists, homes, age, sex, turnover, choices."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

import numpy as np

from localcare.demo.agreements import Agreements
from localcare.demo.area import Area
from localcare.demo.draws import Array, Calendar, day, largest_remainder
from localcare.demo.parameters import parameters

NEVER = np.iinfo(np.int32).max
OUTSIDE = -1
LIFE_YEAR = 365.2425


@dataclass
class People:
    """Everybody ever registered in the window, the present lists first, by practice; days count from 1970-01-01."""

    present: int  # the first so many are registered on the date of the extracts
    practice: Array
    lsoa: Array  # OUTSIDE where the home lies beyond the four districts
    born: Array
    age: Array  # whole years on the date of the extracts, or at the end
    sex: Array  # 0 male, 1 female
    frailty: Array  # lasting, standard normal
    starts: Array
    ends: Array  # NEVER while registered
    died: Array  # NEVER while alive
    former_practice: Array  # -1 where the person did not move within the area
    former_starts: Array
    observed: Array  # the practice sends and the person has not opted out
    type_1: Array
    national: Array
    objects_to_risk: Array
    sharing: Array  # index into SHARING

    def __len__(self) -> int:
        return len(self.practice)

    def span(self) -> tuple[Array, Array]:
        """First and last day within the window on which each person could use services."""
        first, last = window()
        began = np.where(self.former_practice >= 0, self.former_starts, self.starts)
        return np.maximum(began, first), np.minimum(np.minimum(self.ends, self.died), last)


SHARING = ("not_asked", "given", "cannot_ask", "objected")


def window() -> tuple[int, int]:
    time = parameters()["time"]
    return day(time["window_starts"]), day(time["as_at"])


def calendar(kind: str) -> Calendar:
    """Days of the window by season: `emergency` or `contact`."""
    time, season = parameters()["time"], parameters()["season"]
    days = (time["as_at"] - time["window_starts"] + timedelta(days=1)).days
    return Calendar.of(time["window_starts"], days, season[kind], season[f"{kind}_week"])


def make(streams: dict[str, np.random.Generator], area: Area, agreements: Agreements, fraction: float) -> People:
    """The present lists, then those who left and those who died, with their choices."""
    lists = largest_remainder(area.practice_list, round(int(area.practice_list.sum()) * fraction))
    practice, lsoa = _homes(area, lists)
    age, sex = _ages(streams["people"], area, lsoa)
    frailty = streams["people"].standard_normal(len(age)).astype(np.float32)
    source, died_flag = _gone(streams["turnover"], age, frailty)
    rows = np.concatenate([np.arange(len(age)), source])
    fate = np.concatenate([np.zeros(len(age), np.int8), np.where(died_flag, 2, 1)])
    return _with_dates(streams, agreements, practice[rows], lsoa[rows], age[rows], sex[rows], frailty[rows], fate)


def _homes(area: Area, lists: Array) -> tuple[Array, Array]:
    """Practice and LSOA of each person: near practices likelier, both margins kept (Furness)."""
    flow = _flow(area)
    practice, lsoa = [], []
    for number, size in enumerate(lists):
        counts = largest_remainder(flow[number], int(size))
        practice.append(np.full(size, number, np.int16))
        lsoa.append(np.repeat(np.arange(len(counts)), counts))
    lsoa_all = np.concatenate(lsoa).astype(np.int16)
    lsoa_all[lsoa_all == len(area.lsoa_codes)] = OUTSIDE
    return np.concatenate(practice), lsoa_all


def _flow(area: Area) -> Array:
    """Expected people by practice and LSOA, with a last column for homes outside, at fraction 1."""
    homes = parameters()["homes"]
    distance = np.linalg.norm(area.practice_xy[:, None] - area.lsoa_xy[None], axis=2)
    inside = area.practice_list * (1 - homes["outside_share"])
    supply = _supply(area, distance.min(axis=0), inside.sum())
    flow = np.exp(-distance / homes["distance_scale_km"])
    for _ in range(60):
        flow *= (supply / flow.sum(axis=0))[None]
        flow *= (inside / flow.sum(axis=1))[:, None]
    return np.hstack([flow, (area.practice_list * homes["outside_share"])[:, None]])


def _supply(area: Area, nearest: Array, total: float) -> Array:
    """People of each LSOA registered in the area: the stated share in Sevenoaks district, the rest elsewhere."""
    homes = parameters()["homes"]
    sevenoaks = np.array([name == "Sevenoaks" for name in area.lsoa_district])
    near = area.lsoa_people * np.exp(-np.maximum(nearest - homes["access_scale_km"], 0) / homes["access_scale_km"])
    wanted = area.lsoa_people[sevenoaks].sum() * homes["sevenoaks_share_registered_in_area"]
    supply = area.lsoa_people * (total - wanted) / area.lsoa_people[~sevenoaks].sum()
    low, high = 0.0, 10.0
    for _ in range(50):
        middle = (low + high) / 2
        taken = np.minimum(near[sevenoaks] * middle, area.lsoa_people[sevenoaks])
        low, high = (middle, high) if taken.sum() < wanted else (low, middle)
    supply[sevenoaks] = taken
    return supply


def _ages(rng: np.random.Generator, area: Area, lsoa: Array) -> tuple[Array, Array]:
    """Age and sex, spread evenly over the LSOA's own distribution so that chance plays little part."""
    drawn = np.empty(len(lsoa), np.int16)
    order = np.lexsort((rng.random(len(lsoa)), lsoa))
    starts = np.searchsorted(lsoa[order], np.arange(OUTSIDE, len(area.lsoa_codes) + 1))
    for number, (first, last) in enumerate(pairwise(starts), start=OUTSIDE):
        shares = area.age_sex.mean(axis=0) if number == OUTSIDE else area.age_sex[number]
        even = (np.arange(last - first) + rng.random(last - first)) / max(last - first, 1)
        at = np.searchsorted(np.cumsum(shares), rng.permutation(even))
        drawn[order[first:last]] = np.minimum(at, len(shares) - 1)
    return drawn // 2, (drawn % 2).astype(np.int8)


def _gone(rng: np.random.Generator, age: Array, frailty: Array) -> tuple[Array, Array]:
    """Who of the window's people are no longer there, drawn as likenesses of the present: index, and died or left."""
    turnover, years = parameters()["turnover"], parameters()["time"]["years"]
    leaving = np.where((age >= 18) & (age < 40), 2.0, 1.0)
    dying = np.exp(turnover["death_age_slope"] * age + turnover["death_frailty_slope"] * frailty)
    left = rng.choice(len(age), round(len(age) * turnover["left_per_year"] * years), p=leaving / leaving.sum())
    died = rng.choice(len(age), round(len(age) * turnover["deaths_per_year"] * years), p=dying / dying.sum())
    return np.concatenate([left, died]), np.repeat([False, True], [len(left), len(died)])


def _with_dates(streams, agreements, practice, lsoa, age, sex, frailty, fate) -> People:
    rng, n = streams["turnover"], len(age)
    first, last = window()
    ended = calendar("emergency").draw(rng, np.full(n, first), np.full(n, last - 1))
    at = np.where(fate == 0, last, ended)
    born = _births(rng, at, age)
    starts = _starts(rng, born, at)
    former, former_starts = _moves(rng, practice, born, starts, len(agreements.codes))
    choices = _choices(streams["choices"], n)
    shares = agreements.in_force("planning")[practice]
    return People(
        present=int((fate == 0).sum()),
        practice=practice,
        lsoa=lsoa,
        born=born,
        age=age,
        sex=sex,
        frailty=frailty,
        starts=starts,
        ends=np.where(fate == 0, NEVER, ended).astype(np.int32),
        died=np.where(fate == 2, ended, NEVER).astype(np.int32),
        former_practice=former,
        former_starts=former_starts,
        observed=shares & ~choices["type_1"] & ~choices["national"],
        **choices,
    )


def _births(rng: np.random.Generator, at: Array, age: Array) -> Array:
    """A birthday that makes the person just that old in whole months on the day."""
    month = at.astype("datetime64[D]").astype("datetime64[M]").astype(int) - age * 12 - rng.integers(0, 12, len(age))
    first = month.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return np.minimum(first + rng.integers(0, 28, len(age)), at).astype(np.int32)


def _starts(rng: np.random.Generator, born: Array, at: Array) -> Array:
    """Start of registration: some joined in the window, the rest before it, nobody before birth."""
    first, _ = window()
    joined = parameters()["turnover"]["joined_per_year"] * parameters()["time"]["years"]
    recent = first + rng.random(len(born)) * (at - first)
    long_ago = first - rng.exponential(12 * LIFE_YEAR, len(born))
    chosen = np.where(rng.random(len(born)) < joined, recent, long_ago)
    return np.minimum(np.maximum(chosen, born + rng.integers(0, 30, len(born))), at).astype(np.int32)


def _moves(rng, practice: Array, born: Array, starts: Array, practices: int) -> tuple[Array, Array]:
    """Some of those who joined in the window came from another practice of the area."""
    first, _ = window()
    turnover = parameters()["turnover"]
    share = turnover["moved_within_per_year"] / turnover["joined_per_year"]
    moved = (starts > first) & (starts - born > 400) & (rng.random(len(starts)) < share)
    other = (practice + rng.integers(1, practices, len(practice))) % practices
    began = np.maximum(born, starts - (rng.exponential(6 * LIFE_YEAR, len(born)) + 200).astype(np.int32))
    return np.where(moved, other, -1).astype(np.int16), began.astype(np.int32)


def _choices(rng: np.random.Generator, n: int) -> dict[str, Array]:
    shares = parameters()["choices"]
    sharing = [shares[f"sharing_{name}"] for name in SHARING[1:]]
    return {
        "type_1": rng.random(n) < shares["type_1_opt_out"],
        "national": rng.random(n) < shares["national_opt_out"],
        "objects_to_risk": rng.random(n) < shares["risk_objection"],
        "sharing": rng.choice(len(SHARING), n, p=[1 - sum(sharing), *sharing]).astype(np.int8),
    }
