"""A practice's own registers and segments, exact: for that practice alone, never published."""

from localcare.population import sharing
from localcare.population.reports import Made, Row, UnknownReport


def own_practice(of: Made, practice_code: str, segmentation: str) -> Row:
    """A practice's own registers and segments, exact. Raises UnknownReport for a practice the run does not know."""
    number = next((n for n, (code, _) in of.practices.items() if code == practice_code), None)
    if number is None:
        raise UnknownReport(f"practice {practice_code!r} is not in the edition of this run")
    grid = of.segmentation(segmentation)
    asked = {"p": number, "s": segmentation}
    found = of.folder.rows("cell", "practice = $p AND segmentation = $s", asked)
    priced = practice_code not in sharing.lost_to_spend(of.run)
    cells = {(row["age_band"], row["group"]): row for row in found}
    registers = {row["register"]: row for row in of.folder.rows("register", "practice = $p", {"p": number})}
    return {
        "as_at": of.run.as_at.isoformat(),
        **{key: of.run.coverage[practice_code][key] for key in ("registered", "observed")},
        "segments": [
            _own_cell(b.key, g.key, cells.get((b.key, g.key)), priced) for b in grid.age_bands for g in grid.groups
        ],
        "registers": [
            {"register": c.register, "label": c.label, "from_age": c.from_age}
            | {
                key: registers[c.register][key] if c.register in registers else 0
                for key in ("on_register", "denominator")
            }
            for c in of.definitions.conditions.registers
            if c.register
        ],
    }


def _own_cell(age_band: str, group: str, cell: Row | None, priced: bool) -> Row:
    people = cell["people_observed"] if cell else 0
    a_head = round(cell["spend_observed"] / people) if cell and people and priced else None
    return {"age_band": age_band, "group": group, "people": people, "spend_per_head": a_head}
