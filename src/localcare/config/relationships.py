"""The one table of what warrants a team's sight of a person: source -> the (patient id, team id) that should stand."""

from collections.abc import Callable, Iterable, Mapping

from localcare.caseload import queries as caseload

SOURCES: Mapping[str, Callable[[], Iterable[tuple[int, int]]]] = {
    "caseload": caseload.expected_relationships,
}
