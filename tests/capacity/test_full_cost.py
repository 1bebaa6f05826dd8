"""What a plan costs in full: adds up in every year and draw, and nothing that lies inside is paid twice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcare.base import audit
from localcare.capacity import running
from localcare.capacity.calc import full_cost
from localcare.capacity.calc.full_cost import ON_TOP, Counted, FullCost
from localcare.capacity.calc.refusal import BadScenario
from localcare.capacity.report import notes, sections
from localcare.places import actions as places
from tests.capacity.conftest import SCENARIO
from tests.capacity.test_parts import HUBS, PARTS, SUPPLY

STAFF = SCENARIO + PARTS[PARTS.index("[staff]") :] + SUPPLY
INSIDE = '[[full_cost]]\npart = "staff"\ncounted = "inside"\nsource = "assumed"\n'


@pytest.fixture(scope="module")
def on_top():
    return running.of_text(STAFF + INSIDE.replace("inside", ON_TOP))


def test_what_comes_on_top_is_added_and_what_lies_inside_is_told(on_top):
    inside = running.of_text(STAFF + INSIDE)
    missing = sum(gap.cost for gap in on_top.parts.staff.gaps)
    assert (missing > 0).any()
    np.testing.assert_allclose(on_top.full_cost.on_top, missing)
    np.testing.assert_allclose(inside.full_cost.on_top, 0.0)
    np.testing.assert_allclose(inside.full_cost.amounts["staff"], missing)
    np.testing.assert_allclose(inside.full_cost.worth, inside.plan.money.net_present_value)
    assert (on_top.full_cost.worth < on_top.plan.money.net_present_value).all()


def test_its_table_adds_up_and_the_report_says_it_first(on_top):
    (table,) = [one for one in on_top.tables if one.name == "full_cost"]
    central = {(row[0], row[1]): row[3] for row in table.rows}
    for year in on_top.plan.scenario.years:
        parts = central[year, full_cost.INVESTED] + central[year, full_cost.PARTS["staff"]]
        assert central[year, full_cost.IN_FULL] == pytest.approx(parts)
        left = central[year, full_cost.NET] - central[year, full_cost.PARTS["staff"]]
        assert central[year, full_cost.NET_IN_FULL] == pytest.approx(left)
    assert "is not all that it costs" in notes(on_top)[1]
    assert [section.key for section in sections(on_top)][1] == "full_cost"
    assert {"full_cost.staff.on top"} <= {row[0] for table in on_top.tables for row in table.rows}


@pytest.mark.django_db
def test_hubs_of_which_no_set_keeps_to_the_rules_are_left_out():
    places.load_reference(by=audit.SYSTEM)
    impossible = HUBS + "min_population = 400000\n" + INSIDE.replace("staff", "hubs").replace("inside", ON_TOP)
    found = running.of_text(SCENARIO + impossible)
    assert not found.parts.hubs.best[0].hubs
    assert found.full_cost.counted == ()
    assert np.isfinite(found.full_cost.worth).all()


AMOUNTS = st.lists(st.floats(0, 1e8), min_size=6, max_size=6).map(lambda found: np.reshape(found, (2, 3)))


@given(st.dictionaries(st.sampled_from(list(full_cost.PARTS)), st.tuples(AMOUNTS, st.booleans())), AMOUNTS, AMOUNTS)
def test_in_full_is_the_investment_and_each_part_on_top_once(parts, invested, net):
    counted = tuple(Counted(part, top, "assumed") for part, (_, top) in parts.items())
    found = FullCost(counted, {part: amount for part, (amount, _) in parts.items()}, invested, net, 0.035)
    added = sum((amount for amount, top in parts.values() if top), np.zeros((2, 3)))
    np.testing.assert_allclose(found.on_top, added)
    dearer = FullCost(tuple(Counted(c.part, True, "") for c in counted), found.amounts, invested, net, 0.035)
    assert (dearer.worth <= found.worth + 1e-6).all()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (INSIDE + INSIDE, "staff stands there twice"),
        (INSIDE.replace("staff", "hubs"), r"this scenario has no hubs: write \[hubs\]"),
        (
            INSIDE + 'bed_day = { value = 260, unit = "pounds", source = "assumed" }\n',
            "bed_day is of beds, not of staff",
        ),
        (INSIDE.replace("inside", "outside"), "outside"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_line(wrong, told):
    with pytest.raises(BadScenario, match=rf"line \d+.*{told}"):
        running.of_text(STAFF + wrong)


def test_beds_need_what_one_costs_a_day():
    beds = INSIDE.replace("staff", "beds")
    with pytest.raises(BadScenario, match=r"line \d+.*give bed_day"):
        running.of_text(SCENARIO + PARTS + beds)
