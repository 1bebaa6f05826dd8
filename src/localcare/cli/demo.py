"""`localcare demo`: build the synthetic area."""

import argparse
import time
from functools import partial
from pathlib import Path

from localcare.cli import output


def add_parser(subparsers) -> None:
    demo = subparsers.add_parser("demo", help="build the synthetic area; refused in production")
    demo.add_argument("--fraction", type=float, default=0.1, help="share of the area's 484,460 people (default 0.1)")
    demo.add_argument("--seed", type=int, help="the same seed gives the same area")
    demo.add_argument("--coverage", choices=("2017",), help="2017: planning sees 54%% of people, 30%% of spend")
    demo.add_argument("--extracts-only", action="store_true", help="write the suppliers' files and stop")
    demo.add_argument(
        "--gaps", action="store_true", help="compare the run in use with the figures aimed at; make nothing"
    )
    demo.add_argument("--json", action="store_true")
    demo.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from django.conf import settings

    from localcare.demo import build, installation, site

    if arguments.gaps:
        return _gaps(arguments.json)
    if settings.MODE == "production":
        raise output.CannotRun("the demo is never built in production; set LOCALCARE_MODE=demo and another data folder")
    seed = build.DEFAULT_SEED if arguments.seed is None else arguments.seed
    demo = installation.Installation(Path(settings.DATA), arguments.fraction, seed, arguments.coverage)
    steps = ["Extracts"] if arguments.extracts_only else list(installation.STEPS)
    seconds: dict[str, float] = {}
    try:
        with output.progress_console.status("") as status:
            for name in steps:
                begun = time.perf_counter()
                status.update(name)
                installation.STEPS[name](demo, partial(_tell, status, name))
                seconds[name] = round(time.perf_counter() - begun, 1)
                output.progress_console.print(f"{name}: {seconds[name]} s")
    except (build.BadRequest, site.NotADemo) as error:
        raise output.CannotRun(str(error)) from error
    _say(demo, seconds, arguments)
    return 0


def _tell(status, step: str, text: str) -> None:
    status.update(f"{step}: {text}")


def _say(demo, seconds: dict[str, float], arguments: argparse.Namespace) -> None:
    summary = demo.made["extracts"]
    if arguments.json:
        output.print_json({**summary.as_json(), "seconds_by_step": seconds})
        return
    rows = [(shape, f"{count:,}", summary.malformed.get(shape, 0)) for shape, count in summary.rows.items()]
    output.print_table(f"Extracts of {summary.people:,} synthetic people", ["Shape", "Rows", "Malformed"], rows)
    output.console.print(f"{summary.activity_rows:,} rows of activity; {sum(seconds.values()):.0f} s in all.")
    if not arguments.extracts_only:
        output.console.print("Now run: localcare serve")


def _gaps(as_json: bool) -> int:
    from localcare.demo import gaps
    from localcare.population.queries import NoEdition, NoRun

    try:
        found = gaps.gaps()
    except (NoRun, NoEdition) as error:
        raise output.CannotRun(str(error)) from error
    if as_json:
        output.print_json([{**vars(gap), "percent": gap.percent} for gap in found])
    else:
        rows = [
            (gap.figure, gap.aim, gap.found, gap.percent, "" if gap.within is None else gap.within) for gap in found
        ]
        output.print_table("Aims and reports", ["Figure", "Aim", "Report", "Gap in percent", "May be"], rows)
    return 1 if any(gap.missed for gap in found) else 0
