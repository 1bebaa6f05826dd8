"""A stranger's folder, its files and columns called otherwise and mapped as the how-to page does: the same edition."""

import csv
import re
from datetime import date
from pathlib import Path

import pytest

from localcare.base import audit
from localcare.cli.main import main
from localcare.dataset import contract
from localcare.intake import editing, extract, lines, mapping, record_feed
from localcare.intake.extract import CannotIntake
from localcare.patients.models import Patient
from localcare.record.models import Statement
from tests.intake.builders import PSEUDONYMS, rejected, take_in
from tests.intake.test_record_feed import STRANGER

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "bring-your-own-files.md"
TEXT = next(
    block for block in re.findall(r"^```toml\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S) if "[[file]]" in block
)


@pytest.fixture(scope="module")
def mapped(tmp_path_factory):
    path = tmp_path_factory.mktemp("mapping") / "suppliers.toml"
    path.write_text(TEXT)
    return mapping.load(path)


def rewrite(source: Path, target: Path, as_supplied: mapping.Mapped) -> None:
    """A file as a supplier would send it: their columns, values, dates and delimiter, and one column of no interest."""
    back = {column: {ours: theirs for theirs, ours in pairs.items()} for column, pairs in as_supplied.values.items()}
    with source.open(newline="") as opened, target.open("w", newline="") as written:
        writer = csv.writer(written, delimiter=as_supplied.delimiter)
        writer.writerow([*as_supplied.columns.values(), "Free text"])
        for row in csv.DictReader(opened):
            values = [back.get(column, {}).get(row[column], row[column]) for column in as_supplied.columns]
            writer.writerow([*(their_date(value, as_supplied.dates) for value in values), "of no interest; to nobody"])


def their_date(value: str, form: str) -> str:
    return date.fromisoformat(value).strftime(form) if re.fullmatch(r"\d{4}-\d\d-\d\d", value) else value


@pytest.fixture(scope="module")
def supplied(tmp_path_factory, mapped):
    """The stranger's folder with registrations and A&E attendances as a supplier would send them."""
    folder = tmp_path_factory.mktemp("supplied")
    for path in STRANGER.iterdir():
        if path.name.startswith("gp_patient."):
            rewrite(path, folder / f"REG_{path.name.split('.')[1]}.txt", mapped.files[0])
        elif path.name.startswith("ecds."):
            rewrite(path, folder / "AE extract 2017.csv", mapped.files[1])
        else:
            (folder / path.name).write_bytes(path.read_bytes())
    (folder / "suppliers.toml").write_text(TEXT)
    return folder


@pytest.fixture(scope="module")
def two(tmp_path_factory, supplied):
    """The edition of the stranger's folder as it is, and that of the supplier's, each with its intake."""
    given = extract.read(supplied, supplied / "suppliers.toml")
    with editing.opened(given, tmp_path_factory.mktemp("theirs"), PSEUDONYMS, lambda step: None) as work:
        theirs = work.make(), work
    return take_in(STRANGER, tmp_path_factory.mktemp("ours")), theirs


def test_the_edition_is_the_same_row_for_row(two):
    (ours, _), (theirs, _) = two
    # A language, an address and what else the mapping does not name stay empty.
    columns = {"person": "* EXCLUDE language"}
    for table in contract.load().tables:
        rows = [
            sorted(
                made.duckdb_connection().execute(f'SELECT {columns.get(table, "*")} FROM "{table}"').fetchall(),
                key=repr,
            )
            for made in (ours, theirs)
        ]
        assert rows[0] == rows[1], table


def test_counts_are_the_same_and_rejects_name_the_suppliers_file_line_and_column(two):
    (_, ours), (_, theirs) = two
    counts = [
        sorted((c.shape, c.rows_in, c.kept, c.unlinked, c.left_out, c.rejected) for c in w.counts)
        for w in (ours, theirs)
    ]
    assert counts[0] == counts[1]
    assert set(rejected(theirs)) - set(rejected(ours)) == {
        ("REG_Y90001.txt", 16, "Surname", "is empty; it is required"),
        ("AE extract 2017.csv", 9, "Dept", "is not one of 01, 02, 03, 04, 05"),
    }


BASE = TEXT.split('[[file]]\nname = "AE')[0]
WRONG = [
    ("[[file]]", "missing or not what it should be"),
    ("file = 3", "must hold"),
    ("x = 1\n" + BASE, "must hold"),
    ("nonsense", "not valid TOML"),
    (BASE.replace("gp_patient", "gp_patients"), "gp_patients is not a shape"),
    (BASE.replace("family_name", "surname"), "surname is not a column of gp_patient"),
    (BASE.replace('family_name = "Surname"\n', ""), "say where family_name of gp_patient comes from"),
    (BASE.replace('delimiter = "|"', 'delimiter = "||"'), "comma, semicolon, bar or tab"),
    (BASE.replace("%d/%m/%Y", "%d/%m"), "form with day, month and year"),
    (BASE.replace("%d/%m/%Y", "%d/%m/%y"), "year of four digits"),
    (BASE.replace('Female = "F"', "Female = 1"), "as text in quotes"),
    (BASE + '[file.constants]\nsex = "F"\n', "sex is both a column and a constant"),
]


@pytest.mark.parametrize(("text", "said"), WRONG)
def test_a_mapping_that_cannot_be_used_says_what_to_mend(tmp_path, supplied, text, said):
    (tmp_path / "wrong.toml").write_text(text)
    with pytest.raises(CannotIntake, match=re.escape(said)):
        extract.read(supplied, tmp_path / "wrong.toml")
    with pytest.raises(CannotIntake, match="cannot be read"):
        extract.read(supplied, tmp_path / "none.toml")


def test_a_rejects_line_is_right_although_a_field_runs_over_two_lines(tmp_path):
    path = tmp_path / "bars.txt"
    path.write_text('a|b\n1|"two\nlines, ""quoted"""\n2|with a ", comma\n3|x\n')
    assert lines.find(path, 3, [], [1, 2], "|").rows == {1: 4, 2: 5}


def test_a_file_without_the_columns_that_the_mapping_names_is_refused(tmp_path):
    (tmp_path / "extract.toml").write_text('as_at = 2017-03-31\narea = "Here"\nsynthetic = true\n')
    (tmp_path / "suppliers.toml").write_text(TEXT)
    (tmp_path / "REG_1.txt").write_text(TEXT)
    given = extract.read(tmp_path, tmp_path / "suppliers.toml")
    assert [(r.file, r.line) for r in given.refused] == [("REG_1.txt", 1)]
    assert "that the mapping names: Consent, DOB" in given.refused[0].reason
    assert given.refused_shapes == {"gp_patient"}


def test_another_mapping_is_another_edition(supplied, tmp_path):
    (tmp_path / "other.toml").write_text(TEXT.replace("RWF", "RJZ"))
    digests = {extract.read(supplied, path).digest() for path in (supplied / "suppliers.toml", tmp_path / "other.toml")}
    assert len(digests) == 2


@pytest.mark.django_db
def test_the_command_takes_it_and_the_record_reads_the_same_files(supplied, tmp_path, settings):
    settings.DATASET, settings.KEYS, settings.KEPT = tmp_path / "dataset", tmp_path / "keys", tmp_path / "kept"
    options = ["--mapping", str(supplied / "suppliers.toml")]
    assert main(["intake", "run", str(supplied), *options, "--json"]) == 1
    assert main(["intake", "run", str(supplied), "--mapping", str(tmp_path / "none.toml")]) == 2
    people = {"9990000018": Patient.objects.get(nhs_number="9990000018").id}
    record_feed.load_record(folder=supplied, mapping=supplied / "suppliers.toml", people=people, by=audit.SYSTEM)
    assert Statement.objects.filter(kind="encounter").exists()
