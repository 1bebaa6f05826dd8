"""What a hub page stands on: place and rules of a scenario's text, and a choice of hubs as its address says it."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict

from localcare.capacity import background, running
from localcare.capacity.calc import plan as plans
from localcare.capacity.calc import what_if
from localcare.capacity.calc.hub_report import HubPlan
from localcare.capacity.calc.hubs import HubInputs, Rules, Site
from localcare.capacity.calc.what_if import Choice
from localcare.capacity.hub_inputs import place_of


@dataclass(frozen=True, eq=False)
class Ground:
    """`own`: what the scenario itself chooses."""

    inputs: HubInputs
    rules: Rules
    own: HubPlan

    @property
    def sites(self) -> Mapping[str, Site]:
        return {site.code: site for site in self.inputs.sites}


def ground_of(text: str, name: str, computed: tuple[str, ...] | None = None) -> Ground | None:
    """The place and the rules of a scenario; None where it sites no hubs. `computed`: the hubs that a computation of
    this text chose; None before the first. Raises BadScenario."""
    ready = running.checked(text, name=name, beside=background.baselines())
    if ready.wanted.hubs is None:
        return None
    inputs = place_of(ready.wanted.hubs, background.baselines()).times(plans.scale(ready.scenario, ready.baseline))
    rules = ready.wanted.hubs.rules
    return Ground(inputs, rules, what_if.own_choice(inputs, rules, computed))


def choice_of(asked: QueryDict, ground: Ground) -> Choice:
    """The hubs, caps and minutes of an address (or a form sent); the scenario's own where it names no hub.

    Raises ValueError with the way on where it names what is not there."""
    rules = ground.rules
    beyond = _number(asked.get("beyond", f"{rules.beyond}"), 1, 240, "Minutes go from 1 to 240.")
    if "hub" not in asked:
        return Choice(ground.own.codes, rules.capacity, beyond)
    hubs = tuple(sorted(set(asked.getlist("hub"))))
    caps = dict(_cap(one) for one in asked.getlist("cap"))
    if unknown := sorted({*hubs, *caps} - set(ground.sites)):
        raise ValueError(f"There is no site {unknown[0]} in this scenario. Begin again from its own choice.")
    if len(hubs) > what_if.MOST_HUBS:
        raise ValueError(f"A plan has at most {what_if.MOST_HUBS} hubs. Begin again from the scenario's own choice.")
    return Choice(hubs, tuple(sorted(caps.items())), beyond)


def _cap(text: str) -> tuple[str, float]:
    code, _, people = text.rpartition(":")
    return code, _number(people, 0, 10_000_000, "People of a site go from 0 to 10,000,000.")


def _number(text: str, least: float, most: float, refused: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError(refused) from None
    if not least <= value <= most:
        raise ValueError(refused)
    return value


def pairs(choice: Choice) -> list[tuple[str, str]]:
    """A choice as what an address or a form holds of it."""
    caps = [("cap", f"{code}:{people:.12g}") for code, people in choice.caps]
    return [*(("hub", code) for code in choice.hubs), *caps, ("beyond", f"{choice.beyond:.12g}")]


def address(choice: Choice) -> str:
    return "?" + urlencode(pairs(choice))
