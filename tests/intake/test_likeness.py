"""The linkage model: what a row must share with a person to be theirs, against a plain second version."""

import json
import random
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcare.access.calc.pseudonym import keyed_hashes
from localcare.cli.main import main
from localcare.config import environment
from localcare.dataset.editions import Edition
from localcare.intake import editing, extract, model
from localcare.intake.likeness import Likeness
from tests.intake import likeness_twin as twin
from tests.intake.builders import KEYS, PSEUDONYMS, extract_folder, take_in

PEOPLE, LEARNT_FROM = 2000, 1000
FIRST_DAY = date(2014, 4, 1)
STARTS, ENDS = (
    ("Ash", "Bram", "Cald", "Fen", "Garth", "Ingle", "Mar", "Quill"),
    ("beck", "field", "stone", "wick", "moor"),
)
FAMILIES = [start + end for start in STARTS for end in ENDS]
GIVEN = {
    "M": ("John", "David", "Michael", "Peter", "Robert", "Alan", "Colin", "Barry", "Keith", "Stephen", "Paul", "Mark"),
    "F": ("Margaret", "Susan", "Christine", "Linda", "Carol", "Janet", "Jean", "Sarah", "Nicola", "Claire", "Ivy"),
}


def valid_number(n: int) -> str:
    """The n-th valid NHS number of the test range, or one nearby."""
    while True:
        digits = f"999{n:06d}"
        check = (11 - sum(w * int(d) for w, d in zip(range(10, 1, -1), digits, strict=True)) % 11) % 11
        if check != 10:
            return f"{digits}{check}"
        n += 1


def person(given_name: str, family_name: str, date_of_birth: str, sex: str, postcode: str) -> dict[str, str]:
    return locals()


# Registered beside the many.
KNOWN = {
    "Vera": person("Vera", "Thistledale", "1940-05-02", "F", "TN9 9AA"),
    "Peter": person("Peter", "Yarrowham", "1985-03-12", "M", "TN9 9AB"),
    "Colin": person("Colin", "Yarrowham", "1985-03-12", "M", "TN9 9AB"),
    "father": person("Keith", "Orchardley", "1951-07-21", "M", "TN9 9AD"),
    "son": person("Keith", "Orchardley", "1979-11-30", "M", "TN9 9AD"),
}
NUMBER = {name: valid_number(900_000 + 20 * n) for n, name in enumerate(KNOWN)}
NOBODYS = valid_number(950_000)


def said_of(name: str, **changed: str) -> dict[str, str]:
    return KNOWN[name] | changed


NAMELESS = {"date_of_birth": "1940-05-02", "sex": "F"}
# (what the row says, whose it is taken to be, by what or why by nobody)
ROWS = [
    (said_of("Vera"), "Vera", "rule"),
    (said_of("Vera", family_name="Thistldale"), "Vera", "model"),
    (said_of("Vera", given_name="V", postcode=""), "Vera", "model"),
    (said_of("Vera", given_name="Verra", postcode="TN1 1AA"), "Vera", "model"),
    (said_of("Vera", date_of_birth="1940-02-05"), "Vera", "model"),  # day and month changed over
    (said_of("Vera", date_of_birth="1946-05-02"), "Vera", "model"),  # one digit
    (said_of("Vera", family_name="Elmwood", given_name=""), None, "a former name and no other does not suffice"),
    (NAMELESS | {"nhs_number": NUMBER["Vera"][:9]}, "Vera", "model"),  # the last digit left out
    (NAMELESS, None, "birth date and sex alone"),
    (NAMELESS | {"nhs_number": NOBODYS, "postcode": "TN9 9AA"}, None, "a number of somebody else"),
    (said_of("Vera", nhs_number=NOBODYS), "Vera", "model"),  # all the names outweigh it
    (said_of("Vera", date_of_birth="1963-11-19"), None, "the birth date contradicts"),
    (said_of("Vera", date_of_birth=""), None, "no birth date, no link"),
    (said_of("Vera", sex="M"), None, "the sex contradicts"),
    (said_of("Vera", given_name="Doris"), None, "the given name contradicts: a twin may live there unregistered"),
    (said_of("Peter"), "Peter", "model"),  # the rule finds two, the given name tells them apart
    (said_of("Peter", given_name="C"), "Colin", "model"),
    (said_of("Peter", given_name=""), None, "it may be either twin"),
    (said_of("Peter", given_name="", family_name=""), None, "it may be either twin"),
    (said_of("father", postcode=""), "father", "model"),
    (said_of("son", family_name="Orchardly"), "son", "model"),
    (said_of("son", date_of_birth="1960-01-01"), None, "neither father nor son was born then"),
]


def many() -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Registered people, and rows with their numbers in which some things are spelt otherwise: what is learnt from."""
    draw = random.Random(5)
    registrations = []
    for n in range(PEOPLE):
        sex = draw.choice("MF")
        registrations.append({
            "patient_id": f"m{n}", "nhs_number": valid_number(20 * n), "sex": sex,
            "given_name": draw.choice(GIVEN[sex]),
            "family_name": draw.choice(FAMILIES), "postcode": f"TN{draw.randint(1, 8)} {draw.randint(1, 9)}AA",
            "date_of_birth": str(date(1930, 1, 1) + timedelta(days=draw.randrange(30_000))),
        })  # fmt: skip
    names = ("nhs_number", "sex", "given_name", "family_name", "postcode", "date_of_birth")
    rows = [{name: person[name] for name in names} for person in draw.sample(registrations, LEARNT_FROM)]
    for row in rows:
        spoil = draw.randrange(50)
        if spoil == 0:
            row["family_name"] = row["family_name"][:3] + row["family_name"][4:]
        if spoil == 1:
            row["given_name"] = row["given_name"][0]
        if spoil == 2:
            row["given_name"] = row["given_name"][:-1]
        if spoil == 3:
            row["postcode"] = "TN1 1AA"
        if spoil == 4:
            row["date_of_birth"] = str(date.fromisoformat(row["date_of_birth"]) + timedelta(days=20))
        if spoil == 5:
            year, month, day = row["date_of_birth"].split("-")
            row["date_of_birth"] = f"{year}-{day}-{month}" if int(day) < 13 else f"{year}-{month}-1{day[1]}"
        if spoil == 6:
            row["family_name"] = draw.choice(FAMILIES)
    return registrations, rows


def take(folder: Path, threshold: float) -> tuple[list[str | None], Edition]:
    """Of each of ROWS, known by its day, who it was linked to; and the edition."""
    registrations, learnt_from = many()
    registrations += [{"patient_id": name, "nhs_number": NUMBER[name], **KNOWN[name]} for name in KNOWN]
    days = [*range(len(ROWS)), *(100 + n % 900 for n in range(LEARNT_FROM))]
    rows = [
        {"incident_number": f"a{n}", "call_date": str(FIRST_DAY + timedelta(days=day)), **row}
        for n, (day, row) in enumerate(zip(days, [row for row, _, _ in ROWS] + learnt_from, strict=True))
    ]
    files = extract_folder(folder / "in", gp_patient=registrations, ambulance=rows)
    with editing.opened(
        extract.read(files), folder / "out", PSEUDONYMS, lambda step: None, threshold=threshold
    ) as work:
        edition = work.make()
    found = edition.duckdb_connection().execute(
        "SELECT \"on\", pseudonym FROM ambulance JOIN pseudonym USING (person) WHERE purpose = 'planning'"
    )
    by_day, names = dict(found.fetchall()), {keyed_hashes([NUMBER[n]], KEYS["planning"])[0]: n for n in KNOWN}
    whose = [by_day.get(FIRST_DAY + timedelta(days=day)) for day in range(len(ROWS))]
    return [names[pseudonym] if pseudonym else None for pseudonym in whose], edition


def linkage(edition: Edition) -> dict:
    [source] = [s for s in edition.manifest["linkage"]["sources"] if s["shape"] == "ambulance"]
    return source


@pytest.fixture(scope="module")
def with_model(tmp_path_factory):
    return take(tmp_path_factory.mktemp("with"), editing.LINKAGE_THRESHOLD)


@pytest.fixture(scope="module")
def without_model(tmp_path_factory):
    return take(tmp_path_factory.mktemp("without"), 1)


@pytest.mark.parametrize(("n", "whose", "by"), [(n, whose, by) for n, (_, whose, by) in enumerate(ROWS)])
def test_a_row_is_linked_to_its_person_or_to_nobody(with_model, without_model, n, whose, by):
    assert with_model[0][n] == whose
    assert without_model[0][n] == (whose if by == "rule" else None)


def test_the_manifest_says_how_rows_were_linked_and_what_was_learnt(with_model, without_model):
    found = linkage(with_model[1])
    by_model = sum(by == "model" for _, _, by in ROWS)
    assert found["rows"] == {"model": by_model, "nobody": len(ROWS) - by_model - 1, "number": LEARNT_FROM, "rule": 1}
    learnt = found["model"]
    assert (learnt["used"], learnt["pairs"], learnt["note"]) == (True, LEARNT_FROM, "")
    assert sum(learnt["outcomes"].values()) == len(ROWS) - 2  # all but the rule's and the one without a birth date
    m = {(p["comparison"], p["level"]): p["m"] for p in learnt["parameters"]}
    assert m["postcode", "same"] == pytest.approx(0.98, abs=0.01)
    assert linkage(without_model[1])["model"]["note"] == "switched off by its threshold"


def test_the_command_tells_each_sources_links(with_model, settings, capsys, db):
    _, edition = with_model
    settings.DATASET = edition.folder.parent.parent
    assert main(["intake", "editions", "linkage", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["edition"], told["threshold"]) == (edition.id, editing.LINKAGE_THRESHOLD)
    [source] = [source for source in told["sources"] if source["shape"] == "ambulance"]
    assert (source["number"], source["rule"], source["learnt_from"]) == (LEARNT_FROM, 1, LEARNT_FROM)
    assert source["nobody"] == sum(whose is None for _, whose, _ in ROWS)
    assert main(["intake", "editions", "linkage", edition.id]) == 0
    assert edition.id in capsys.readouterr().out


@pytest.mark.parametrize("wrong", ["0.5", "1.1", "high", "nan"])
def test_a_threshold_that_is_none_is_refused_with_the_next_step(wrong):
    with pytest.raises(environment.BadSetting, match="give a number above"):
        environment.share({"LOCALCARE_LINKAGE_THRESHOLD": wrong}, "LOCALCARE_LINKAGE_THRESHOLD", above=0.5)


def test_the_same_input_gives_the_same_links_and_another_threshold_another_edition(with_model, tmp_path, without_model):
    again, edition = take(tmp_path, editing.LINKAGE_THRESHOLD)
    assert (again, edition.id) == (with_model[0], with_model[1].id)
    assert edition.manifest["linkage"] == with_model[1].manifest["linkage"]
    assert edition.id != without_model[1].id


def test_too_few_to_learn_from_leaves_the_rule_alone_and_says_so(tmp_path):
    edition, _ = take_in(extract_folder(tmp_path / "in", ambulance=[{"date_of_birth": "1940-05-02"}]), tmp_path / "out")
    assert linkage(edition)["model"]["note"] == "only 1 registered people to learn from"


def test_the_score_of_a_pair_is_that_of_the_plain_version():
    registrations, rows = many()
    people, incoming = _sides(registrations[:1200]), _sides(rows[:400])
    everything = [(c.name, level.label) for c in model.definition().comparisons for level in c.levels]
    draw = random.Random(3)
    m, u = ({at: draw.uniform(0.001, 0.9) for at in everything} for _ in range(2))
    for c in model.definition().comparisons:
        m |= {(c.name, level.label): level.m for level in c.levels if level.m}
        u |= {(c.name, level.label): level.u for level in c.levels if level.u}
    common = model.frequencies(_table(people))
    scored = model.score(_table(incoming), _table(people), common, m, u, 0.001).to_pylist()
    tables = {name: dict(zip(*table.to_pydict().values(), strict=True)) for name, table in common.items()}
    assert len(scored) > 100
    for pair in scored:
        row, person = incoming[pair["row"]], people[pair["person"]]
        assert pair["weight"] == pytest.approx(twin.weight(row, person, m, u, tables, 0.001))
        assert pair["contradicted"] == twin.contradicted(row, person)


def _sides(rows: list[dict[str, str]]) -> list[dict[str, str | None]]:
    """Rows as the model compares them; some without a number, some with one digit wrong, some with a valid other."""
    sides = []
    for n, row in enumerate(rows):
        number = [None, row["nhs_number"], row["nhs_number"][:4] + "0" + row["nhs_number"][5:]][n % 3]
        sides.append({
            "number": number, "valid": "valid" if n % 7 == 1 else None, "birth": row["date_of_birth"],
            "birth_year": row["date_of_birth"][:4], "sex": row["sex"], "postcode": row["postcode"] if n % 5 else None,
            "practice": f"P{n % 3}", "family": row["family_name"].upper(), "given": row["given_name"].upper(),
        })  # fmt: skip
    return sides


def _table(sides: list[dict[str, str | None]]) -> pa.Table:
    schema = pa.schema([("unique_id", pa.int64()), *((name, pa.string()) for name in model.COLUMNS)])
    return pa.Table.from_pylist([{"unique_id": n, **side} for n, side in enumerate(sides)], schema)


CONNECTION = duckdb.connect()
CONNECTION.execute("""
    CREATE TABLE likened (row BIGINT, person INT);
    CREATE TABLE unlinked AS SELECT range AS row, range AS id FROM range(5);
    CREATE TABLE likeness AS SELECT range AS id, (range % 4)::INT AS person FROM range(7);
    CREATE TABLE scored (row BIGINT, person BIGINT, weight DOUBLE, contradicted BOOLEAN)
""")
CANDIDATES = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 6), st.integers(-20, 30).map(float), st.booleans()),
    unique_by=lambda candidate: candidate[:2],
)


@given(CANDIDATES, st.sampled_from([0.6, 0.99, 0.999, 0.9999]))
def test_a_row_is_linked_to_one_person_at_most_and_only_where_no_other_comes_near(candidates, threshold):
    # Seven registrations of four people: a person may be compared more than once.
    person_of = {registration: registration % 4 for registration in range(7)}
    CONNECTION.execute("DELETE FROM likened; DELETE FROM scored")
    if candidates:
        CONNECTION.executemany("INSERT INTO scored VALUES (?, ?, ?, ?)", candidates)
    outcomes = Likeness(CONNECTION, threshold)._decide()
    linked = CONNECTION.execute("SELECT row, person FROM likened").fetchall()
    expected = twin.decide([(row, person_of[r], *rest) for row, r, *rest in candidates], range(5), threshold)
    assert len({row for row, _ in linked}) == len(linked)
    assert dict(linked) == {row: person for row, (_, person) in expected.items() if person is not None}
    counts = [outcome for outcome, _ in expected.values()]
    assert outcomes == {outcome: counts.count(outcome) for outcome in outcomes}
