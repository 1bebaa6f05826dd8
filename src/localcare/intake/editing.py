"""An extract into an edition: stage, link, write each table, swap in. No Django: everything needed is given."""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path

import duckdb

from localcare.dataset import contract
from localcare.dataset.editions import Edition, EditionWriter
from localcare.intake import linking, people, shapes, staging
from localcare.intake.extract import CannotIntake, Extract, Reject
from localcare.intake.feeds import FEEDS, Feed
from localcare.intake.identity import MACROS

MEMORY = "4GB"
SOURCES = ("gp", "acute", "nhs111", "ambulance", "community", "mental_health", "social_care")


@dataclass(frozen=True)
class Pseudonyms:
    """How people are pseudonymised: given by `access`, so that no key passes through here."""

    purposes: tuple[str, ...]
    pseudonymise: Callable[[Sequence[str], str], list[str]]
    identity: Callable[[str | None, str, str], str]
    fingerprints: dict[str, str]


@dataclass(frozen=True)
class FileCount:
    """What became of a file's rows. rows_in = accepted + rejected; accepted is the sum of the five after it."""

    file: str
    shape: str
    rows_in: int
    accepted: int
    rejected: int
    kept: int
    repeated: int
    unlinked: int
    left_out: int
    not_used: int
    linked_by_rule: int = 0


class Editing:
    """One intake at work. `counts` and `rejects` fill as shapes are read; `connection` holds the accepted rows."""

    def __init__(
        self, extract: Extract, writer: EditionWriter, pseudonyms: Pseudonyms, progress: Callable[[str], None]
    ) -> None:
        self.extract, self.writer, self.pseudonyms, self.progress = extract, writer, pseudonyms, progress
        self.counts: list[FileCount] = []
        self.rejects: list[Reject] = list(extract.refused)
        self.coverage: dict[tuple[str, str], int] = {}
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": MEMORY,
            "threads": os.cpu_count() or 2,
            "temp_directory": str(writer.scratch / "spill"),
        }
        self.connection = duckdb.connect(str(writer.scratch / "intake.duckdb"), config=settings)

    def make(self) -> Edition:
        """The finished edition, swapped in. Raises CannotIntake where no registration can be read."""
        self.connection.execute(MACROS)
        self._stage("agreements", people.AGREEMENT_KEEP)
        people.keep_agreements(self.connection, self.extract.as_at)
        self._count_plain("agreements")
        self._register_people()
        self.connection.execute("CREATE TABLE code (code INT, system VARCHAR, value VARCHAR)")
        for feed in FEEDS:
            self._take_in(feed)
        for table in ("person", "pseudonym", "practice", "area", "agreement", "code"):
            self.writer.write(self.connection, table, f'FROM "{table}"')
        self.progress("checking and swapping in")
        return self.writer.finish(self._manifest())

    def _register_people(self) -> None:
        self._stage("gp_patient", people.KEEP)
        if not self.connection.execute(f"SELECT count(*) FROM {staging.GOOD}").fetchall()[0][0]:
            raise CannotIntake(
                f"{self.extract.folder} holds no usable row of gp_patient, so there are no people to link to. "
                f"{_first_reasons(self.rejects)}"
            )
        people.keep_registrations(self.connection, self.pseudonyms.identity)
        self._keep_unreadable()
        self._count_plain("gp_patient")
        people.make_people(self.connection, self.pseudonyms.pseudonymise, self.pseudonyms.purposes)
        people.make_links(self.connection, SOURCES)

    def _keep_unreadable(self) -> None:
        """Remember whose registration was sent but rejected, and whose list is therefore not whole."""
        sent = "SELECT file, organisation, patient_id FROM staged WHERE faults <> 0"
        self.connection.execute(f"CREATE TABLE rejected_registration AS {sent}")
        self.broken_lists = {file.number for file in self.staged if any(r.column is None for r in file.rejects)}

    def _stage(self, shape: str, keep: dict[str, str]) -> None:
        self.progress(f"reading {shape}")
        self.connection.execute("DROP VIEW IF EXISTS linked")
        found = self.extract.of_shape(shape)
        self.staged = staging.stage(
            self.connection, shapes.load()[shape], found, keep, self.extract.as_at, self.writer.scratch
        )
        for file in self.staged:
            self.rejects += file.rejects
        staging.mark_repeats(self.connection)
        self.repeated = staging.repeats_by_file(self.connection)

    def _count_plain(self, shape: str) -> None:
        for file in self.staged:
            repeated = self.repeated.get(file.number, 0)
            accepted = file.rows_in - file.rejected
            kept = accepted - repeated
            self.counts.append(
                FileCount(file.file, shape, file.rows_in, accepted, file.rejected, kept, repeated, 0, 0, 0)
            )

    def _take_in(self, feed: Feed) -> None:
        self._stage(feed.shape, dict(feed.keep))
        source = shapes.load()[feed.shape].source
        linking.link(self.connection, feed, source)
        self.connection.execute("DROP TABLE staged")
        self._count_fates(feed)
        self._cover(source)
        linking.keep_index(self.connection, feed)
        if feed.codes:
            self.connection.execute(f"""
                INSERT INTO code SELECT (SELECT count(*) FROM code) + row_number() OVER (ORDER BY system, value) - 1,
                    system, value FROM (SELECT DISTINCT system, value FROM ({feed.codes}) WHERE value IS NOT NULL)""")
        if feed.prepare:
            self.connection.execute(feed.prepare)
        for table, query in feed.tables.items():
            self.writer.write(self.connection, table, query)

    def _count_fates(self, feed: Feed) -> None:
        rows = self.connection.execute("SELECT file, fate::VARCHAR, count(*) FROM fated GROUP BY ALL").fetchall()
        fates = {(file, fate): count for file, fate, count in rows}
        by_rule = dict(self.connection.execute("SELECT file, count(*) FROM fated WHERE by_rule GROUP BY 1").fetchall())
        for file in self.staged:
            self.counts.append(
                FileCount(
                    file.file,
                    feed.shape,
                    file.rows_in,
                    file.rows_in - file.rejected,
                    file.rejected,
                    repeated=self.repeated.get(file.number, 0),
                    linked_by_rule=by_rule.get(file.number, 0),
                    **{fate: fates.get((file.number, fate), 0) for fate in linking.FATES},
                )
            )

    def _cover(self, source: str) -> None:
        counted = self.connection.execute("""
            SELECT ods_code, count(*) FROM linked JOIN person USING (person) JOIN practice USING (practice) GROUP BY 1
        """)
        for practice, rows in counted.fetchall():
            self.coverage[practice, source] = self.coverage.get((practice, source), 0) + rows

    def _manifest(self) -> dict:
        return {
            "area": self.extract.area,
            "synthetic": self.extract.synthetic,
            "rules": _rules(),
            "key_fingerprints": self.pseudonyms.fingerprints,
            "files": [asdict(count) for count in self.counts],
            "refused_files": [asdict(reject) for reject in self.extract.refused],
            "coverage": list(self._coverage()),
        }

    def _coverage(self) -> Iterator[dict]:
        people_of = self.connection.execute("""
            SELECT ods_code, count(*), count(*) FILTER (observed) FROM person JOIN practice USING (practice)
            GROUP BY 1 ORDER BY 1
        """).fetchall()
        agreed = set(self.connection.execute("SELECT practice, source, purpose FROM in_force").fetchall())
        for practice, everyone, observed in people_of:
            for source in SOURCES:
                yield {
                    "practice": practice,
                    "source": source,
                    "planning": (practice, source, "planning") in agreed,
                    "risk_stratification": (practice, source, "risk_stratification") in agreed,
                    "people": everyone,
                    "people_observed": observed,
                    "rows": self.coverage.get((practice, source), 0),
                }


@contextmanager
def opened(
    extract: Extract, dataset: Path, pseudonyms: Pseudonyms, progress: Callable[[str], None]
) -> Iterator[Editing]:
    """An intake of an extract into a dataset folder; what it leaves behind is cleared at its end."""
    id = edition_id(extract, pseudonyms.fingerprints)
    with EditionWriter(dataset, id, extract.as_at) as writer:
        editing = Editing(extract, writer, pseudonyms, progress)
        try:
            yield editing
        finally:
            editing.connection.close()


def edition_id(extract: Extract, fingerprints: dict[str, str]) -> str:
    """The date and a short hash of the input, the keys and the rules: the same input again gives the same id."""
    whole = hashlib.sha256(f"{extract.digest()} {sorted(fingerprints.items())} {_rules()}".encode())
    return f"{extract.as_at}-{whole.hexdigest()[:8]}"


def _rules() -> str:
    rules = hashlib.sha256(str(contract.load()).encode())
    room = files("localcare.intake")
    for path in sorted([*room.iterdir(), *room.joinpath("shapes").iterdir()], key=lambda path: path.name):
        if path.name.endswith((".py", ".toml")):
            rules.update(path.read_bytes())
    return rules.hexdigest()[:16]


def _first_reasons(rejects: Sequence[Reject]) -> str:
    reasons = [f"{r.file} {r.reason}" for r in rejects if r.file.startswith("gp_patient")][:3]
    return "; ".join(reasons) or "Add gp_patient.csv."
