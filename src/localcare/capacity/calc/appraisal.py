"""Options scored on weighted criteria, and how far their order hangs on the weights.

An option's points are the weighted mean of its scores. Three questions follow, because weights are opinions: in what
share of all weights there could be does each option win (stochastic multicriteria acceptability: R. Lahdelma, P.
Salminen, Operations Research 2001;49:444); how far may each single weight move, the others in proportion, before
another wins (exact: points are straight lines in it); and is an option never better than another in anything
(dominated)?
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from localcare.capacity.calc.quantity import Array, Quantity, draws, stream

ALIKE = 1e-12  # scores closer than rounding of the machine are one score


@dataclass(frozen=True, slots=True)
class Criterion:
    """What is asked of every option, and how much it counts beside the others (any unit: weights are shares of their
    sum)."""

    name: str
    weight: float
    question: str
    source: str

    def __post_init__(self) -> None:
        if not self.weight >= 0:
            raise ValueError(f"{self.name}: a weight of {self.weight:g}; give 0 or more")


@dataclass(frozen=True, slots=True)
class Option:
    """One option with a score for each criterion, in their order, more is better; each with its range and source."""

    name: str
    scores: tuple[Quantity, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Appraisal:
    """Criteria and options that fit each other."""

    criteria: tuple[Criterion, ...]
    options: tuple[Option, ...]

    def __post_init__(self) -> None:
        if len(self.options) < 2:
            raise ValueError("an appraisal needs two options or more: add at least doing nothing")
        if not sum(criterion.weight for criterion in self.criteria):
            raise ValueError("no criterion counts: give at least one a weight above 0")
        for option in self.options:
            if len(option.scores) != len(self.criteria):
                raise ValueError(
                    f"{option.name} has {len(option.scores)} scores: give one for each of {len(self.criteria)} criteria"
                )
        for name in (names := [option.name for option in self.options]):
            if names.count(name) > 1:
                raise ValueError(f"two options are called {name}: name them apart")

    @property
    def weights(self) -> Array:
        """Weights as shares (criterion)."""
        given = np.array([criterion.weight for criterion in self.criteria], dtype=float)
        return np.asarray(given / given.sum())

    @property
    def scores(self) -> Array:
        """The likely scores (option, criterion)."""
        return np.array([[score.likely for score in option.scores] for option in self.options])


@dataclass(frozen=True, slots=True)
class Ranked:
    """An option's points and place (1 is best; options with the same points share a place)."""

    option: str
    points: float
    place: int


def ranking(appraisal: Appraisal) -> tuple[Ranked, ...]:
    """Options by points at the stated weights and likely scores, the best first."""
    points = appraisal.scores @ appraisal.weights
    made = [
        Ranked(option.name, float(own), 1 + int((points > own + ALIKE).sum()))
        for option, own in zip(appraisal.options, points, strict=True)
    ]
    return tuple(sorted(made, key=lambda line: line.place))


def shares_of_wins(
    appraisal: Appraisal, *, seed: int, count: int = 10_000, around: float | None = None, certain: bool = False
) -> dict[str, float]:
    """Share of draws in which each option has the most points; one between alike options is shared out evenly.

    Weights are drawn evenly from all that add up to 1, or, with `around`, each from its stated weight divided to
    multiplied by that (2: half to double). Scores are drawn from their ranges unless `certain`. The same seed gives the
    same shares. Raises ValueError where `around` is below 1."""
    weights = _all_weights(appraisal, seed, count) if around is None else _near_weights(appraisal, seed, count, around)
    scores = (
        np.broadcast_to(appraisal.scores, (count, *appraisal.scores.shape))
        if certain
        else _drawn(appraisal, seed, count)
    )
    points = np.einsum("doc,dc->do", scores, weights)
    best = points >= points.max(1, keepdims=True) - ALIKE
    shares = (best / best.sum(1, keepdims=True)).mean(0)
    return dict(zip((option.name for option in appraisal.options), shares.tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class Room:
    """How far one criterion's share of the weight may go down and up before the first option is no longer the best.

    `below` and `above` name the option that then wins, None where the first still wins with a share of 0 or 1."""

    criterion: str
    share: float
    least: float
    most: float
    below: str | None
    above: str | None


def room_of_weights(appraisal: Appraisal) -> tuple[Room, ...]:
    """For each criterion, exactly, the shares of the weight with which the stated best option stays best.

    The others keep their proportions to each other (alike where their weights are all 0). Narrowest first: the weights
    that the decision hangs on."""
    found = [_room(appraisal, n) for n in range(len(appraisal.criteria))]
    return tuple(sorted(found, key=lambda room: (min(_distance(room)), room.criterion)))


def dominated(appraisal: Appraisal) -> dict[str, tuple[str, ...]]:
    """Options that another equals or beats in every criterion (likely scores) and beats in one, with those others."""
    scores, names = appraisal.scores, [option.name for option in appraisal.options]
    found = {
        name: tuple(
            other for m, other in enumerate(names) if (scores[m] >= scores[n]).all() and (scores[m] > scores[n]).any()
        )
        for n, name in enumerate(names)
    }
    return {name: others for name, others in found.items() if others}


def _room(appraisal: Appraisal, criterion: int) -> Room:
    """Points of an option at share w of one criterion: score there x w + the rest's mean x (1 - w)."""
    scores, weights = appraisal.scores, appraisal.weights
    others = np.delete(weights, criterion)
    rest = np.delete(scores, criterion, axis=1)
    share = float(weights[criterion])
    if len(others) == 0:
        mean = np.zeros(len(scores))
    elif others.sum() > 0:
        mean = rest @ (others / others.sum())
    else:
        mean = rest.mean(1)
    best = int(np.argmax(scores @ weights))
    least, below = _first(scores[:, criterion], mean, best, share, -1, appraisal.options)
    most, above = _first(scores[:, criterion], mean, best, share, +1, appraisal.options)
    return Room(appraisal.criteria[criterion].name, share, least, most, below, above)


def _first(
    here: Array, rest: Array, best: int, share: float, towards: int, options: Sequence[Option]
) -> tuple[float, str | None]:
    """The share nearest to the stated one, in one direction, at which another option's line crosses the best one's."""
    end = 1.0 if towards > 0 else 0.0
    found: tuple[float, str | None] = (end, None)
    for n, option in enumerate(options):
        slope = (here[n] - here[best]) - (rest[n] - rest[best])
        if n == best or slope * towards <= ALIKE:
            continue
        crossing = float((rest[best] - rest[n]) / slope)
        if (end - crossing) * towards > ALIKE and (found[0] - crossing) * towards > 0:
            found = (max(crossing, share) if towards > 0 else min(crossing, share), option.name)
    return found


def _distance(room: Room) -> tuple[float, float]:
    """How far the share is from where another wins; out of reach (2) where none does."""
    return (room.share - room.least if room.below else 2.0, room.most - room.share if room.above else 2.0)


def _all_weights(appraisal: Appraisal, seed: int, count: int) -> Array:
    return stream(seed, "appraisal/weights").dirichlet(np.ones(len(appraisal.criteria)), size=count)


def _near_weights(appraisal: Appraisal, seed: int, count: int, around: float) -> Array:
    if around < 1:
        raise ValueError(f"weights around a {around:g}th: give 1 or more, e.g. 2 for half to double")
    spread = np.exp(stream(seed, "appraisal/weights").uniform(-1, 1, (count, len(appraisal.criteria))) * np.log(around))
    drawn = appraisal.weights * spread
    return np.asarray(drawn / drawn.sum(1, keepdims=True))


def _drawn(appraisal: Appraisal, seed: int, count: int) -> Array:
    """Scores (draw, option, criterion), each from a stream of its own name."""
    made = np.empty((count, *appraisal.scores.shape))
    for n, option in enumerate(appraisal.options):
        for m, (criterion, score) in enumerate(zip(appraisal.criteria, option.scores, strict=True)):
            made[:, n, m] = draws(score, f"appraisal/{option.name}/{criterion.name}", seed=seed, count=count)
    return made
