"""`localcare staff`: accounts and posts from a file, and a first password."""

import csv
from pathlib import Path

from localcare.cli import output


def add_parser(subparsers) -> None:
    staff = subparsers.add_parser("staff", help="who may sign in, in which posts")
    actions = staff.add_subparsers(required=True, metavar="ACTION")
    load = actions.add_parser(
        "load", help="open accounts and give posts from a CSV file; exit 1 if lines were rejected"
    )
    load.add_argument("file", type=Path, help="columns username, name, role, organisation, team, starts, ends")
    load.add_argument("--json", action="store_true")
    load.set_defaults(run=run_load)
    password = actions.add_parser("password", help="give an account a new random password and print it once")
    password.add_argument("username")
    password.add_argument("--json", action="store_true")
    password.set_defaults(run=run_password)


def run_load(arguments) -> int:
    from localcare.access.roles import roles
    from localcare.base import audit
    from localcare.staff import loading

    lines = _lines(arguments.file, loading.COLUMNS)
    loaded = loading.load(lines, roles={key: role.at for key, role in roles().items()}, by=audit.SYSTEM)
    if arguments.json:
        output.print_json({**vars(loaded), "rejects": [{"line": n, "reason": r} for n, r in loaded.rejects]})
    else:
        counts = [(name, value) for name, value in vars(loaded).items() if name != "rejects"]
        output.print_table("Accounts and posts", ["What", "Number"], counts)
        if loaded.rejects:
            output.print_table("Not taken", ["Line", "Reason"], loaded.rejects)
    return 1 if loaded.rejects else 0


def _lines(path: Path, columns: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as opened:
            reader = csv.DictReader(opened)
            missing = set(columns) - {"ends"} - set(reader.fieldnames or ())
            if missing:
                raise output.CannotRun(f"{path} lacks the columns {', '.join(sorted(missing))}; add them")
            return [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError) as error:
        raise output.CannotRun(f"cannot read {path}; give a CSV file in UTF-8") from error


def run_password(arguments) -> int:
    from django.core.exceptions import ObjectDoesNotExist

    from localcare.accounts import actions
    from localcare.base import audit

    try:
        password = actions.give_password(username=arguments.username, by=audit.SYSTEM)
    except ObjectDoesNotExist as error:
        raise output.CannotRun(f"there is no account {arguments.username!r}; run `localcare staff load`") from error
    if arguments.json:
        output.print_json({"username": arguments.username, "password": password})
    else:
        output.console.print(f"Tell them once, and ask them to change it: {password}", markup=False)
    return 0
