"""The figures aimed at, read from the published reports: extracts, intake, run, report."""

import pytest
from django.db import transaction

from localcare.base import audit
from localcare.demo import gaps
from localcare.places import actions as places
from localcare.population import actions as population
from localcare.population import queries as reports
from tests import builders
from tests.intake.builders import take_in

pytestmark = pytest.mark.django_db
ROUNDING = 5  # of published counts


@pytest.fixture(scope="module")
def found(area_folder, tmp_path_factory, django_db_setup, django_db_blocker):
    """Gaps by figure after the whole way, the store as it was afterwards."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        data = tmp_path_factory.mktemp("data")
        builders.keep_state_in(data, patch)
        places.load_reference(by=audit.SYSTEM)
        edition = take_in(area_folder / "extracts", data / "dataset")[0]
        population.run(edition, by=audit.SYSTEM)
        yield {gap.figure: gap for gap in gaps.gaps(practices=False)}, reports.report("conditions").rows
        transaction.set_rollback(True)


def test_reported_prevalences_are_the_published_ones(found):
    """Within 2%, or what rounding a count to five can do in so small an area; there a rare one may be hidden."""
    by_figure, rows = found
    told = [row for row in rows if row["on_register"] is not None]
    assert len(told) >= 18
    for row in told:
        gap = by_figure[f"{row['label']}, percent"]
        assert gap.found == pytest.approx(gap.aim, rel=0.02, abs=100 * ROUNDING / row["denominator"])


def test_reported_people_with_conditions_come_near_the_stated_numbers(found):
    few, many = (found[0][f"people with {number} conditions"] for number in ("1 to 3", "4 plus"))
    assert (few.percent, many.percent) == (pytest.approx(0, abs=5), pytest.approx(0, abs=8))


def test_reported_spend_is_of_the_order_of_the_published_cells(found):
    """A fiftieth of the area, always the same people: adults' cells within 5%.

    Children with conditions are a few hundred here, and few of them cost most: a fifth. On the whole area all four lie
    within 2%.
    """
    spend = [gap for figure, gap in found[0].items() if figure.startswith("pounds per head")]
    assert len(spend) == 4
    children, *adults = sorted(spend, key=lambda gap: "0-15" not in gap.figure)
    assert all(gap.found == pytest.approx(gap.aim, rel=0.05) for gap in adults)
    assert children.found == pytest.approx(children.aim, rel=0.2)
    assert not any(gap.missed for gap in spend)


def test_a_figure_that_misses_by_more_than_it_may_is_a_miss():
    assert [gaps.Gap("a", 100, found, 3.0).missed for found in (97, 103.1, None)] == [False, True, True]
    assert not gaps.Gap("told only", 100, 200).missed


def test_prediction_is_neither_hopeless_nor_too_good(found):
    gap = found[0].get("c of emergency admission")
    assert gap is None or 0.70 < gap.found < 0.84  # so few outcomes: the interval is wide
