"""The timeline: what it opens on, what it leaves out and says so, and filters that stay in the address."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from localcare.access.models import Agreement
from localcare.base import audit
from localcare.record import actions as record
from localcare.record.types import NewStatement, SourceOf
from localcare.web.timeline import is_significant
from tests import builders
from tests.web.test_fold import FIRST

pytestmark = pytest.mark.django_db
KNOWN = datetime(2017, 4, 1, 5, 10, tzinfo=UTC)
HOSPITAL, GP = SourceOf("Tunbridge Wells Hospital"), SourceOf("GP record")
SPELL = {"category": "emergency_admission", "started_on": date(2017, 2, 1), "ended_on": date(2017, 2, 9)}


def say(person, source, *statements):
    told = [NewStatement(person.id, kind, words, words, **more) for kind, words, more in statements]
    record.add_statements(statements=told, source=source, received_at=KNOWN, by=audit.SYSTEM)


@pytest.fixture
def page(client, nurse, margaret):
    builders.sign_in(client, nurse)

    def get(query=""):
        text = builders.text(client.get(reverse("web:person", args=[margaret.id]) + query))
        return " ".join(text[text.index('<h2 id="timeline">') :].split())

    return get


@pytest.mark.parametrize(
    ("kind", "category", "significant"),
    [
        ("condition", "", True),
        ("allergy", "", True),
        ("procedure", "", True),
        ("flag", "escalation", True),
        ("note", "mdt", True),
        ("note", "", False),
        ("encounter", "emergency_admission", True),
        ("encounter", "admission", True),
        ("encounter", "emergency_attendance", True),
        ("encounter", "gp_contact", False),
        ("measurement", "", False),
        ("medication", "", False),
    ],
)
def test_what_is_significant(kind, category, significant):
    from dataclasses import replace

    assert is_significant(replace(FIRST, kind=kind, category=category)) is significant


def test_opens_on_significant_events_with_everything_a_press_away(page, margaret):
    say(margaret, HOSPITAL, ("encounter", "Emergency admission", SPELL))
    say(margaret, GP, ("measurement", "Weight", {"value": "70", "started_on": date(2017, 3, 1)}))
    opened = page()
    assert "<h3>1 February 2017</h3>" in opened
    assert "Weight" not in opened
    assert '<a href="?entries=all#timeline">All entries</a> <span class="lc-quiet">2</span>' in opened
    assert "Weight: 70" in page("?entries=all")


def test_filters_stay_in_the_address_together(page, margaret):
    say(margaret, HOSPITAL, ("encounter", "Emergency admission", SPELL), ("measurement", "Sodium", {}))
    say(margaret, GP, ("measurement", "Weight", {}), ("condition", "Gout", {}))
    both = page("?kind=measurement&source=GP+record")
    assert re.findall(r'id="statement-\d+"', both) == re.findall(r'id="statement-\d+"', both)[:1]
    assert "Weight" in both
    assert '<a href="?kind=measurement&source=Tunbridge+Wells+Hospital#timeline">' in both
    assert '<a href="?kind=condition&source=GP+record#timeline">Problems</a>' in both
    assert "<h3>No date</h3>" in both


def test_what_does_not_fit_is_counted_and_reached(page, margaret):
    days = [KNOWN.date() - timedelta(days=n) for n in range(230)]
    say(margaret, GP, *(("measurement", f"Test {n}", {"started_on": on}) for n, on in enumerate(days)))
    first = page("?entries=all")
    assert "1 to 100 of 230 lines, newest first" in first
    assert '<a href="?entries=all&page=2#timeline" rel="next">Older</a>' in first
    assert "201 to 230 of 230" in page("?entries=all&page=3")
    assert "Test 229" in page("?entries=all&page=3")


def test_says_why_a_source_does_not_share(page, margaret):
    ended = {"starts": date(2016, 1, 1), "ends": date(2017, 3, 1)}
    Agreement.objects.create(practice_code="G1", source="social_care", purpose="direct_care", **ended)
    Agreement.objects.create(practice_code="G1", source="community", purpose="direct_care", starts=date(2017, 5, 1))
    Agreement.objects.create(practice_code="G1", source="gp", purpose="direct_care", starts=date(2016, 1, 1))
    shown = page()
    assert "Social care: the agreement with Hadlow Practice ended on 1 March 2017." in shown
    assert "Community health: shared from 1 May 2017." in shown
    assert "Hospitals: no agreement with Hadlow Practice." in shown
    assert "General practice:" not in shown


def test_says_that_the_person_objects(page, client, gp, margaret):
    from localcare.access import actions as access
    from localcare.access.types import ChoiceKind

    access.record_choice(answered="person", patient_id=margaret.id, kind=ChoiceKind.SHARING, value="objected", by=gp)
    builders.sign_in(client, gp)
    assert "The person objects to sharing their record for care: only Hadlow Practice sees it." in page()
