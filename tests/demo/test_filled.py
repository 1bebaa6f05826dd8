"""A few of the demo's people are filled through messages and actions, so that pages are seen with all they can show."""

from datetime import timedelta

import pytest
from django.urls import reverse

from localcare.access import banners
from localcare.access import queries as gate
from localcare.careplans import queries as careplans
from localcare.demo import messages, plans
from localcare.interop.models import ImportedFile
from localcare.patients.models import Patient
from localcare.record import queries as record
from tests import builders
from tests.conftest import MONDAY_MORNING

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(area, coordinator, tmp_path):
    """What the banner says of three people after their messages came in, and again after the same messages."""
    people = [area.looked_after(family=name).pk for name in ("Ashdown", "Barden", "Cowden")]
    opened = list(gate.open_people(coordinator, people, page="test").values())
    for _ in range(2):
        messages.send(opened, tmp_path)
    return {person.family_name: banners.of(coordinator, person) for person in opened}


def test_messages_fill_the_banner_and_nothing_twice(told):
    assert told["Ashdown"].alerts == (
        "Allergy: Penicillin",
        "CPR and escalation: Not for attempted cardiopulmonary resuscitation",
    )
    assert told["Ashdown"].notes == ("Needs: Large print, and time to answer",)
    assert told["Ashdown"].private == ("Visit in pairs: dog at the address",)
    assert told["Barden"].notes == ("No known allergy",)
    assert told["Cowden"].alerts == ("Allergy: Trimethoprim",)
    assert (Patient.objects.count(), ImportedFile.objects.count()) == (3, 3)
    assert not any(row.rejected or row.findings for row in ImportedFile.objects.all())


def test_what_messages_say_is_told_as_synthetic(told, coordinator):
    person = gate.open_person(coordinator, Patient.objects.get(family_name="Ashdown").pk, page="test")
    assert {item.source for item in record.of_person(person.ids).items} == {"Synthetic messages of the demo"}


@pytest.mark.parametrize(
    ("write", "standing"),
    [
        (plans.agreed, ""),
        (plans.draft, "Draft, not agreed."),
        (plans.changed, "Changed since the plan was agreed: the change is not agreed."),
    ],
)
def test_plans_stand_at_another_place_of_their_life(coordinator, margaret, monkeypatch, write, standing):
    # Each save is a moment later than the one before, as it is outside tests.
    moments = (MONDAY_MORNING + timedelta(seconds=n) for n in range(1_000))
    monkeypatch.setattr("localcare.base.clock.now", lambda: next(moments))
    write(margaret.pk, coordinator)
    plan = careplans.plan_of([margaret.pk])
    assert plan.worse_standing == standing
    assert (len(plan.goals), plan.what_matters) == (2, plans.WORDS)


def test_the_first_persons_page_has_it_all(client, coordinator, told):
    person = Patient.objects.get(family_name="Ashdown")
    plans.agreed(person.pk, coordinator)
    builders.sign_in(client, coordinator)
    page = builders.text(client.get(reverse("web:unplanned", args=[person.pk])))
    for words in ("Not for attempted cardiopulmonary", "Penicillin", "Chest pain", coordinator.name):
        assert words in page
