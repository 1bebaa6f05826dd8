"""Activity and money of a plan: each step accounts for its effect, and everything adds up."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localcare.capacity import definitions
from localcare.capacity.calc import activity
from localcare.capacity.calc import plan as plans
from localcare.capacity.calc.activity import Claim, Intervention
from localcare.capacity.calc.growth import Forecast
from localcare.capacity.calc.money import STRESSES, _released
from localcare.capacity.calc.population import People
from localcare.capacity.calc.quantity import Quantity
from localcare.capacity.calc.stated_tables import _avoided
from localcare.capacity.calc.tables import overlaps
from localcare.capacity.running import words


@pytest.fixture
def plan(baseline, text):
    scenario = definitions.read_scenario(text, baseline)
    count = np.zeros((4, 1, 2, 91))
    count[:, 0, 0, 30] = 1000
    count[:, 0, 1, 70] = [100, 110, 120, 130]
    return plans.computed(scenario, baseline, Forecast(People((2016, 2017, 2018, 2019), ("Here",), count), {}))


def test_one_cell_by_hand(plan, baseline):
    """Second year, 65 and over, ill, emergency admissions, all at their likeliest."""
    at = baseline.settings.index
    before = baseline.use[1, 0, at("emergency_admission")] * 1.2 * 1.01**2
    assert plan.account.nothing_done[0, 1, 1, 0, at("emergency_admission")] == pytest.approx(before)
    avoided = before * 0.5 * 0.2
    assert plan.account.planned[0, 1, 1, 0, at("emergency_admission")] == pytest.approx(before - avoided)
    contacts = baseline.use[1, 0, at("community_contact")] * 1.2 + 2 * avoided
    assert plan.account.planned[0, 1, 1, 0, at("community_contact")] == pytest.approx(contacts)
    nights = baseline.use[1, 0, at("emergency_bed_day")] * 1.2 * 0.9
    assert plan.account.planned[0, 1, 1, 0, at("emergency_bed_day")] == pytest.approx(nights)


def test_money_by_hand(plan, baseline):
    """First year: half the phase, half of the saving released; nights that went with an admission cost nothing more."""
    at = baseline.settings.index
    use = baseline.use[1, :, at("emergency_admission")].sum() * 1.1 * 1.01
    avoided = use * 0.5 * 0.2 * 0.5
    prices = plan.scenario.prices
    assert plan.money.gross[0, 0] == pytest.approx(
        avoided * 0.5 * prices["emergency_admission"].likely - 2 * avoided * prices["community_contact"].likely
    )
    assert plan.money.invested[0].tolist() == [1100, 1000, 1000]  # paid a year ahead of its working


FOR_PEOPLE = 'for_people = { value = 400, unit = "people", source = "assumed" }\n'


def test_investment_follows_the_people_that_it_is_stated_for(plan, baseline, text):
    """The baseline has 200 people: half of those for whom the investment is stated. Savings follow use, not this."""
    scenario = definitions.read_scenario(text + FOR_PEOPLE, baseline)
    half = plans.computed(scenario, baseline, None)
    whole = plans.computed(definitions.read_scenario(text, baseline), baseline, None)
    assert (half.scale, whole.scale) == (0.5, 1.0)
    assert np.allclose(half.money.invested, whole.money.invested / 2)
    assert np.allclose(half.money.gross, whole.money.gross)


def test_steps_add_up_to_the_whole_change_in_every_draw(plan):
    whole = plan.account.planned.sum(2) - plan.account.baseline
    assert np.allclose(sum(step.change for step in plan.account.steps), whole)


def test_money_adds_up_in_every_cut(plan):
    saving = plan.money.saving
    for axes in ((2, 3, 4), (3, 2, 4), (4, 2, 3)):
        first, *others = axes
        parts = saving.sum(tuple(others))
        assert np.allclose(parts.sum(-1), plan.money.gross), first
    shares = plan.baseline.of_practices()
    by_practice = saving.sum((2, 3)) @ shares.T
    assert np.allclose(by_practice.sum(-1), plan.money.gross)


def test_no_more_is_avoided_than_there_is(plan):
    assert (plan.account.planned >= 0).all()


def test_stresses_do_what_they_say(plan):
    by_key = {stress.key: money for stress, money in plan.stresses}
    assert set(by_key) == {stress.key for stress in STRESSES}
    assert np.allclose(by_key["half_benefit"].gross, plan.money.gross / 2)
    late = by_key["benefit_late"]
    assert np.allclose(late.gross[:, 1:], plan.money.gross[:, :-1])
    assert np.allclose(late.invested, plan.money.invested)
    assert (late.net_present_value <= by_key["year_late"].net_present_value + 1e-6).all()
    assert np.allclose(by_key["year_late"].gross[:, 1:], plan.money.gross[:, :-1])
    assert np.allclose(by_key["pay_growth"].invested[:, 2], plan.money.invested[:, 2] * (0.5 + 0.5 * 1.03**2))


def test_present_value_of_one_draw_as_in_a_ledger(plan):
    ledger = sum(net / 1.035**year for year, net in enumerate(plan.money.net[3]))
    assert plan.money.net_present_value[3] == pytest.approx(ledger)


def test_the_widest_driver_comes_first_and_fixed_assumptions_drive_nothing(plan):
    found = plans.drivers(plan.scenario, plan.baseline, None)
    assert next(one.name for one in found) == "intervention.at_home.emergency_admission.effect"
    assert all(one.quantity.low < one.quantity.high for one in found)
    assert [one.swing for one in found] == sorted((one.swing for one in found), reverse=True)


AGES, GROUPS = (0, 65), ("ill", "well")
SETTINGS = ("emergency_admission", "emergency_bed_day", "outpatient")


def _all_of(value):
    return Quantity(value, value, value, "fixed", "share", "assumed")


@st.composite
def interventions(draw):
    """Up to three interventions of up to four claims each, none twice to the same cell within one."""
    made = []
    for number in range(draw(st.integers(1, 3))):
        cells = draw(
            st.lists(
                st.tuples(st.sampled_from(SETTINGS), st.sampled_from(AGES), st.sampled_from(GROUPS)),
                min_size=1, max_size=4, unique=True,
            )
        )  # fmt: skip
        shares = st.floats(0, 1)
        claims = tuple(
            Claim(setting, (age,), (group,), _all_of(draw(shares)), _all_of(draw(shares)))
            for setting, age, group in cells
        )
        made.append(Intervention(f"i{number}", f"I{number}", (1.0,), _merged(claims)))
    return tuple(made)


def _merged(claims):
    """Draws go by setting: claims of one intervention to one setting have one reach and effect here."""
    first = {}
    for claim in claims:
        first.setdefault(claim.setting, claim)
    return tuple(replace(one, reach=first[one.setting].reach, effect=first[one.setting].effect) for one in claims)


def _account(baseline, made):
    drawn = {name: np.array([quantity.likely]) for name, quantity in activity.named(made)}
    still = np.ones((1, 1, 2))
    return activity.account(baseline, still, still, np.ones((1, 1, len(baseline.settings))), made, drawn)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=interventions())
def test_nothing_is_avoided_twice_whatever_is_claimed(baseline, made):
    """Twin: cell by cell, each intervention in turn, admissions before nights."""
    found = _account(baseline, made).planned[0, 0]
    assert (found >= 0).all()
    use = baseline.use.copy()
    at = baseline.settings.index
    for one in made:
        for claim in sorted(one.claims, key=lambda claim: claim.setting != "emergency_admission"):
            cell = AGES.index(claim.age_from[0]), GROUPS.index(claim.groups[0])
            keep = 1 - claim.reach.likely * claim.effect.likely
            use[(*cell, at(claim.setting))] *= keep
            if claim.setting == "emergency_admission":
                use[(*cell, at("emergency_bed_day"))] *= keep
    assert np.allclose(found, use)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=interventions())
def test_without_an_overlap_every_activity_has_one_claim(baseline, made):
    """Each cell that two interventions would change, each alone, is one that `overlaps` names; and no other is."""
    touched = {}
    for one in made:
        for claim in one.claims:
            for setting in {claim.setting, activity.NIGHTS_OF.get(claim.setting, claim.setting)}:
                direct = setting == claim.setting
                cell = touched.setdefault((setting, claim.age_from[0], claim.groups[0]), {})
                cell[one.key] = cell.get(one.key, False) or direct
    expected = {
        (setting, tuple(sorted(keys)))
        for (setting, _, _), keys in touched.items()
        if len(keys) > 1 and any(keys.values())
    }
    assert {(one.setting, one.interventions) for one in activity.overlaps(made)} == expected


def test_shorter_stays_are_priced_on_the_admissions_that_remain(baseline):
    both = Intervention(
        "both", "Both", (1.0,),
        (
            Claim("emergency_bed_day", AGES, GROUPS, _all_of(1), _all_of(0.5)),
            Claim("emergency_admission", AGES, GROUPS, _all_of(1), _all_of(0.8)),
        ),
    )  # fmt: skip
    found = _account(baseline, (both,))
    nights = baseline.settings.index("emergency_bed_day")
    before = baseline.use[..., nights].sum()
    assert found.planned[0, 0, :, :, nights].sum() == pytest.approx(before * 0.2 * 0.5)
    step = found.steps[-1]
    priced = (step.followed - step.change)[0, 0, :, nights].sum()
    assert priced == pytest.approx(before * 0.2 * 0.5)


def _in_turn(text):
    begin, end = text.index("[[intervention]]"), text.index("[money]")
    again = text[begin:end].replace('"at_home"', '"by_phone"').replace("Care at home", "Care by phone")
    return 'overlap = "in_turn"\n' + text[:end] + again + text[end:]


def test_use_that_two_claim_is_shared_out_in_the_open(baseline, text):
    """Half of the people are reached and a fifth of their use goes: a tenth of that of 65 and over."""
    plan = plans.computed(definitions.read_scenario(_in_turn(text), baseline), baseline, None)
    at = baseline.settings.index("emergency_admission")
    old = baseline.use[1, :, at].sum() / baseline.use[..., at].sum()
    first, second, together = overlaps(plan, words()).rows
    assert first[:3] == ("Emergency admissions", "Care at home", "Care by phone")
    assert first[3:] == pytest.approx((0.1 * old, 0.1 * old))
    assert second[3:] == pytest.approx((0.1 * old, 0.09 * old))
    assert together[3:] == pytest.approx((0.2 * old, 0.19 * old))
    assert overlaps(plans.computed(definitions.read_scenario(text, baseline), baseline, None), words()).rows == ()


@settings(max_examples=50)
@given(
    st.lists(st.floats(-100, 100), min_size=1, max_size=6),
    st.lists(st.floats(0, 1), min_size=1, max_size=4).map(sorted),
)
def test_a_saving_is_released_as_its_shares_say(gone, release):
    """Twin: each year's increase is a parcel that ages; more use costs at once."""
    array = np.array(gone).reshape(1, -1, 1, 1, 1)
    expected = []
    for year in range(len(gone)):
        total = 0.0
        for begun in range(year + 1):
            parcel = gone[begun] - (gone[begun - 1] if begun else 0.0)
            age = min(year - begun, len(release) - 1)
            total += parcel * release[age] if parcel > 0 else parcel
        expected.append(total)
    assert np.allclose(_released(array, release).ravel(), expected)


def test_nights_that_went_with_an_admission_are_no_answer_to_what_shorter_stays_should_save(plan):
    """The small plan avoids admissions and shortens no stay."""
    nights, admissions = (plan.baseline.settings.index(key) for key in ("emergency_bed_day", "emergency_admission"))
    assert _avoided(plan, 1, nights) == pytest.approx(0)
    planned = (plan.account.nothing_done - plan.account.planned)[0, 1, :, :, admissions].sum()
    assert _avoided(plan, 1, admissions) == pytest.approx(planned)
