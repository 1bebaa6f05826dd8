from datetime import date

import pytest

from localcare.places.calc.tables import BY_NAME, read

ORGANISATIONS = BY_NAME["organisations"]
HEADER = "code,name,kind,opened,closed"


def rejects(*lines, table="organisations", header=HEADER):
    content = "\n".join([header, *lines]).encode()
    return [(r.line, r.column, r.reason) for r in read(BY_NAME[table], content).rejects]


def test_a_good_row():
    result = read(ORGANISATIONS, f"{HEADER}\ng1, The Surgery ,practice,2010-01-02,\n".encode())
    assert result.rejects == ()
    assert result.rows[0].line == 2
    assert result.rows[0].values == {
        "code": "G1",
        "name": "The Surgery",
        "kind": "practice",
        "opened": date(2010, 1, 2),
        "closed": None,
    }


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        ("G 1,Surgery,practice,,", "code", "not a code of capital letters, digits and hyphens, 20 at most"),
        (",Surgery,practice,,", "code", "empty, but needed"),
        ("G1,,practice,,", "name", "empty, but needed"),
        (f"G1,{'x' * 151},practice,,", "name", "not text of at most 150 printable characters"),
        ("G1,Sur\x00gery,practice,,", "name", "not text of at most 150 printable characters"),
        (
            "G1,Surgery,surgery,,",
            "kind",
            "not one of practice, cluster, network, area, trust, council, other",
        ),
        ("G1,Surgery,practice,1/4/2010,", "opened", "not a date like 2017-04-01"),
        ("G1,Surgery,practice,20100401,", "opened", "not a date like 2017-04-01"),
        ("G1,Surgery,practice,2010-01-02,2010-01-01", "closed", "before opened"),
        ("G1,Surgery,practice,", "", "4 cells where the header has 5"),
        ('G1,"Surgery,practice,,', "", "not readable as CSV: unexpected end of data"),
    ],
)
def test_one_bad_row_is_named_and_the_others_are_read(line, column, reason):
    content = f"{HEADER}\nG0,First,practice,,\n{line}\nG2,Last,practice,,".encode()
    result = read(ORGANISATIONS, content)
    assert [(r.file, r.line, r.column, r.reason) for r in result.rejects] == [("organisations.csv", 3, column, reason)]
    assert [row.values["code"] for row in result.rows] == ["G0", "G2"]


@pytest.mark.parametrize(
    ("table", "header", "line", "column", "reason"),
    [
        (
            "sites",
            "code,name,kind,postcode,latitude",
            "S1,Site,clinic,TN13 3AQ,5",
            "latitude",
            "not a number of degrees from 49 to 61",
        ),
        (
            "sites",
            "code,name,kind,postcode,latitude",
            "S1,Site,clinic,TN13 3AQ,nan",
            "latitude",
            "not a number of degrees from 49 to 61",
        ),
        ("sites", "code,name,kind,postcode,latitude", "S1,Site,clinic,TN13 3AQ,north", "latitude", "not a number"),
        ("sites", "code,name,kind,postcode,latitude", "S1,Site,clinic,TN133AQ,", "postcode", "not a postcode"),
        ("sites", "code,name,kind,postcode,beds", "S1,Site,clinic,TN13 3AQ,-1", "beds", "not a whole number"),
        ("list_sizes", "organisation,as_at,registered", "G1,2017-04-01,1e3", "registered", "not a whole number"),
        ("memberships", "member,group,starts,ends", "G1,C1,2017-04-02,2017-04-01", "ends", "before starts"),
        ("memberships", "member,group,starts", "G1,g1,2017-04-02", "group", "cannot belong to itself"),
        ("organisations", HEADER + ",dispensing", "G1,Surgery,practice,,,maybe", "dispensing", "not one of yes, no"),
    ],
)
def test_cells_of_other_tables(table, header, line, column, reason):
    ((at, where, why),) = rejects(line, table=table, header=header)
    assert (at, where) == (2, column)
    assert reason in why


def test_the_same_row_twice():
    assert rejects("G1,One,practice,,", "g1,Again,practice,,") == [(3, "code", "the same as line 2, which was taken")]


def test_a_row_that_is_not_utf8_costs_only_itself():
    content = f"{HEADER}\nG1,Caf\xe9,practice,,\n".encode("latin-1") + b"G2,Last,practice,,\r\n"
    result = read(ORGANISATIONS, b"\xef\xbb\xbf" + content)
    assert [(r.line, r.reason) for r in result.rejects] == [(2, "not UTF-8 text; save the file as CSV UTF-8")]
    assert [row.values["name"] for row in result.rows] == ["Last"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the header lacks code, name, kind"),
        (b"code,kind\nG1,practice", "the header lacks name"),
        (b"code,code,name,kind\nG1,G2,Surgery,practice", "the header names a column twice"),
        ("code,name,kind".encode("utf-16"), "not UTF-8 text; save the file as CSV UTF-8"),
    ],
)
def test_a_header_that_cannot_be_used(content, reason):
    result = read(ORGANISATIONS, content)
    assert result.rows == ()
    assert [(r.line, r.reason) for r in result.rejects] == [(1, reason)]


def test_an_unknown_column_is_named_and_left_out():
    result = read(ORGANISATIONS, b"code,name,kind,colour\nG1,Surgery,practice,blue")
    assert [(r.line, r.column) for r in result.rejects] == [(1, "colour")]
    assert "colour" not in result.rows[0].values
