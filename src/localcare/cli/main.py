"""The console script: one subcommand per thing the system does, each handed to the room that does it."""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from localcare.cli.output import CannotRun
from localcare.config.environment import BadSetting

# Each module offers `add_parser(subparsers)`; the chosen parser's `run` default gets the arguments
# and returns the exit code: 0 done, 1 done with rejects or findings, 2 could not run.
COMMANDS = (
    "access",
    "audit",
    "capacity",
    "caseload",
    "demo",
    "intake",
    "interop",
    "outage",
    "places",
    "population",
    "serve",
    "settings",
    "staff",
)


def parser() -> argparse.ArgumentParser:
    """Every command with its arguments; the documentation is checked against it."""
    whole = argparse.ArgumentParser(prog="localcare", description="The digital system of a local care model.")
    subparsers = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in COMMANDS:
        importlib.import_module(f"localcare.cli.{name}").add_parser(subparsers)
    return whole


def main(argv: Sequence[str] | None = None) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "localcare.config.settings")
    arguments = parser().parse_args(argv)
    os.environ |= getattr(arguments, "environ", {})
    try:
        return _run(arguments)
    except (CannotRun, BadSetting) as error:
        print(f"localcare: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Whoever read our output has had enough of it; say nothing more at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(arguments: argparse.Namespace) -> int:
    """Raises CannotRun with the next step where the store is not there, not up to date, or a demo's in production."""
    import django

    django.setup()
    from django.db import OperationalError, ProgrammingError

    from localcare.cli import store

    try:
        store.check_no_demo_in_production()
        return arguments.run(arguments)
    except (OperationalError, ProgrammingError):
        store.check_up_to_date()
        raise


if __name__ == "__main__":
    sys.exit(main())
