"""A computation in the background: stage by stage, told as it goes, stopped when asked to, taken up again.

A worker that is told to stop hands its computation back; one that was killed says nothing, and its computation is told
as stopped once nothing was heard of it for a while (`queries.lost`). Either is taken up from the parts already done
(`kept_parts`).
"""

import logging
from collections.abc import Callable
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

from django.conf import settings
from django_tasks import task

from localcare.base import clock
from localcare.capacity import compared_parts, definitions, kept_parts, page_data, running, writing
from localcare.capacity.kept_parts import Keeping
from localcare.capacity.models import Computation, State, Version
from localcare.capacity.types import Stopped

log = logging.getLogger(__name__)

MOST_TIMES = 3  # a computation that stopped its worker this often is not begun again
UNEXPECTED = "It could not be computed. The worker's log says why; compute again, or tell whoever runs Localcare."


def results() -> Path:
    """The folder under which every computation's results lie, each under its number."""
    return Path(settings.DATA) / "capacity" / "results"


def baselines() -> Path:
    """Where this installation's own baselines lie: a scenario names one by its folder."""
    return Path(settings.DATA) / "capacity" / "baselines"


@task()
def compute(computation_id: int) -> str:
    """Compute, if it still waits. Returns the state it ended in."""
    begun = Computation.objects.filter(pk=computation_id, state=State.WAITING).update(
        state=State.RUNNING, heard_at=clock.now(), progress=0, stage="Reading the scenario"
    )
    if not begun:
        return "nothing to do"
    computation = Computation.objects.select_related("version__scenario").get(pk=computation_id)
    computation.times_begun += 1
    computation.save(update_fields=["times_begun"])
    try:
        _end(computation, State.DONE, headline=_computed(computation), progress=100)
    except Stopped:
        return State.CANCELLED.value
    except ValueError as error:  # a BadScenario, or what the installation lacks: each says what to do
        log.warning("computation %s of %s failed", computation.pk, computation.version.scenario.name, exc_info=True)
        _end(computation, State.FAILED, failure=str(error))
    except (SystemExit, KeyboardInterrupt):
        _hand_back(computation)
        raise
    except Exception:
        log.exception("computation %s of scenario %s failed", computation.pk, computation.version.scenario.name)
        _end(computation, State.FAILED, failure=UNEXPECTED)
    return Computation.objects.get(pk=computation_id).state


def _computed(computation: Computation) -> dict[str, Any]:
    """Compute, going on from the parts that one killed before had done, and leave the folder; returns the headline."""
    version = computation.version
    computed = running.of_text(
        version.text,
        name=version.scenario.name,
        beside=baselines(),
        telling=_telling(computation),
        keeping=_keeping(version),
    )
    _telling(computation)("Drawing the pages and the report", 0.9)
    written = page_data.of(computed)
    files = {page_data.FILE: page_data.as_bytes(written), compared_parts.FILE: compared_parts.as_bytes(computed)}
    writing.written(computed, results() / str(computation.pk), more=files)
    _telling(computation)("Done", 1.0)
    kept_parts.forget(parts_of(version))
    return written["headline"]


def parts_of(version: Version) -> Path:
    """The folder of the parts done of a version that is not computed to its end."""
    return Path(settings.DATA) / "capacity" / "parts" / version.scenario.name / str(version.number)


def _keeping(version: Version) -> Keeping:
    """Parts of this version; those of the scenario's other versions are of no use any more."""
    mine = parts_of(version)
    for other in mine.parent.glob("*"):
        if other != mine:
            kept_parts.forget(other)
    own = baselines() / str(definitions.content_of(version.text, version.scenario.name)["baseline"]["file"])
    files = sorted(path for path in own.glob("*") if path.is_file())  # a shipped one changes with the code only
    return kept_parts.of(mine, version.text.encode(), *(path.read_bytes() for path in files))


def _telling(computation: Computation) -> Callable[[str, float], None]:
    """Says how far it is. Raises Stopped where it is not to go on."""

    def tell(stage: str, share: float) -> None:
        mine = Computation.objects.filter(pk=computation.pk, state=State.RUNNING)
        if not mine.update(stage=stage, progress=round(100 * share), heard_at=clock.now()):
            raise Stopped(stage)

    return tell


def _end(computation: Computation, state: State, **values: Any) -> None:
    """Nothing is ended twice: what was cancelled meanwhile stays so."""
    Computation.objects.filter(pk=computation.pk, state=State.RUNNING).update(
        state=state, ended_at=clock.now(), stage="", code_version=version_of("localcare"), **values
    )


def _hand_back(computation: Computation) -> None:
    """The worker is told to stop: the next one begins again, unless this has happened too often."""
    if computation.times_begun >= MOST_TIMES:
        _end(computation, State.FAILED, failure="Its worker stopped three times. Compute again when it is up.")
        return
    mine = Computation.objects.filter(pk=computation.pk, state=State.RUNNING)
    if mine.update(state=State.WAITING, progress=0, stage="Waiting again: its worker was stopped"):
        compute.enqueue(computation.pk)
