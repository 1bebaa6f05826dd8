"""`localcare intake`: suppliers' files to a new edition, the care store, and the record."""

import csv
import dataclasses
from pathlib import Path

from localcare.cli import editions, output

SHOWN = 20
COUNTS = (
    "rows_in",
    "accepted",
    "rejected",
    "repeated",
    "unlinked",
    "left_out",
    "not_used",
    "linked_by_rule",
    "linked_by_model",
)


def add_parser(subparsers) -> None:
    intake = subparsers.add_parser("intake", help="extracts to editions").add_subparsers(
        required=True, metavar="ACTION"
    )
    run = intake.add_parser("run", help="take in a folder of extracts; exit 1 if rows or files were rejected")
    run.add_argument("folder", type=Path)
    run.add_argument("--rejects", type=Path, help="write every reject to this CSV file")
    run.add_argument(
        "--onto",
        metavar="EDITION",
        help="the folder holds a day's files: add them to what this edition (or `current`) rests on",
    )
    _add_mapping(run)
    run.add_argument("--no-care-store", action="store_true", help="make the edition only")
    run.add_argument("--json", action="store_true")
    run.set_defaults(run=run_intake)
    record = intake.add_parser(
        "record", help="load the record of people on lists, caseloads and agendas from an extract"
    )
    record.add_argument("folder", type=Path)
    _add_mapping(record)
    record.add_argument("--json", action="store_true")
    record.set_defaults(run=run_record)
    editions.add_parser(intake)


def _add_mapping(parser) -> None:
    parser.add_argument("--mapping", type=Path, metavar="FILE", help="TOML file that maps a supplier's own tables")


def run_intake(arguments) -> int:
    from django.core.management import call_command

    from localcare.access.pseudonyms import KeyMissing
    from localcare.base import audit
    from localcare.intake import actions

    if not arguments.folder.is_dir():
        raise output.CannotRun(f"{arguments.folder} is no folder. Name the folder that holds extract.toml.")
    call_command("migrate", verbosity=0)
    with output.progress_console.status("taking in") as status:
        try:
            result = actions.run(
                folder=arguments.folder,
                by=audit.SYSTEM,
                onto=arguments.onto,
                mapping=arguments.mapping,
                care_store=not arguments.no_care_store,
                progress=status.update,
            )
        except (actions.CannotIntake, actions.NoEdition, actions.Busy, KeyMissing) as error:
            raise output.CannotRun(str(error)) from error
    if arguments.rejects:
        _write(arguments.rejects, result.rejects)
    _show_json(result) if arguments.json else _show(result, arguments.rejects)
    return 1 if result.rejects else 0


def _write(path: Path, rejects) -> None:
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(["file", "line", "column", "reason"])
        writer.writerows(dataclasses.astuple(reject) for reject in rejects)


def _show_json(result) -> None:
    output.print_json(
        {
            "edition": result.edition,
            "as_at": result.as_at.isoformat(),
            "files": [dataclasses.asdict(count) for count in result.files],
            "rejects": [dataclasses.asdict(reject) for reject in result.rejects],
            "care_store": result.care_store,
        }
    )


def _show(result, rejects_file: Path | None) -> None:
    rows = [[count.file, *(f"{getattr(count, name):,}" for name in COUNTS)] for count in result.files]
    output.print_table(f"Edition {result.edition}", ["file", *(name.replace("_", " ") for name in COUNTS)], rows)
    shown = result.rejects[:SHOWN] if rejects_file else result.rejects
    if shown:
        output.print_table("Rejects", ["file", "line", "column", "reason"], map(dataclasses.astuple, shown))
    if len(shown) < len(result.rejects):
        output.console.print(f"{len(result.rejects):,} rejects in all, in {rejects_file}")
    for name, count in (result.care_store or {}).items():
        output.console.print(f"{name.replace('_', ' ')}: {count:,}")


def run_record(arguments) -> int:
    from django.core.management import call_command

    from localcare.access.pseudonyms import KeyMissing
    from localcare.base import audit
    from localcare.intake import actions

    if not arguments.folder.is_dir():
        raise output.CannotRun(f"{arguments.folder} is no folder. Name the folder that holds extract.toml.")
    call_command("migrate", verbosity=0)
    with output.progress_console.status("loading the record") as status:
        try:
            loaded = actions.load_record(
                folder=arguments.folder, by=audit.SYSTEM, mapping=arguments.mapping, progress=status.update
            )
        except (actions.CannotIntake, KeyMissing) as error:
            raise output.CannotRun(str(error)) from error
    counts = {name: dataclasses.asdict(added) for name, added in loaded.sources.items()}
    if arguments.json:
        output.print_json({"people": loaded.people, "sources": counts})
    else:
        rows = [(name, *(f"{n:,}" for n in count.values())) for name, count in counts.items()]
        output.print_table(
            f"Record of {loaded.people:,} people", ["Source", "New", "Superseding", "Known", "Outdated"], rows
        )
    return 0
