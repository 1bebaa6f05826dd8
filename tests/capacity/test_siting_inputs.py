import numpy as np
import pytest

from localcare.base import audit
from localcare.capacity.calc.hubs import Rules, plan
from localcare.capacity.hub_inputs import ASSUMED, BORDER, default_rules, hub_inputs
from localcare.places.actions import load_reference

pytestmark = pytest.mark.django_db


def test_the_area_as_the_hub_model_sees_it():
    load_reference(by=audit.SYSTEM)
    registered, resident = hub_inputs("registered"), hub_inputs("resident")
    assert len(resident.points) == 309
    assert len(registered.points) == 309 + 60
    assert registered.people.sum() == pytest.approx(484_460)
    assert resident.people.sum() == 534_111
    kinds = [site.kind for site in registered.sites]
    assert (kinds.count("practice"), kinds.count("community hospital"), kinds.count("clinic")) == (60, 4, 9)
    assert {site.code for site in registered.sites if site.across_border} == set(BORDER)
    assert np.average(registered.need, weights=registered.people) == pytest.approx(1)
    assert (registered.public >= 0).all()
    made = plan(registered, Rules(p=4))
    assert (made.status, made.gap) == ("optimal", 0.0)


def test_in_sevenoaks_the_stated_share_is_registered():
    load_reference(by=audit.SYSTEM)
    registered, resident = hub_inputs("registered"), hub_inputs("resident")
    from localcare.places.queries import areas

    sevenoaks = np.array([area.district_name == "Sevenoaks" for area in areas()])
    share = registered.people[:309][sevenoaks].sum() / resident.people[sevenoaks].sum()
    assert share == pytest.approx(0.594)
    assert (registered.people[:309][sevenoaks] <= resident.people[sevenoaks] + 1e-6).all()


def test_where_nothing_is_loaded_the_shipped_places_stand_in():
    before = hub_inputs()
    load_reference(by=audit.SYSTEM)
    after = hub_inputs()
    assert (before.points, before.sites) == (after.points, after.sites)
    for name in ("people", "need", "without_car", "fifth", "car", "public"):
        assert np.array_equal(getattr(before, name), getattr(after, name)), name


def test_every_figure_of_our_own_says_so():
    assert all(quantity.assumed for quantity in ASSUMED.values())
    assert default_rules().min_population == 46_000
