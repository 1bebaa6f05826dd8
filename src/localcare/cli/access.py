"""`localcare access recompute`: every relationship is compared with what its source says, mended and reported."""

from localcare.cli import output


def add_parser(subparsers) -> None:
    access = subparsers.add_parser("access", help="the gate").add_subparsers(required=True, metavar="ACTION")
    recompute = access.add_parser("recompute", help="compare relationships with their sources; exit 1 if any differed")
    recompute.add_argument("--json", action="store_true")
    recompute.set_defaults(run=run_recompute)


def run_recompute(arguments) -> int:
    from localcare.access import actions
    from localcare.base import audit, clock
    from localcare.config.relationships import SOURCES

    found = {
        source: actions.recompute_relationships(source=source, expected=expected(), by=audit.SYSTEM, at=clock.now())
        for source, expected in SOURCES.items()
    }
    if arguments.json:
        output.print_json({"differences": found})
    else:
        rows = [(source, line) for source, lines in found.items() for line in lines]
        output.print_table(f"{len(rows)} differences, all mended", ["Source", "Difference"], rows)
    return 1 if any(found.values()) else 0
