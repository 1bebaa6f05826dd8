"""Building the synthetic area: the suppliers' files, and beside them what is true."""

import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import numpy as np

from localcare.demo import (
    agreements,
    area,
    community,
    conditions,
    dirt,
    extracts,
    gp,
    hospital,
    identity,
    kin,
    people,
    registrations,
    truth,
)
from localcare.demo.agreements import COVERAGES
from localcare.demo.draws import day
from localcare.demo.folders import remove
from localcare.demo.frames import Rows
from localcare.demo.parameters import conditions as all_conditions
from localcare.demo.parameters import parameters
from localcare.demo.streams import Streams

PEOPLE_A_PART = 45_000
DEFAULT_SEED = 2017
Progress = Callable[[str], None]


class BadRequest(ValueError):
    """The area cannot be made as asked; the message says what to give instead."""


@dataclass(frozen=True)
class Summary:
    """What was written: people present, rows by shape (malformed ones apart), seconds."""

    folder: Path
    people: int
    rows: dict[str, int]
    malformed: dict[str, int]
    seconds: float

    @property
    def activity_rows(self) -> int:
        return sum(self.rows.values()) - self.rows["gp_patient"]

    def as_json(self) -> dict:
        return {**asdict(self), "folder": str(self.folder), "activity_rows": self.activity_rows}


def generate(
    folder: Path, *, fraction: float, seed: int, coverage: str | None = None, progress: Progress | None = None
) -> Summary:
    """Write the extracts to `folder/extracts` and what is true to `folder/truth`, swapped in when whole.

    `fraction` above 0 to 1 scales the practice lists; the same seed gives the same files. Raises BadRequest.
    """
    _check(fraction, coverage)
    begun, tell = time.perf_counter(), progress or (lambda _: None)
    fresh = {name: folder / f".{name}.new" for name in ("extracts", "truth")}
    for path in fresh.values():
        shutil.rmtree(path, ignore_errors=True)
    tell("People")
    made = make_people(fraction=fraction, seed=seed, coverage=coverage)
    with extracts.Writer(fresh["extracts"]) as writer:
        made.write(writer, fresh["truth"], tell)
    for name, path in fresh.items():
        remove(folder / name)
        path.rename(folder / name)
    seconds = time.perf_counter() - begun
    present = made.practice.people.present
    return Summary(folder, present, dict(writer.rows), dict(writer.malformed), round(seconds, 1))


def make_people(*, fraction: float, seed: int, coverage: str | None = None) -> "Made":
    """The people, their conditions and identities, before anything is written."""
    return Made(Streams(seed), fraction, coverage)


def _check(fraction: float, coverage: str | None) -> None:
    if not 0 < fraction <= 1:
        raise BadRequest(f"fraction {fraction} does not lie above 0 and up to 1; give 0.1 for a tenth of the area")
    if coverage is not None and coverage not in COVERAGES:
        raise BadRequest(f"no coverage {coverage!r}; there are: {', '.join(COVERAGES)}, or leave it out")


class Made:
    """The people and what the parts need of them; `write` makes and writes the rows, part by part."""

    def __init__(self, streams: Streams, fraction: float, coverage: str | None) -> None:
        self.streams, self.area = streams, area.area()
        self.agreements = agreements.make(streams, self.area.practice_codes, self.area.practice_list, coverage)
        held = people.make(streams, self.area, self.agreements, fraction)
        has = conditions.make(streams, held, self.area)
        count = sum((has[c.name].astype(np.int8) for c in all_conditions() if c.counts), np.zeros(len(held), np.int8))
        self.practice = gp.Practice(held, has, count, self.agreements)
        alone = identity.make(streams["identity"], held, len(self.area.lsoa_codes))
        self.identity = kin.make(streams["kin"], held, alone)

    def write(self, writer: extracts.Writer, truths: Path, tell: Progress) -> None:
        truths.mkdir(parents=True)
        truth.people(truths, self.practice, self.identity)
        writer.agreements(self.agreements.rows())
        writer.extract()
        self._registrations(writer)
        for name, make in self._others().items():
            tell(name)
            for shape, rows in make().items():
                self._other(writer, truths, shape, rows)
        self._general_practice(writer, tell)

    def _registrations(self, writer: extracts.Writer) -> None:
        rows = registrations.rows(self.streams["registrations"], self.practice, self.area, self.identity)
        writer.add("gp_patient", "", dirt.repeated(self.streams["dirt gp_patient"], rows)[0].table())

    def _others(self) -> dict[str, Callable[[], dict[str, Rows]]]:
        streams, practice = self.streams, self.practice
        site = hospital.sites(streams["sites"], practice.people, self.area)
        return {
            "Hospital spells and emergencies": lambda: self._hospital(site),
            "Outpatients": lambda: {"sus_outpatient": hospital.outpatient_rows(streams["outpatients"], practice, site)},
            "NHS 111": lambda: {"nhs111": community.calls_111(streams["nhs111"], practice)},
            "Community health": lambda: community.community(streams["community"], practice),
            "Mental health": lambda: {"mental_health_contact": community.mental_health(streams["mental"], practice)},
            "Social care": lambda: {"asc_cld": community.social_care(streams["social"], practice)},
        }

    def _hospital(self, site: np.ndarray) -> dict[str, Rows]:
        spells = hospital.spells(self.streams, self.practice, self.area)
        rng = self.streams["hospital rows"]
        attendances, ambulances = hospital.emergency_rows(rng, self.practice, spells, site)
        stays = hospital.spell_rows(rng, self.practice, spells, site)
        return {"sus_apc_spell": stays, "ecds": attendances, "ambulance": ambulances}

    def _other(self, writer: extracts.Writer, truths: Path, shape: str, rows: Rows) -> None:
        """One file a financial year, with the dirt of sources outside general practice."""
        rng = self.streams[f"dirt {shape}"]
        known, spoilt = dirt.identify(rng, shape, rows, self.practice.people, self.identity, self.area.practice_codes)
        names = dirt.IDENTIFIERS.get(shape)
        dirty, corrected = dirt.repeated(rng, known, names.postcode if names else "")
        spoilt["another postcode"][corrected] = True
        truth.links(truths / "links", shape, extracts.shape(shape)["key"], known, self.identity, spoilt)
        starts = _year_starts()
        year = dirt.years(rng, dirty, np.array([day(start) for start in starts]))
        for number, start in enumerate(starts):
            part = f"{start.year}-{(start.year + 1) % 100:02d}"
            members = np.flatnonzero(year == number)
            if len(members):
                writer.add(shape, part, dirty.take(members).table())

    def _general_practice(self, writer: extracts.Writer, tell: Progress) -> None:
        everybody = np.arange(len(self.practice.people))
        parts = np.array_split(everybody, max(1, round(len(everybody) / PEOPLE_A_PART)))
        for number, members in enumerate(parts):
            tell(f"General practice {number + 1} of {len(parts)}")
            for shape, rows in gp.parts(self.practice, self.streams, members, number).items():
                again, _ = dirt.repeated(self.streams[f"dirt {shape} {number}"], rows)
                writer.add(shape, f"part-{number + 1:02d}", again.table())


def _year_starts() -> list[date]:
    time_ = parameters()["time"]
    return [time_["window_starts"].replace(year=time_["window_starts"].year + n) for n in range(time_["years"])]
