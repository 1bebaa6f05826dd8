"""Slow second versions of the scores: one person at a time, from the shared tables as they are printed."""

from datetime import date

from localcare.population.definitions import Definitions
from localcare.population.definitions.files import rows
from localcare.population.definitions.scoring import FOLDER, Score
from localcare.terminology import codelists
from tests.population import twins
from tests.population.twins import History


def all_scores(person: History, definitions: Definitions, day: date) -> dict[str, float | None]:
    """Every score by its key; None where it cannot be given."""
    return {
        "cms_37": twins.cms(person, definitions, day),
        "cms_20": cms_20(person, definitions, day),
        "hfrs": twins.hfrs(person, definitions, day),
        "charlson_1987": charlson(diagnoses(person, day), "charlson", "charlson_1987"),
        "charlson_2011": charlson(diagnoses(person, day), "charlson", "quan_2011"),
        "charlson_shmi": charlson(diagnoses(person, day), "charlson_shmi", "shmi"),
        "clinical_frailty_scale": of_65(person, last(person, day, "clinical_frailty_scale_score", 1, 9), day),
        "efi": of_65(person, last(person, day, "efi_score", 0, 1), day),
        "frailty_recorded": frailty(person, day),
        "lace": lace(person, day),
    }


def cms_20(person: History, definitions: Definitions, day: date) -> float:
    held = twins.conditions(person, definitions, day)
    counted = [i for i in definitions.cms_20.items if {c.key for c in definitions.conditions.named(i.mask)} & held]
    return round(sum(item.weight for item in counted), 2)


def diagnoses(person: History, day: date) -> set[str]:
    return {code for on, _, _, codes in person.spells if twins.within(on, day, 24) for code in codes}


def charlson(codes: set[str], files: str, weight: str) -> float:
    prefixes = rows(FOLDER / ("charlson_quan_codes.csv" if files == "charlson" else "charlson_shmi_codes.csv"))
    groups = {row["group"] for row in prefixes for code in codes if code[: len(row["icd10"])] == row["icd10"]}
    total = 0.0
    for row in rows(FOLDER / f"{files}_weights.csv"):
        if row["group"] in groups and row["superseded_by"] not in groups:
            total += float(row[weight])
    return total


def last(person: History, day: date, name: str, least: float, most: float) -> float | None:
    fits = [
        (on, value)
        for on, code, value in person.values
        if code in codelists.codes(name) and on <= day and value is not None and least <= value <= most
    ]
    return max(fits)[1] if fits else None


def of_65(person: History, value: float | None, day: date) -> float | None:
    return value if twins.age(person, day) >= 65 else None


def frailty(person: History, day: date) -> float | None:
    severity = {"frailty_mild": 1.0, "frailty_moderate": 2.0, "frailty_severe": 3.0}
    coded = [*person.entries, *((on, code) for on, code, _ in person.values)]
    found = [(on, n) for on, code in coded for name, n in severity.items() if code in codelists.codes(name)]
    return max((pair for pair in found if pair[0] <= day), default=(None, None))[1]


def lace(person: History, day: date) -> float | None:
    ended = [
        (on, number)
        for number, (on, left, kind, _) in enumerate(person.spells)
        if kind in ("emergency", "elective") and left is not None and left <= day and twins.within(on, day, 12)
    ]
    if not ended:
        return None
    on, left, kind, _ = person.spells[max(ended)[1]]
    nights = (left - on).days
    stay = 7 if nights >= 14 else 5 if nights >= 7 else 4 if nights >= 4 else nights
    codes = {code for began, _, _, given in person.spells if twins.within(began, on, 24) for code in given}
    ill = charlson(codes, "charlson", "charlson_1987")
    seen = sum(1 for at in person.attendances if twins.within(at, on, 6) and at != on)
    return stay + (3 if kind == "emergency" else 0) + (5 if ill >= 4 else ill) + min(seen, 4)


def band(value: float, score: Score) -> str:
    for one in score.bands:
        if one.below is not None and value < one.below:
            return one.key
        if one.up_to is not None and value <= one.up_to:
            return one.key
    return score.bands[-1].key
