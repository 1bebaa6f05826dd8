"""`localcare intake editions`: which there are, what changed between two, which are kept and which expire."""

import dataclasses

from localcare.cli import output

COUNTS = ("rows_in", "rejected", "kept", "repeated", "unlinked", "left_out", "not_used")


def add_parser(subparsers) -> None:
    editions = subparsers.add_parser("editions", help="the editions there are: list, compare, pin, release, expire")
    actions = editions.add_subparsers(required=True, metavar="WHAT")
    _add(actions, "list", run_list, "every edition: date, people, rows, coverage, the runs that rest on it")
    compare = _add(actions, "compare", run_compare, "what changed from one edition to another, and why")
    compare.add_argument("before")
    compare.add_argument("after")
    linkage = _add(actions, "linkage", run_linkage, "how the rows of an edition found their people, by source")
    linkage.add_argument("edition", nargs="?", help="the one in use where none is named")
    pin = _add(actions, "pin", run_pin, "keep an edition until it is released")
    pin.add_argument("edition")
    pin.add_argument("--why", required=True, help="the reason, for the audit chain and the list")
    _add(actions, "release", run_release, "leave a pinned edition to the settings again").add_argument("edition")
    expire = _add(actions, "expire", run_expire, "remove the editions whose time is over by the settings")
    expire.add_argument("--dry-run", action="store_true", help="only name them")


def _add(actions, name: str, run, help: str):
    parser = actions.add_parser(name, help=help)
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=lambda arguments: _on_a_store(run, arguments))
    return parser


def _on_a_store(run, arguments) -> int:
    from django.core.management import call_command

    from localcare.dataset.editions import Busy, NoEdition

    call_command("migrate", verbosity=0)
    try:
        return run(arguments)
    except (NoEdition, Busy) as error:
        raise output.CannotRun(str(error)) from error


def run_list(arguments) -> int:
    from localcare.intake import queries

    lines = queries.listed()
    if arguments.json:
        output.print_json([dataclasses.asdict(line) for line in lines])
        return 0
    if not lines:
        raise output.CannotRun("There is no edition yet. Make one: localcare intake run FOLDER")
    columns = ["Edition", "As at", "Made", "People", "Rows", "Coverage", "Runs", "State"]
    output.print_table("Editions", columns, map(_line, lines))
    return 0


def _line(line) -> list[str]:
    state = [
        "in use" if line.in_use else "",
        f"pinned: {line.pinned}" if line.pinned is not None else "",
        "expires" if line.expires else "",
    ]
    made = f"{line.made_at:%Y-%m-%d %H:%M}"
    figures = [f"{line.people:,}", f"{line.rows:,}", f"{line.coverage:.0%}", f"{len(line.runs)}"]
    return [line.id, line.as_at.isoformat(), made, *figures, ", ".join(filter(None, state))]


def run_compare(arguments) -> int:
    from localcare.intake import queries

    found = queries.compare(arguments.before, arguments.after)
    if arguments.json:
        output.print_json(dataclasses.asdict(found))
        return 0
    output.print_table("Rows", ["Table", "Before", "After", "Change"], (_pair(*row) for row in found.tables.items()))
    _show_sources(found)
    _show_coverage(found)
    _show_people(found)
    return 0


def _pair(name: str, counts: tuple[int, int]) -> list[str]:
    before, after = counts
    return [name, f"{before:,}", f"{after:,}", f"{after - before:+,}" if after != before else ""]


def _show_sources(found) -> None:
    rows = [
        [shape, *("{:,} → {:,}".format(*counts[name]) if name in counts else "" for name in COUNTS)]
        for shape, counts in found.sources.items()
    ]
    output.print_table("Rows of the sources' files", ["Shape", *(name.replace("_", " ") for name in COUNTS)], rows)


def _show_coverage(found) -> None:
    rows = [
        [source, *("{:,} → {:,}".format(*counts[name]) for name in counts)] for source, counts in found.coverage.items()
    ]
    columns = [name.replace("_", " ") for name in next(iter(found.coverage.values()), ())]
    output.print_table("Coverage", ["Source", *columns], rows)
    if found.agreements:
        output.print_table("Agreements that began or ended", ["Practice", "Source", "Purpose", ""], found.agreements)


def _show_people(found) -> None:
    if not found.people:
        output.console.print("Who came and went cannot be told: the pseudonyms were made with different keys.")
    for people in found.people:
        rows = [["in the first edition", f"{people.before:,}"]]
        rows += [[f"out: {why.replace('_', ' ')}", f"-{n:,}"] for why, n in people.out.items() if n]
        rows += [[f"in: {why.replace('_', ' ')}", f"+{n:,}"] for why, n in people.joined.items() if n]
        rows += [["in the second edition", f"{people.after:,}"]]
        purpose = people.purpose.replace("_", " ")
        output.print_table(f"People who may be used for {purpose}", ["", "People"], rows)


def run_linkage(arguments) -> int:
    from localcare.intake import queries

    edition, threshold, sources = queries.linkage(arguments.edition)
    if arguments.json:
        told = [dataclasses.asdict(source) for source in sources]
        output.print_json({"edition": edition, "threshold": threshold, "sources": told})
        return 0
    columns = [
        "Shape",
        "By number",
        "By rule",
        "By model",
        "Nobody",
        "Of these",
        "Numbers contradicted",
        "Learnt from",
        "Note",
    ]
    output.print_table(f"Linkage of {edition}, threshold {threshold}", columns, map(_of_source, sources))
    return 0


def _of_source(source) -> list[str]:
    counts = (source.number, source.rule, source.model, source.nobody)
    why = ", ".join(f"{name} {n:,}" for name, n in source.outcomes.items() if n and name != "linked")
    wrong = ", ".join(f"{cause.replace('_', ' ')} {n:,}" for cause, n in source.contradicted.items())
    return [source.shape, *(f"{n:,}" for n in counts), why, wrong, f"{source.learnt_from:,}", source.note]


def run_pin(arguments) -> int:
    from localcare.base import audit
    from localcare.intake import actions

    actions.pin(edition=arguments.edition, why=arguments.why, by=audit.SYSTEM)
    return _say(arguments, {"edition": arguments.edition, "pinned": arguments.why}, f"{arguments.edition} is kept.")


def run_release(arguments) -> int:
    from localcare.base import audit
    from localcare.intake import actions

    was_pinned = actions.release(edition=arguments.edition, by=audit.SYSTEM)
    said = "is left to the settings again." if was_pinned else "was not pinned."
    return _say(arguments, {"edition": arguments.edition, "was_pinned": was_pinned}, f"{arguments.edition} {said}")


def run_expire(arguments) -> int:
    from localcare.base import audit
    from localcare.intake import actions, queries

    if arguments.dry_run:
        ids = [edition.id for edition in queries.to_expire()]
        return _say(arguments, {"would_expire": ids}, f"Would expire: {', '.join(ids) or 'none'}")
    ids = actions.expire(by=audit.SYSTEM)
    return _say(arguments, {"expired": ids}, f"Expired: {', '.join(ids) or 'none'}")


def _say(arguments, answer: dict, sentence: str) -> int:
    output.print_json(answer) if arguments.json else output.console.print(sentence)
    return 0
