"""`localcare places`: load organisations, sites and areas; show them as they were on a day."""

import argparse
from datetime import date
from pathlib import Path

from localcare.cli import output


def add_parser(subparsers) -> None:
    places = subparsers.add_parser("places", help="practices, clusters, sites, areas")
    actions = places.add_subparsers(required=True, metavar="ACTION")
    load = actions.add_parser("load", help="load the shipped reference, or a folder of own files")
    load.add_argument("--folder", type=Path, help="organisations.csv, memberships.csv, list_sizes.csv, sites.csv, …")
    load.add_argument("--json", action="store_true")
    load.set_defaults(run=run_load)
    show = actions.add_parser("show", help="what was where on a day, and what the sources state")
    show.add_argument("--as-at", type=_day, metavar="DATE", help="like 2017-04-03; today if left out")
    show.add_argument("--json", action="store_true")
    show.set_defaults(run=run_show)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2017-04-03") from None


def run_load(arguments) -> int:
    from django.core.management import call_command

    from localcare.base import audit
    from localcare.places import actions

    contents = _contents(arguments.folder) if arguments.folder else None
    call_command("migrate", verbosity=0)
    if contents is None:
        loaded = actions.load_reference(by=audit.SYSTEM)
    else:
        loaded = actions.load(contents, by=audit.SYSTEM, source=f"given in {arguments.folder.name}")
    if arguments.json:
        output.print_json(
            {
                "tables": {name: vars(counts) for name, counts in loaded.tables.items()},
                "rejected": [vars(reject) for reject in loaded.rejects],
            }
        )
    else:
        _print_loaded(loaded)
    return 1 if loaded.rejects else 0


def _contents(folder: Path) -> dict[str, bytes]:
    from localcare.places.calc.tables import TABLES

    found = {table.name: folder / table.file for table in TABLES if (folder / table.file).is_file()}
    if not found:
        names = ", ".join(table.file for table in TABLES)
        raise output.CannotRun(f"{folder} holds none of {names}; name the folder that does")
    try:
        return {name: path.read_bytes() for name, path in found.items()}
    except OSError as error:
        raise output.CannotRun(f"cannot read {error.filename}: {error.strerror}; make it readable") from error


def _print_loaded(loaded) -> None:
    rows = [(name, c.added, c.changed, c.unchanged) for name, c in loaded.tables.items()]
    output.print_table("Loaded", ["Table", "Added", "Changed", "Unchanged"], rows)
    if loaded.rejects:
        rejects = [(r.file, r.line, r.column, r.reason) for r in loaded.rejects]
        output.print_table("Not taken", ["File", "Line", "Column", "Reason"], rejects)


def run_show(arguments) -> int:
    from django.db import OperationalError, ProgrammingError

    from localcare.base import clock

    as_at = arguments.as_at or clock.today()
    try:
        picture = _picture(as_at)
    except (OperationalError, ProgrammingError) as error:
        raise output.CannotRun("there is no store yet; run `localcare places load`") from error
    if not picture["practices"] and not picture["groups"] and not picture["sites"]:
        raise output.CannotRun(f"no places are known on {as_at}; run `localcare places load`, or name another --as-at")
    if arguments.json:
        output.print_json(picture)
    else:
        _print_picture(picture)
    return 0


def _picture(as_at: date) -> dict:
    from localcare.places import queries

    lists = queries.list_sizes(as_at)
    practices = {p.code: _practice(p, lists) for p in queries.practices(as_at)}
    grouped: dict[str, list] = {}
    for code, group in queries.cluster_table(as_at).items():
        if code in practices:
            grouped.setdefault(group.code, []).append(practices.pop(code))
    groups = [
        {"code": g.code, "name": g.name, "kind": g.kind, "practices": grouped.get(g.code, []), "source": g.source}
        for g in queries.clusters(as_at)
    ]
    return {
        "as_at": as_at.isoformat(),
        "area": [{"code": a.code, "name": a.name} for a in queries.organisations(as_at, queries.Kind.AREA)],
        "practices": sum(len(g["practices"]) for g in groups) + len(practices),
        "registered": sum(lists.values()),
        "groups": groups,
        "ungrouped": list(practices.values()),
        "sites": [_site(site) for site in queries.sites("hospital", "community_hospital", "clinic", "other")],
        "statements": [
            {"subject": s.subject, "value": s.value, "as_at": s.as_at, "source": s.source} for s in queries.statements()
        ],
    }


def _practice(practice, lists: dict[str, int]) -> dict:
    return {"code": practice.code, "name": practice.name, "registered": lists.get(practice.code)}


def _site(site) -> dict:
    owner = site.organisation.name if site.organisation else None
    return {"code": site.code, "name": site.name, "kind": site.kind, "organisation": owner, "beds": site.beds}


def _print_picture(picture: dict) -> None:
    names = ", ".join(f"{area['name']} ({area['code']})" for area in picture["area"]) or "No area"
    output.console.print(
        f"{names} on {picture['as_at']}: {picture['practices']} practices, "
        f"{picture['registered']:,} registered by the latest published lists"
    )
    ungrouped = {"name": "In no cluster", "kind": "", "practices": picture["ungrouped"], "source": ""}
    for group in [*picture["groups"], *([ungrouped] if picture["ungrouped"] else [])]:
        people = sum(practice["registered"] or 0 for practice in group["practices"])
        title = f"{group['name']} {group['kind']}, {people:,} registered".replace("  ", " ")
        rows = [(p["code"], p["name"], p["registered"]) for p in group["practices"]]
        output.print_table(title, ["Code", "Practice", "Registered"], rows)
        if group["source"]:
            output.console.print(f"  {group['source']}")
    sites = [(s["code"], s["name"], s["kind"], s["organisation"], s["beds"]) for s in picture["sites"]]
    output.print_table("Sites", ["Code", "Site", "Kind", "Organisation", "Beds"], sites)
    stated = [(s["subject"], s["value"], s["as_at"], s["source"]) for s in picture["statements"]]
    output.print_table("What the sources state", ["Subject", "Value", "When", "Source"], stated)
