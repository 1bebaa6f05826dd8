"""Shapes the page of the risk score: sentences, tables by outcome and part, and the calibration plot."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from localcare.design.calibration import Point, calibration_chart
from localcare.population import model_card, queries
from localcare.population.calc.risk_trial import ADMISSION, LOGISTIC
from localcare.population.definitions import Definitions

Row = dict[str, Any]


def card() -> dict[str, Any]:
    """All that the page shows. Raises NoRun before the first run."""
    report, loaded = queries.report("model"), queries.definitions()
    more, test = report.more, loaded.risk_test
    plot = [row for row in more["plot"] if (row["outcome"], row["model"]) == (ADMISSION, LOGISTIC)]
    points = [Point(row["foretold"], row["observed"], row["observed_low"], row["observed_high"]) for row in plot]
    return {
        "as_at": date.fromisoformat(report.as_at),
        "edition": report.edition,
        "how": report.how,
        "trial": more["trial"],
        "why": more["why_not_tested"],
        "finding": model_card.finding(report.rows, test),
        "group_finding": model_card.finding_of_groups(report.rows, test),
        "chance": model_card.finding_of_chance(report.rows, test),
        "outside": model_card.outside(report.rows, test),
        "top_finding": model_card.finding_of_top(more["top"], loaded.risk.list_share),
        "plot_finding": model_card.finding_of_plot(plot),
        "comparison": model_card.finding_of_comparison(more["trial"]),
        "sources": more["sources"],
        "losses": model_card.finding_of_losses(more["trial"]),
        "plot": plot,
        "chart": calibration_chart(points),
        "outcomes": _outcomes(report.rows, more["top"], loaded),
        "fewest": loaded.risk.fewest_outcomes_to_assess,
        "without": more["practices_without_a_score"],
        "published": more["published_elsewhere"],
    }


def _outcomes(rows: Sequence[Row], tops: Sequence[Row], loaded: Definitions) -> list[Row]:
    return [
        {
            "label": outcome.label,
            "tops": [row for row in tops if row["outcome"] == outcome.key],
            "parts": [
                (part, label, [r for r in rows if (r["outcome"], r["part"]) == (outcome.key, part)])
                for part, label in model_card.PARTS.items()
            ],
        }
        for outcome in loaded.risk_test.outcomes
    ]
