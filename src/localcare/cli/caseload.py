"""`localcare caseload departed`: the time with the team ends the same day for those who died or moved away."""

from localcare.cli import output


def add_parser(subparsers) -> None:
    caseload = subparsers.add_parser("caseload", help="people a team has taken on")
    actions = caseload.add_subparsers(required=True, metavar="ACTION")
    departed = actions.add_parser("departed", help="end those who died or moved away; run nightly and after each load")
    departed.add_argument("--json", action="store_true")
    departed.set_defaults(run=run_departed)


def run_departed(arguments) -> int:
    from localcare.base import audit, clock
    from localcare.caseload import actions

    ended = actions.close_departed(as_at=clock.today(), by=audit.SYSTEM)
    if arguments.json:
        output.print_json({"as_at": clock.today(), "ended": ended})
    else:
        output.print_table(f"{len(ended)} ended", ["Who, and why"], [(line,) for line in ended])
    return 0
