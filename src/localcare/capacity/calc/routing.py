"""Travel times from a router that the user runs: OSRM or Valhalla. R5 gives a file: `travel.read_matrix`.

Nothing here opens a connection: `fetch` does (an address and, for Valhalla, a body; it returns the answer's bytes).
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Fetch = Callable[[str, bytes | None], bytes]
# OSRM's own server answers tables of up to 100 places unless told otherwise (--max-table-size).
PLACES = 100


class Router(Protocol):
    """Anything that gives minutes from points to sites, both (n, 2) of latitude and longitude in degrees."""

    def minutes(self, points: Array, sites: Array) -> Array:
        """points x sites; infinite where there is no way. Raises ValueError where the service gives no table."""


@dataclass(frozen=True)
class Osrm:
    """The table service of OSRM: /table/v1/{profile}/{lon,lat;…}?sources=…&destinations=…, durations in seconds."""

    address: str
    fetch: Fetch
    profile: str = "driving"

    def minutes(self, points: Array, sites: Array) -> Array:
        return _in_blocks(points, sites, self._table)

    def _table(self, points: Array, sites: Array) -> Array:
        places = ";".join(f"{lon:.6f},{lat:.6f}" for lat, lon in np.vstack([points, sites]).tolist())
        first, last = _numbers(0, len(points)), _numbers(len(points), len(sites))
        ask = f"{self.address}/table/v1/{self.profile}/{places}?sources={first}&destinations={last}"
        answer = _answer(self.fetch(ask, None))
        if answer.get("code") != "Ok" or "durations" not in answer:
            raise ValueError(f"OSRM gave no table ({answer.get('code')}: {answer.get('message')}); look at its address")
        return _checked(answer["durations"], points, sites)


@dataclass(frozen=True)
class Valhalla:
    """The matrix service of Valhalla: /sources_to_targets, a table of objects with `time` in seconds."""

    address: str
    fetch: Fetch
    costing: str = "auto"

    def minutes(self, points: Array, sites: Array) -> Array:
        return _in_blocks(points, sites, self._table)

    def _table(self, points: Array, sites: Array) -> Array:
        ask = {
            "sources": [{"lat": lat, "lon": lon} for lat, lon in points.tolist()],
            "targets": [{"lat": lat, "lon": lon} for lat, lon in sites.tolist()],
            "costing": self.costing,
        }
        answer = _answer(self.fetch(f"{self.address}/sources_to_targets", json.dumps(ask).encode()))
        if "sources_to_targets" not in answer:
            raise ValueError(f"Valhalla gave no table ({answer.get('error')}); look at its address and its costing")
        return _checked([[one["time"] for one in row] for row in answer["sources_to_targets"]], points, sites)


def _in_blocks(points: Array, sites: Array, table: Callable[[Array, Array], Array]) -> Array:
    half = PLACES // 2
    rows = range(0, len(points), half)
    columns = range(0, len(sites), half)
    return np.block([[table(points[j : j + half], sites[i : i + half]) for i in columns] for j in rows])


def _numbers(first: int, many: int) -> str:
    return ";".join(str(number) for number in range(first, first + many))


def _answer(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except ValueError as error:
        raise ValueError("the router's answer is no JSON; look at its address") from error
    return answer if isinstance(answer, dict) else {}


def _checked(seconds: list[list[float | None]], points: Array, sites: Array) -> Array:
    table = np.array([[np.inf if one is None else one for one in row] for row in seconds], dtype=float) / 60
    if table.shape != (len(points), len(sites)):
        raise ValueError(f"the router gave {table.shape} times for {len(points)} points and {len(sites)} sites")
    return table
