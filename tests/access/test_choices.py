"""The four choices: what each answer does, as the definitions state it, and who may record them."""

from datetime import date, timedelta

import pytest

from localcare.access import actions, queries
from localcare.access.choices import choices
from localcare.access.types import ChoiceKind, Refused
from localcare.base import audit
from localcare.base.models import AuditEntry, AuditSubject
from localcare.patients.models import SamePerson
from tests import builders
from tests.builders import last_entry, text
from tests.conftest import MONDAY_MORNING

pytestmark = pytest.mark.django_db
YES = [ChoiceKind.TYPE_1_OPT_OUT, ChoiceKind.NATIONAL_DATA_OPT_OUT, ChoiceKind.RISK_STRATIFICATION]


@pytest.fixture
def margaret(area):
    return area.looked_after()


def test_there_are_four_and_each_answer_states_its_effect():
    assert set(choices()) == set(ChoiceKind)
    answers = [answer for kind in choices().values() for answer in kind.answers]
    assert all((a.care and a.lists and a.planning) for a in answers)


@pytest.mark.parametrize(
    ("kind", "value", "team_sees", "on_lists", "in_planning"),
    [
        (None, "", True, True, True),
        (ChoiceKind.TYPE_1_OPT_OUT, "yes", True, False, False),
        (ChoiceKind.NATIONAL_DATA_OPT_OUT, "yes", True, False, False),
        (ChoiceKind.RISK_STRATIFICATION, "yes", True, False, True),
        (ChoiceKind.SHARING, "given", True, True, True),
        (ChoiceKind.SHARING, "cannot_ask", True, True, True),
        (ChoiceKind.SHARING, "objected", False, True, True),
    ],
)
def test_each_has_its_effect_at_once_and_none_ends_a_relationship(
    nurse, gp, margaret, kind, value, team_sees, on_lists, in_planning
):
    if kind:
        actions.record_choice(answered="person", patient_id=margaret.id, kind=kind, value=value, by=gp)
    assert queries.decision_on(nurse, margaret.id).allowed is team_sees
    for purpose, expected in (("risk_stratification", on_lists), ("planning", in_planning)):
        assert (not queries.withdrawn(purpose=purpose)) is expected
    if kind:
        actions.record_choice(
            answered="person", patient_id=margaret.id, kind=kind, value=choices()[kind].default, by=gp
        )
    assert queries.decision_on(nurse, margaret.id).allowed
    assert not queries.withdrawn()


@pytest.mark.parametrize(("role", "at"), [("care_coordinator", "C1"), ("practice_manager", "G1"), ("gp", "G2")])
def test_only_clinical_staff_of_the_own_practice_record(area, margaret, role, at):
    with pytest.raises(Refused):
        actions.record_choice(
            answered="person", patient_id=margaret.id, kind=ChoiceKind.SHARING, value="given", by=area.viewer(role, at)
        )


def test_who_answered_is_kept_shown_and_audited_and_of_a_child_it_is_not_the_child(as_viewer, gp):
    child = builders.patient(given="Maisie", birth_date=date(2001, 4, 4))
    choice = {"patient_id": child.id, "kind": ChoiceKind.SHARING, "value": "objected", "by": gp}
    with pytest.raises(ValueError, match="under 16"):
        actions.record_choice(answered="person", told="At the desk", **choice)
    for _ in range(2):
        actions.record_choice(answered="competent_child", told="Dr Hall", **choice)
    detail = audit.detail(AuditEntry.objects.get(action="choice recorded"))
    assert (detail["answered"], detail["value"]) == ("competent_child", "objected")
    client = as_viewer(gp)
    page = text(client.get(f"/people/{child.id}/choices/"))
    assert "whom a clinician judged competent to decide this (Gillick). Dr Hall" in page
    asked = f"/people/{child.id}/choices/sharing_consent/"
    assert 'value="person"' not in text(client.get(asked))
    assert client.post(asked, {"value": "given", "answered": "person", "told": "her"}).status_code == 400


def test_the_same_again_changes_nothing_and_an_unknown_answer_is_refused(gp, margaret):
    for _ in range(2):
        actions.record_choice(
            answered="person", patient_id=margaret.id, kind=ChoiceKind.SHARING, value="given", told="At the desk", by=gp
        )
    assert AuditEntry.objects.filter(action="choice recorded").count() == 1
    assert last_entry().reason == "At the desk"
    with pytest.raises(ValueError, match="not an answer"):
        actions.record_choice(answered="person", patient_id=margaret.id, kind=ChoiceKind.SHARING, value="yes", by=gp)


@pytest.mark.parametrize("way", ["page", "file"])
def test_a_choice_bears_the_time_at_which_nobody_else_could_record_one_any_more(
    gp, margaret, clock_at, monkeypatch, way
):
    waited = MONDAY_MORNING + timedelta(minutes=9)
    monkeypatch.setattr(queries, "hold_choices", lambda: clock_at(waited))
    kind = ChoiceKind.TYPE_1_OPT_OUT
    if way == "page":
        actions.record_choice(answered="person", patient_id=margaret.id, kind=kind, value="yes", by=gp)
    else:
        rows = [actions.ChoiceRow(margaret.id, kind, "yes")]
        actions.load_choices(choices=rows, recorded_by="a file", by=audit.SYSTEM)
    assert queries.choices_of([margaret.id])[kind].at == waited


def test_of_two_records_joined_the_strictest_holds(area, gp, margaret):
    twin = builders.patient(practice="G3")
    elsewhere = area.viewer("gp", "G3")
    actions.record_choice(
        answered="person", patient_id=twin.id, kind=ChoiceKind.SHARING, value="objected", by=elsewhere
    )
    actions.record_choice(answered="person", patient_id=margaret.id, kind=ChoiceKind.SHARING, value="given", by=gp)
    SamePerson.objects.create(patient=margaret, same_as=twin, starts=MONDAY_MORNING.date(), reason="same person")
    person = queries.open_person(gp, margaret.id, page="person")
    assert queries.choices_of(person.ids)[ChoiceKind.SHARING].value == "objected"


def test_after_a_merge_the_own_practice_withdraws_what_either_record_held(area, gp, margaret):
    twin = builders.patient(practice="G3")
    elsewhere = area.viewer("gp", "G3")
    actions.record_choice(
        answered="person", patient_id=twin.id, kind=ChoiceKind.TYPE_1_OPT_OUT, value="yes", by=elsewhere
    )
    SamePerson.objects.create(patient=margaret, same_as=twin, starts=MONDAY_MORNING.date(), reason="same person")
    ids = queries.same_person(margaret.id)
    actions.record_choice(answered="person", patient_id=margaret.id, kind=ChoiceKind.TYPE_1_OPT_OUT, value="no", by=gp)
    assert queries.choices_of(ids)[ChoiceKind.TYPE_1_OPT_OUT].value == "no"
    assert not queries.withdrawn()
    assert [(c.value, c.by) for c in queries.choice_history(ids)] == [("no", gp.name), ("yes", elsewhere.name)]
    named = AuditSubject.objects.filter(entry_sequence=last_entry().sequence)
    assert {row.patient_id for row in named} == {margaret.id, twin.id}
