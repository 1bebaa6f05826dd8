"""`localcare caseload`: who is to be seen first; does it work; the end, the same day, for who died or moved away."""

from localcare.cli import output


def add_parser(subparsers) -> None:
    caseload = subparsers.add_parser("caseload", help="people a team has taken on")
    actions = caseload.add_subparsers(required=True, metavar="ACTION")
    departed = actions.add_parser("departed", help="end those who died or moved away; run nightly and after each load")
    departed.add_argument("--json", action="store_true")
    departed.set_defaults(run=run_departed)
    first = actions.add_parser(
        "first", help="which practices' people a cluster's team sees first, as its page tells the cluster"
    )
    first.add_argument("cluster", help="code of the cluster: localcare places show")
    first.add_argument("--json", action="store_true")
    first.set_defaults(run=run_first)
    evaluate = actions.add_parser(
        "evaluate", help="does it work: estimate for each team; run nightly and after each run"
    )
    evaluate.add_argument("cluster", nargs="?", default="", help="code of one cluster; all teams without one")
    evaluate.add_argument("--json", action="store_true")
    evaluate.set_defaults(run=run_evaluate)


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
    rows = [(row["place"], row["practice"]) for row in answer["first"]]
    output.print_table("Who to see first", ["Place", "Practice"], rows)
    output.console.print(f"{answer['finding']} {answer['gain']}")
    for line in first_words.shortfalls(found, group_names()):
        output.console.print(f"Not kept. {line}")
    return 0


def run_evaluate(arguments) -> int:
    from localcare.base import audit, clock
    from localcare.caseload import effect_words, evaluating
    from localcare.dataset.editions import NoEdition
    from localcare.staff import queries as staff

    teams = [team for team in staff.all_teams() if arguments.cluster in ("", team.organisation.code)]
    if arguments.cluster and not teams:
        raise output.CannotRun(f"No cluster {arguments.cluster!r} has a team. See: localcare places show")
    freed = evaluating.free_changed(as_at=clock.today(), by=audit.SYSTEM)
    try:
        made = [evaluating.estimate(team=team, by=audit.SYSTEM) for team in teams]
    except NoEdition as error:
        raise output.CannotRun(str(error)) from error
    found = [effect_words.as_data(one) for one in made if one]
    if not found and arguments.cluster:
        raise output.CannotRun("There is no run yet. Make one: localcare population run")
    if arguments.json:
        output.print_json({"freed": freed, "teams": found})
    else:
        output.print_table(
            "Does it work?", ["Team", "Method", "Finding"], [(o["team"], o["method"], o["finding"]) for o in found]
        )
        output.console.print(f"{freed} waited whose condition changed; they wait no longer.")
    return 1 if any(_stopped_now(one) for one in made if one) else 0


def _stopped_now(estimate) -> bool:
    stopped_at = estimate.evaluation and estimate.evaluation.stopped_at
    return bool(stopped_at and stopped_at >= estimate.made_at)
