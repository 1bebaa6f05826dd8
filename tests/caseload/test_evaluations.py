"""Does it work? Recorded before it starts, nobody in need waits, the order is what was recorded, and what is found."""

import json
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from localcare.access.types import Refused
from localcare.base import audit
from localcare.base.models import AuditEntry
from localcare.caseload import actions, evaluating, evaluations, first
from localcare.caseload.calc import release
from localcare.caseload.models import CaseloadState, EffectEstimate, Evaluation, EvaluationPlace
from localcare.caseload.types import NotPossible
from localcare.cli.main import main
from localcare.patients.models import Patient, Registration
from localcare.population.models import ListEntry, Run
from tests import builders
from tests.builders import text
from tests.caseload.conftest import pseudonym
from tests.editions import make_edition

pytestmark = pytest.mark.django_db
PLAN = evaluating.Plan(
    title="Does care planning help?",
    sponsor="Dr A. Shah, clinical lead",
    sponsor_organisation="West Kent",
    classification="service_evaluation",
    classified_by="Research office, letter 12",
    approval="",
    assessment="DPIA 7",
    assessed_on=date(2017, 3, 1),
    stop_rule="The clinical lead stops it on any harm seen.",
    stop_above=1.0,
    design="random",
    step_days=7,
    starts=date(2017, 4, 10),
    a_step=10,
)
STARTED = datetime(2017, 4, 12, 9, tzinfo=UTC)


@pytest.fixture
def analyst(area):
    return area.viewer("analyst", "99J")


@pytest.fixture
def team(area):
    return area.teams["C1"]


@pytest.fixture
def people(lists, area, coordinator):
    """Fifty on the list of G1, the team has room for five a month."""
    made = [builders.patient(family=f"Person{n}") for n in range(50)]
    for n, person in enumerate(made):
        lists.add(person, risk=0.6 - n * 0.001)
    actions.set_room(places_a_month=5, starts=date(2017, 4, 3), by=coordinator)
    return made


@pytest.fixture
def evaluation(people, team, analyst):
    return evaluating.record(team=team, plan=PLAN, confirmed=True, by=analyst)


def put_forward(team):
    return [row.pseudonym for row in first.of_team(team).rows]


def risen(row, **more):
    ListEntry.objects.filter(pseudonym=row.pseudonym).update(**more)


class TestRecording:
    def test_fixes_an_order_of_those_beyond_the_room_and_says_so_in_the_audit(self, evaluation, team):
        stored = evaluations.places(evaluation)
        assert len(stored) == 45
        assert {place.pseudonym for place in stored}.isdisjoint(put_forward(team))
        assert [p.release_on for p in stored[::10]] == [date(2017, 4, 10) + timedelta(days=7 * n) for n in range(5)]
        assert evaluations.as_recorded(evaluation)
        entry = builders.last_entry()
        told = json.loads(entry.canonical)
        assert entry.action == "evaluation recorded"
        assert evaluation.fingerprint in str(told)
        assert evaluation.seed in str(told)

    def test_in_waves_of_equal_size(self, people, team, analyst):
        made = evaluating.record(
            team=team, plan=replace(PLAN, design="wedge", steps=4, a_step=0, step_days=28), confirmed=True, by=analyst
        )
        days = [place.release_on for place in evaluations.places(made)]
        assert [days.count(day) for day in sorted(set(days))] == [12, 12, 12, 9]

    def test_a_place_moved_afterwards_is_found_out(self, evaluation):
        one, other = evaluations.places(evaluation)[::44]
        EvaluationPlace.objects.filter(pk=one.pk).update(release_on=other.release_on)
        assert not evaluations.as_recorded(evaluation)

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"sponsor": ""}, "sponsor"),
            ({"classification": "research"}, "ethics"),
            ({"assessed_on": date(2017, 4, 4)}, "assessment must be finished"),
            ({"starts": date(2017, 4, 3)}, "before it starts"),
            ({"stop_above": 0.5}, "Stop at 1"),
            ({"step_days": 0}, "days between"),
            ({"a_step": 0}, "how many people"),
            ({"design": "wedge", "steps": 1}, "2 to 26 waves"),
            ({"a_step": 3, "step_days": 28}, "can take 4 people in 28 days and only 3"),
        ],
    )
    def test_is_refused_where_something_is_missing(self, people, team, analyst, changes, says):
        with pytest.raises(NotPossible, match=says):
            evaluating.record(team=team, plan=replace(PLAN, **changes), confirmed=True, by=analyst)
        assert not Evaluation.objects.exists()

    def test_is_refused_without_the_sponsors_word_with_few_people_or_switched_off(
        self, people, team, analyst, monkeypatch
    ):
        with pytest.raises(NotPossible, match="agreed"):
            evaluating.record(team=team, plan=PLAN, confirmed=False, by=analyst)
        ListEntry.objects.filter(rank_in_practice__gt=44).delete()
        with pytest.raises(NotPossible, match="Fewer than 40"):
            evaluating.record(team=team, plan=PLAN, confirmed=True, by=analyst)
        monkeypatch.setattr(settings, "RISK_SCORE", False)
        with pytest.raises(NotPossible, match="switched off"):
            evaluating.record(team=team, plan=PLAN, confirmed=True, by=analyst)

    def test_is_refused_while_one_runs_and_by_anybody_else(self, evaluation, team, analyst, coordinator):
        with pytest.raises(NotPossible, match="runs already"):
            evaluating.record(team=team, plan=PLAN, confirmed=True, by=analyst)
        with pytest.raises(Refused):
            evaluating.record(team=team, plan=PLAN, confirmed=True, by=coordinator)

    def test_two_cannot_run_however_they_are_written(self, evaluation):
        values = {f.attname: getattr(evaluation, f.attname) for f in Evaluation._meta.fields if f.name != "id"}
        with pytest.raises(IntegrityError), transaction.atomic():
            Evaluation.objects.create(**values)

    def test_whose_risk_went_up_is_not_in_it(self, people, team, analyst):
        risen(ListEntry.objects.get(pseudonym=pseudonym(people[40])), change="up")
        made = evaluating.record(team=team, plan=PLAN, confirmed=True, by=analyst)
        assert pseudonym(people[40]) not in {place.pseudonym for place in evaluations.places(made)}


class TestNobodyInNeedWaits:
    def test_before_it_starts_nothing_changes(self, people, team, evaluation):
        assert put_forward(team) == [pseudonym(person) for person in people[:5]]

    def test_those_whose_day_came_take_the_places_left_in_their_order(self, team, evaluation, people, gp, clock_at):
        clock_at(STARTED)
        for person in people[:3]:
            actions.accept(patient_id=person.id, told="person", note="", by=gp)
        assert put_forward(team) == [pseudonym(person) for person in people[3:5]]
        EvaluationPlace.objects.filter(evaluation=evaluation, place=1).update(release_on=date(2017, 4, 10))
        ListEntry.objects.filter(pseudonym=pseudonym(people[3])).delete()
        placed = evaluations.places(evaluation)
        assert put_forward(team) == [pseudonym(people[4]), placed[0].pseudonym]

    def test_where_the_team_makes_more_room_the_next_in_the_order_fill_it(
        self, client, sign_in, team, evaluation, coordinator, clock_at
    ):
        clock_at(STARTED)
        placed = evaluations.places(evaluation)
        come = sum(place.release_on <= STARTED.date() for place in placed)
        actions.set_room(places_a_month=5 + come + 7, starts=STARTED.date(), by=coordinator)
        assert put_forward(team)[5:] == [place.pseudonym for place in placed[: come + 7]]
        sign_in("care_coordinator", "C1")
        assert "7 come before their day, in the same order" in text(client.get("/lists/first/"))
        assert evaluations.as_recorded(evaluation)

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            ({"risk": 0.9}, "risk up by 5 points or more"),
            ({"use": {"emergency_admissions": 4, "gp_contacts": 1}}, "more emergency admissions in 12 months"),
            ({"use": {"emergency_admissions": 3, "emergency_attendances": 1}}, "more A&E attendances in 12 months"),
            ({"reasons": [{"key": "condition", "value": "copd"}]}, "a condition among the reasons that was not there"),
        ],
    )
    def test_whose_condition_changed_is_put_forward_at_once_and_for_good(self, team, evaluation, clock_at, change, why):
        clock_at(STARTED)
        last = evaluations.places(evaluation)[-1]
        before = ListEntry.objects.values(*change).get(pseudonym=last.pseudonym)
        assert last.pseudonym in first.of_team(team).held.waiting
        risen(last, **change)
        assert last.pseudonym not in first.of_team(team).held.waiting
        assert evaluating.free_changed(as_at=STARTED.date(), by=audit.SYSTEM) == 1
        assert builders.last_entry().action == "evaluation: condition changed"
        assert EvaluationPlace.objects.get(pk=last.pk).freed_why == why
        risen(last, **before)
        assert last.pseudonym not in first.of_team(team).held.waiting
        assert evaluating.free_changed(as_at=STARTED.date(), by=audit.SYSTEM) == 0

    def test_whom_a_clinician_names_does_not_wait(self, team, evaluation, people, gp, clock_at):
        clock_at(STARTED)
        last = evaluations.places(evaluation)[-1].pseudonym
        person = next(p for p in people if pseudonym(p) == last)
        assert actions.accept(patient_id=person.id, told="person", note="", by=gp).latest.state == "accepted"

    def test_whom_a_clinician_named_before_they_were_listed_is_not_in_it(self, people, lists, team, analyst, gp):
        person = builders.patient(family="Named")
        actions.name_person(patient_id=person.id, reason="lonely since March", by=gp)
        lists.add(person, risk=0.01)
        made = evaluating.record(team=team, plan=PLAN, confirmed=True, by=analyst)
        assert pseudonym(person) not in {place.pseudonym for place in evaluations.places(made)}

    def test_whom_a_clinician_named_while_it_runs_takes_a_place_by_benefit(
        self, team, evaluation, people, gp, clock_at
    ):
        clock_at(STARTED)
        last = evaluations.places(evaluation)[-1].pseudonym
        person = next(p for p in people if pseudonym(p) == last)
        listed = ListEntry.objects.filter(pseudonym=last)
        kept = listed.values().get()
        listed.delete()
        actions.name_person(patient_id=person.id, reason="fell yesterday", by=gp)
        ListEntry.objects.create(**kept)
        assert last not in first.of_team(team).held.waiting

    def test_the_whole_list_hides_nobody_who_waits(self, client, sign_in, evaluation, clock_at):
        clock_at(STARTED)
        sign_in("gp", "G1")
        assert "of 50 people" in text(client.get("/lists/G1/"))

    def test_once_stopped_nobody_waits(self, team, evaluation, analyst, clock_at):
        clock_at(STARTED)
        assert first.of_team(team).held.waiting
        with pytest.raises(NotPossible, match="reason"):
            evaluating.stop(evaluation_id=evaluation.pk, reason=" ", by=analyst)
        evaluating.stop(evaluation_id=evaluation.pk, reason="The service ends.", by=analyst)
        evaluating.stop(evaluation_id=evaluation.pk, reason="Again.", by=analyst)
        assert not first.of_team(team).held.waiting
        assert AuditEntry.objects.filter(action="evaluation stopped").count() == 1

    def test_only_who_may_stops_it(self, evaluation, coordinator):
        with pytest.raises(Refused):
            evaluating.stop(evaluation_id=evaluation.pk, reason="x", by=coordinator)


AS_AT = date(2017, 12, 31)


@pytest.fixture
def order_of_chance(people, monkeypatch):
    """The same order in every test run: a real one hangs on its seed and on a key, both drawn anew each time."""
    drawn = [pseudonym(person) for person in random.Random(1).sample(people, len(people))]
    monkeypatch.setattr(release, "order", lambda pseudonyms, seed: sorted(pseudonyms, key=drawn.index))


@pytest.fixture
def later(people, team, analyst, lists, order_of_chance, tmp_path, monkeypatch, clock_at):
    """Nine months on, an edition in which those put forward have `rate` admissions a month, and the others one."""

    def made(rate, plan=PLAN, lives=None):
        monkeypatch.setattr(settings, "DATASET", tmp_path / "dataset")
        names = [pseudonym(person) for person in people]
        evaluation = evaluating.record(team=team, plan=plan, confirmed=True, by=analyst) if plan else None
        day = {p.pseudonym: p.release_on for p in evaluations.places(evaluation)} if evaluation else {}
        stays = []
        for n, name in enumerate(names):
            for month in range(4, 13):
                on = date(2017, month, 15)
                times = rate if on >= day.get(name, date.max) else 1
                stays += [{"person": n, "on": on, "discharged_on": on + timedelta(days=2)}] * (
                    times * ((n + month) % 3 == 0)
                )
        edition = make_edition(
            tmp_path / "dataset",
            AS_AT,
            person=[(lives or {}).get(n, {}) for n in range(len(names))],
            practice=[{"ods_code": "G1"}],
            admission=stays,
            pseudonym=[{"person": n, "purpose": "risk_stratification", "pseudonym": p} for n, p in enumerate(names)],
        )
        values = {f.attname: getattr(lists.run, f.attname) for f in Run._meta.fields if f.name != "id"}
        Run.objects.create(**{**values, "name": "later", "edition": edition.id, "as_at": AS_AT})
        clock_at(datetime(2018, 1, 2, 8, tzinfo=UTC))
        return evaluation

    return made


DIED, LEFT = {"died_on": date(2017, 8, 1)}, {"registered_to": date(2017, 8, 1)}
WAVES = replace(PLAN, design="wedge", steps=5, step_days=45)


class TestEstimating:
    def test_an_effect_with_its_interval_and_the_share_taken_on(self, later, team):
        later(2, replace(WAVES, stop_above=2.0))
        found = evaluating.estimate(team=team, by=audit.SYSTEM)
        told = found.outcomes["effects"]["admissions"]
        assert found.state == "estimated"
        assert told["ratio"] == pytest.approx(2, rel=0.15)
        assert told["ratio_low"] < 2 < told["ratio_high"]
        assert (found.outcomes["reached"], found.outcomes["taken_on"]) == (45, 0)
        assert builders.last_entry().action == "effect estimated"

    def test_the_stop_rule_ends_it_and_the_page_says_so(self, later, team, client, sign_in):
        evaluation = later(4, WAVES)
        evaluating.estimate(team=team, by=audit.SYSTEM)
        evaluation.refresh_from_db()
        assert evaluation.stopped_why.startswith("The stop rule")
        assert not first.of_team(team).held.waiting
        sign_in("care_coordinator", "C1")
        page = text(client.get("/lists/effect/C1/"))
        assert "Stopped" in page
        assert "99.9% interval above" in page
        assert "more." in page

    def test_too_early_where_nothing_was_randomised_long_enough(self, later, team, client, sign_in):
        later(1, replace(PLAN, starts=date(2017, 12, 20)))
        assert evaluating.estimate(team=team, by=audit.SYSTEM).state == "too_early"
        sign_in("gp", "G1")
        page = text(client.get("/lists/effect/", follow=True))
        assert "Too early" in page
        assert "in an order that chance alone had fixed" in page

    def test_without_an_evaluation_people_alike_with_the_weakness_stated(
        self, later, team, people, gp, client, sign_in
    ):
        later(1, plan=None)
        for person in people[:24]:
            actions.accept(patient_id=person.id, told="person", note="", by=gp)
        CaseloadState.objects.update(at=datetime(2017, 3, 10, tzinfo=UTC))
        found = evaluating.estimate(team=team, by=audit.SYSTEM)
        assert (found.state, found.evaluation, found.outcomes["method"]) == ("estimated", None, "matched")
        assert found.outcomes["effects"]["admissions"]["people_reached"] == 24
        sign_in("care_coordinator", "C1")
        page = text(client.get("/lists/effect/C1/"))
        assert "Nothing was randomised." in page
        assert "needs that no record holds" in page

    def test_who_was_taken_on_counts_as_such_after_they_died_or_left(self, later, team, people, gp):
        for person in people[:24]:
            actions.accept(patient_id=person.id, told="person", note="", by=gp)
        CaseloadState.objects.update(at=datetime(2017, 3, 10, tzinfo=UTC))
        Patient.objects.filter(id__in=[p.id for p in people[:5]]).update(died_on=date(2017, 8, 1))
        Registration.objects.filter(patient__in=people[5:10]).update(ends=date(2017, 8, 1))
        later(1, None, dict.fromkeys(range(5), DIED) | dict.fromkeys(range(5, 10), LEFT))
        told = evaluating.estimate(team=team, by=audit.SYSTEM).outcomes["effects"]["admissions"]
        assert (told["people_reached"], told["people_not"]) == (24, 26)

    def test_the_command_estimates_frees_and_tells_by_its_exit_that_one_was_stopped(self, later, capsys):
        later(4, WAVES)
        assert main(["caseload", "evaluate", "C1", "--json"]) == 1
        told = json.loads(capsys.readouterr().out)
        assert (told["freed"], told["teams"][0]["stopped"]) == (0, True)
        assert main(["caseload", "evaluate", "nowhere"]) == 2

    def test_before_the_first_run_the_command_says_the_next_step(self, area, capsys):
        assert main(["caseload", "evaluate", "C1"]) == 2
        assert "population run" in capsys.readouterr().err

    def test_before_the_first_run_the_nightly_command_has_nothing_to_do(self, area, capsys):
        assert main(["caseload", "evaluate", "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == {"freed": 0, "teams": []}


ANSWERS = {
    "title": "Does it help?",
    "sponsor": "Dr A. Shah",
    "sponsor_organisation": "West Kent",
    "classification": "service_evaluation",
    "classified_by": "Research office",
    "assessment": "DPIA 7",
    "assessed_on_day": "1",
    "assessed_on_month": "3",
    "assessed_on_year": "2017",
    "stop_rule": "Any harm.",
    "stop_above": "1",
    "design": "random",
    "a_step": "10",
    "step_days": "7",
    "starts_day": "10",
    "starts_month": "4",
    "starts_year": "2017",
    "confirmed": "on",
}
PAGE = "/lists/effect/C1/"


class TestThePages:
    @pytest.mark.parametrize(
        ("role", "at", "address", "status"),
        [
            ("gp", "G1", PAGE, 200),
            ("practice_nurse", "G1", PAGE, 200),
            ("care_coordinator", "C1", PAGE, 200),
            ("analyst", "99J", PAGE, 200),
            ("analyst", "99J", "/lists/effect/", 200),
            ("analyst", "99J", "/lists/effect/nowhere/", 404),
            ("gp", "G1", "/lists/effect/", 302),
            ("gp", "G3", PAGE, 403),
            ("care_coordinator", "C2", PAGE, 403),
            ("practice_manager", "G1", PAGE, 403),
            ("community_nurse", "C1", PAGE, 403),
            ("gp", "G1", PAGE + "evaluation/", 403),
            ("care_coordinator", "C1", PAGE + "evaluation/stop/", 403),
            ("analyst", "99J", PAGE + "evaluation/", 200),
        ],
    )
    def test_by_role(self, client, sign_in, people, role, at, address, status):
        sign_in(role, at)
        assert client.get(address).status_code == status

    def test_records_says_not_started_and_stops(self, client, sign_in, people):
        sign_in("analyst", "99J")
        assert "Nothing was estimated yet" in text(client.get(PAGE))
        page = text(client.post(PAGE + "evaluation/", ANSWERS, follow=True))
        assert "its order is fixed" in page
        assert "Not started: it begins on Monday 10 April 2017" in page
        assert "Dr A. Shah, West Kent" in page
        page = text(client.post(PAGE + "evaluation/stop/", {"reason": "Money ran out."}, follow=True))
        assert "Money ran out." in page
        assert "No evaluation of this team is running" in text(client.get(PAGE + "evaluation/stop/", follow=True))

    @pytest.mark.parametrize(
        ("changes", "says"),
        [({"confirmed": ""}, "The sponsor must have agreed"), ({"a_step": ""}, "how many people are put forward")],
    )
    def test_keeps_the_answers_where_something_is_missing(self, client, sign_in, people, changes, says):
        sign_in("analyst", "99J")
        page = client.post(PAGE + "evaluation/", {**ANSWERS, **changes})
        assert page.status_code == 400
        assert says in text(page)
        assert "Dr A. Shah" in text(page)

    def test_running_and_nothing_estimated_yet(self, client, sign_in, evaluation, clock_at):
        clock_at(STARTED)
        sign_in("care_coordinator", "C1")
        assert "It is too early to say" in text(client.get(PAGE))
        assert "An evaluation runs" in text(client.get("/lists/first/"))

    def test_is_one_choice_away_on_every_list(self, client, sign_in, people):
        sign_in("gp", "G1")
        for address in ("/lists/G1/", "/lists/G1/first/"):
            assert 'href="/lists/effect/"' in text(client.get(address))

    def test_an_order_that_was_tampered_with_is_told(self, client, sign_in, evaluation):
        EvaluationPlace.objects.filter(evaluation=evaluation, place=1).update(release_on=date(2020, 1, 1))
        sign_in("analyst", "99J")
        assert "The order is not the one recorded." in text(client.get(PAGE))

    def test_no_number_of_few_people_is_shown(self, later, team, client, sign_in):
        later(2, replace(WAVES, stop_above=2.0))
        made = evaluating.estimate(team=team, by=audit.SYSTEM)
        made.outcomes["taken_on"] = 3
        EffectEstimate.objects.filter(pk=made.pk).update(outcomes=made.outcomes)
        sign_in("analyst", "99J")
        assert "handed 1 to 7 to the team" in text(client.get(PAGE))
