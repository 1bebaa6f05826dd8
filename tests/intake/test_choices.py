"""A choice, or an agreement's end, on its way from the practice's file: next edition, list, care, caseload and plan."""

from datetime import date

import pytest

from localcare.access import actions as access
from localcare.access import pseudonyms
from localcare.access import queries as gate
from localcare.access.types import ChoiceKind, Purpose
from localcare.base import audit
from localcare.careplans import actions as careplans
from localcare.careplans.models import Plan
from localcare.caseload import actions as caseload
from localcare.caseload.models import CaseloadEntry
from localcare.dataset import editions
from localcare.intake import actions
from localcare.patients.models import Patient, SamePerson
from localcare.population.calc import people, risk
from localcare.population.definitions import load
from tests import builders
from tests.intake.builders import EVERYTHING, extract_folder

PRACTICE = "Y90001"
PEOPLE = [builders.nhs_number(400 + n) for n in range(6)]
CHOICES = [
    # what the practice's file says; rows for planning, may be scored, stays on the list at once, the team may look
    ({}, (True, True, True, True)),
    ({"type_1_opt_out": "true"}, (False, False, False, True)),
    ({"is_national_data_opted_in": "false"}, (False, False, False, True)),
    ({"risk_stratification_objection": "true"}, (True, False, False, True)),
    ({"sharing_consent": "objected"}, (True, True, True, False)),
    ({"sharing_consent": "given"}, (True, True, True, True)),
]
AGREED = [row for row in EVERYTHING if row["practice"] == PRACTICE]


def registered(n: int, **more) -> dict:
    return {"patient_id": str(n), "nhs_number": PEOPLE[n], "date_of_birth": f"19{30 + n}-01-01", **more}


@pytest.fixture
def looked_after(area, tmp_path, settings):
    """Six people taken in from their practice's file, each on the team's caseload and with a plan."""
    data = tmp_path / "var"
    settings.DATASET, settings.KEYS, settings.KEPT = data / "dataset", data / "keys", data / "kept"
    area.add_practice(PRACTICE, "Hilltop Practice", "C1")
    seen = [{"observation_id": str(n), "patient_id": str(n)} for n in range(len(PEOPLE))]
    files = {"gp_patient": [registered(n) for n in range(len(PEOPLE))], "gp_observation": seen, "agreements": AGREED}
    actions.run(folder=extract_folder(tmp_path / "first", "2017-03-31", **files), by=audit.SYSTEM)
    coordinator, nurse = area.viewer("care_coordinator", "C1"), area.viewer("community_nurse", "C1")
    for person in Patient.objects.all():
        builders.relate(person, area.teams["C1"], source="referral")
        caseload.add_person(patient_id=person.id, agreed="person", reason="They asked for help", by=coordinator)
        careplans.start_plan(patient_id=person.id, by=nurse)
    return nurse


def next_day(folder, **files):
    made = extract_folder(folder, "2017-04-02", **({"gp_patient": "", "agreements": ""} | files))
    for shape in {"gp_patient", "agreements"} - set(files):
        (made / f"{shape}.csv").unlink()
    actions.run(folder=made, by=audit.SYSTEM, onto="current")


def standing() -> list[tuple]:
    """Caseload and plans, as they stand."""
    entries = CaseloadEntry.objects.order_by("patient_id").values_list("patient_id", "latest__state")
    return [*entries, *Plan.objects.order_by("patient_id").values_list("patient_id", "status")]


def in_edition(edition) -> dict[str, tuple[bool, bool]]:
    """NHS number -> whether rows stand in the edition, and whether the person may be scored."""
    made = pseudonyms.pseudonymise(PEOPLE, Purpose.PLANNING)
    here = people.registered(edition.table("person"), edition.as_at)
    scored = set(risk.eligible(here, load().risk).person.execute())
    rows = edition.duckdb_connection().execute("""SELECT pseudonym, person, person IN (SELECT person FROM observation)
        FROM pseudonym WHERE purpose = 'planning'""")
    found = {pseudonym: (has, person in scored) for pseudonym, person, has in rows.fetchall()}
    return {number: found[pseudonym] for number, pseudonym in zip(PEOPLE, made, strict=True)}


def test_each_choice_has_its_effect_on_each_purpose_and_none_touches_caseload_or_plan(looked_after, settings, tmp_path):
    before = standing()
    next_day(tmp_path / "day", gp_patient=[registered(n, **choice) for n, (choice, _) in enumerate(CHOICES)])
    held = in_edition(editions.current(settings.DATASET))
    withdrawn = gate.withdrawn()
    listed = dict(zip(PEOPLE, pseudonyms.pseudonymise(PEOPLE, Purpose.RISK_STRATIFICATION), strict=True))
    ids = dict(Patient.objects.values_list("nhs_number", "id"))
    found = [
        (*held[number], listed[number] not in withdrawn, gate.decision_on(looked_after, ids[number]).allowed)
        for number in PEOPLE
    ]
    assert found == [effect for _, effect in CHOICES]
    assert standing() == before
    assert len(before) == 2 * len(PEOPLE)


def test_what_is_recorded_on_the_page_holds_in_the_next_edition_until_it_is_withdrawn(
    area, looked_after, settings, tmp_path
):
    gp = area.viewer("gp", PRACTICE)
    ids = dict(Patient.objects.values_list("nhs_number", "id"))
    made = {}
    for day, value in enumerate(("yes", "no")):
        for number, kind in zip(PEOPLE[1:4], ON_THE_PAGE, strict=True):
            access.record_choice(answered="person", patient_id=ids[number], kind=kind, value=value, by=gp)
        next_day(tmp_path / value, gp_patient=[registered(0, family_name=f"Renamed{day}")])
        made[value] = in_edition(editions.current(settings.DATASET))
    out = [(False, False), (False, False), (True, False)]
    assert [made["yes"][number] for number in PEOPLE] == [(True, True), *out, (True, True), (True, True)]
    assert set(made["no"].values()) == {(True, True)}


ON_THE_PAGE = [ChoiceKind.TYPE_1_OPT_OUT, ChoiceKind.NATIONAL_DATA_OPT_OUT, ChoiceKind.RISK_STRATIFICATION]


def test_what_a_file_takes_back_does_not_stay_because_it_was_once_taken_in(looked_after, settings, tmp_path):
    held = []
    for opted in ("true", "false"):
        next_day(tmp_path / opted, gp_patient=[registered(1, type_1_opt_out=opted)])
        held.append(in_edition(editions.current(settings.DATASET))[PEOPLE[1]])
    assert held == [(False, False), (True, True)]


def test_a_choice_holds_for_a_record_linked_as_the_same_person(looked_after, settings, tmp_path):
    one, other = (Patient.objects.get(nhs_number=number) for number in PEOPLE[1:3])
    SamePerson.objects.create(patient=one, same_as=other, starts=date(2017, 4, 1), reason="same person")
    next_day(tmp_path / "first", gp_patient=[registered(1, type_1_opt_out="true")])
    next_day(tmp_path / "second", gp_patient=[registered(0)])
    held = in_edition(editions.current(settings.DATASET))
    assert [held[number] for number in PEOPLE[:3]] == [(True, True), (False, False), (False, False)]


ENDS = [
    # the agreement that ends; rows for planning, may be scored, the list is open
    ("planning", (False, False, True)),
    ("risk_stratification", (True, False, False)),
]


@pytest.mark.parametrize(("purpose", "effect"), ENDS)
def test_an_agreements_end_leaves_the_next_edition_closes_the_list_at_once_and_touches_no_plan(
    looked_after, settings, tmp_path, purpose, effect
):
    before = standing()
    ended = [row | {"ends": "2017-04-01"} for row in AGREED if (row["purpose"], row["source"]) == (purpose, "gp")]
    next_day(tmp_path / "day", agreements=ended)
    held = set(in_edition(editions.current(settings.DATASET)).values())
    assert held == {effect[:2]}
    assert (not gate.list_ended(PRACTICE)) is effect[2]
    assert standing() == before
