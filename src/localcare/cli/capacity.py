"""`localcare capacity`: scenarios of the planning studio, computed and written; baselines made."""

from pathlib import Path

from localcare.cli import output


def add_parser(subparsers) -> None:
    capacity = subparsers.add_parser("capacity", help="plan people, activity, money, beds, staff and hubs")
    actions = capacity.add_subparsers(required=True, metavar="ACTION")
    run = actions.add_parser("run", help="compute a scenario and write its tables")
    run.add_argument("scenario", type=Path, metavar="SCENARIO", help="a scenario's file, or the name of a shipped one")
    run.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where the results go")
    run.add_argument("--json", action="store_true")
    run.set_defaults(run=run_run)
    listing = actions.add_parser("scenarios", help="list the shipped scenarios")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(run=run_scenarios)
    track = actions.add_parser("track", help="hold a scenario against the months that the edition in use counts")
    track.add_argument("scenario", type=Path, metavar="SCENARIO", help="a scenario's file, or the name of one")
    track.add_argument("--json", action="store_true")
    track.set_defaults(run=run_track)
    baseline = actions.add_parser("baseline", help="write a baseline from the latest population run")
    baseline.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    baseline.add_argument("--json", action="store_true")
    baseline.set_defaults(run=run_baseline)


def run_run(arguments) -> int:
    from localcare.capacity import running, writing
    from localcare.capacity.calc.refusal import BadScenario

    try:
        with output.progress_console.status("Computing the scenario and what drives it"):
            computed = running.of_file(arguments.scenario)
        files = writing.written(computed, arguments.out)
    except (BadScenario, writing.FolderInUse) as error:
        raise output.CannotRun(str(error)) from error
    if arguments.json:
        output.print_json({"scenario": computed.plan.scenario.name, "files": files})
        return 0
    money = next(table for table in computed.tables if table.name == "money")
    rows = [
        (line, year, *(f"{float(value or 0) / 1000:,.0f}" for value in amounts)) for year, line, *amounts in money.rows
    ]
    title = f"{computed.plan.scenario.title}: thousands of pounds, central, median and 80% range"
    output.print_table(title, ("", "year", "central", "median", "low", "high"), rows)
    output.console.print(f"{len(files)} files in {arguments.out}")
    return 0


def run_track(arguments) -> int:
    from django.conf import settings

    from localcare.capacity import running, tracking
    from localcare.capacity.calc.refusal import BadScenario
    from localcare.dataset import editions
    from localcare.dataset.suppression import Rule

    try:
        edition = editions.current(settings.DATASET)
        with output.progress_console.status("Computing the scenario"):
            expected = tracking.basis(_computed(arguments.scenario, running))
    except (BadScenario, editions.NoEdition) as error:
        raise output.CannotRun(str(error)) from error
    found = tracking.standings(expected, edition, Rule(settings.SUPPRESS_BELOW, settings.ROUND_TO))
    if arguments.json:
        output.print_json([tracking.as_data(one) for one in found])
    else:
        for one in found:
            output.console.print(one.finding)
    return 1 if any(one.found.standing == "off track" for one in found) else 0


def _computed(scenario: Path, running):
    """The scenario of a file, of one of this installation by its name, or of a shipped one."""
    from localcare.capacity import queries
    from localcare.capacity.types import Unknown

    if scenario.suffix or scenario.exists():
        return running.of_file(scenario)
    try:
        return running.of_text(queries.source_of(scenario.name).text, name=scenario.name, beside=queries.baselines())
    except Unknown:
        return running.of_file(scenario)  # which names the shipped ones


def run_scenarios(arguments) -> int:
    from localcare.capacity import definitions

    found = [definitions.content_of(definitions.text_of(path), str(path)) for path in definitions.shipped()]
    if arguments.json:
        output.print_json([{key: one[key] for key in ("name", "title", "purpose")} for one in found])
    else:
        rows = [(one["name"], one["title"], one["purpose"]) for one in found]
        output.print_table("Scenarios", ("name", "title", "what for"), rows)
    return 0


def run_baseline(arguments) -> int:
    from django.conf import settings

    from localcare.capacity import baselines
    from localcare.dataset.editions import NoEdition
    from localcare.dataset.runs import NoRun
    from localcare.dataset.suppression import Rule

    try:
        baseline = baselines.latest(
            settings.DATASET, Rule(settings.SUPPRESS_BELOW, settings.ROUND_TO), synthetic=settings.MODE == "demo"
        )
    except (NoEdition, NoRun, ValueError) as error:
        raise output.CannotRun(str(error)) from error
    baselines.written(baseline, arguments.out)
    people = int(baseline.people.sum())
    if arguments.json:
        output.print_json({"folder": arguments.out, "people": people, "label": baseline.label})
    else:
        output.console.print(f"{baseline.label}: {people:,} people, written to {arguments.out}")
    return 0
