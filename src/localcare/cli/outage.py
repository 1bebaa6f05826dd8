"""`localcare outage`: a copy for the unplanned view, serving it in an outage, and joining what was done on it."""

import sys
from pathlib import Path

from localcare.cli import output, serve


def add_parser(subparsers) -> None:
    actions = subparsers.add_parser("outage", help="the unplanned view in an outage").add_subparsers(
        required=True, metavar="ACTION"
    )
    prepare = actions.add_parser("prepare", help="make the copy that is shown in an outage, whole or not at all")
    prepare.add_argument("--json", action="store_true")
    prepare.set_defaults(run=run_prepare)
    copy = actions.add_parser("serve", help="serve the copy: signing in, finding a person, the unplanned view")
    serve.add_address(copy)
    copy.set_defaults(run=run_serve, environ={"LOCALCARE_OUTAGE": "on"})
    join = actions.add_parser("join", help="bring looks made in an outage into the audit chain; exit 1 with findings")
    join.add_argument("folder", type=Path, nargs="?", help="standby folder of another machine, brought back")
    join.add_argument("--json", action="store_true")
    join.set_defaults(run=run_join)


def run_prepare(arguments) -> int:
    from localcare.base import audit
    from localcare.base.keys import KeyMissing
    from localcare.dataset.editions import Busy
    from localcare.outage import actions, types

    with output.progress_console.status("Copying") as status:
        try:
            made = actions.prepare(
                by=audit.SYSTEM, progress=lambda table, rows: status.update(f"{table}: {rows:,} rows")
            )
        except (types.CannotCopy, Busy, KeyMissing, OSError) as error:
            raise output.CannotRun(f"{error} The copy before stays in use.") from error
    if arguments.json:
        output.print_json({**vars(made), "folder": str(made.folder)})
        return 0
    output.print_table(
        f"Outage copy of {made.people:,} people, {made.size / 1e6:,.0f} MB", ["Table", "Rows"], made.rows.items()
    )
    return 0


def run_serve(arguments) -> int:
    from localcare.base import spool
    from localcare.base.keys import KeyMissing
    from localcare.design.formats import moment
    from localcare.outage import queries, store, types

    try:
        copy = queries.copy_in_use()
        spool.signing_key()
    except (types.CannotCopy, KeyMissing) as error:
        raise output.CannotRun(str(error)) from error
    if not store.whole(copy.folder / queries.STORE):
        raise output.CannotRun(f"The copy in {copy.folder} is damaged. Bring it over again, or make another.")
    serve.check_store(migrate=False, otherwise="An earlier Localcare made this copy. Run `localcare outage prepare`.")
    serve.check_free(arguments.host, arguments.port)
    serve.collect_static()
    address = f"http://{arguments.host}:{arguments.port}/"
    if arguments.json:
        output.print_json({"address": address, "as_at": copy.as_at})
    else:
        output.console.print(f"The outage copy of {moment(copy.as_at)} is at {address} (Ctrl-C stops it)")
    sys.stdout.flush()
    return _serve_newest(arguments)


def _serve_newest(arguments) -> int:
    """Until told to stop; when another copy takes the place of the one served, that one."""
    from localcare.outage import queries

    server = serve.web_server(arguments.host, arguments.port, arguments.workers)

    def until_replaced() -> bool:
        served = queries.copy_in_use().folder
        return serve.run_together(server, until=lambda: queries.copy_in_use().folder != served)

    while not until_replaced():
        pass
    return 0


def run_join(arguments) -> int:
    from localcare.base import audit
    from localcare.base.keys import KeyMissing
    from localcare.outage import actions, types

    if arguments.folder and not arguments.folder.is_dir():
        raise output.CannotRun(f"{arguments.folder} is no folder; give the standby folder that was brought back")
    try:
        joined = actions.join(folder=arguments.folder, by=audit.SYSTEM)
    except (types.CannotCopy, KeyMissing, OSError) as error:
        raise output.CannotRun(str(error)) from error
    if arguments.json:
        output.print_json(vars(joined))
    else:
        output.console.print(f"Joined {joined.entries:,} entries; {joined.emergencies} emergencies wait for review.")
        if joined.findings:
            output.print_table("What is wrong with the spool", ["Finding"], [(one,) for one in joined.findings])
    return 1 if joined.findings else 0
