"""`localcare interop import`: FHIR files into the record."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from rich.progress import track

from localcare.cli import output

MAX_SOURCE = 120
SHOW_PROGRESS_FROM = 50


def add_parser(subparsers) -> None:
    interop = subparsers.add_parser("interop", help="messages").add_subparsers(required=True, metavar="ACTION")
    command = interop.add_parser("import", help="FHIR R4 files (JSON or XML, gzipped or not) into the record")
    command.add_argument("paths", nargs="+", metavar="PATH", help="a file, or a folder with all that is in it")
    command.add_argument("--source", required=True, metavar="NAME", help="who sent them, e.g. 'Maidstone hospital'")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=run_import)


def run_import(arguments) -> int:
    from django.core.management import call_command

    from localcare.base import audit
    from localcare.interop import actions, queries
    from localcare.interop.types import Outcome

    source = arguments.source.strip()
    if not source or len(source) > MAX_SOURCE or not source.isprintable():
        raise output.CannotRun(f"--source must name the sender in 1 to {MAX_SOURCE} characters.")
    files = list(_files(arguments.paths))
    if not files:
        raise output.CannotRun("There is no file at these paths. Name a file, or a folder that holds some.")
    call_command("migrate", verbosity=0)
    shown = track(files, "Importing", console=output.progress_console, disable=len(files) < SHOW_PROGRESS_FROM)
    results = [(path, _import(path, source)) for path in shown]
    actions.retry_parked(by=audit.SYSTEM)
    outcomes = [(p, r if isinstance(r, Outcome) else queries.outcome_of(r)) for p, r in results]
    answer = _answer(outcomes)
    (output.print_json if arguments.json else _print)(answer)
    return 1 if answer["rejected"] or answer["findings"] else 0


def _files(paths: list[str]) -> Iterator[Path]:
    """The files at these paths, folders opened, in order of name; a path that leads nowhere is one to reject."""
    for given in paths:
        path = Path(given)
        if not path.is_dir():
            yield path
            continue
        for folder, folders, names in os.walk(path):
            folders.sort()
            yield from (Path(folder) / name for name in sorted(names))


def _import(path: Path, source: str):
    from django.db import DatabaseError

    from localcare.base import audit
    from localcare.interop import actions, reading
    from localcare.interop.types import Outcome

    try:
        if not path.is_file():
            return Outcome(rejected=["there is no such file" if not path.exists() else "not a regular file"])
        if path.stat().st_size > reading.MAX_BYTES:
            return Outcome(rejected=[f"larger than {reading.MAX_BYTES // 1_000_000} MB: split it into smaller bundles"])
        content = path.read_bytes()
    except OSError as error:
        return Outcome(rejected=[f"cannot be read: {error.strerror}"])
    try:
        return actions.import_file(content=content, file_name=path.name, source=source, by=audit.SYSTEM)
    except DatabaseError as error:
        return Outcome(rejected=[f"the store refused it ({type(error).__name__}); nothing of the file was written"])


def _answer(outcomes) -> dict:
    kept: Counter[str] = Counter()
    for _, outcome in outcomes:
        kept.update(outcome.kept)
    return {
        "read": sum(outcome.read for _, outcome in outcomes),
        "mapped": sum(outcome.mapped for _, outcome in outcomes),
        "kept": sum(kept.values()),
        "parked": sum(outcome.parked for _, outcome in outcomes),
        "rejected": [{"file": str(path), "reason": reason} for path, o in outcomes for reason in o.rejected],
        "findings": [{"file": str(path), "finding": finding} for path, o in outcomes for finding in o.findings],
        "kept_types": dict(kept.most_common()),
    }


def _print(answer: dict) -> None:
    counts = [(name, answer[name]) for name in ("read", "mapped", "kept", "parked")]
    output.print_table("Resources", ["", "Number"], [*counts, ("rejected", len(answer["rejected"]))])
    if answer["kept_types"]:
        output.print_table("Kept as received, not mapped", ["Type", "Number"], answer["kept_types"].items())
    for title, key, column in (("Rejected", "rejected", "reason"), ("Findings", "findings", "finding")):
        if answer[key]:
            rows = [(row["file"], row[column]) for row in answer[key]]
            output.print_table(title, ["File", column.title()], rows)
