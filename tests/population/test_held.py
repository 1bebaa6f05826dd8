"""A run is read as it was made, by its own bits and segmentations, whatever the definitions say since."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest
from django.conf import settings

from localcare.base import audit
from localcare.dataset import editions, runs
from localcare.population import actions, deprivation, expected, explorer, practice_list, queries, reports
from localcare.population import definitions as definition_files
from localcare.population.explorer import Question
from localcare.population.explorer_cube import Reading, read
from tests import builders

pytestmark = pytest.mark.django_db
MINE = (definition_files.HERE / "segmentations" / "age_and_conditions.toml").read_text()
MINE = MINE.replace('key = "age_and_conditions"', 'key = "mine"', 1)


@pytest.fixture
def made(edition, tmp_path, monkeypatch) -> reports.Made:
    builders.keep_state_in(tmp_path, monkeypatch)
    monkeypatch.setattr(expected, "FEWEST", 1)
    actions.run(edition, by=audit.SYSTEM)
    return queries.made()


def own_file(text: str) -> None:
    folder = settings.DATA / "segmentations"
    folder.mkdir(exist_ok=True)
    (folder / "mine.toml").write_text(text)


def test_a_segmentation_that_came_since_asks_for_a_run_and_takes_nobody_away(made, edition):
    before = explorer.ask(made, Question(by="age"), own_practice="").whole["people"]
    own_file(MINE)
    now = queries.made()
    with pytest.raises(runs.NoRun, match="localcare population run"):
        reports.build(now, "segments", "area", "mine")
    assert "mine" not in [grid.key for grid in queries.segmentations()]
    assert explorer.ask(now, Question(by="age")).whole["people"] == before
    actions.run(edition, by=audit.SYSTEM)
    now = queries.made()
    assert explorer.ask(now, Question(by="age", segmentation="mine")).whole["people"] == before
    own_file(MINE.replace("from = 70", "from = 75").replace("to = 69", "to = 74"))
    with pytest.raises(runs.NoRun, match="changed"):
        explorer.ask(queries.made(), Question(segmentation="mine"))


def test_no_age_of_the_cube_falls_out_of_the_bands_it_is_read_with(made):
    reading = Reading(made.folder.path("cube"), "age_and_conditions", made_bands(made), ("age",), ("people",), False)
    found = read(reading, explorer.family.places_of(made))
    assert found[("area", ""), ()][0] == 300
    assert made_bands(made)[69:71] == ((69, "16-69"), (70, "70+"))


def made_bands(made):
    return explorer.family.bands_of_ages(made, "age_and_conditions")


def test_a_condition_put_before_the_others_moves_no_figure_of_an_earlier_run(made, monkeypatch):
    before = expected.own(made, "G82000")
    today = definition_files.load()
    moved = tuple(replace(c, bit=c.bit + 1) for c in today.conditions.all)
    fresh = replace(moved[0], key="fresh", label="Fresh", bit=0, register=None)
    later = replace(today, conditions=replace(today.conditions, all=(fresh, *moved)), fingerprint="another")
    monkeypatch.setattr(definition_files, "usable", lambda *_: later)
    now = queries.made()
    assert expected.own(now, "G82000") == before
    assert "fresh" not in [c.key for c in now.definitions.conditions.all]


def test_a_second_run_waits_its_turn_and_destroys_nothing(made, edition):
    with runs.locked(settings.DATASET), pytest.raises(editions.Busy, match="Wait"):
        actions.run(edition, by=audit.SYSTEM)
    assert queries.made().folder.rows("coverage")
    assert queries.current_run() == made.run


def test_whom_a_run_takes_off_while_a_page_is_read_is_not_on_it(made, monkeypatch):
    whole = queries.practice_list("G82000")
    monkeypatch.setattr(practice_list, "standing", lambda *_: {whole.entries[0].pseudonym: whole.entries[0]})
    assert queries.practice_list("G82000").entries == (whole.entries[0],)


def test_one_index_of_deprivation_for_the_run_and_the_explorer(made, monkeypatch):
    areas = [SimpleNamespace(lsoa11_code="E1", district_code="D", imd2015_decile=1, imd2019_decile=10)]
    monkeypatch.setattr(deprivation.places, "areas", lambda: areas)
    table = SimpleNamespace(to_pandas=lambda: SimpleNamespace(itertuples=lambda: [area_row]))
    area_row = SimpleNamespace(area=3, lsoa11_code="E1")
    for day, tenth, fifth in ((date(2017, 3, 31), 1, "1"), (date(2020, 3, 31), 10, "5")):
        assert actions._tenths(table, day) == {3: tenth}
        assert explorer.family._homes(day) == (("E1", "D", fifth),)
