"""Writes to places: single organisations and memberships, and files of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

from django.db import models

from localcare.base import audit
from localcare.places.calc.memberships import Spell, contradictions
from localcare.places.calc.tables import BY_NAME, TABLES, Read, Reject, Row, Table, read
from localcare.places.models import Area, ListSize, Membership, Organisation, Site, Statement

MODELS: Mapping[str, type[models.Model]] = {
    "organisations": Organisation,
    "memberships": Membership,
    "list_sizes": ListSize,
    "sites": Site,
    "areas": Area,
    "statements": Statement,
}
# Columns that hold the code of an organisation and are stored as a key to it.
POINTERS = ("member", "group", "organisation")


class Refused(Exception):
    """The store does not take the change; the message says what to do next."""


@dataclass(frozen=True)
class Counts:
    added: int
    changed: int
    unchanged: int


@dataclass(frozen=True)
class Loaded:
    """What a load did, per table, and what it did not take."""

    tables: Mapping[str, Counts]
    rejects: tuple[Reject, ...]


def load_reference(*, by: audit.Actor) -> Loaded:
    """Load the places shipped with Localcare (`data/`). Repeating it changes nothing that is already so."""
    folder = files("localcare.places") / "data"
    return load({table.name: (folder / table.file).read_bytes() for table in TABLES}, by=by, source="shipped reference")


def load(contents: Mapping[str, bytes], *, by: audit.Actor, source: str) -> Loaded:
    """Load files of places, table name -> bytes of the CSV; good rows are kept, bad ones returned as rejects.

    A row that is already in the store (by the table's key) is brought up to the file's columns; nothing is removed.
    `source` stands where a row names none. Raises KeyError for a table that does not exist.
    """
    parsed = {name: read(BY_NAME[name], content) for name, content in contents.items()}
    counts: dict[str, Counts] = {}
    rejects: list[Reject] = []
    with audit.transaction():
        for table in TABLES:
            if table.name in parsed:
                counts[table.name], refused = _load_table(table, parsed[table.name], source)
                rejects += [*parsed[table.name].rejects, *refused]
        detail = {name: [c.added, c.changed, c.unchanged] for name, c in counts.items()}
        audit.record("places.loaded", by=by, source=source, tables=detail, rejected=len(rejects))
    return Loaded(counts, tuple(sorted(rejects, key=lambda r: (r.file, r.line))))


def add_organisation(
    *,
    code: str,
    name: str,
    kind: str,
    source: str,
    by: audit.Actor,
    opened: date | None = None,
    closed: date | None = None,
) -> Organisation:
    """Add one organisation, e.g. a practice code met in a registrations file. Raises Refused for a known code."""
    with audit.transaction():
        if Organisation.objects.filter(code=code).exists():
            raise Refused(f"organisation {code} is there already; load a file of organisations to change it")
        row = {"code": code, "name": name, "kind": kind, "opened": opened, "closed": closed, "source": source}
        organisation = Organisation.objects.create(**_checked("organisations", row))
        audit.record("places.organisation_added", by=by, code=organisation.code, kind=kind, source=source)
    return organisation


def add_membership(
    *, member: str, group: str, starts: date, source: str, by: audit.Actor, ends: date | None = None
) -> Membership:
    """Put an organisation into a group from a day on (both days inclusive).

    Raises Refused where a code is not known, or the member is in a group of that kind at the time.
    """
    row = {"member": member, "group": group, "starts": starts, "ends": ends, "source": source}
    with audit.transaction():
        values = _checked("memberships", row)
        kept, refused = _without_contradictions([Row(0, values)], _organisations())
        if refused:
            raise Refused(f"{refused[0].column}: {refused[0].reason}")
        membership = Membership.objects.create(**_with_keys(kept[0].values, _organisations()))
        audit.record("places.membership_added", by=by, member=member, group=group, starts=starts.isoformat())
    return membership


def end_membership(*, member: str, group: str, last_day: date, by: audit.Actor) -> Membership:
    """End the membership that holds on `last_day`. Raises Refused where there is none."""
    with audit.transaction():
        membership = (
            Membership.objects.filter(member__code=member, group__code=group, starts__lte=last_day)
            .filter(models.Q(ends=None) | models.Q(ends__gte=last_day))
            .first()
        )
        if membership is None:
            raise Refused(f"{member} does not belong to {group} on {last_day.isoformat()}")
        membership.ends = last_day
        membership.save()
        audit.record("places.membership_ended", by=by, member=member, group=group, last_day=last_day.isoformat())
    return membership


def _checked(table: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """The row as the file reader would take it, so that one rule serves both ways in."""
    cells = {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}
    given = {name: cell for name, cell in cells.items() if cell is not None}
    quoted = ('"' + str(cell).replace('"', '""') + '"' for cell in given.values())
    result = read(BY_NAME[table], f"{','.join(given)}\n{','.join(quoted)}\n".encode())
    if result.rejects:
        raise Refused(f"{result.rejects[0].column}: {result.rejects[0].reason}")
    return dict(result.rows[0].values)


def _load_table(table: Table, parsed: Read, source: str) -> tuple[Counts, list[Reject]]:
    organisations = _organisations()
    rows, rejects = _pointing_somewhere(table, parsed.rows, organisations)
    if table.name == "memberships":
        rows, refused = _without_contradictions(rows, organisations)
        rejects += refused
    values = [_with_keys(row.values, organisations) for row in rows]
    if any(column.name == "source" for column in table.columns):
        values = [{**row, "source": row.get("source") or source} for row in values]
    key = tuple(f"{name}_id" if name in POINTERS else name for name in table.key)
    return _put(MODELS[table.name], key, values), rejects


def _organisations() -> dict[str, Organisation]:
    return {organisation.code: organisation for organisation in Organisation.objects.all()}


def _pointing_somewhere(
    table: Table, rows: Iterable[Row], organisations: Mapping[str, Organisation]
) -> tuple[list[Row], list[Reject]]:
    kept, rejects = [], []
    for row in rows:
        lost = next((p for p in POINTERS if row.values.get(p) and row.values[p] not in organisations), None)
        if lost:
            reason = f"no organisation has the code {row.values[lost]}; add it to organisations.csv"
            rejects.append(Reject(table.file, row.line, lost, reason))
        else:
            kept.append(row)
    return kept, rejects


def _without_contradictions(
    rows: list[Row], organisations: Mapping[str, Organisation]
) -> tuple[list[Row], list[Reject]]:
    kept, rejects = _pointing_somewhere(BY_NAME["memberships"], rows, organisations)
    stored = Membership.objects.values_list("member__code", "group__code", "starts", "ends")
    held = {spell.key: spell for spell in (Spell(*values) for values in stored)}
    offered = {row.line: _spell(row.values, held) for row in kept}
    kinds = {code: organisation.kind for code, organisation in organisations.items()}
    refused = contradictions(list(held.values()), list(offered.values()), kinds)
    for line, spell in offered.items():
        if clash := refused.get(spell.key):
            reason = f"{spell.member} is in {clash.group} from {clash.starts} to {clash.ends or 'further notice'}"
            rejects.append(Reject("memberships.csv", line, "starts", reason))
    return [row for row in kept if offered[row.line].key not in refused], rejects


def _spell(values: Mapping[str, Any], held: Mapping[tuple, Spell]) -> Spell:
    spell = Spell(values["member"], values["group"], values["starts"], values.get("ends"))
    # A file without the column `ends` leaves the end of a stored membership as it is.
    return spell if "ends" in values else held.get(spell.key, spell)


def _with_keys(values: Mapping[str, Any], organisations: Mapping[str, Organisation]) -> dict[str, Any]:
    keyed = {name: value for name, value in values.items() if name not in POINTERS}
    for name in POINTERS:
        if name in values:
            keyed[f"{name}_id"] = organisations[values[name]].pk if values[name] else None
    return keyed


def _put(model: type[models.Model], key: tuple[str, ...], rows: list[dict[str, Any]]) -> Counts:
    held = {tuple(getattr(o, name) for name in key): o for o in model._default_manager.all()}
    new, changed = [], []
    for row in rows:
        there = held.get(tuple(row[name] for name in key))
        if there is None:
            new.append(model(**row))
        elif any(getattr(there, name) != value for name, value in row.items()):
            for name, value in row.items():
                setattr(there, name, value)
            changed.append(there)
    model._default_manager.bulk_create(new, batch_size=1000)
    if changed:
        fields = [name.removesuffix("_id") for name in rows[0] if name not in key]
        model._default_manager.bulk_update(changed, fields, batch_size=500)
    return Counts(len(new), len(changed), len(rows) - len(new) - len(changed))
