"""`localcare settings`: what is set, from where; secrets are never shown."""

from localcare.cli import output
from localcare.config import environment


def add_parser(subparsers) -> None:
    parser = subparsers.add_parser("settings", help="show the settings in force")
    parser.add_argument("--reference", action="store_true", help="print the reference page instead")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=run)


def run(arguments) -> int:
    if arguments.reference:
        print(environment.reference(), end="")
        return 0
    values = environment.read()
    shown = {s.name: ("(set)" if values[s.name] else "") if s.secret else values[s.name] for s in environment.SETTINGS}
    if arguments.json:
        output.print_json(shown)
    else:
        output.print_table("Settings in force", ["Setting", "Value"], shown.items())
    return 0
