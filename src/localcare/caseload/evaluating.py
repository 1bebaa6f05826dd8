"""Writes of evaluations: recorded whole before they start, stopped with a reason, freed and estimated each night."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.conf import settings

from localcare.access import queries as gate
from localcare.access.types import Basis, Capability, Decision, Refused, Viewer
from localcare.base import audit, clock
from localcare.caseload import evaluations, first, leaving_out, queries
from localcare.caseload.calc import effect, release
from localcare.caseload.models import CaseloadState, EffectEstimate, Evaluation, EvaluationPlace
from localcare.caseload.types import NotPossible, State
from localcare.places import queries as places
from localcare.population import queries as population
from localcare.staff.types import Team

LEAST_PEOPLE = 40
DAYS_A_YEAR = 365.25
OUTCOMES = ("admissions", "attendances", "nights", "pounds")


@dataclass(frozen=True)
class Plan:
    """All that a sponsor answers for. `a_step` people every `step_days` days, or `steps` waves of equal size."""

    title: str
    sponsor: str
    sponsor_organisation: str
    classification: str
    classified_by: str
    approval: str
    assessment: str
    assessed_on: date
    stop_rule: str
    stop_above: float
    design: str
    step_days: int
    starts: date
    a_step: int = 0
    steps: int = 0


def record(*, team: Team, plan: Plan, confirmed: bool, by: Viewer) -> Evaluation:
    """Record an evaluation and fix its order, from a seed drawn here and now, before it starts.

    In it is everybody beyond the team's room whose condition did not change. Raises Refused without the capability;
    NotPossible with the next step where something is missing, one runs already, or too few people are there.
    """
    _may(by)
    _complete(plan, confirmed)
    people = {one.pseudonym: one for one in first.beyond_room(team)}
    if len(people) < LEAST_PEOPLE:
        raise NotPossible(
            f"Fewer than {LEAST_PEOPLE} people wait beyond the team's room: too few to learn from. Use the comparison "
            "with people alike instead."
        )
    seed, run = secrets.token_hex(16), population.current_run()
    a_step = release.a_step_of_wedge(len(people), plan.steps) if plan.design == "wedge" else plan.a_step
    _no_slower_than_the_team(team, a_step, plan.step_days)
    order = release.order(list(people), seed)
    listed = population.on_lists(order)
    days = release.days(len(order), a_step, plan.step_days, plan.starts)
    fingerprint = release.fingerprint(list(zip(order, days, strict=True)))
    kept = {key: value for key, value in asdict(plan).items() if key not in ("steps", "a_step")}
    with audit.transaction():
        if evaluations.running(team.id):
            raise NotPossible("An evaluation of this team runs already. Stop it first, or wait for its end.")
        made = Evaluation.objects.create(
            team=team,
            **kept,
            a_step=a_step,
            run=run.name if run else "",
            seed=seed,
            fingerprint=fingerprint,
            recorded_at=clock.now(),
            author=by.signature,
            author_role=by.role,
        )
        EvaluationPlace.objects.bulk_create(
            EvaluationPlace(
                evaluation=made,
                place=place,
                pseudonym=one,
                practice_code=people[one].practice_code,
                release_on=day,
                seen=leaving_out.seen_of(listed[one]).kept(),
            )
            for place, (one, day) in enumerate(zip(order, days, strict=True), start=1)
        )
        audit.record(
            "evaluation recorded",
            by=by.actor,
            reason=plan.title,
            evaluation=made.pk,
            team=team.id,
            sponsor=plan.sponsor,
            assessment=plan.assessment,
            people=len(order),
            seed=seed,
            fingerprint=fingerprint,
        )
    return made


def stop(*, evaluation_id: int, reason: str, by: Viewer) -> Evaluation:
    """End an evaluation: from this moment nobody waits for it. Stopping what has ended changes nothing.

    Raises Refused without the capability, NotPossible without a reason.
    """
    _may(by)
    if not reason.strip():
        raise NotPossible("Give the reason in a few words.")
    return _stop(evaluation_id, reason.strip(), by=by.actor)


def free_changed(*, as_at: date, by: audit.Actor) -> int:
    """Mark everybody who waits and whose condition changed, so that they never wait again; how many were.

    For every night and after each population run. The lists honour a change at once, before it is marked.
    """
    freed = 0
    for evaluation in Evaluation.objects.filter(stopped_at=None):
        with audit.transaction():
            found = evaluations.to_free(evaluation)
            for place, why in found:
                place.freed_on, place.freed_why = as_at, why
                place.save(update_fields=["freed_on", "freed_why"])
            if found:
                audit.record("evaluation: condition changed", by=by, evaluation=evaluation.pk, freed=len(found))
        freed += len(found)
    return freed


def estimate(*, team: Team, by: audit.Actor) -> EffectEstimate | None:
    """Estimate the effect from the run in use: of an evaluation that has begun, else among people alike.

    Where the stop rule of a running evaluation is met, it is stopped. None where there is no run. Raises NoEdition.
    """
    run = population.current_run()
    if run is None:
        return None
    evaluation = evaluations.latest(team.id)
    begun = evaluation if evaluation and evaluation.starts <= run.as_at else None
    with population.outcome_source(run) as source:
        found = _randomised(source, begun) if begun else _matched(source, team)
    state = "estimated" if found["effects"]["admissions"] else "too_early"
    with audit.transaction():
        made = EffectEstimate.objects.create(
            team=team,
            evaluation=begun,
            run=run.name,
            edition=run.edition,
            as_at=run.as_at,
            made_at=clock.now(),
            state=state,
            outcomes={key: value for key, value in found.items() if key != "harms"},
        )
        audit.record("effect estimated", by=by, team=team.id, estimate=made.pk, run=run.name, state=state)
    if begun and begun.stopped_at is None and found["harms"]:
        limit = f"{begun.stop_above:g} times as many"
        made.evaluation = _stop(begun.pk, f"The stop rule: emergency admissions, 99.9% interval above {limit}.", by=by)
    return made


def _randomised(source: Any, evaluation: Evaluation) -> dict[str, Any]:
    """By intention: everybody counts by the day fixed for them, up to the end of the evaluation or of the data."""
    until = source.until
    if evaluation.stopped_at:
        until = min(until, evaluation.stopped_at.astimezone(clock.LONDON).date() - timedelta(days=1))
    stored = evaluations.places(evaluation)
    release_on = [place.release_on for place in stored]
    cuts = effect.cuts(release_on, until)
    if not cuts:
        return {"method": effect.RANDOMISED, "effects": dict.fromkeys(OUTCOMES), "harms": False, "until": str(until)}
    happened = population.outcomes_of(replace(source, until=until), [place.pseudonym for place in stored], cuts)
    cells, at = effect.staged(_ordinals(release_on), _ordinals(cuts), happened.years)
    amounts = {name: happened.amounts[name].ravel()[at] for name in OUTCOMES}
    return {
        "method": effect.RANDOMISED,
        "effects": _effects(cells, amounts, effect.RANDOMISED),
        "harms": effect.harms(cells, amounts["admissions"], evaluation.stop_above),
        "until": str(until),
        "reached": sum(day <= until for day in release_on),
        "taken_on": _taken_on_among({p.pseudonym for p in stored if p.release_on <= until}, evaluation.team),
    }


def _matched(source: Any, team: Team) -> dict[str, Any]:
    codes = places.member_codes(team.organisation.code, clock.today())
    taken_on = _days_taken_on(team)
    found = population.people_alike(source, codes, taken_on) if taken_on else None
    effects: dict[str, Any] = dict.fromkeys(OUTCOMES)
    if found:
        cells = effect.Cells(found.person, found.stratum, found.reached, found.years)
        effects = _effects(cells, found.amounts, effect.MATCHED)
    return {"method": effect.MATCHED, "effects": effects, "harms": False, "until": str(source.until)}


def _effects(cells: effect.Cells, amounts: Mapping[str, np.ndarray], method: str) -> dict[str, Any]:
    found = {name: effect.effect(cells, amounts[name], method) for name in OUTCOMES}
    return {name: asdict(one) if one else None for name, one in found.items()}


def _days_taken_on(team: Team) -> dict[str, date]:
    """Pseudonym and first day of everybody the team ever took on, whatever became of them, made afresh."""
    steps = CaseloadState.objects.filter(entry__team=team, state=State.ACCEPTED).order_by("-at")
    day = {patient: at.astimezone(clock.LONDON).date() for patient, at in steps.values_list("entry__patient", "at")}
    found: dict[str, date] = {}
    for patient, pseudonyms in gate.list_pseudonyms_ever(list(day)).items():
        found |= {one: min(day[patient], found.get(one, date.max)) for one in pseudonyms}
    return found


def _taken_on_among(pseudonyms: set[str], team: Team) -> int:
    return len(pseudonyms & set(_days_taken_on(team)))


def _ordinals(days: list[date]) -> np.ndarray:
    return np.array([day.toordinal() for day in days], dtype=np.int64)


def _stop(evaluation_id: int, reason: str, *, by: audit.Actor) -> Evaluation:
    with audit.transaction():
        evaluation = Evaluation.objects.select_for_update().get(pk=evaluation_id)
        if evaluation.stopped_at is None:
            evaluation.stopped_at, evaluation.stopped_by, evaluation.stopped_why = clock.now(), by.name, reason
            evaluation.save(update_fields=["stopped_at", "stopped_by", "stopped_why"])
            audit.record("evaluation stopped", by=by, reason=reason, evaluation=evaluation.pk)
    return evaluation


def _no_slower_than_the_team(team: Team, a_step: int, step_days: int) -> None:
    """Raises NotPossible where people would wait although the team has room for them."""
    room = queries.places_now(team.id, clock.today())
    a_day = (room.places / 7 if room.per == "week" else room.places * 12 / DAYS_A_YEAR) if room else 0.0
    least = int(a_day * step_days)
    if a_step < least:
        raise NotPossible(
            f"The team can take {least} people in {step_days} days and only {a_step} would be put forward. Put at "
            "least as many forward at each step, or choose shorter steps: nobody waits while there is room."
        )


def _may(by: Viewer) -> None:
    if not by.can(Capability.RECORD_EVALUATION):
        raise Refused(Decision(False, Basis.ROLE, "An evaluation is recorded by a population analyst for its sponsor."))


def _complete(plan: Plan, confirmed: bool) -> None:
    """Raises NotPossible naming the first thing that is missing or cannot be."""
    today = clock.today()
    faults = {
        "The risk score is switched off here; an operator decides about LOCALCARE_RISK_SCORE.": not settings.RISK_SCORE,
        "The sponsor must have agreed to all of this. Ask them, then tick the box.": not confirmed,
        "Give title, sponsor and organisation, who classified it, the assessment and the stop rule in words.": not all(
            (plan.title, plan.sponsor, plan.sponsor_organisation, plan.classified_by, plan.assessment, plan.stop_rule)
        ),
        "Research needs the reference of its approval by an ethics committee.": plan.classification == "research"
        and not plan.approval,
        "The data protection assessment must be finished: give a day that has come.": plan.assessed_on > today,
        "Choose a start after today: the order is fixed before it starts.": plan.starts <= today,
        "Stop at 1 times as many admissions or more, at most 2.": not 1 <= plan.stop_above <= 2,
        "Give the days between two steps: 1 to 182.": not 1 <= plan.step_days <= 182,
        "A wedge needs 2 to 26 waves.": plan.design == "wedge" and not 2 <= plan.steps <= 26,
        "Say how many people are put forward at each step: 1 to 200.": plan.design == "random"
        and not 1 <= plan.a_step <= 200,
    }
    for says, wrong in faults.items():
        if wrong:
            raise NotPossible(says)
