"""What a scenario brings to the hub model: sites beside those known, services, minutes of travel from a file."""

import itertools

import numpy as np
import pytest

from localcare.base import audit
from localcare.capacity import hub_inputs, running
from localcare.capacity.calc.plan_hubs import HubsAsked, Own
from localcare.capacity.calc.refusal import BadScenario
from localcare.places import actions as places
from tests.capacity.conftest import SCENARIO
from tests.capacity.test_parts import HUBS

SITE = """
[[hubs.site]]
code = "NEW1"
name = "New building at Paddock Wood"
latitude = 51.18
longitude = 0.39
yearly_cost = { value = 100000, unit = "pounds", source = "our business case" }
source = "our business case"
"""
SERVICE = """
[[hubs.service]]
name = "frailty clinic"
core = true
people = 0
minutes = 20
yearly_cost = 250000
staff = 4
source = "our business case"
"""
TRAVEL = '\n[hubs.travel]\nmatrix = "minutes.csv"\nsource = "our router, morning"\n'
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def area():
    places.load_reference(by=audit.SYSTEM)


def test_a_site_of_ones_own_is_a_candidate_and_can_be_committed_to():
    found = running.of_text(SCENARIO + HUBS + 'open = ["NEW1"]\n' + SITE)
    hubs = next(table for table in found.tables if table.name == "hubs")
    mine = next(row for row in hubs.rows if row[0] == "NEW1")
    assert mine[1] == "New building at Paddock Wood"
    assert float(mine[2]) > 0
    rows = {row[0]: row for table in found.tables if table.name == "assumptions" for row in table.rows}
    assert rows["hubs.site.NEW1.yearly cost"][-1] == "our business case"
    assert rows["hubs.site.NEW1.place"][-1] == "our business case"


def test_services_of_ones_own_stand_in_place_of_the_shipped_ones():
    found = running.of_text(SCENARIO + HUBS + SERVICE)
    rows = {row[0]: row for table in found.tables if table.name == "assumptions" for row in table.rows}
    assert rows["hubs.frailty clinic.cost"][2] == 250000
    assert "hubs.urgent treatment centre.cost" not in rows
    plain = running.of_text(SCENARIO + HUBS)
    dearer = found.parts.hubs.best[0].yearly_cost - plain.parts.hubs.best[0].yearly_cost
    assert dearer != 0


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (SITE + SITE, "NEW1 stands there twice"),
        (SITE.replace("NEW1", "G82083"), "site G82083 is known already"),
        (SITE.replace("51.18", "5.118"), "site NEW1 lies .* km from the nearest person"),
        (SERVICE + SERVICE, "frailty clinic stands there twice"),
        (TRAVEL, "minutes.csv cannot be read"),
        (TRAVEL.replace("minutes.csv", "../minutes.csv"), "matrix"),
        (SITE.replace('unit = "pounds"', 'unit = "euro"'), "pounds"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_line(wrong, told, tmp_path):
    with pytest.raises(BadScenario, match=rf"line \d+.*{told}"):
        running.checked(SCENARIO + HUBS + wrong, beside=tmp_path)


def asked() -> HubsAsked:
    rules = hub_inputs.default_rules(2)
    return HubsAsked("registered", (2,), 3, 60.0, rules, Own(matrix="minutes.csv", matrix_source="ours"))


def matrix(folder, header: str, line) -> None:
    plain = hub_inputs.hub_inputs("registered")
    points = [code for code in plain.points if not code.startswith(hub_inputs.OUTSIDE)]
    pairs = itertools.product(points, [site.code for site in plain.sites])
    lines = [header, *(line(n, one, to) for n, (one, to) in enumerate(pairs))]
    (folder / "minutes.csv").write_text("\n".join(lines) + "\n", "utf-8")


def test_minutes_of_a_file_stand_in_place_of_the_model_by_car_and_where_given_without(tmp_path):
    plain = hub_inputs.hub_inputs("registered")
    outside = np.array([code.startswith(hub_inputs.OUTSIDE) for code in plain.points])
    matrix(tmp_path, "from,to,car", lambda n, one, to: f"{one},{to},{n % 50}")
    found = hub_inputs.place_of(asked(), tmp_path)
    assert found.car[~outside].ravel().tolist() == [n % 50 for n in range(found.car[~outside].size)]
    np.testing.assert_array_equal(found.car[outside], plain.car[outside])
    np.testing.assert_array_equal(found.public, plain.public)
    matrix(tmp_path, "from,to,car,public", lambda n, one, to: f"{one},{to},{n % 50},")
    assert np.isinf(hub_inputs.place_of(asked(), tmp_path).public[~outside]).all()


def test_a_file_with_a_pair_missing_is_refused_by_its_name(tmp_path):
    matrix(tmp_path, "from,to,car", lambda n, one, to: f"{one},{to},10" if n else "")
    with pytest.raises(ValueError, match=r"minutes\.csv, 1 pairs are missing, the first from E0"):
        hub_inputs.place_of(asked(), tmp_path)


def test_the_file_is_among_what_a_result_was_made_of(tmp_path):
    text = SCENARIO + HUBS.replace('"resident"', '"registered"') + TRAVEL
    matrix(tmp_path, "from,to,car", lambda n, one, to: f"{one},{to},{n % 50}")
    found = running.of_text(text, beside=tmp_path)
    files = [row for table in found.tables if table.name == "inputs" for row in table.rows if row[0] == "file"]
    assert [row[1] for row in files] == ["minutes.csv"]
    rows = {row[0]: row for table in found.tables if table.name == "assumptions" for row in table.rows}
    assert rows["hubs.travel.matrix"][-1] == "our router, morning"


def test_who_reaches_what_is_told_by_service_by_hub_and_for_those_who_do_not():
    text = SCENARIO + HUBS.replace("minutes = 60", "minutes = 30") + SERVICE
    found = running.of_text(text)
    tables = {table.name: table for table in found.tables}
    inputs, best = found.parts.hubs.inputs, found.parts.hubs.best[0]
    at = inputs.numbers(best.codes)
    near = inputs.car[:, list(at)].min(axis=1) <= 20
    every = next(row for row in tables["hubs_catchments"].rows if row[2] == "any of them")
    assert every[3] == pytest.approx(float((inputs.people * (1 - inputs.without_car))[near].sum()))
    served = sum(row[2] for row in tables["hubs_minutes"].rows)
    assert served == pytest.approx(float(inputs.people.sum()))
    assert all(row[3] <= row[4] <= row[5] for row in tables["hubs_minutes"].rows)
    out = tables["hubs_out_of_reach"].rows
    assert out
    assert all(row[4] > 30 for row in out)
    assert [row[4] for row in out] == sorted((row[4] for row in out), reverse=True)
    assert sum(row[3] for row in out) == pytest.approx(best.beyond * float(inputs.people.sum()))
