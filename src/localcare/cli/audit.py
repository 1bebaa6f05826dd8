"""`localcare audit verify`: anyone with the store can prove that the chain holds."""

import dataclasses
from datetime import date, timedelta

from localcare.cli import output


def add_parser(subparsers) -> None:
    audit = subparsers.add_parser("audit", help="the audit chain").add_subparsers(required=True, metavar="ACTION")
    verify = audit.add_parser("verify", help="recompute the chain; exit 1 if it does not hold")
    verify.add_argument("--json", action="store_true")
    verify.set_defaults(run=run_verify)
    person = audit.add_parser("person", help="who looked at one person's record, in plain words; itself audited")
    person.add_argument("nhs_number", metavar="NHSNUMBER")
    person.add_argument("--reason", required=True, help="why you look this up; it is recorded")
    person.add_argument("--since", type=date.fromisoformat, metavar="DATE", help="a year ago where not given")
    person.add_argument("--until", type=date.fromisoformat, metavar="DATE", help="today where not given")
    person.add_argument("--json", action="store_true")
    person.set_defaults(run=run_person)


def run_verify(arguments) -> int:
    from localcare.base import audit

    result = audit.verify()
    if arguments.json:
        findings = [{"sequence": f.sequence, "fault": f.fault} for f in result.findings]
        output.print_json({"entries": result.entries, "holds": result.holds, "head": result.head, "findings": findings})
    elif result.holds:
        output.console.print(f"The chain holds: {result.entries:,} entries, head {result.head[:16]}…")
    else:
        output.print_table(
            "The chain does not hold", ["Entry", "Fault"], [(f.sequence, f.fault) for f in result.findings]
        )
    return 0 if result.holds else 1


def run_person(arguments) -> int:
    from localcare.access import oversight
    from localcare.base import audit, clock

    until = arguments.until or clock.today()
    since = arguments.since or until - timedelta(days=365)
    asked = {"nhs_number": arguments.nhs_number, "reason": arguments.reason}
    try:
        told = oversight.tell(**asked, since=since, until=until, by=audit.SYSTEM)
    except ValueError as error:
        raise output.CannotRun(str(error)) from error
    if told is None:
        raise output.CannotRun("Nobody here has or had this NHS number. Check it.")
    if arguments.json:
        lines = [dataclasses.asdict(line) for line in told.lines]
        output.print_json({"nhs_number": told.nhs_number, "since": since, "until": until, "lines": lines})
    else:
        rows = [(n.day, n.who, n.role, n.organisation, n.what, n.why, n.times) for n in told.lines]
        columns = ["Day", "Who", "Role", "Organisation", "What", "Why", "Times"]
        output.print_table(f"Who looked, {since} to {until}", columns, rows)
    return 0
