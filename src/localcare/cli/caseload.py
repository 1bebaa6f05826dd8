"""`localcare caseload`: who is to be seen first; and the end, the same day, for those who died or moved away."""

from localcare.cli import output


def add_parser(subparsers) -> None:
    caseload = subparsers.add_parser("caseload", help="people a team has taken on")
    actions = caseload.add_subparsers(required=True, metavar="ACTION")
    departed = actions.add_parser("departed", help="end those who died or moved away; run nightly and after each load")
    departed.add_argument("--json", action="store_true")
    departed.set_defaults(run=run_departed)
    first = actions.add_parser("first", help="whom a cluster's team sees first, by pseudonym, and what may help")
    first.add_argument("cluster", help="code of the cluster: localcare places show")
    first.add_argument("--json", action="store_true")
    first.set_defaults(run=run_first)


def run_departed(arguments) -> int:
    from localcare.base import audit, clock
    from localcare.caseload import actions

    ended = actions.close_departed(as_at=clock.today(), by=audit.SYSTEM)
    if arguments.json:
        output.print_json({"as_at": clock.today(), "ended": ended})
    else:
        output.print_table(f"{len(ended)} ended", ["Who, and why"], [(line,) for line in ended])
    return 0


def run_first(arguments) -> int:
    from localcare.caseload import first, first_words
    from localcare.population.definitions import BadDefinition
    from localcare.population.queries import current_run, group_names

    team = first.team_named(arguments.cluster)
    if team is None:
        raise output.CannotRun(f"No cluster {arguments.cluster!r} has a team. See: localcare places show")
    try:
        found = first.of_team(team)
    except BadDefinition as error:
        raise output.CannotRun(str(error)) from error
    if not found.switched_on:
        raise output.CannotRun("The risk score is switched off here. An operator decides about LOCALCARE_RISK_SCORE")
    if current_run() is None:
        raise output.CannotRun("There is no run yet. Make one: localcare population run")
    answer = first_words.as_data(found)
    if arguments.json:
        output.print_json(answer)
        return 0
    rows = [
        (row.place, row.label, row.practice_code, row.benefit.offer.label, first_words.benefit(row.benefit))
        for row in found.rows
    ]
    output.print_table("Who to see first", ["Place", "Who", "Practice", "What may help", "Admissions"], rows)
    output.console.print(f"{answer['finding']} {answer['gain']}")
    for line in first_words.shortfalls(found, group_names()):
        output.console.print(f"Not kept. {line}")
    return 0
