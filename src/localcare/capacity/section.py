"""A section of a plan's report, and how its figures are written."""

from dataclasses import dataclass

import numpy as np

from localcare.capacity.calc.quantity import Array
from localcare.capacity.calc.tables import Table
from localcare.capacity.plots import Fan
from localcare.design.drawing import Drawing


@dataclass(frozen=True)
class Section:
    """One question: its finding in a sentence, its picture, its table."""

    key: str
    title: str
    finding: str
    drawing: Drawing | None
    table: Table


def millions(pounds: float) -> str:
    figure = f"{pounds / 1e6:z,.1f}m"
    return f"-£{figure[1:]}" if figure.startswith("-") else f"£{figure}"


def thousands(count: float) -> str:
    return f"{count / 1000:,.1f}k" if abs(count) >= 1000 else f"{count:,.0f}"


def fan(label: str, draws: Array, *, ours: bool = True) -> Fan:
    """draws: draws x years."""
    low, middle, high = np.quantile(draws[1:], [0.1, 0.5, 0.9], axis=0)
    return Fan(label, tuple(middle), tuple(low), tuple(high), ours)
