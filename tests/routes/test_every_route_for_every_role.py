"""Every route, asked for by every role, signed out, and from next door: no wrong answer, no name.

Margaret Ashdown is registered with G1, stands on its list and on the caseload of its cluster C1, with a plan, a task
and a place on the next agenda. Arthur Birchwood stands on the same list and nobody has revealed him.
"""

import ast
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from localcare.access import actions as access
from localcare.access import queries as gate
from localcare.access.types import Viewer
from localcare.base import audit, clock
from localcare.capacity import actions as capacity
from localcare.careplans import actions as careplans
from localcare.caseload import actions as caseload
from localcare.mdt import actions as mdt
from localcare.record import actions as record
from localcare.record.types import NewStatement, SourceOf
from localcare.tasks import actions as tasks
from localcare.tasks.types import Owner
from tests import builders
from tests.arch.source import modules
from tests.caseload.conftest import Lists

pytestmark = pytest.mark.django_db

NAME, UNREVEALED = "Ashdown", "Birchwood"
# Who has a right to Margaret: the clinicians of her practice, and her cluster's team.
INSIDERS = (
    ("gp", "G1"),
    ("practice_nurse", "G1"),
    ("care_coordinator", "C1"),
    ("community_nurse", "C1"),
    ("social_worker", "C1"),
    ("therapist", "C1"),
    ("pharmacist", "C1"),
)
OUTSIDERS = (
    ("gp", "G2"),
    ("gp", "G3"),
    ("practice_nurse", "G3"),
    ("practice_manager", "G1"),
    ("practice_manager", "G3"),
    ("care_coordinator", "C2"),
    ("community_nurse", "C2"),
    ("urgent_care_clinician", "99J"),
    ("analyst", "99J"),
    ("commissioner", "99J"),
    ("privacy_officer", "99J"),
    ("caldicott_guardian", "99J"),
)
HER_PAGES = ("web:person", "web:unplanned", "careplans:plan", "tasks:task", "caseload:entry")


@pytest.fixture
def world():
    """The addresses of every route of ours, with Margaret's numbers filled in, and a client for each role."""
    area = builders.area()
    margaret, arthur = builders.patient(family=NAME), builders.patient(family=UNREVEALED, given="Arthur")
    gp, coordinator = area.viewer("gp", "G1"), area.viewer("care_coordinator", "C1")
    lists = Lists()
    listed = lists.add(margaret)
    unrevealed = lists.add(arthur)
    caseload.accept(patient_id=margaret.id, told="person", note="", by=gp)
    statement = NewStatement(
        margaret.id,
        "encounter",
        "spell-1",
        "Emergency admission",
        category="emergency_admission",
        started_on=clock.today(),
    )
    record.add_statements(statements=[statement], source=SourceOf("Hospital"), received_at=clock.now(), by=audit.SYSTEM)
    access.seal_item(patient_id=margaret.id, item="note|:Hospital|7", said_by="", reason="asked", words="", by=gp)
    (seal,) = gate.open_person(gp, margaret.id, page="person").seals
    plan = careplans.start_plan(patient_id=margaret.id, by=coordinator)
    owner = Owner(None, coordinator.team_id, "the team")
    task = tasks.give(title="Visit", owner=owner, due_on=clock.today(), patient_id=margaret.id, by=coordinator)
    meeting = mdt.plan_meeting(starts_at=clock.now() + timedelta(days=2), minutes=60, by=coordinator)
    case = mdt.add_case(meeting_id=meeting.pk, patient_id=margaret.id, reason="falls", told="person", by=coordinator)
    emergency = access.declare_emergency(
        patient_id=arthur.id, reason="collapsed", by=area.viewer("community_nurse", "C2")
    )
    asked = access.ask_identity(
        practice_code="G1", pseudonym=unrevealed.pseudonym, reason="rang the hub", by=coordinator
    )
    scenario = capacity.fork(of="west-kent-2017", name="mine", title="Mine", by=area.viewer("analyst", "99J"))
    naming = access.name_for_list(
        practice_code="G1", post_id=area.viewer("pharmacist", "C1").post_id, reason="medicines", by=gp
    )
    numbers = {
        "naming_id": naming.pk,
        "scenario": scenario.name,
        "file": "scenario.toml",
        "request_id": asked.pk,
        "cluster_code": "C1",
        "kind": "risk_stratification_objection",
        "patient_id": margaret.id,
        "plan_id": plan.pk,
        "task_id": task.pk,
        "meeting_id": meeting.pk,
        "case_id": case.pk,
        "post_id": coordinator.post_id,
        "statement_id": 1,
        "seal_id": seal.id,
        "access_id": emergency.pk,
        "sequence": 1,
        "practice_code": "G1",
        "listed": listed.pseudonym,
        "decision": "accept",
        "section": "what_matters",
        "row_id": "none",
        "way": "done",
        "register": "diabetes",
        "report": "segments",
        "table": "register",
    }
    return area, numbers


def ours(resolver=None, prefix="", namespace=""):
    """(name, pattern, view) of every route that this project's own views answer."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inner = entry.namespace or namespace
            yield from ours(entry, prefix + str(entry.pattern), inner)
        elif isinstance(entry, URLPattern) and hasattr(entry.callback, "requires"):
            yield f"{namespace}:{entry.name}", "/" + prefix + str(entry.pattern), entry.callback


def filled(pattern: str, numbers: dict) -> str:
    for name, value in numbers.items():
        for kind in ("int", "str", "slug"):
            pattern = pattern.replace(f"<{kind}:{name}>", str(value))
    return pattern


def addresses(numbers: dict) -> dict[str, tuple[str, frozenset | None]]:
    found = {name: (filled(pattern, numbers), view.requires) for name, pattern, view in ours() if "^" not in pattern}
    unfilled = [address for address, _ in found.values() if "<" in address]
    assert unfilled == [], "teach this test the new part of the address"
    return found


def signed_in(viewer: Viewer) -> Client:
    client = Client(raise_request_exception=False)
    builders.sign_in(client, viewer)
    return client


def ask(client: Client, method: str, address: str):
    response = getattr(client, method)(address)
    return response.status_code, response.content.decode() if not response.streaming else ""


def test_signed_out_every_page_but_the_public_ones_leads_to_sign_in(world):
    _, numbers = world
    client = Client()
    for name, (address, requires) in addresses(numbers).items():
        for method in ("get", "post"):
            response = getattr(client, method)(address)
            if requires is None:
                assert response.status_code in (200, 405), name
            else:
                assert response.status_code == 302, name
                assert response["Location"].startswith("/account/login/"), name


@pytest.mark.parametrize(("role", "at"), OUTSIDERS)
def test_an_outsider_sees_no_name_on_any_page_and_moves_nothing(world, role, at):
    area, numbers = world
    viewer = area.viewer(role, at)
    client = signed_in(viewer)
    for name, (address, requires) in addresses(numbers).items():
        for method in ("get", "post"):
            status, page = ask(client, method, address)
            assert status < 500, (name, method, status)
            assert NAME not in page, (name, method)
            assert UNREVEALED not in page, (name, method)
            if requires and not any(viewer.can(capability) for capability in requires):
                assert status == 403, (name, method, status)
    for name in HER_PAGES:
        assert ask(client, "get", addresses(numbers)[name][0])[0] in (302, 403, 404), name


@pytest.mark.parametrize(("role", "at"), INSIDERS)
def test_an_insider_opens_her_pages_and_meets_nobody_unrevealed(world, role, at):
    area, numbers = world
    viewer = area.viewer(role, at)
    client = signed_in(viewer)
    for name, (address, requires) in addresses(numbers).items():
        status, page = ask(client, "get", address)
        assert status < 500, (name, status)
        assert UNREVEALED not in page, name
        if requires and not any(viewer.can(capability) for capability in requires):
            assert status == 403, (name, status)
    status, page = ask(client, "get", addresses(numbers)["web:person"][0])
    assert status == 200
    assert NAME in page


IN_THE_HEADER = {"account_logout"}
NAMES_WHOM = {"patient_id", "plan_id", "task_id", "case_id", "statement_id", "request_id", "access_id", "listed"}
# On pages that are about nobody, or about many whose rows are pseudonyms: a meeting, a scenario, a list as a whole.
NAMES_WHAT = {"meeting_id", "scenario", "cluster_code", "practice_code"}
# Whom they are about is typed into the form itself, by two identifiers or the NHS number.
SOUGHT = {"web:find", "web:find_in_emergency", "web:oversight_person"}
ABOUT_NOBODY = {"web:posts", "web:verify", "tasks:new", "mdt:new", "caseload:room"}
POSTS = re.compile(r"<form\b[^>]*\bmethod=\"post\"[^>]*>")


def posted_to(page: str, address: str) -> set[str]:
    """The addresses to which the forms of a page write; without an action, the page's own."""
    actions = [re.search(r"\baction=\"([^\"]*)\"", form) for form in POSTS.findall(page)]
    return {(found and found[1]) or address for found in actions}


@pytest.mark.parametrize(("role", "at"), [*INSIDERS, ("practice_manager", "G1"), ("caldicott_guardian", "99J")])
def test_every_form_names_in_its_address_whom_it_writes_about(world, role, at):
    """So that nothing is written about whoever happens to be open in another window of the browser."""
    area, numbers = world
    client = signed_in(area.viewer(role, at))
    for name, (address, _) in addresses(numbers).items():
        status, page = ask(client, "get", address)
        about_somebody = "data-person=" in page
        for written in posted_to(page, address) if status == 200 else ():
            to = resolve(written.split("?")[0])
            whom = to.view_name in IN_THE_HEADER | SOUGHT or NAMES_WHOM & set(to.kwargs)
            what = to.view_name in ABOUT_NOBODY or NAMES_WHAT & set(to.kwargs)
            assert whom or (what and not about_somebody), (name, written)


def test_no_session_remembers_a_person():
    """What is open stands in the address; a session holds who is signed in and in which post."""
    kept = [
        f"{module.name}:{node.lineno}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute)
        and node.attr == "session"
        and isinstance(node.value, ast.Name)
        and node.value.id == "request"
    ]
    assert {place.split(":")[0] for place in kept} <= {"web/views/shell.py", "access/middleware.py"}
