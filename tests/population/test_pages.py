"""The pages of population: own figures exactly, those beside them protected, never a name."""

import re
import shlex
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.db import transaction

from localcare.base import audit
from localcare.cli.main import main
from localcare.population import actions, presenters, queries, reports, segment_report
from localcare.population.models import Run
from tests import builders
from tests.builders import text
from tests.population.computing import computed

OWN = "G82000"
PAGES = ("/population/", "/population/registers/", "/population/variation/")
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def area(edition, django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[builders.Area]:
    """A run over four practices, the first two in the Tonbridge cluster, the others in the Weald's."""
    _forget()
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        builders.keep_state_in(tmp_path_factory.mktemp("data"), patch)
        made = builders.area()
        for number, cluster in enumerate(("C1", "C1", "C2", "C2")):
            made.add_practice(f"G8200{number}", f"Practice G8200{number}", cluster)
        actions.put_in_use(edition, computed(edition), by=audit.SYSTEM)
        yield made
        transaction.set_rollback(True)
    _forget()


def _forget() -> None:
    """Rolled back, a run's number is given again: nothing may be remembered of it."""
    segment_report._protected_cells.cache_clear()
    reports._protected_registers.cache_clear()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("role", "at", "status"),
    [
        ("practice_manager", OWN, 200),
        ("gp", OWN, 200),
        ("care_coordinator", "C1", 200),
        ("analyst", "99J", 200),
        ("practice_nurse", OWN, 403),
        ("community_nurse", "C1", 403),
        ("privacy_officer", "99J", 403),
    ],
)
def test_by_role(client, sign_in, page, role, at, status):
    sign_in(role, at)
    assert client.get(page).status_code == status


def test_nobody_signed_out(client):
    assert all(client.get(page).url.startswith("/account/login/") for page in PAGES)


def test_a_practice_sees_its_own_exactly_beside_cluster_and_area(client, area, sign_in):
    sign_in("practice_manager", OWN)
    page = text(client.get("/population/?age=16-69"))
    own = [s["people"] for s in queries.segments(OWN)["segments"] if s["age_band"] == "16-69"]
    assert any(0 < people < 8 for people in own)
    scope = presenters.scope_of(area.viewer("practice_manager", OWN), "")
    lines = presenters.segment_lines(scope, queries.segmentation(""), "16-69")
    assert [line.ours for line in lines] == own
    assert all(f">{line.ours}</td>" in page for line in lines)
    assert "Practice G82000" in page
    assert "Tonbridge cluster" in page


@pytest.mark.parametrize(
    ("role", "at", "ours"), [("practice_manager", OWN, OWN), ("care_coordinator", "C1", None), ("analyst", "99J", None)]
)
def test_only_a_practice_sees_exact_figures_and_only_its_own(area, role, at, ours):
    assert presenters.scope_of(area.viewer(role, at), "C1").practice == ours
    assert presenters.scope_of(area.viewer(role, at), "C1").cluster == "C1"


@pytest.mark.parametrize(("role", "at"), [("care_coordinator", "C1"), ("analyst", "99J")])
def test_everybody_else_sees_protected_figures_in_words(client, area, sign_in, role, at):
    sign_in(role, at)
    page = text(client.get("/population/?cluster=C1&age=16-69"))
    scope = presenters.scope_of(area.viewer(role, at), "C1")
    lines = presenters.segment_lines(scope, queries.segmentation(""), "16-69")
    assert any(line.ours is None for line in lines)
    assert all(line.ours is None or line.ours % 5 == 0 for line in lines)
    assert "1 to 7" in page


def test_an_analyst_starts_with_the_area_and_narrows_it(client, sign_in):
    sign_in("analyst", "99J")
    assert "Where" in text(client.get("/population/"))
    page = text(client.get("/population/?cluster=C2"))
    assert ">Weald cluster" in page
    assert "Blue, thick:</strong> Weald cluster" in page


def test_a_practice_that_does_not_share_is_told_so(client, sign_in):
    sign_in("practice_manager", "G82003")
    for address in ("/population/", "/population/registers/"):
        page = text(client.get(address))
        assert "Your practice does not share for planning" in page
        assert 'data-label="People, Practice G82003">not shared<' in page
        assert 'data-label="People, Practice G82003">0<' not in page


def test_a_practice_outside_the_edition_is_told_so(client, sign_in):
    sign_in("practice_manager", "G1")
    assert "Your practice is not in this edition" in text(client.get("/population/registers/"))


def test_the_last_age_band_is_the_usual_one(client, sign_in):
    sign_in("analyst", "99J")
    assert "over 70" in text(client.get("/population/?segmentation=as_printed"))


def test_a_finding_beside_hidden_groups_is_of_what_is_shown():
    scope = SimpleNamespace(beside="", area_name="West Kent")
    lines = [
        presenters.Line("Dementia", None, None, None, None, None, None),
        presenters.Line("4 or more conditions", 900, None, 900, 4378.0, None, 4378.0),
    ]
    assert presenters.spend_finding(scope, lines, "70+").startswith("Aged 70+: of what is shown, most is spent")
    nobody = presenters.Line("Dementia", 0, None, 0, None, None, None)
    assert presenters.spend_finding(scope, [nobody, lines[1]], "70+").startswith("Aged 70+: most is spent")


def test_how_it_was_made_names_edition_and_definitions(client, sign_in):
    sign_in("community_nurse", "C1")
    run = queries.current_run()
    page = text(client.get("/population/how-made/"))
    assert run.name in page
    assert run.definitions in page


@pytest.mark.parametrize("page", PAGES)
def test_queries_do_not_grow(client, sign_in, page, django_assert_max_num_queries):
    sign_in("practice_manager", OWN)
    with django_assert_max_num_queries(20):
        client.get(page)


def test_variation_by_age_and_sex_has_the_interval_of_that_step(client, sign_in):
    rows = queries.report("variation", "practice").rows
    shown = [row for row in rows if row["ratio_age_sex"] is not None]
    assert shown
    assert all(row["low_age_sex"] <= row["ratio_age_sex"] <= row["high_age_sex"] for row in shown)
    row = next(row for row in shown if row["indicator"] == "conditions")
    sign_in("analyst", "99J")
    page = text(client.get("/population/variation/?indicator=conditions&by=age_sex"))
    assert f"{row['ratio_age_sex']:.2f} ({row['low_age_sex']:.2f} to {row['high_age_sex']:.2f})" in page


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("/population/variation/?indicator=nonsense", "no indicator 'nonsense'"),
        ("/population/variation/?by=nonsense", "no by 'nonsense'"),
        ("/population/?age=nonsense", "no age band 'nonsense'"),
        ("/population/registers/?cluster=nonsense", "'nonsense' is in this run"),
    ],
)
def test_an_unknown_choice_is_refused_with_what_there_is(client, sign_in, address, says):
    sign_in("analyst", "99J")
    answer = client.get(address)
    assert answer.status_code == 404
    assert says in text(answer)
    assert f'href="{address.partition("?")[0]}"' in answer.content.decode()


@pytest.mark.parametrize(
    "page",
    [
        "/population/",
        "/population/?segmentation=as_printed",
        "/population/registers/",
        "/population/variation/",
        "/population/practice/",
        "/population/measures/?measure=emergency_attendances",
    ],
)
@pytest.mark.parametrize(("role", "at"), [("practice_manager", OWN), ("care_coordinator", "C1"), ("analyst", "99J")])
def test_a_page_says_how_to_ask_the_same(client, sign_in, page, role, at):
    sign_in(role, at)
    told = re.findall(r"<pre[^>]*>localcare population report ([^<]*)</pre>", client.get(page).content.decode())
    assert told
    for command in told:
        assert main(["population", "report", *shlex.split(command), "--json"]) == 0, command


def test_another_segmentation_starts_with_its_own_ages(client, sign_in):
    sign_in("analyst", "99J")
    page = client.get("/population/?age=0-15").content.decode()
    links = [part.partition('"')[0] for part in page.split('href="?')[1:]]
    assert any("segmentation=" in link for link in links)
    assert all("age=" not in link for link in links if "segmentation=" in link)


def test_before_the_first_run_the_pages_say_what_to_wait_for(client, sign_in):
    sign_in("practice_manager", OWN)
    Run.objects.all().delete()
    assert "There are no figures yet" in text(client.get("/population/"))
    assert "no population run yet" in text(client.get("/population/how-made/"))
