"""The explorer: the cube against a slow twin, what is suppressed, who sees what, the same bytes every time."""

import html
import io
import json
import re
import shlex
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.db import transaction

from localcare.base import audit
from localcare.cli.main import main
from localcare.dataset.suppression import Rule
from localcare.places.models import Area
from localcare.population import actions, asking, explorer, explorer_export, explorer_present, queries, reports
from localcare.population.calc.cube import CONDITION, SETTINGS
from localcare.population.explorer import Question, UnknownReport, ways
from localcare.population.explorer_protect import Tables
from tests import builders
from tests.builders import text

OWN, LSOA = "G82000", "E01024323"
OWN_SEGMENTATION = """
version = 1
key = "mine"
label = "Mine"
assumed = true
source = "Ours."
age_band = [{ key = "all", from = 0 }]
group = [
  { key = "pressure", label = "High blood pressure", any_of = ["hypertension"] },
  { key = "others", label = "Everybody else", at_least = 0 },
]
case = [{ says = "nobody ill", age = 40, conditions = [], age_band = "all", group = "others" }]
"""
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def area(edition, django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[builders.Area]:
    """A run over four practices, the first two in one cluster; the last does not share."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        builders.keep_state_in(tmp_path_factory.mktemp("data"), patch)
        made = builders.area()
        for number, cluster in enumerate(("C1", "C1", "C2", "C2")):
            made.add_practice(f"G8200{number}", f"Practice G8200{number}", cluster)
        Area.objects.get_or_create(
            lsoa11_code=LSOA,
            defaults={
                "name": "Maidstone 001A", "district_code": "E07000110", "district_name": "Maidstone",
                "imd2015_decile": 3, "latitude": 51.3, "longitude": 0.5, "population_mid2017": 1500,
            },
        )  # fmt: skip
        actions.put_in_use(edition, actions.compute(edition), by=audit.SYSTEM)
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def made(area) -> reports.Made:
    run = queries.current_run()
    assert run
    return reports.made(run)


def slow_cell(made, question: Question) -> dict[str, int]:
    """How many observed people each part has, person by person."""
    people = {row["person"]: row for row in made.folder.rows("person_result") if row["observed"]}
    placed = made.folder.rows("segment", f"segmentation = '{question.segmentation}'")
    groups = {row["person"]: (row["age_band"], row["group"]) for row in placed}
    flags = {c.key: c.flag for c in made.definitions.conditions.all}
    counted: dict[str, int] = {}
    for number, person in people.items():
        band, group = groups[number]
        has = {key for key, flag in flags.items() if person["mask"] & flag}
        is_in = {"age": {band}, "group": {group}, "sex": {person["sex"]}, "condition": has}
        code = made.practices[person["practice"]][0]
        here = question.unit[1] in ("", code, made.practices[person["practice"]][1])
        if here and all(value in is_in[name] for name, value in question.where):
            for part in is_in.get(question.by, {code}):
                counted[part] = counted.get(part, 0) + 1
    return counted


@pytest.mark.parametrize(
    "question",
    [
        Question(by="practice"),
        Question(by="group", where=(("age", "70+"),)),
        Question(by="condition", where=(("sex", "female"),)),
        Question(("cluster", "C1"), "age", (("condition", "hypertension"),)),
        Question(("practice", OWN), "sex"),
        Question(by="age", segmentation="as_printed"),
    ],
    ids=str,
)
def test_the_sums_are_those_of_counting_person_by_person(made, question):
    asked = explorer._Asked(made, question, exact=True)
    told = {key: row["people"] for key, _, row in asked.rows() if row["people"]}
    assert told == slow_cell(made, question)


def test_the_cube_counts_everybody_once_in_each_segmentation_and_their_whole_use(made):
    cube = made.folder.rows("cube")
    observed = sum(row["observed"] for row in made.run.coverage.values())
    used = made.folder.rows("person_use")
    for grid in made.definitions.segmentations:
        rows = [row for row in cube if row["grid"] == grid.key]
        assert sum(row["people"] for row in rows) == observed
        assert sum(row["spend"] for row in rows) == pytest.approx(sum(row["cost"] for row in used))
        for name, (_, parts) in SETTINGS.items():
            assert sum(row[name] for row in rows) == pytest.approx(sum(row[part] for row in used for part in parts))
    assert {row["grid"] for row in cube} == {CONDITION, *(grid.key for grid in made.definitions.segmentations)}


def test_by_setting_counts_what_people_used_and_how_many_did(made):
    answer = explorer.ask(made, Question(("practice", OWN), "setting"), own_practice=OWN)
    numbers = {row["person"] for row in made.folder.rows("person_result") if row["practice"] == 0}
    used = [row["outpatient"] for row in made.folder.rows("person_use") if row["person"] in numbers]
    row = next(row for row in answer.rows if row["part"] == "outpatient")
    assert (row["amount"], row["people_using"]) == (sum(used), sum(n > 0 for n in used))


def test_pounds_stand_in_the_table_of_settings_and_beside_no_contact_in_the_chart(made):
    answer = explorer.ask(made, Question(("practice", OWN), "setting"), own_practice=OWN)
    money = next(row for row in answer.rows if row["part"] == "social_care")
    assert not explorer_present.in_chart(answer, money)
    assert explorer_present.in_chart(answer, next(row for row in answer.rows if row["part"] == "outpatient"))
    assert "pounds" not in explorer_present.finding(answer)


def test_own_practice_is_exact_and_nothing_else_is(made):
    for unit, own in ((("practice", OWN), OWN), (("practice", OWN), ""), (("practice", OWN), "G82001")):
        answer = explorer.ask(made, Question(unit, "group"), own_practice=own)
        counts = [row["people"] for row in answer.rows]
        assert answer.exact == (own == OWN)
        assert any(n is not None and n % 5 for n in counts) == (own == OWN)


def every_question(made) -> list[Question]:
    units = [("area", ""), ("cluster", "C1"), ("cluster", "C2"), ("practice", OWN), ("practice", "G82001")]
    whats = [(), *(((name, value),) for name in ("age", "sex", "group") for value in
                   explorer.values(made, Question())[name])]  # fmt: skip
    return [
        Question(unit, by, where)
        for unit, where in product(units, whats)
        for by in ways(unit, where)
        if by in ("cluster", "practice", "age", "sex", "group")
    ]


def test_no_line_of_what_is_shown_gives_a_small_count_away(made):
    """The attack: a total less the other parts, over every table with one part left out, from the rounded figures."""
    rule, tried = made.rule, 0
    half = rule.round_to // 2
    for question in every_question(made):
        answer = explorer.ask(made, question)
        hidden = [row for row in answer.rows if row["people"] is None]
        if len(hidden) == 1 and answer.whole["people"] is not None:
            tried += 1
            rest = answer.whole["people"] - sum(row["people"] or 0 for row in answer.rows)
            spread = half * len(answer.rows)
            assert len([n for n in range(1, rule.below) if abs(n - rest) <= spread]) > 1, question
        assert all(row["people"] is None or row["people"] % rule.round_to == 0 for row in answer.rows)
        assert all(row["spend"] is None for row in answer.rows if row["people"] is None)
    assert tried < len(every_question(made)) / 4


def test_a_figure_is_shown_or_hidden_alike_wherever_it_stands(made):
    seen: dict[tuple, int | None] = {}
    for question in every_question(made):
        answer = explorer.ask(made, question)
        for row in answer.rows:
            place = question.by in ("cluster", "practice")
            unit = (question.by, row["part"]) if place else question.unit
            cut = question.where if place else question.narrowed(question.by, row["part"])
            assert seen.setdefault((unit, cut), row["people"]) == row["people"], (unit, cut)
        assert seen.setdefault((question.unit, question.where), answer.whole["people"]) == answer.whole["people"]


def test_margins_decided_before_are_kept_and_protected():
    """Two groups of 3 and 40 in a place of 43: the place is shown, so the 40 goes with the 3."""
    counts = {(): 43, (("g", "a"),): 3, (("g", "b"),): 40}
    tables = Tables({"g": ("a", "b")}, {("area", ""): ()}, lambda _, cut: counts[cut], Rule())
    assert [tables.hidden(("area", ""), cut) for cut in counts] == [False, True, True]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"by": "colour"}, "can by"),
        ({"show": "joy"}, "no measure"),
        ({"where": (("height", "1"),)}, "narrowed by"),
        ({"where": (("group", "cancer"),), "by": "condition"}, "can by"),
        ({"unit": ("practice", OWN), "where": (("age", "70+"), ("sex", "male")), "by": "group"}, "can by"),
    ],
)
def test_what_cannot_be_asked_says_what_can(asked, says):
    with pytest.raises(UnknownReport, match=says):
        Question(**asked)


@pytest.mark.parametrize("question", [Question(("cluster", "no"), "age"), Question(by="sex", where=(("age", "x"),))])
def test_no_such_place_or_value(made, question):
    with pytest.raises(UnknownReport, match="no "):
        explorer.ask(made, question)


@pytest.mark.parametrize(
    ("role", "at", "query", "status"),
    [
        ("practice_manager", OWN, "", 200),
        ("practice_manager", OWN, "?at=cluster:C1", 200),
        ("practice_manager", OWN, "?at=area:&by=cluster", 200),
        ("practice_manager", OWN, "?at=practice:G82001", 404),
        ("practice_manager", OWN, "?at=cluster:C2", 404),
        ("gp", OWN, "", 200),
        ("care_coordinator", "C1", "?at=cluster:C1&by=practice", 200),
        ("analyst", "99J", "?by=lsoa", 200),
        ("analyst", "99J", "?at=nowhere:1", 404),
        ("analyst", "99J", "?group=cancer&condition=copd", 404),
        ("practice_nurse", OWN, "", 403),
        ("privacy_officer", "99J", "", 403),
    ],
)
def test_by_role(client, area, sign_in, role, at, query, status):
    sign_in(role, at)
    assert client.get(f"/population/explorer/{query}").status_code == status


def test_a_practice_does_not_see_its_neighbours_beside_itself(client, area, sign_in):
    sign_in("practice_manager", OWN)
    page = text(client.get("/population/explorer/?at=cluster:C1&by=practice"))
    assert "G82001" not in page
    assert "are your practice's own figures, exact" in text(client.get("/population/explorer/"))


@pytest.mark.parametrize(
    ("at", "says"),
    [
        ("G82003", "Your practice does not share for planning, so its people are not among these."),
        ("G1", "Your practice is not in this edition of the data."),
        (OWN, ""),
    ],
)
def test_a_practice_that_is_not_seen_is_told_so_and_begins_with_the_area(client, area, sign_in, at, says):
    sign_in("practice_manager", at)
    page = text(client.get("/population/explorer/"))
    assert ("Explore the population: West Kent" in page) is bool(says)
    assert says in page
    assert bool(says) is ("Your practice is not" in page or "Your practice does not" in page)


def test_where_no_part_has_bounds_there_is_no_empty_table_of_them(client, area, sign_in):
    sign_in("analyst", "99J")
    assert "no lower and no higher" in text(client.get("/population/explorer/"))
    page = text(client.get("/population/explorer/?by=setting"))
    assert "no lower and no higher" not in page
    assert "Used most: GP practice contacts" in page


def test_a_bar_leads_on_and_keeps_the_way(client, area, sign_in):
    sign_in("analyst", "99J")
    page = text(client.get("/population/explorer/?by=group&show=spend&age=70%2B")).replace("&amp;", "&")
    assert "?at=area%3A&by=cluster&age=70%2B&group=mostly_healthy&show=spend" in page
    assert "?at=area%3A&by=group&show=spend" in page, "the filter can be taken away"
    assert "How was this made?" in page


def test_a_map_has_its_table(client, area, sign_in):
    sign_in("analyst", "99J")
    page = text(client.get("/population/explorer/?by=lsoa"))
    assert 'class="lc-map"' in page
    assert "Elsewhere or not known" in page


def test_the_published_spend_stands_beside_ours_by_the_printed_ages(client, area, sign_in, settings):
    sign_in("analyst", "99J")
    page = text(client.get("/population/explorer/?by=age&segmentation=as_printed"))
    assert "Published spend a head" in page
    assert "£4,422" in page
    assert "Local Care Plan 2017, section 11, page 31" in page
    assert "Published spend a head" not in text(
        client.get("/population/explorer/?at=cluster:C1&segmentation=as_printed")
    )
    settings.AREA = "Elsewhere"
    assert "Published spend a head" not in text(client.get("/population/explorer/?by=age&segmentation=as_printed"))


@pytest.mark.parametrize(
    "question",
    [
        queries.Question(),
        queries.Question(("cluster", "C1"), "practice", (("age", "70+"),), "spend"),
        queries.Question(by="age", where=(("group", "mostly_healthy"),), show="outpatient"),
        queries.Question(by="group", segmentation="as_printed", show="spend_per_head"),
    ],
)
def test_the_command_and_the_call_behind_a_figure_give_it(client, area, sign_in, capsys, question):
    sign_in("analyst", "99J")
    asked = {
        "at": ":".join(question.unit),
        "by": question.by,
        "show": question.show,
        "segmentation": question.segmentation,
    }
    page = html.unescape(text(client.get("/population/explorer/", {**asked, **dict(question.where)})))
    command, call = asking.command(question), asking.python(question)
    assert command in page
    assert call in page
    wanted = queries.explore(question).answer()
    assert main([*shlex.split(command)[1:], "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(wanted, default=str))
    assert _as_pasted(page, call).answer() == wanted


def _as_pasted(page: str, call: str):
    """What the block of Python on a page gives, in a session of its own names."""
    block = next(part.partition("</pre>")[0] for part in page.split("<pre") if call in part).partition(">")[2]
    before, names = block.removesuffix(call), {}
    assert "localcare.start()" in before
    exec(before, names)
    return eval(call, names)


def test_the_filter_stands_in_the_titles_of_page_chart_and_table(client, area, sign_in):
    sign_in("analyst", "99J")
    page = html.unescape(text(client.get("/population/explorer/?by=cluster&age=70%2B")))
    label = queries.explorer_values(Question())["age"]["70+"]
    assert f"<h1>Explore the population: {queries.area_name()}, {label}</h1>" in page
    assert page.count(f"People: {label}, by cluster or network") >= 3


def test_queries_do_not_grow(client, area, sign_in, django_assert_max_num_queries):
    sign_in("analyst", "99J")
    with django_assert_max_num_queries(25):
        client.get("/population/explorer/?by=practice")


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("segmentation=nope", "no segmentation 'nope'. There are: age_and_conditions"),
        ("by=colour", "Nothing can be broken down by 'colour'"),
        ("show=colour", "no measure 'colour'"),
    ],
)
def test_what_there_is_not_is_refused_and_nothing_else_shown_for_it(client, area, sign_in, asked, says):
    sign_in("analyst", "99J")
    answer = client.get(f"/population/explorer/?{asked}")
    assert answer.status_code == 404
    assert says in html.unescape(text(answer))
    assert client.get(f"/population/explorer.csv?{asked}").status_code == 404


def test_a_file_that_is_broken_or_came_after_the_run_is_told_on_the_pages_that_name_it(client, area, sign_in, settings):
    sign_in("analyst", "99J")
    folder = settings.DATA / "segmentations"
    folder.mkdir()
    path = folder / "mine.toml"
    path.write_text(OWN_SEGMENTATION.replace("hypertension", "hypertensoin"), encoding="utf-8")
    for page in ("/population/", "/population/explorer/"):
        answer = client.get(f"{page}?segmentation=mine")
        assert answer.status_code == 404
        assert "did you mean hypertension" in text(answer)
    for page in ("/population/", "/population/how-made/"):
        shown = text(client.get(page))
        assert "segmentations/mine.toml" in shown
        assert str(folder) not in shown
    path.write_text(OWN_SEGMENTATION, encoding="utf-8")
    assert "came or changed after the run in use was made" in text(client.get("/population/?segmentation=mine"))


def test_before_the_first_run(client, area, sign_in, monkeypatch):
    sign_in("analyst", "99J")
    monkeypatch.setattr(queries, "current_run", lambda: None)
    assert "There are no figures yet" in text(client.get("/population/explorer/"))
    assert client.get("/population/explorer.csv").status_code == 404


def test_of_nobody_is_said_so_and_not_that_it_is_hidden(client, area, sign_in):
    sign_in("analyst", "99J")
    page = client.get("/population/explorer/?by=sex&show=spend_per_head").content.decode()
    rows = [row for row in page.split("<tr>") if "Indeterminate" in row and 'data-label="Spend a head"' in row]
    assert "<p>Most: Female" in page or "<p>Most: Male" in page
    assert any('data-label="People">0<' in row and 'data-label="Spend a head">nobody<' in row for row in rows)


@pytest.mark.parametrize(
    ("question", "name"),
    [
        (Question(), "explorer-area-by-cluster-2017-03-31.csv"),
        (
            Question(("cluster", "C1"), "sex", (("age", "70+"),), "spend"),
            "explorer-cluster-C1-by-sex-age-70+-spend-2017-03-31.csv",
        ),
    ],
)
def test_a_file_is_named_by_its_question(question, name):
    assert asking.file_name(question, "2017-03-31", "csv") == name


def test_files_say_the_same_as_the_page_and_are_the_same_every_time(client, area, sign_in):
    sign_in("analyst", "99J")
    lines = client.get("/population/explorer.csv?by=sex").content.decode().splitlines()
    figures, held = (
        "part,label,people,spend,spend_per_head,spend_shared_by",
        "people_low,people_high,spend_low,spend_high",
    )
    assert lines[0] == f"{figures},{held}"
    assert [line.split(",")[1] for line in lines[1:]] == ["Female", "Male", "Indeterminate", "Not known", "All"]
    first, second = (client.get("/population/explorer.xlsx?by=sex").content for _ in range(2))
    assert first == second
    with ZipFile(io.BytesIO(first)) as book:
        assert "xl/worksheets/sheet2.xml" in book.namelist()
        assert "Edition" in book.read("xl/sharedStrings.xml").decode()


def test_a_text_that_looks_like_a_formula_stays_text():
    content = explorer_export.as_xlsx([{"label": "=1+1"}], [("a", "=2")], "2017-03-31")
    with ZipFile(io.BytesIO(content)) as book:
        assert "<f>" not in book.read("xl/worksheets/sheet1.xml").decode()


def test_the_command_answers_the_same(area, capsys, tmp_path):
    assert main(["population", "report", "explorer", "--by", "group", "--where", "age=70+", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    asked = queries.explore(Question(by="group", where=(("age", "70+"),)))
    assert told["rows"] == [dict(row) for row in asked.rows]
    assert told["asked"]["where"] == {"age": "70+"}
    path = tmp_path / "figures.xlsx"
    assert main(["population", "report", "explorer", "--xlsx", str(path)]) == 0
    assert path.read_bytes()[:2] == b"PK"
    assert main(["population", "report", "segments", "--xlsx", str(path)]) == 0
    assert main(["population", "report", "explorer", "--by", "colour"]) == 2
    assert "it can by" in capsys.readouterr().err
    assert main(["population", "report", "explorer", "--xlsx", str(tmp_path / "no" / "x.xlsx")]) == 2


def test_what_the_how_to_asks_from_python_runs(area, capsys):
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "ask-from-python.md").read_text("utf-8")
    names: dict = {}
    for block in re.findall(r"^```python\n(.*?)^```", page, re.M | re.S):
        exec(compile(block, "ask-from-python.md", "exec"), names)
    printed = capsys.readouterr().out
    assert names["run"].edition in printed
    assert "Tonbridge cluster" in printed
    assert "it can by" in printed
