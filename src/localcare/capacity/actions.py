"""Writes of the studio. Every save is a new version; nothing is overwritten."""

import re

from localcare.access.types import Basis, Capability, Decision, Refused, Viewer
from localcare.base import audit, clock
from localcare.capacity import background, definitions, running
from localcare.capacity.calc import editing
from localcare.capacity.calc.refusal import BadScenario
from localcare.capacity.models import OPEN, Computation, Scenario, State, Version
from localcare.capacity.queries import computed_as_now, latest_version, lost, shipped_text, source_of
from localcare.capacity.types import Locked, Overtaken, Unknown

SHIPPED_BY = "Shipped with Localcare"
NAME = re.compile(r"^[a-z0-9][a-z0-9-]{0,59}$")
RESERVED = {"compare"}  # words of addresses


def fork(*, of: str, name: str, title: str, by: Viewer) -> Scenario:
    """A scenario of one's own from the latest text of another, shipped or own.

    Raises Refused without the right, Unknown where there is nothing to fork, ValueError for a name that is taken or
    cannot be one, BadScenario or CannotEdit where the text cannot be taken over.
    """
    _require(by)
    if not NAME.match(name) or name in RESERVED:
        raise ValueError("A name has small letters, digits and hyphens only, for example halved-effects.")
    if not title.strip():
        raise ValueError("Give it a title.")
    source = source_of(of)
    text = editing.forked(source.text, name=name, title=title.strip(), of=of)
    checked(text, name)
    with audit.transaction():
        if shipped_text(name) or Scenario.objects.filter(name=name).exists():
            raise ValueError(f"There is a scenario {name} already. Choose another name.")
        made = Scenario.objects.create(
            name=name, forked_from=f"{of}, version {source.number}", created_by=by.signature, created_at=clock.now()
        )
        _add_version(made, 1, text, by)
        audit.record("scenario forked", by=by.actor, scenario=name, of=of, version=source.number)
    return made


def save(*, name: str, text: str, seen: int, by: Viewer) -> Version:
    """Save a scenario's text as its next version. `seen` is the version the writer read.

    Saving what stands already returns it. Raises Refused, Unknown, Locked, Overtaken when somebody saved since, and
    BadScenario naming the line and the mend: the text is not saved, and the page keeps it.
    """
    _require(by)
    text = text.replace("\r\n", "\n")
    said = checked(text, name)
    if said != name:
        raise BadScenario(f"name says {said}: leave it {name}, or fork the scenario to have another", ("name",))
    with audit.transaction():
        scenario = _own(name)
        latest = latest_version(scenario)
        if latest.text == text:
            return latest
        if latest.number != seen:
            raise Overtaken(latest)
        saved = _add_version(scenario, latest.number + 1, text, by)
        audit.record("scenario saved", by=by.actor, scenario=name, version=saved.number)
    return saved


def lock(*, name: str, by: Viewer) -> Scenario:
    """A scenario that is cited stays as it is: no version follows. Locking again changes nothing."""
    _require(by)
    with audit.transaction():
        scenario = Scenario.objects.select_for_update().filter(name=name, shipped=False).first()
        if scenario is None:
            raise Unknown(f"There is no scenario {name} of your own.")
        if scenario.locked_at is None:
            scenario.locked_at, scenario.locked_by = clock.now(), by.signature
            scenario.save(update_fields=["locked_at", "locked_by"])
            audit.record("scenario locked", by=by.actor, scenario=name, version=latest_version(scenario).number)
    return scenario


def ask_for_computation(*, name: str, by: Viewer) -> Computation:
    """Compute the latest version in the background. Returns the one under way, or the results that are there already.

    One whose worker was killed is told as failed, and a new one begins. Raises Refused, Unknown.
    """
    _require(by)
    with audit.transaction():
        version = _to_compute(name)
        for standing in Computation.objects.select_for_update().filter(version=version, state__in=OPEN):
            if not lost(standing):
                return standing
            _fail(standing)
        done = computed_as_now(version)
        if done:
            return done
        asked = Computation.objects.create(version=version, asked_by=by.signature, asked_at=clock.now())
        background.compute.enqueue(asked.pk)
        audit.record("computation asked for", by=by.actor, scenario=name, version=version.number, computation=asked.pk)
    return asked


def cancel(*, name: str, by: Viewer) -> bool:
    """Stop what is under way; its worker stops at its next stage. Returns whether there was something."""
    _require(by)
    with audit.transaction():
        under_way = list(Computation.objects.select_for_update().filter(version__scenario__name=name, state__in=OPEN))
        for one in under_way:
            one.state, one.ended_at, one.stage = State.CANCELLED, clock.now(), ""
            one.save(update_fields=["state", "ended_at", "stage"])
            audit.record("computation cancelled", by=by.actor, scenario=name, computation=one.pk)
    return bool(under_way)


def checked(text: str, name: str) -> str:
    """The name that a text gives itself, if it can be computed. Raises BadScenario naming the line."""
    content = definitions.content_of(text, name)
    file = content["baseline"]["file"]
    if file != file.strip("./\\") or "/" in file or "\\" in file:
        raise BadScenario("baseline.file names a folder among the baselines, without a path", ("baseline", "file"))
    return running.checked(text, name=name, beside=background.baselines()).scenario.name


def _require(by: Viewer) -> None:
    if not by.can(Capability.CHANGE_PLANNING):
        reason = "Your role reads plans and does not change them. Ask a commissioning planner or a population analyst."
        raise Refused(Decision(False, Basis.ROLE, reason))


def _own(name: str) -> Scenario:
    scenario = Scenario.objects.select_for_update().filter(name=name).first()
    if scenario is None and not shipped_text(name):
        raise Unknown(f"There is no scenario {name}.")
    if scenario is None or scenario.shipped:
        raise Locked("A shipped scenario stays as it is. Fork it, and change your own.")
    if scenario.locked_at:
        raise Locked(f"{scenario.locked_by} locked this scenario: it is cited as it stands. Fork it to go on.")
    return scenario


def _to_compute(name: str) -> Version:
    """The latest version of a scenario; a shipped one is taken into the store as it is shipped today."""
    text = shipped_text(name)
    if not text:
        scenario = Scenario.objects.filter(name=name).first()
        if scenario is None:
            raise Unknown(f"There is no scenario {name}.")
        return latest_version(scenario)
    values = {"shipped": True, "created_by": SHIPPED_BY, "created_at": clock.now()}
    scenario, made = Scenario.objects.get_or_create(name=name, defaults=values)
    latest = None if made else latest_version(scenario)
    if latest and latest.text == text:
        return latest
    return _add_version(scenario, latest.number + 1 if latest else 1, text, None)


def _add_version(scenario: Scenario, number: int, text: str, by: Viewer | None) -> Version:
    return Version.objects.create(
        scenario=scenario,
        number=number,
        title=definitions.content_of(text, scenario.name)["title"],
        text=text,
        author=by.signature if by else SHIPPED_BY,
        by_post_id=by.post_id if by else None,
        saved_at=clock.now(),
    )


def _fail(computation: Computation) -> None:
    computation.state, computation.ended_at = State.FAILED, clock.now()
    computation.failure = "Its worker was stopped before it was done."
    computation.save(update_fields=["state", "ended_at", "failure"])
