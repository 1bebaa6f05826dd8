"""`localcare population run`, `check` and `report`: segments, scores, lists, and what is published."""

import csv
import sys
from pathlib import Path

from localcare.cli import output

LEAST_WIDE = 9  # characters of a column that can be read


def add_parser(subparsers) -> None:
    population = subparsers.add_parser("population", help="segments, scores, lists and reports")
    actions = population.add_subparsers(required=True, metavar="ACTION")
    run = actions.add_parser("run", help="compute an edition and put its lists in use")
    run.add_argument("--edition", metavar="E", help="the edition's id; the current one if left out")
    run.add_argument(
        "--compare", action="store_true", help="also try gradient boosting beside the logistic model (takes longer)"
    )
    run.add_argument(
        "--engine", choices=("duckdb", "spark"), default="duckdb", help="what computes: this machine, or Apache Spark"
    )
    run.add_argument("--json", action="store_true")
    run.set_defaults(run=run_run)
    check = actions.add_parser("check", help="check your own segmentations and measures, without a run")
    check.add_argument("files", nargs="*", metavar="FILE", type=Path, help="all of your own if left out")
    check.set_defaults(run=run_check)
    report = actions.add_parser("report", help="print a report; without a name, list the reports")
    report.add_argument("name", nargs="?")
    report.add_argument("--level", default="area", help="area, cluster, practice or segment")
    report.add_argument("--segmentation", default="age_and_conditions")
    report.add_argument("--unit", default="", help="code of one cluster or practice")
    form = report.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true")
    form.add_argument("--csv", action="store_true")
    form.add_argument("--xlsx", metavar="FILE", help="write an Excel workbook")
    asked = report.add_argument_group("the explorer's question")
    asked.add_argument("--at", default="area", metavar="LEVEL:CODE", help="area, cluster, practice, district or lsoa")
    asked.add_argument("--by", default="cluster", help="cluster, practice, district, lsoa, age, sex, setting …")
    asked.add_argument(
        "--where", action="append", default=[], metavar="DIMENSION=VALUE", help="narrow; may be repeated"
    )
    asked.add_argument("--show", default="people", help="people, spend, spend_per_head or a setting of care")
    report.set_defaults(run=run_report)


def run_run(arguments) -> int:
    from django.conf import settings

    from localcare.base import audit
    from localcare.dataset import editions
    from localcare.dataset.spark import NoSpark
    from localcare.population import actions
    from localcare.population.definitions import BadDefinition

    folder = settings.DATASET
    try:
        edition = editions.named(folder, arguments.edition) if arguments.edition else editions.current(folder)
        with output.progress_console.status(f"Computing edition {edition.id}"):
            run = actions.run(edition, by=audit.SYSTEM, compare=arguments.compare, engine=arguments.engine)
    except (editions.NoEdition, editions.BrokenContract, editions.Busy, BadDefinition, NoSpark) as error:
        raise output.CannotRun(str(error)) from error
    answer = _summary(run)
    if arguments.json:
        output.print_json(answer)
    else:
        told = {**answer, "model": _model(run.model), "lost": answer["lost"] or "nothing"}
        output.print_table(f"Run {run.name}", ["", ""], [(key, str(value)) for key, value in told.items()])
        print("Read it: localcare population report")
    return 1 if answer["lost"] or not run.model["fitted"] else 0


def run_check(arguments) -> int:
    from django.conf import settings

    from localcare.population import checking

    files = arguments.files or checking.own_files(settings.DATA)
    if not files:
        print(
            f"No definitions of your own: none lies in {' or '.join(f'{settings.DATA / k}' for k in checking.KINDS)}."
        )
        return 0
    found = list(checking.check(files))
    for one in found:
        for fault in one.faults:
            print(fault, file=sys.stderr)
        if not one.faults:
            cases = "its case comes" if one.cases == 1 else f"its {one.cases} cases come"
            print(f"{one.kind} {one.key}: whole, and {cases} out as said")
    return 1 if any(one.faults for one in found) else 0


def _model(model: dict) -> str:
    """The risk model in a line; all of it is in `--json` and in the report `model`."""
    if not model["fitted"]:
        return "not fitted; see: localcare population report model"
    return f"fitted on {model['people']:,} people; see: localcare population report model"


def _summary(run) -> dict:
    from localcare.population.models import ListEntry

    rows = run.coverage.values()
    return {
        "run": run.name,
        "edition": run.edition,
        "as_at": run.as_at.isoformat(),
        "definitions": run.definitions,
        "people": sum(row["registered"] for row in rows),
        "observed": sum(row["observed"] for row in rows),
        "listed": ListEntry.objects.filter(run=run).count(),
        "model": run.model,
        "lost": {purpose: lost for purpose, lost in run.lost.items() if lost},
    }


def run_report(arguments) -> int:
    from localcare.population import queries, reports
    from localcare.population.definitions import BadDefinition

    if not arguments.name:
        return _list_reports(queries.reports_there_are(), arguments.json)
    if arguments.name == "explorer":
        return _explore(arguments)
    try:
        report = queries.report(arguments.name, arguments.level, arguments.segmentation, arguments.unit)
    except (queries.NoRun, reports.UnknownReport, BadDefinition) as error:
        raise output.CannotRun(str(error)) from error
    if arguments.json:
        output.print_json(report.answer())
    elif arguments.csv:
        _print_csv(report)
    elif arguments.xlsx:
        how = [("Report", report.name), ("Edition", report.edition), ("Date", report.as_at), ("Method", report.how)]
        _write_xlsx(arguments.xlsx, report.rows, how, report.as_at)
    else:
        _print_table(report)
    for fault in queries.definitions().left_out:
        print(f"localcare: left out: {fault}", file=sys.stderr)
    return 0


def _explore(arguments) -> int:
    from localcare.population import explorer_export, queries, reports
    from localcare.population.definitions import BadDefinition

    level, _, code = arguments.at.partition(":")
    if not code and level != "area":
        raise output.CannotRun(f"--at is area or LEVEL:CODE, for example cluster:{level}")
    if unsaid := [one for one in arguments.where if "=" not in one]:
        raise output.CannotRun(f"--where is NAME=VALUE, for example age=70+, and not {unsaid[0]!r}")
    where = tuple(sorted((name, value) for name, _, value in (one.partition("=") for one in arguments.where)))
    try:
        question = queries.Question((level, code), arguments.by, where, arguments.show, arguments.segmentation)
        answer = queries.explore(question)
    except (queries.NoRun, reports.UnknownReport, BadDefinition) as error:
        raise output.CannotRun(str(error)) from error
    found = explorer_export.rows(answer)
    if arguments.json:
        output.print_json(answer.answer())
    elif arguments.csv:
        sys.stdout.write(explorer_export.as_csv(found))
    elif arguments.xlsx:
        _write_xlsx(arguments.xlsx, found, explorer_export.how(answer), answer.as_at)
    else:
        columns = explorer_export.columns(found)
        cells = [["-" if row.get(c) is None else row[c] for c in columns] for row in found]
        output.print_table(f"explorer, by {arguments.by}, {answer.as_at}", columns, cells)
        output.console.print(f"-: suppressed, or nobody there. {answer.answer()['how']}")
    return 0


def _write_xlsx(path: str, rows, how: list[tuple[str, str]], as_at: str) -> None:
    from localcare.population import explorer_export

    content = explorer_export.as_xlsx(rows, how, as_at)
    try:
        Path(path).write_bytes(content)
    except OSError as error:
        raise output.CannotRun(
            f"{path} cannot be written: {error.strerror}. Name a file in a folder that is there"
        ) from error


def _list_reports(titles: dict[str, str], as_json: bool) -> int:
    if as_json:
        output.print_json([{"name": name, "title": title} for name, title in titles.items()])
    else:
        output.print_table("Reports", ["Name", "What it tells"], titles.items())
    return 0


def _print_csv(report) -> None:
    columns = list(report.rows[0]) if report.rows else []
    writer = csv.DictWriter(sys.stdout, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(report.rows)


def _print_table(report) -> None:
    columns = list(report.rows[0]) if report.rows else []
    cells = [["-" if row[c] is None else row[c] for c in columns] for row in report.rows]
    output.print_table(f"{report.name}, {report.level}, {report.as_at}", columns, cells)
    if output.console.width < LEAST_WIDE * len(columns):
        told = f"{len(columns)} columns do not fit into {output.console.width} characters"
        print(f"localcare: {told}: --csv or --xlsx FILE gives them whole, --unit CODE one place.", file=sys.stderr)
    seen = report.coverage
    if published := report.more.get("published"):
        cells = [
            [c["age_band"], c["group"], c["published"], "-" if c["ours"] is None else c["ours"]]
            for c in published["cells"]
        ]
        output.print_table(
            f"Pounds a head as published, {published['area']} {published['year']}",
            ["Age", "Group", "Published", "Ours"],
            cells,
        )
        output.console.print(f"{published['source']}. {published['note']}")
    output.console.print(
        f"{seen['practices_sharing']} of {seen['practices']} practices share, {seen['people_observed_share']:.1%} "
        f"of people are observed. -: suppressed, or nobody there. {report.how}"
    )
