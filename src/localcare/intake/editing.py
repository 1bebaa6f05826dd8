"""An extract into an edition: stage, link, write each table, swap in. No Django: everything needed is given."""

import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path

import duckdb

from localcare.dataset import contract
from localcare.dataset.editions import UNFINISHED, Edition, EditionWriter
from localcare.intake import kept, linking, people, shapes, staging
from localcare.intake.extract import CannotIntake, Extract, Reject
from localcare.intake.feeds import FEEDS, Feed
from localcare.intake.identity import MACROS
from localcare.intake.likeness import Learnt, Likeness

MEMORY = "4GB"
LINKAGE_THRESHOLD = 0.999
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
    linked_by_model: int = 0
    earlier: bool = False  # the file came with an earlier part


@dataclass(frozen=True)
class Keeping:
    """The folder of kept rows, and the edition to add to, if any (see `kept`)."""

    folder: Path
    onto: Edition | None = None


class Editing:
    """One intake at work. `counts` and `rejects` fill as shapes are read; `connection` holds the accepted rows."""

    def __init__(
        self,
        extract: Extract,
        writer: EditionWriter,
        pseudonyms: Pseudonyms,
        progress: Callable[[str], None],
        keeping: Keeping | None = None,
        threshold: float = LINKAGE_THRESHOLD,
        chosen: people.Chosen = people.NOTHING_CHOSEN,
    ) -> None:
        self.chosen = chosen
        self.extract, self.writer, self.pseudonyms, self.progress = extract, writer, pseudonyms, progress
        self.keeping, self.rows = keeping, _rows(extract, writer, keeping)
        self.counts: list[FileCount] = []
        self.rejects: list[Reject] = list(extract.refused)
        self.coverage: dict[tuple[str, str], int] = {}
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": MEMORY,
            "threads": os.cpu_count() or 2,
            "temp_directory": str(writer.scratch / "spill"),
        }
        # In memory, spilling beyond its limit: a database file would compress every table that is read once or twice.
        self.connection = duckdb.connect(":memory:", config=settings)
        self.likeness = Likeness(self.connection, threshold)
        self.linkage: list[dict] = []
        self.found_for: Counter[tuple[str, str]] = Counter()  # linked rows by practice of their person, and method

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
        rests_on = self.rows.keep(self.keeping.folder, self.writer.id) if self.keeping else []
        return self.writer.finish(self._manifest() | {"rests_on": rests_on})

    def _register_people(self) -> None:
        self._stage("gp_patient", people.KEEP)
        if not self.connection.execute(f"SELECT count(*) FROM {staging.GOOD}").fetchall()[0][0]:
            raise CannotIntake(
                f"{self.extract.folder} holds no usable row of gp_patient, so there are no people to link to. "
                f"{_first_reasons(self.extract, self.rejects)}"
            )
        people.keep_registrations(self.connection, self.pseudonyms.identity)
        self._keep_unreadable()
        self._count_plain("gp_patient")
        people.make_people(self.connection, self.pseudonyms.pseudonymise, self.pseudonyms.purposes, self.chosen)
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
        staged = staging.stage(
            self.connection, shapes.load()[shape], found, keep, self.extract.as_at, self.writer.scratch
        )
        for file in staged:
            self.rejects += file.rejects
        staging.mark_repeats(self.connection)
        self.staged = self.rows.add(self.connection, shape, staged)
        self.earlier = len(self.staged) - len(staged)

    def _count_plain(self, shape: str) -> None:
        kept = self.connection.execute(f"SELECT file, count(*) FROM {staging.GOOD} GROUP BY 1").fetchall()
        self._count(shape, {(file, "kept"): rows for file, rows in kept}, {})

    def _count(self, shape: str, fates: dict[tuple[int, str], int], linked: dict[tuple[int, str], int]) -> None:
        for file in self.staged:
            told = {fate: fates.get((file.number, fate), 0) for fate in linking.FATES}
            accepted = file.rows_in - file.rejected
            self.counts.append(
                FileCount(
                    file.file,
                    shape,
                    file.rows_in,
                    accepted,
                    file.rejected,
                    repeated=accepted - sum(told.values()),
                    linked_by_rule=linked.get((file.number, "rule"), 0),
                    linked_by_model=linked.get((file.number, "model"), 0),
                    earlier=file.number < self.earlier,
                    **told,
                )
            )

    def _take_in(self, feed: Feed) -> None:
        self._stage(feed.shape, dict(feed.keep))
        self.connection.execute("DROP TABLE staged")
        source = shapes.load()[feed.shape].source
        learnt = linking.link(self.connection, feed, source, self.likeness)
        if feed.link == "identity":
            self._note_linkage(feed.shape, learnt)
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

    def _note_linkage(self, shape: str, learnt: Learnt | None) -> None:
        """For the manifest: how the rows of a source found their people, and what the model had learnt."""
        found = self.connection.execute("SELECT found_by::VARCHAR, count(*) FROM fated GROUP BY 1").fetchall()
        methods = {method or "nobody": count for method, count in sorted(found, key=lambda row: row[0] or "~")}
        wrong = self.connection.execute("SELECT cause::VARCHAR, count(*) FROM misnumbered GROUP BY 1 ORDER BY 1")
        told = {"numbers_contradicted": dict(wrong.fetchall()), "model": asdict(learnt) if learnt else None}
        self.linkage.append({"shape": shape, "rows": methods, **told})
        counted = self.connection.execute("""
            SELECT ods_code, found_by::VARCHAR, rows FROM practice JOIN (
                SELECT practice, found_by, count(*) AS rows FROM fated JOIN person USING (person)
                WHERE found_by IS NOT NULL GROUP BY ALL) USING (practice)""")
        self.found_for.update({(practice, method): rows for practice, method, rows in counted.fetchall()})

    def _count_fates(self, feed: Feed) -> None:
        rows = self.connection.execute("SELECT file, fate::VARCHAR, count(*) FROM fated GROUP BY ALL").fetchall()
        found = self.connection.execute("SELECT file, found_by::VARCHAR, count(*) FROM fated GROUP BY ALL").fetchall()
        linked = {(file, method): count for file, method, count in found}
        self._count(feed.shape, {(file, fate): count for file, fate, count in rows}, linked)

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
            "linkage": {"threshold": self.likeness.threshold, "sources": self.linkage},
            "practices": list(self._practices()),
            "refused_files": [asdict(reject) for reject in self.extract.refused],
            "coverage": list(self._coverage()),
            "onto": self.keeping.onto.id if self.keeping and self.keeping.onto else None,
        }

    def _practices(self) -> Iterator[dict]:
        """Of each practice's people: how many have an NHS number, and how the rows that name them found them."""
        numbered = "SELECT organisation, count(*), count(nhs) FROM latest GROUP BY 1 ORDER BY 1"
        for practice, people_of, with_number in self.connection.execute(numbered).fetchall():
            found = {f"by_{method}": self.found_for[practice, method] for method in linking.METHODS}
            yield {"practice": practice, "people": people_of, "with_number": with_number, **found}

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
    extract: Extract,
    dataset: Path,
    pseudonyms: Pseudonyms,
    progress: Callable[[str], None],
    keeping: Keeping | None = None,
    threshold: float = LINKAGE_THRESHOLD,
    chosen: people.Chosen = people.NOTHING_CHOSEN,
) -> Iterator[Editing]:
    """An intake of an extract into a dataset folder; what it leaves behind is cleared at its end.

    `chosen`: what people chose here, beside what the extract says they chose.
    Raises CannotIntake where the extract cannot be added to the edition that `keeping` names.
    """
    id = edition_id(extract, pseudonyms.fingerprints, keeping, threshold, chosen)
    with EditionWriter(dataset, id, extract.as_at) as writer:
        if keeping:
            kept.sweep(keeping.folder, dataset)
        editing = Editing(extract, writer, pseudonyms, progress, keeping, threshold, chosen)
        try:
            yield editing
        finally:
            editing.connection.close()
            shutil.rmtree(editing.rows.building, ignore_errors=True)


def _rows(extract: Extract, writer: EditionWriter, keeping: Keeping | None) -> kept.Rows:
    """The rows the intake rests on; without keeping, its own alone, gone with its working files."""
    if keeping is None:
        return kept.Rows([], writer.scratch / "rows")
    earlier = kept.chain(keeping.folder, keeping.onto, extract) if keeping.onto else []
    return kept.Rows(earlier, kept.private(keeping.folder) / f"{UNFINISHED}{writer.id}")


def edition_id(
    extract: Extract,
    fingerprints: dict[str, str],
    keeping: Keeping | None = None,
    threshold: float = LINKAGE_THRESHOLD,
    chosen: people.Chosen = people.NOTHING_CHOSEN,
) -> str:
    """The date and a short hash of the input, what it is added to, the keys and the rules: the same gives the same."""
    here = f" {sorted(chosen.opted_out)} {sorted(chosen.objected)}" if chosen != people.NOTHING_CHOSEN else ""
    base = f"kept {keeping.onto.id if keeping.onto else ''} " if keeping else ""
    whole = hashlib.sha256(
        f"{base}{extract.digest()} {sorted(fingerprints.items())} {_rules()} {threshold}{here}".encode()
    )
    return f"{extract.as_at}-{whole.hexdigest()[:8]}"


def _rules() -> str:
    rules = hashlib.sha256(str(contract.load()).encode())
    room = files("localcare.intake")
    for path in sorted([*room.iterdir(), *room.joinpath("shapes").iterdir()], key=lambda path: path.name):
        if path.name.endswith((".py", ".toml")):
            rules.update(path.read_bytes())
    return rules.hexdigest()[:16]


def _first_reasons(extract: Extract, rejects: Sequence[Reject]) -> str:
    registrations = {file.name for file in extract.of_shape("gp_patient")}
    of_them = [r for r in rejects if r.file in registrations or r.file.startswith("gp_patient")][:3]
    return "; ".join(f"{r.file} {r.reason}" for r in of_them) or "Add gp_patient.csv."
