"""Notes and contacts written by the team, and what is copied for the GP record."""

from datetime import date, time, timedelta

import pytest
from django.urls import reverse

from localcare.access import actions as access
from localcare.access.types import Refused
from localcare.base import clock
from localcare.base.models import AuditEntry
from localcare.careplans import actions as careplans
from localcare.mdt import actions as mdt
from localcare.mdt.types import NewAction
from localcare.record import actions, queries
from localcare.record.models import Statement
from localcare.record.types import Entry
from localcare.tasks.types import Owner
from tests import builders

pytestmark = pytest.mark.django_db
TODAY, SUNDAY = date(2017, 4, 3), date(2017, 4, 2)


def write(person, by, entry=Entry.PHONE, words="She sleeps better", on=TODAY, key="k1", at=None):
    actions.write_entry(patient_id=person.id, entry=entry, words=words, on=on, at=at, key=key, by=by)


@pytest.mark.parametrize(
    ("entry", "display", "kind", "category"),
    [
        (Entry.NOTE, "Note", "note", "team_note"),
        (Entry.PHONE, "Phone call", "encounter", "remote"),
        (Entry.VISIT, "Visit", "encounter", "home_visit"),
        (Entry.ATTEMPTED, "Tried to reach the person", "encounter", "contact"),
    ],
)
def test_stands_in_the_record_once_with_author_role_and_organisation(margaret, nurse, entry, display, kind, category):
    for _ in "ab":
        write(margaret, nurse, entry)
    (item,) = queries.of_person(builders.sees(margaret.id)).items
    assert (item.display, item.kind, item.category, item.value) == (display, kind, category, "She sleeps better")
    assert (item.author, item.source) == (nurse.signature, "Tonbridge cluster team, written here")
    assert AuditEntry.objects.filter(action="entry written").count() == 1
    assert queries.heard(["G1"]) == []


@pytest.mark.parametrize(("role", "at"), [("community_nurse", "C2"), ("gp", "G3"), ("practice_manager", "G1")])
def test_is_refused_without_a_right_to_the_person(area, margaret, role, at):
    with pytest.raises(Refused):
        write(margaret, area.viewer(role, at))
    assert not Statement.objects.exists()


def test_urgent_care_reads_in_an_emergency_and_writes_nothing(area, margaret):
    urgent = area.viewer("urgent_care_clinician", "99J")
    access.declare_emergency(patient_id=margaret.id, reason="collapsed", by=urgent)
    with pytest.raises(Refused):
        write(margaret, urgent)


@pytest.mark.parametrize(("words", "on"), [(" ", TODAY), ("Rang", TODAY + timedelta(days=1))])
def test_needs_words_and_a_day_that_has_come(margaret, nurse, words, on):
    with pytest.raises(ValueError, match=r"Write something|future"):
        write(margaret, nurse, words=words, on=on)


def test_a_time_orders_the_day_and_cannot_be_to_come(margaret, nurse):
    write(margaret, nurse, Entry.ATTEMPTED, "No answer", on=SUNDAY, at=time(9, 15), key="k1")
    write(margaret, nurse, Entry.VISIT, "Home now", on=SUNDAY, at=time(11, 40), key="k2")
    told = queries.of_person(builders.sees(margaret.id)).items
    assert [(item.value, item.started_at) for item in told] == [
        ("Home now", clock.at(SUNDAY, time(11, 40))),
        ("No answer", clock.at(SUNDAY, time(9, 15))),
    ]
    with pytest.raises(ValueError, match="time it happened cannot be in the future"):
        write(margaret, nurse, at=time(23, 59), on=clock.today(), key="k3")


def test_other_words_under_a_key_that_was_sent_are_told_and_not_lost(client, margaret, nurse):
    write(margaret, nurse)
    builders.sign_in(client, nurse)
    response = client.post(reverse("web:write_entry", args=[margaret.id]), answers(words="And she eats"))
    assert response.status_code == 400
    assert "This was saved already, with other words." in builders.text(response)
    assert "And she eats" in builders.text(response)


class TestEnteredInError:
    def test_leaves_every_list_and_stays_as_history_with_the_reason(self, margaret, nurse):
        write(margaret, nurse)
        (item,) = queries.of_person(builders.sees(margaret.id)).items
        for _ in "ab":
            actions.mark_entry_as_error(statement_id=item.id, reason="another Margaret", by=nurse)
        assert queries.of_person(builders.sees(margaret.id)).items == ()
        versions = queries.versions_of(builders.sees(margaret.id), item.id)
        assert [v.status for v in versions] == ["entered-in-error", "finished"]
        assert versions[0].value == "She sleeps better\nEntered in error: another Margaret"

    def test_is_for_the_author_alone_and_needs_a_reason(self, margaret, nurse, coordinator):
        write(margaret, nurse)
        (item,) = queries.of_person(builders.sees(margaret.id)).items
        with pytest.raises(Refused):
            actions.mark_entry_as_error(statement_id=item.id, reason="wrong", by=coordinator)
        with pytest.raises(ValueError, match="what was wrong"):
            actions.mark_entry_as_error(statement_id=item.id, reason=" ", by=nurse)


def answers(**more):
    day = {"on_day": "3", "on_month": "4", "on_year": "2017"}
    return {"key": "k1", "entry": "visit", "words": "She is well", **day, **more}


class TestPages:
    def test_a_visit_is_written_and_marked_as_an_error(self, client, margaret, nurse):
        builders.sign_in(client, nurse)
        person = reverse("web:person", args=[margaret.id])
        address = reverse("web:write_entry", args=[margaret.id])
        assert address in builders.text(client.get(person))
        page = builders.text(client.post(address, answers(), follow=True))
        assert "Saved. It stands on the timeline." in page
        assert "She is well" in page
        (item,) = queries.written_here(builders.sees(margaret.id))
        error = reverse("web:entry_error", args=[margaret.id, item.id])
        assert error in builders.text(client.get(address))
        assert client.post(error, {"reason": ""}).status_code == 400
        assert "She is well" not in builders.text(client.post(error, {"reason": "wrong person"}, follow=True))

    def test_mistakes_keep_the_words(self, client, margaret, nurse):
        builders.sign_in(client, nurse)
        response = client.post(reverse("web:write_entry", args=[margaret.id]), answers(on_year="2018"))
        assert response.status_code == 400
        assert "cannot be in the future" in builders.text(response)
        assert "She is well" in builders.text(response)

    def test_the_copy_is_plain_text_and_a_look(self, client, margaret, nurse):
        builders.sign_in(client, nurse)
        address = reverse("web:copy", args=[margaret.id])
        assert "There is nothing to copy yet." in builders.text(client.get(address))
        write(margaret, nurse, Entry.VISIT, "She is well")
        page = builders.text(client.get(address))
        assert "ASHDOWN, Margaret, born 4 March 1935, NHS number" in page
        assert f"Visit, 3 April 2017\nShe is well\nWritten by: {nurse.signature}" in page
        looks = AuditEntry.objects.filter(action="looked").order_by("-sequence")
        assert "copy for the GP record" in str(vars(looks[0]))

    def test_the_copy_of_a_plan_holds_every_written_section(self, client, margaret, gp, coordinator):
        plan = careplans.start_plan(patient_id=margaret.id, by=coordinator).pk
        told = {"important_people": {"words": "My sister Joan"}, "actions": {"rows": [{"what": "Walk", "who": "Me"}]}}
        for section, content in told.items():
            careplans.save_section(plan_id=plan, section=section, content=content, started_from=0, by=coordinator)
        builders.sign_in(client, coordinator)
        page = builders.text(client.get(reverse("web:copy", args=[margaret.id])))
        assert "People who are important to me:\nMy sister Joan" in page
        assert "What we agreed to do:\nWhat: Walk. Who: Me." in page

    def test_the_copy_of_a_meeting_holds_its_actions(self, client, margaret, coordinator):
        held = mdt.plan_meeting(starts_at=clock.at(TODAY, time(13)), minutes=60, by=coordinator)
        case = mdt.add_case(meeting_id=held.pk, patient_id=margaret.id, reason="Falls", told="person", by=coordinator)
        given = NewAction(
            "Order a frame", Owner(coordinator.post_id, coordinator.team_id, "Sam"), date(2017, 4, 7), "t1"
        )
        words = {"discussion": "", "decision": "A frame"}
        mdt.record_case(case_id=case.pk, **words, actions=[given], started_from=0, by=coordinator)
        builders.sign_in(client, coordinator)
        page = builders.text(client.get(reverse("web:copy", args=[margaret.id])))
        assert "Action: Order a frame (" in page
        assert "by 7 April 2017; given)" in page
