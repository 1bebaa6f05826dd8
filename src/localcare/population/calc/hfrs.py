"""Hospital Frailty Risk Score: Gilbert et al., Lancet 2018;391:1775-1782."""

from datetime import date

import ibis
from ibis import ir

from localcare.population.calc.people import in_months_before
from localcare.population.definitions import Hfrs


def score(diagnosis: ir.Table, code: ir.Table, people: ir.Table, hfrs: Hfrs, as_at: date) -> ir.Table:
    """Points of each listed three-character code, once a code, over the spells that began in the window.

    In: tables `diagnosis`, `code`, and people with person, age (years), observed. Out: person, hfrs (0 where no listed
    code was found); only observed people of the score's age.
    """
    old = people.filter(people.observed, people.age >= hfrs.from_age).select("person")
    points = ibis.memtable(list(hfrs.points.items()), schema={"icd10": "string", "points": "float64"})
    chapter = code.filter(code.system == "icd10").select("code", icd10=code.value.upper().substr(0, 3))
    listed = chapter.inner_join(points, "icd10").select("code", "icd10", "points")
    found = (
        in_months_before(diagnosis, as_at, hfrs.window_months)
        .select("person", "code")
        .inner_join(listed, "code")
        .select("person", "icd10", "points")
        .distinct()
    )
    summed = found.group_by("person").agg(points=found.points.sum())
    scored = old.left_join(summed, "person").select("person", "points")
    return scored.select("person", hfrs=scored.points.fill_null(0.0).round(1))
