"""`localcare audit verify`: anyone with the store can prove that the chain holds."""

from localcare.cli import output


def add_parser(subparsers) -> None:
    audit = subparsers.add_parser("audit", help="the audit chain").add_subparsers(required=True, metavar="ACTION")
    verify = audit.add_parser("verify", help="recompute the chain; exit 1 if it does not hold")
    verify.add_argument("--json", action="store_true")
    verify.set_defaults(run=run_verify)


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
