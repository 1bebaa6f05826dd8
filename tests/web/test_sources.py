"""The pages of a person follow the agreements in force today and the person's objection, whatever was loaded before."""

from datetime import date, timedelta

import pytest

from localcare.access import actions as access
from localcare.access.types import ChoiceKind
from localcare.base import audit, clock
from localcare.caseload import actions as caseload
from localcare.mdt import actions as mdt
from localcare.patients.models import Registration
from localcare.record import actions as record
from localcare.record.types import NewStatement, SourceOf
from tests.builders import agree, text

pytestmark = pytest.mark.django_db
OWN, OTHER_GP = SourceOf("GP record, Hadlow", "G1", "gp"), SourceOf("GP record, Cranbrook", "G3", "gp")
HOSPITAL, SOCIAL = SourceOf("Hospital RWF", "RWF", "acute"), SourceOf("Adult social care", "KCC", "social_care")
MESSAGE = SourceOf("Hospice letters", "", "FHIR")
SAID = {
    OWN: "Own asthma",
    OTHER_GP: "Other eczema",
    HOSPITAL: "Hospital stroke",
    SOCIAL: "Social need",
    MESSAGE: "Letter",
}
YESTERDAY = date(2017, 4, 2)


@pytest.fixture
def margaret(margaret):
    """Something of each source stands in her record, and her practice agreed to all of them."""
    for number, (source, words) in enumerate(SAID.items()):
        for kind in ("condition", "allergy"):
            statement = NewStatement(margaret.id, kind, f"{kind}{number}", words, started_on=date(2016, 1, 1))
            record.add_statements(statements=[statement], source=source, received_at=clock.now(), by=audit.SYSTEM)
    agree("G1", "gp", "acute", "social_care")
    agree("G3", "gp")
    return margaret


def shown(client, address: str) -> set[str]:
    page = client.get(address)
    assert page.status_code == 200
    return {words for words in SAID.values() if words in text(page)}


@pytest.fixture
def pages(as_viewer, margaret):
    """What her person page and her unplanned view show to a viewer: the same of both."""

    def seen_by(viewer) -> set[str]:
        client = as_viewer(viewer)
        person, unplanned = (shown(client, f"/people/{margaret.id}/{page}") for page in ("", "unplanned/"))
        assert person == unplanned
        return person

    return seen_by


def test_everything_agreed_is_shown(pages, nurse, gp):
    assert pages(nurse) == pages(gp) == set(SAID.values())


def test_what_no_longer_shares_is_gone_the_day_after_the_agreement_ends(pages, nurse, margaret):
    agree("G1", "acute", ends=date(2017, 4, 3))
    assert "Hospital stroke" in pages(nurse)
    agree("G1", "acute", ends=YESTERDAY)
    assert pages(nurse) == set(SAID.values()) - {"Hospital stroke"}


def test_a_general_practice_entry_follows_the_practice_that_sent_it(pages, nurse):
    agree("G3", "gp", ends=YESTERDAY)
    assert pages(nurse) == set(SAID.values()) - {"Other eczema"}
    agree("G1", "gp", ends=YESTERDAY)
    assert pages(nurse) == set(SAID.values()) - {"Other eczema", "Own asthma"}


def test_other_feeds_follow_the_practice_where_the_person_is_registered_today(pages, area, margaret):
    Registration.objects.filter(patient=margaret).update(practice_code="G3")
    assert pages(area.viewer("gp", "G3")) == {"Own asthma", "Other eczema", "Letter"}


def test_of_somebody_who_objects_the_practice_sees_its_own_entries_and_why(pages, as_viewer, gp, margaret):
    access.record_choice(answered="person", patient_id=margaret.id, kind=ChoiceKind.SHARING, value="objected", by=gp)
    assert pages(gp) == {"Own asthma"}
    for page in ("", "unplanned/"):
        assert "Only your practice's own entries are shown." in text(as_viewer(gp).get(f"/people/{margaret.id}/{page}"))
    access.record_choice(answered="person", patient_id=margaret.id, kind=ChoiceKind.SHARING, value="not_asked", by=gp)
    assert pages(gp) == set(SAID.values())


def test_a_meeting_and_today_follow_too(as_viewer, area, coordinator, gp, margaret):
    caseload.accept(patient_id=margaret.id, told="person", note="", by=gp)
    meeting = mdt.plan_meeting(starts_at=clock.now() + timedelta(days=2), minutes=60, by=coordinator)
    case = mdt.add_case(meeting_id=meeting.pk, patient_id=margaret.id, reason="falls", told="person", by=coordinator)
    admitted = NewStatement(
        margaret.id, "encounter", "spell", "Admitted", category="emergency_admission", started_on=YESTERDAY
    )
    record.add_statements(statements=[admitted], source=HOSPITAL, received_at=clock.now(), by=audit.SYSTEM)
    address = f"/meetings/{meeting.pk}/case/{case.pk}/"
    assert "Hospital stroke" in shown(as_viewer(coordinator), address)
    assert "Admitted" in text(as_viewer(coordinator).get("/"))
    agree("G1", "acute", ends=YESTERDAY)
    assert "Hospital stroke" not in shown(as_viewer(coordinator), address)
    assert "Admitted" not in text(as_viewer(coordinator).get("/"))
