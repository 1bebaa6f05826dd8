"""The one table of what warrants a team's sight of a person: source -> the (patient id, team id) that should stand."""

from collections.abc import Callable, Iterable, Mapping

from localcare.caseload import queries as caseload
from localcare.mdt import queries as mdt
from localcare.tasks import queries as tasks

SOURCES: Mapping[str, Callable[[], Iterable[tuple[int, int]]]] = {
    "caseload": caseload.expected_relationships,
    "mdt": mdt.expected_relationships,
    "task": tasks.expected_relationships,
}
