"""A grouping of practices by geography, for a time whose real one was not published."""

from collections.abc import Mapping
from math import cos, hypot, radians

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

Point = tuple[float, float]
KM_PER_DEGREE = 111.2


def kilometres(a: Point, b: Point) -> float:
    """Straight-line distance of two (latitude, longitude) points in degrees; good to 0.1% within one county."""
    shrink = cos(radians((a[0] + b[0]) / 2))
    return KM_PER_DEGREE * hypot(a[0] - b[0], (a[1] - b[1]) * shrink)


def group_by_geography(
    practices: Mapping[str, Point],
    lists: Mapping[str, int],
    centres: Mapping[str, Point],
    *,
    smallest: int,
    largest: int,
) -> dict[str, str]:
    """Practice code -> centre, such that the people's total distance to their cluster's centre is least.

    Whole practices; every cluster has from `smallest` to `largest` registered people. Points are (latitude,
    longitude) in degrees, lists in persons. A capacitated assignment, solved exactly as a mixed-integer programme
    (HiGHS), so the same input gives the same grouping. Raises ValueError where no grouping keeps to the limits.
    """
    codes, names = sorted(practices), sorted(centres)
    people = np.array([lists[code] for code in codes], dtype=float)
    distance = np.array([[kilometres(practices[code], centres[name]) for name in names] for code in codes])
    # One variable per practice and centre, practice by practice: 1 where the practice belongs to the centre.
    once = np.kron(np.eye(len(codes)), np.ones(len(names)))
    size = np.kron(people, np.eye(len(names)))
    answer = milp(
        (people[:, None] * distance).ravel(),
        integrality=np.ones(len(codes) * len(names)),
        bounds=Bounds(0, 1),
        constraints=[LinearConstraint(once, 1, 1), LinearConstraint(size, smallest, largest)],
        options={"mip_rel_gap": 0},
    )
    if not answer.success:
        raise ValueError(f"no grouping has clusters of {smallest} to {largest} people: {answer.message}")
    chosen = np.argmax(answer.x.reshape(len(codes), len(names)), axis=1)
    return {code: names[index] for code, index in zip(codes, chosen, strict=True)}
