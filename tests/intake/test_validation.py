"""What a file must look like: each rule as a small file, then any file against the plain version."""

from datetime import date

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localcare.intake import extract, shapes, staging
from localcare.intake.feeds import FEEDS
from localcare.intake.identity import MACROS
from localcare.intake.people import AGREEMENT_KEEP, KEEP
from tests.intake import twin
from tests.intake.builders import DEFAULTS, text

AS_AT = date(2017, 3, 31)
CONNECTION = duckdb.connect(":memory:")
CONNECTION.execute(MACROS)
KEPT = {feed.shape: feed.keep for feed in FEEDS} | {"gp_patient": KEEP, "agreements": AGREEMENT_KEEP}


def stage(folder, shape: str, content: str | bytes, name: str | None = None) -> staging.Staged:
    path = folder / (name or f"{shape}.csv")
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    file = extract._recognise(path)
    assert isinstance(file, extract.ExtractFile), file
    return staging.stage(CONNECTION, file.shape, [file], KEPT[shape], AS_AT, folder)[0]


def rejects(staged: staging.Staged) -> list[tuple[int | None, str | None, str]]:
    return [(reject.line, reject.column, reject.reason) for reject in staged.rejects]


RULES = [
    ("ambulance", {"incident_number": ""}, "incident_number", "is empty; it is required"),
    ("ambulance", {"outcome": "flown"}, "outcome", "is not one of conveyed, see_and_treat, hear_and_treat"),
    ("ambulance", {"call_time": "7:30"}, "call_time", "does not have the form [0-2][0-9]:[0-5][0-9]"),
    ("ambulance", {"call_date": "31/03/2017"}, "call_date", "is not a date; write YYYY-MM-DD"),
    ("ambulance", {"call_date": "2017-02-29"}, "call_date", "is not a date; write YYYY-MM-DD"),
    ("ambulance", {"call_date": "2017-3-1"}, "call_date", "is not a date; write YYYY-MM-DD"),
    ("ambulance", {"call_date": "2017-04-01"}, "call_date", "is after the extract's date, 2017-03-31"),
    ("ambulance", {"call_date": "0217-04-01"}, "call_date", "is before 1850-01-01"),
    ("gp_observation", {"numeric_value": "high"}, "numeric_value", "is not a number"),
    ("gp_observation", {"numeric_value": "1e999"}, "numeric_value", "is not a number"),
    ("gp_observation", {"numeric_value": "nan"}, "numeric_value", "is not a number"),
    ("gp_observation", {"snomed_concept_id": "C10.."}, "snomed_concept_id", "does not have the form [0-9]{6,18}"),
    ("gp_medication_issue", {"is_cancelled": "maybe"}, "is_cancelled", "is not true or false"),
    ("gp_medication_issue", {"drug_name": ""}, "dmd_product_code_id or drug_name", "is empty; one of them is required"),
    ("sus_apc_spell", {"Discharge_Date": "2015-12-31"}, "Discharge_Date", "is before Admission_Date"),
    ("asc_cld", {"Unit_Cost": "-1"}, "Unit_Cost", "is below 0"),
]


@pytest.mark.parametrize(("shape", "wrong", "column", "reason"), RULES)
def test_one_bad_row_is_named_and_the_good_ones_stay(tmp_path, shape, wrong, column, reason):
    staged = stage(tmp_path, shape, text(shape, [{}, wrong, {}]))
    assert rejects(staged) == [(3, column, reason)]
    assert (staged.rows_in, staged.rejected) == (3, 1)


def test_all_problems_of_a_row_are_told_at_once(tmp_path):
    staged = stage(tmp_path, "ambulance", text("ambulance", [{"outcome": "flown", "call_date": "soon"}]))
    assert [(line, column) for line, column, _ in rejects(staged)] == [(2, "call_date"), (2, "outcome")]
    assert staged.rejected == 1


GOOD = [
    ("ambulance", {"nhs_number": "1234567890"}),  # a number that fails its check only does not link
    ("ambulance", {"call_date": "2017-03-31"}),
    ("asc_cld", {"Event_End_Date": "2018-01-01"}),
    ("gp_observation", {"numeric_value": "-1.5e2"}),
    ("gp_medication_issue", {"is_cancelled": "TRUE"}),
    ("agreements", {"ends": "2020-01-01"}),
]


@pytest.mark.parametrize(("shape", "row"), GOOD)
def test_what_is_no_fault(tmp_path, shape, row):
    assert rejects(stage(tmp_path, shape, text(shape, [row]))) == []


HEAD = "observation_id,patient_id,organisation,effective_datetime,snomed_concept_id,numeric_value,numeric_unit\n"
ROW = "o{},1,Y90001,2016-01-01,44054006,,\n"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"o2,1,Y90001\n", "has fewer fields than the header"),
        (b"o2,1,Y90001,2016-01-01,44054006,,,x\n", "has more fields than the header"),
        (b"o2,1,Y90001,2016-01-01,44054006,caf\xe9,\n", "is not UTF-8"),
        (b'o2,1,Y90001,2016-01-01,44054006,,"a" b\n', "has a quote where none belongs"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_and_the_others_stay(tmp_path, bad, reason):
    staged = stage(tmp_path, "gp_observation", (HEAD + ROW.format(1)).encode() + bad + (ROW.format(3) * 2).encode())
    [(line, column, told)] = rejects(staged)
    assert (line, column, staged.rows_in, staged.rejected) == (3, None, 4, 1)
    assert told.startswith(reason)


def test_lines_are_those_an_editor_shows_even_with_line_breaks_inside_values(tmp_path):
    broken = 'o2,1,Y90001,2016-01-01,44054006,,"per\nlitre"\n'
    content = HEAD + ROW.format(1) + broken + "\n" + "o3,1\n" + ROW.format(4).replace("44054006", "x")
    assert [(line, column) for line, column, _ in rejects(stage(tmp_path, "gp_observation", content))] == [
        (6, None),
        (7, "snomed_concept_id"),
    ]


@pytest.mark.parametrize("name", ["gp_observation.[a]*.csv", "gp_observation.it's.csv", "gp_observation.ü.CSV"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_names_line_endings_marks_and_order_of_columns_do_not_matter(tmp_path, name, ending):
    header = HEAD.strip().split(",")
    row = dict(zip(header, ROW.format(1).strip().split(","), strict=True))
    lines = [",".join(reversed(header)), ",".join(row[column] for column in reversed(header))]
    staged = stage(tmp_path, "gp_observation", b"\xef\xbb\xbf" + ending.join(lines).encode(), name)
    assert (staged.rows_in, staged.rejects) == (1, ())


def test_lines_that_end_in_different_ways_are_read_all_the_same(tmp_path):
    content = HEAD + ROW.format(1).replace("\n", "\r\n") + ROW.format(2) + ROW.format(3).replace("44054006", "x")
    staged = stage(tmp_path, "gp_observation", content)
    assert (staged.rows_in, [line for line, _, _ in rejects(staged)]) == (3, [4])


REFUSED = [
    ("letter.csv", b"Dear colleague", "is of no known shape"),
    ("ecds.xlsx", b"PK", "is of no known shape"),
    ("ambulance.csv", b"", "is empty; it needs at least its header: incident_number,"),
    ("ambulance.csv", "incident_number".encode("utf-16"), "is not CSV in UTF-8"),
    ("ambulance.csv", b"a;b;c\n", "no header of this shape, separated by commas"),
    ("ambulance.csv", b"incident_number,call_date\n", "columns are missing: nhs_number, date_of_birth"),
    ("ambulance.csv", text("ambulance", []).replace("\n", ",name\n").encode(), "1 columns are not of this shape"),
    ("ambulance.csv", text("ambulance", []).replace("\n", ",outcome\n").encode(), "columns are repeated: outcome"),
]


@pytest.mark.parametrize(("name", "content", "reason"), REFUSED)
def test_a_file_that_is_none_of_ours_is_refused_whole_with_what_to_do(tmp_path, name, content, reason):
    (tmp_path / "extract.toml").write_text('as_at = 2017-03-31\narea = "A"\nsynthetic = true\n')
    (tmp_path / name).write_bytes(content)
    (tmp_path / "gp_patient.csv").write_text(text("gp_patient", [{}]))
    found = extract.read(tmp_path)
    assert [file.name for file in found.files] == ["gp_patient.csv"]
    [refused] = found.refused
    assert refused.file == name
    assert reason in refused.reason


DIRT = st.sampled_from(
    ["", "", " ", "x", "0", "1", "true", "M", "F", "2016-01-01", "2016-13-01", "2017-04-01", "1849-12-31", "2016-1-1",
     "Y90001", "y90001", "44054006", "12:30", "25:61", "-1", "1.5", "1_0", "inf", "conveyed", "21", "a,b", 'say "no"',
     "two\nlines", "é", "2016-01-01T10:00"]
)  # fmt: skip


@st.composite
def dirty_files(draw) -> tuple[str, str]:
    shape = draw(st.sampled_from(sorted(DEFAULTS)))
    names = shapes.load()[shape].names
    rows = draw(st.lists(st.dictionaries(st.sampled_from(names), DIRT, max_size=3), max_size=6))
    lines = text(shape, rows)
    for extra in draw(st.lists(st.sampled_from(["\n", "short\n", "," * len(names) + "\n", "a,b,c\n"]), max_size=2)):
        lines += extra
    return shape, lines


@settings(max_examples=50, deadline=None)
@given(dirty_files())
def test_any_file_is_judged_as_the_plain_version_judges_it(tmp_path_factory, file):
    shape, content = file
    staged = stage(tmp_path_factory.mktemp("dirty"), shape, content)
    rows, expected = twin.faults(content, shapes.load()[shape], AS_AT)
    assert {(reject.line, reject.column) for reject in staged.rejects} == expected
    assert (staged.rows_in, staged.rejected) == (rows, len({line for line, _ in expected}))


@pytest.mark.parametrize("shape", sorted(shapes.load()))
def test_every_shape_is_taken_in_by_somebody(shape):
    keep = KEPT[shape]
    staging.stage_nothing(CONNECTION, shapes.load()[shape], keep)
    assert CONNECTION.execute("SELECT count(*) FROM staged").fetchall() == [(0,)]
