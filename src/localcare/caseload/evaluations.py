"""Reads of evaluations: which there is, whose turn has not come, what was found. No person, only pseudonyms."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from localcare.caseload.calc import release
from localcare.caseload.leaving_out import changes_since
from localcare.caseload.models import EffectEstimate, Evaluation, EvaluationPlace
from localcare.population import queries as population
from localcare.population.queries import Candidate


@dataclass(frozen=True)
class Held:
    """What a running evaluation asks of a list: the places of those who wait, and of those whose turn came."""

    evaluation: Evaluation | None = None
    waiting: Mapping[str, int] = field(default_factory=dict)
    places: Mapping[str, int] = field(default_factory=dict)

    def ranked(self, one: Candidate) -> bool:
        """Whether somebody is put forward by expected benefit, as if there were no evaluation."""
        return one.pseudonym not in self.waiting and one.pseudonym not in self.places

    def released(self, candidates: Iterable[Candidate]) -> list[Candidate]:
        """Those whose turn came, in the order fixed, then those still to come: nobody waits while there is room.

        Whoever is put forward early counts by the day fixed for them all the same, so that an effect looks smaller.
        """
        turn = {**self.waiting, **self.places}
        here = [one for one in candidates if one.pseudonym in turn]
        return sorted(here, key=lambda one: (one.pseudonym in self.waiting, turn[one.pseudonym]))


NOBODY = Held()


def latest(team_id: int) -> Evaluation | None:
    """The evaluation of a team that runs, else the last one; None if there never was one."""
    rows = Evaluation.objects.filter(team_id=team_id).select_related("team__organisation").order_by("-id")
    return rows.first()


def running(team_id: int) -> Evaluation | None:
    """The evaluation of a team that is recorded and not stopped, or None."""
    return Evaluation.objects.filter(team_id=team_id, stopped_at=None).first()


def places(evaluation: Evaluation) -> list[EvaluationPlace]:
    """Everybody in the order fixed."""
    return list(EvaluationPlace.objects.filter(evaluation=evaluation).order_by("place"))


def held(team_id: int, today: date, candidates: Collection[Candidate], named: Collection[str]) -> Held:
    """Who among the candidates waits today.

    Nobody a clinician named or whose condition changed, and nobody before the start or after the end.
    """
    evaluation = running(team_id)
    if evaluation is None or evaluation.starts > today:
        return NOBODY
    asked = {one.pseudonym for one in candidates} - set(named)
    here = [place for place in places(evaluation) if place.pseudonym in asked and not place.freed_on]
    freed = {place.pk for place, _ in _changed(here)}
    steady = [place for place in here if place.pk not in freed]
    return Held(
        evaluation,
        {place.pseudonym: place.place for place in steady if place.release_on > today},
        {place.pseudonym: place.place for place in steady if place.release_on <= today},
    )


def to_free(evaluation: Evaluation) -> list[tuple[EvaluationPlace, str]]:
    """Those who wait and whose condition changed, as the newest lists tell, with why."""
    return _changed([place for place in places(evaluation) if not place.freed_on])


def _changed(waiting: Collection[EvaluationPlace]) -> list[tuple[EvaluationPlace, str]]:
    """Those whose condition changed since the order was fixed, by the rule for who comes back after a decision."""
    rows = population.on_lists([place.pseudonym for place in waiting])
    here = [(place, rows[place.pseudonym]) for place in waiting if place.pseudonym in rows]
    return [(place, ", ".join(found)) for place, row in here if (found := changes_since(place.seen, row))]


def as_recorded(evaluation: Evaluation) -> bool:
    """Whether order and days are those that the recorded seed gives, and that the recorded fingerprint names."""
    stored = places(evaluation)
    order = release.order([place.pseudonym for place in stored], evaluation.seed)
    days = release.days(len(order), evaluation.a_step, evaluation.step_days, evaluation.starts)
    made = list(zip(order, days, strict=True))
    same = made == [(place.pseudonym, place.release_on) for place in stored]
    return same and release.fingerprint(made) == evaluation.fingerprint


def estimate(team_id: int) -> EffectEstimate | None:
    """What was last estimated for a team, or None."""
    return EffectEstimate.objects.filter(team_id=team_id).select_related("evaluation").order_by("-id").first()
