"""Visits written without signal: in sight until they are sent, sent once, refused with a reason, nobody else's."""

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from localcare.base import audit, clock
from localcare.careplans import actions as careplans
from localcare.record import actions as record
from localcare.record.types import NewStatement, SourceOf
from localcare.tasks import actions as tasks
from localcare.tasks import owners
from localcare.tasks.models import TaskStep
from tests import builders
from tests.e2e.browser import check_page, keep_picture, sign_in_as

pytestmark = pytest.mark.django_db(transaction=True)
WAITING = "1 note waiting to be sent. It is kept in this window until it is sent."


@pytest.fixture
def round_of(transactional_db):
    """A nurse's round: Margaret to weigh, Keith's leg to dress."""
    area = builders.area()
    margaret, keith = builders.patient(), builders.patient(family="Pankhurst", given="Keith")
    for person in (margaret, keith):
        builders.relate(person, area.teams["C1"])
    coordinator, nurse = area.viewer("care_coordinator", "C1"), area.viewer("community_nurse", "C1")
    allergy = NewStatement(margaret.id, "allergy", "a1", "Penicillin")
    record.add_statements(statements=[allergy], source=SourceOf("GP"), received_at=clock.now(), by=audit.SYSTEM)
    plan = careplans.start_plan(patient_id=margaret.id, by=nurse)
    worse = {"rows": [{"sign": "My ankles swell", "do": "a second water tablet", "ring": "01632 960011"}]}
    careplans.save_section(plan_id=plan.pk, section="worse", content=worse, started_from=0, by=nurse)
    given = {
        who: tasks.give(
            title=title, owner=owners.myself(nurse), due_on=date(2017, 4, 3), by=coordinator, patient_id=p.id
        )
        for who, title, p in (("margaret", "Weigh her", margaret), ("keith", "Dress his leg", keith))
    }
    return {"area": area, "coordinator": coordinator, "nurse": nurse, **given}


@pytest.fixture
def visits(round_of, open_page):
    page = open_page()
    sign_in_as(page, round_of["nurse"].user_id)
    page.goto("/my-work/visits/", wait_until="networkidle")  # else the signal goes while the page's icon is loaded
    # Leaving with something unsent asks first; the tests that mean to leave say so.
    page.on("dialog", lambda dialog: dialog.accept())
    return page


def at(page: Page, who: str):
    return page.get_by_role("region", name=who)


def write(page: Page, who: str, words: str) -> None:
    at(page, who).get_by_label("What did you do?").fill(words)
    at(page, who).get_by_role("button", name="Record as done").click()


def steps(task) -> list[tuple[str, str]]:
    return [(s.step, s.words) for s in TaskStep.objects.filter(task=task)][1:]


def signal_gone(page: Page) -> None:
    page.context.set_offline(True)
    page.wait_for_function("!navigator.onLine")


def signal_back(page: Page) -> None:
    page.context.set_offline(False)


def test_waits_in_sight_without_signal_and_is_sent_once_by_itself(round_of, visits):
    check_page(visits, "visits-before")
    signal_gone(visits)
    write(visits, "ASHDOWN, Margaret", "62 kg, ankles as last week.")
    expect(at(visits, "Waiting to be sent")).to_contain_text(WAITING)
    expect(at(visits, "ASHDOWN, Margaret")).to_contain_text("Waiting to be sent.")
    write(visits, "PANKHURST, Keith", "Dressed; dry.")
    expect(at(visits, "Waiting to be sent")).to_contain_text("2 notes waiting to be sent. They are kept")
    at(visits, "Waiting to be sent").get_by_role("button", name="Send now").click()
    expect(at(visits, "Waiting to be sent")).to_contain_text("There is no signal now.")
    check_page(visits, "visits-waiting")
    assert TaskStep.objects.exclude(step="given").count() == 0
    signal_back(visits)
    for who in ("ASHDOWN, Margaret", "PANKHURST, Keith"):
        expect(at(visits, who)).to_contain_text("Sent, and recorded as done.")
    expect(visits.locator("[data-waiting]")).to_be_hidden()
    check_page(visits, "visits-sent")
    assert steps(round_of["margaret"]) == [("done", "62 kg, ankles as last week.")]
    assert (
        visits.evaluate("sessionStorage.getItem(Object.keys(sessionStorage).find(k => k.startsWith('localcare')))")
        is None
    )
    assert visits.evaluate("localStorage.length") == 0


@pytest.mark.parametrize("status", [502, 403])
def test_an_answer_that_was_lost_on_the_way_is_sent_again_and_recorded_once(round_of, visits, status):
    lost = []

    def lose_the_answer(route):
        lost.append(route.fetch().status)
        route.fulfill(status=status, body="not ours")

    visits.route("**/write-up/", lose_the_answer, times=1)
    write(visits, "ASHDOWN, Margaret", "62 kg")
    expect(at(visits, "Waiting to be sent")).to_contain_text("It is tried again by itself.")
    assert lost == [200]
    at(visits, "Waiting to be sent").get_by_role("button", name="Send now").click()
    expect(at(visits, "ASHDOWN, Margaret")).to_contain_text("Sent, and recorded as done.")
    assert steps(round_of["margaret"]) == [("done", "62 kg")]


def test_where_others_acted_first_the_words_are_a_note_and_their_words_are_shown(round_of, visits):
    signal_gone(visits)
    write(visits, "ASHDOWN, Margaret", "62 kg")
    by = round_of["coordinator"]
    tasks.cancel(task_id=round_of["margaret"].pk, seen=1, words="Her daughter weighs her", by=by)
    signal_back(visits)
    expect(at(visits, "ASHDOWN, Margaret")).to_contain_text("your words are kept as a note")
    expect(at(visits, "ASHDOWN, Margaret")).to_contain_text("Her daughter weighs her")
    check_page(visits, "visits-note")
    assert steps(round_of["margaret"]) == [("cancelled", "Her daughter weighs her"), ("note", "62 kg")]


def test_what_is_refused_stays_with_the_reason_until_it_is_thrown_away(round_of, visits):
    signal_gone(visits)
    write(visits, "ASHDOWN, Margaret", "62 kg")
    elsewhere = owners.myself(round_of["area"].viewer("therapist", "C2"))
    tasks.hand_on(task_id=round_of["margaret"].pk, seen=1, owner=elsewhere, by=round_of["coordinator"])
    signal_back(visits)
    hers = at(visits, "ASHDOWN, Margaret")
    expect(hers).to_contain_text("Not taken: This task belongs to somebody else.")
    expect(hers.get_by_label("What did you do?")).to_have_value("62 kg")
    check_page(visits, "visits-refused")
    visits.reload()
    gone = at(visits, "Waiting to be sent")
    expect(gone).to_contain_text("A note about a task that is not on this page: “62 kg”")
    check_page(visits, "visits-refused-elsewhere")
    gone.get_by_role("button", name="Throw these words away").click()
    expect(visits.locator("[data-waiting]")).to_be_hidden()
    assert steps(round_of["margaret"]) == [("handed on", "")]


def test_words_outlive_a_reload_and_leaving_with_them_asks_first(round_of, visits, open_page):
    asked = []
    visits.on("dialog", lambda dialog: asked.append(dialog.type))
    signal_gone(visits)
    write(visits, "ASHDOWN, Margaret", "62 kg")
    at(visits, "PANKHURST, Keith").get_by_label("What did you do?").fill("Half a sentence")
    visits.route("**/my-work/who/", lambda route: route.fulfill(status=503))
    signal_back(visits)
    visits.reload()
    assert asked == ["beforeunload"]
    expect(at(visits, "Waiting to be sent")).to_contain_text(WAITING)
    expect(at(visits, "PANKHURST, Keith").get_by_label("What did you do?")).to_have_value("Half a sentence")
    at(visits, "ASHDOWN, Margaret").get_by_role("button", name="Change the words").click()
    at(visits, "ASHDOWN, Margaret").get_by_label("What did you do?").fill("63 kg")
    visits.unroute("**/my-work/who/")
    at(visits, "ASHDOWN, Margaret").get_by_role("button", name="Record as done").click()
    expect(at(visits, "ASHDOWN, Margaret")).to_contain_text("Sent, and recorded as done.")
    assert steps(round_of["margaret"]) == [("done", "63 kg")]
    assert steps(round_of["keith"]) == []


def test_signed_out_meanwhile_the_words_stay_and_are_sent_after_signing_in_in_another_window(round_of, visits):
    signal_gone(visits)
    write(visits, "ASHDOWN, Margaret", "62 kg")
    visits.context.clear_cookies()
    signal_back(visits)
    expect(at(visits, "Waiting to be sent")).to_contain_text("You are signed out. The words stay here.")
    expect(at(visits, "Waiting to be sent").get_by_role("link", name="Sign in")).to_have_attribute("target", "_blank")
    check_page(visits, "visits-signed-out")
    assert steps(round_of["margaret"]) == []
    sign_in_as(visits, round_of["nurse"].user_id)
    at(visits, "Waiting to be sent").get_by_role("button", name="Send now").click()
    expect(at(visits, "ASHDOWN, Margaret")).to_contain_text("Sent, and recorded as done.")
    assert steps(round_of["margaret"]) == [("done", "62 kg")]


def test_another_user_of_the_device_neither_sends_nor_sees_them(round_of, visits):
    signal_gone(visits)
    write(visits, "ASHDOWN, Margaret", "62 kg")
    sign_in_as(visits, round_of["area"].viewer("therapist", "C1").user_id)
    signal_back(visits)
    expect(at(visits, "Waiting to be sent")).to_contain_text("Somebody else is signed in")
    expect(at(visits, "ASHDOWN, Margaret")).to_be_hidden()
    check_page(visits, "visits-somebody-else")
    visits.goto("/my-work/visits/")
    expect(visits.locator("main")).to_contain_text("No visits")
    expect(visits.locator("[data-waiting]")).to_be_hidden()
    expect(visits.locator("body")).not_to_contain_text("62 kg")
    assert steps(round_of["margaret"]) == []
    sign_in_as(visits, round_of["nurse"].user_id)
    visits.goto("/my-work/visits/")
    expect(at(visits, "ASHDOWN, Margaret")).to_contain_text("Sent, and recorded as done.")


def test_without_scripts_the_ordinary_form_records_it(round_of, plain_page):
    sign_in_as(plain_page, round_of["nurse"].user_id)
    plain_page.goto("/my-work/visits/")
    write(plain_page, "ASHDOWN, Margaret", "62 kg")
    expect(plain_page.get_by_role("alert")).to_contain_text("Recorded as done.")
    assert steps(round_of["margaret"]) == [("done", "62 kg")]


def test_the_file_is_read_without_signal(round_of, visits, tmp_path):
    with visits.expect_download() as taken:
        visits.get_by_text("Before you leave").click()
        visits.get_by_role("link", name="take it along as a file").click()
    taken.value.save_as(tmp_path / "visits.html")
    page = visits.context.new_page()
    signal_gone(visits)
    page.goto((tmp_path / "visits.html").as_uri())
    expect(page.get_by_role("heading", name="ASHDOWN, Margaret")).to_be_visible()
    check_page(page, "visits-file")


def test_on_paper_there_is_room_to_write_and_no_form(round_of, visits):
    visits.emulate_media(media="print")
    hers = at(visits, "ASHDOWN, Margaret")
    expect(hers.get_by_text("What I did:")).to_be_visible()
    expect(hers.get_by_label("What did you do?")).to_be_hidden()
    expect(hers).to_contain_text("Penicillin")
    keep_picture(visits, "visits-paper")
