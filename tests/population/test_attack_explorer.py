"""Someone who asks the explorer everything it takes, of both segmentations, by practice and by home, about few people.

`--areas N` attacks more made-up areas than the suite has time for.
"""

import pytest

from localcare.dataset import differencing
from localcare.population import family
from localcare.population.explorer_protect import Tables
from tests.population import small_explorer
from tests.population.small_explorer import FIRST, SECOND, SmallArea

pytestmark = pytest.mark.django_db
GROUP, OTHER_GROUP = f"group of {FIRST}", f"group of {SECOND}"
# by what is asked: the traits people differ in, the dimensions asked about, the segmentations, how many people
ASKED = {
    "homes and practices": (("practice", "lsoa", "sex", "years"), ("age", "sex"), (FIRST,), 300),
    "deprivation": (("practice", "lsoa", "years", GROUP), ("age", "group", "deprivation"), (FIRST,), 300),
    "conditions": (("practice", "lsoa", "sex", "condition"), ("sex", "condition", "deprivation"), (FIRST,), 200),
    "two segmentations": (("practice", "years", GROUP, OTHER_GROUP), ("age", "group"), (FIRST, SECOND), 300),
    "use": (("practice", "years", "condition", "used"), ("age", "condition", "used"), (FIRST,), 200),
}


@pytest.fixture
def leaks(tmp_path):
    small_explorer.homes()

    def found(asked: str, seed: int) -> list:
        traits, dimensions, segmentations, size = ASKED[asked]
        area = SmallArea(tmp_path / f"{seed}.parquet", traits, seed, size)
        return area.attacker(dimensions, segmentations).exact()

    return found


FIRST_AREA = 1


def pytest_generate_tests(metafunc):
    if "area" in metafunc.fixturenames:
        metafunc.parametrize("area", range(FIRST_AREA, FIRST_AREA + metafunc.config.getoption("--areas")))


@pytest.mark.parametrize("asked", ASKED)
def test_no_answers_of_the_explorer_give_a_small_count_exactly(leaks, asked, area):
    assert leaks(asked, area) == []


@pytest.mark.parametrize("seed", [7, 17])
@pytest.mark.parametrize("beside", [True, False], ids=["decided beside each other", "each for itself"])
def test_two_segmentations_are_decided_beside_each_other(leaks, monkeypatch, seed, beside):
    """The same ages of the same practice, shown under one name and not under the other, would tell."""
    if not beside:
        monkeypatch.setattr(family, "grids_to", lambda of, key: [of.segmentation(key)])
    assert (leaks("two segmentations", seed) == []) == beside


def test_sums_narrowed_one_by_one_would_not_find_what_all_of_them_tell(leaks, monkeypatch):
    monkeypatch.setattr(differencing._Sums, "solved", lambda *_: iter(()))
    assert leaks("two segmentations", 7) != []


@pytest.mark.parametrize("guarded", [True, False])
def test_the_few_whom_a_figure_leaves_of_a_sum_that_everybody_knows_are_not_told(leaks, monkeypatch, guarded):
    if not guarded:
        monkeypatch.setattr(differencing, "_with_rests", lambda counts, *_: (dict(counts), []))
    assert (leaks("two segmentations", 1) == []) == guarded


@pytest.mark.parametrize("guarded", [True, False])
def test_a_fifth_of_deprivation_that_is_one_small_area_is_not_told_under_its_name(leaks, monkeypatch, guarded):
    if not guarded:
        monkeypatch.setattr(Tables, "_same_people", lambda *_: set())
    assert (leaks("deprivation", 12) == []) == guarded
