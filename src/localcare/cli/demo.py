"""`localcare demo`: build the synthetic area."""

import argparse
from pathlib import Path

from localcare.cli import output


def add_parser(subparsers) -> None:
    demo = subparsers.add_parser("demo", help="build the synthetic area; refused in production")
    demo.add_argument("--fraction", type=float, default=0.1, help="share of the area's 484,460 people (default 0.1)")
    demo.add_argument("--seed", type=int, help="the same seed gives the same area")
    demo.add_argument("--coverage", choices=("2017",), help="2017: planning agreements cover 54%% of people")
    demo.add_argument("--extracts-only", action="store_true", help="write the suppliers' files and stop")
    demo.add_argument("--json", action="store_true")
    demo.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from django.conf import settings

    from localcare.config.settings import PRODUCTION
    from localcare.demo import build

    if PRODUCTION:
        raise output.CannotRun("the demo is never built in production; set LOCALCARE_MODE=demo and another data folder")
    seed = build.DEFAULT_SEED if arguments.seed is None else arguments.seed
    request = build.Request(Path(settings.DATA), arguments.fraction, seed, arguments.coverage)
    steps = ["Extracts"] if arguments.extracts_only else list(build.STEPS)
    done: dict[str, object] = {}
    try:
        with output.progress_console.status("") as status:
            for name in steps:
                done[name] = build.STEPS[name](request, status.update)
    except build.BadRequest as error:
        raise output.CannotRun(str(error)) from error
    _say(done["Extracts"], arguments.json)
    return 0


def _say(summary, as_json: bool) -> None:
    if as_json:
        output.print_json(summary.as_json())
        return
    rows = [(shape, f"{count:,}", summary.malformed.get(shape, 0)) for shape, count in summary.rows.items()]
    output.print_table(f"Extracts of {summary.people:,} synthetic people", ["Shape", "Rows", "Malformed"], rows)
    output.console.print(
        f"{summary.activity_rows:,} rows of activity in {summary.seconds} s: {summary.folder}/extracts"
    )
