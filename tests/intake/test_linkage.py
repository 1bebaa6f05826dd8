"""Rows to people: by number, by the one rule, or to nobody; against a plain second version."""

import random
from datetime import date, timedelta

from localcare.access.calc.pseudonym import identity, keyed_hashes
from tests.intake import twin
from tests.intake.builders import KEYS, NUMBERS, extract_folder, take_in

SOMEBODY = {"date_of_birth": "1940-05-02", "sex": "F", "postcode": "TN9 1AA"}
FIRST_DAY = date(2014, 4, 1)


def linked(tmp_path, registrations, rows, shape="ambulance", table="ambulance"):
    """For each row its person's planning pseudonym, or None. Each row has a day of its own, by which it is known."""
    edition, work = take_in(
        extract_folder(tmp_path / "in", gp_patient=registrations, **{shape: rows}), tmp_path / "out"
    )
    found = edition.duckdb_connection().execute(
        f"SELECT \"on\", pseudonym FROM {table} JOIN pseudonym USING (person) WHERE purpose = 'planning'"
    )
    by_day = dict(found.fetchall())
    return [by_day.get(FIRST_DAY + timedelta(days=n)) for n in range(len(rows))], work


def on_day(n: int, **row: str) -> dict[str, str]:
    return {"incident_number": f"a{n}", "call_date": str(FIRST_DAY + timedelta(days=n)), **row}


def hashed(number: str) -> str:
    return keyed_hashes([number], KEYS["planning"])[0]


def test_the_rule_row_by_row(tmp_path):
    registrations = [
        {"patient_id": "1", "nhs_number": NUMBERS[0], "postcode": "tn91aa"},
        {"patient_id": "2", "nhs_number": "", "family_name": "Twin", "date_of_birth": "1985-03-12"},
        {"patient_id": "3", "nhs_number": NUMBERS[2], "family_name": "Twin", "date_of_birth": "1985-03-12"},
        {"patient_id": "4", "nhs_number": "0000000000", "date_of_birth": "1990-01-01", "sex": "M"},
        {"patient_id": "5", "nhs_number": NUMBERS[4], "date_of_birth": "1991-01-01", "sex": "U"},
    ]
    rows = [
        on_day(0, nhs_number="999 000 0018"),  # spaces do not matter, nor what else the row says
        on_day(1, nhs_number="9990000019", **SOMEBODY),  # wrong check digit: the rule
        on_day(2, **SOMEBODY),
        on_day(3, nhs_number=NUMBERS[5], **SOMEBODY),  # somebody else's number, who is not registered here
        on_day(4, **SOMEBODY | {"date_of_birth": "1985-03-12"}),  # twins: it may be either
        on_day(5, **SOMEBODY | {"postcode": ""}),  # all three are needed
        on_day(6, nhs_number="0000000000"),  # nobody's number, though the check digit holds
        on_day(7, **SOMEBODY | {"date_of_birth": "1990-01-01", "sex": "M"}),
        on_day(8, **SOMEBODY | {"date_of_birth": "1991-01-01", "sex": "U"}),  # an unknown sex tells nobody apart
        on_day(9, **SOMEBODY | {"sex": "M"}),
        # A number is no contradiction of a person who is registered without one.
        on_day(10, nhs_number=NUMBERS[5], **SOMEBODY | {"date_of_birth": "1990-01-01", "sex": "M"}),
    ]
    found, work = linked(tmp_path, registrations, rows)
    ada, fourth = hashed(NUMBERS[0]), hashed(identity(None, "Y90001", "4"))
    assert found == [ada, ada, ada, None, None, None, None, fourth, None, None, fourth]
    [count] = [c for c in work.counts if c.shape == "ambulance"]
    assert (count.unlinked, count.linked_by_rule, count.linked_by_model, count.kept) == (6, 4, 0, 5)


def test_where_a_source_has_a_name_it_must_agree(tmp_path):
    registrations = [
        {"patient_id": "2", "nhs_number": NUMBERS[1], "family_name": "O'Hara"},
        {"patient_id": "3", "nhs_number": NUMBERS[2], "family_name": "Baker"},
    ]
    known = {"Date_of_Birth": "1940-05-02", "Gender": "Female", "Postcode": "TN9 1AA"}
    rows = [
        {"Event_Reference": f"v{n}", "Event_Start_Date": str(FIRST_DAY + timedelta(days=n)), "Last_Name": name, **known}
        for n, name in enumerate(["OHARA", "baker", "Clark", ""])
    ]
    found, _ = linked(tmp_path, registrations, rows, "asc_cld", "social_care")
    assert found == [hashed(NUMBERS[1]), hashed(NUMBERS[2]), None, None]


def test_an_old_address_still_finds_somebody_who_moved(tmp_path):
    registrations = [
        {"nhs_number": NUMBERS[0], "registration_end_datetime": "2015-01-01"},
        {
            "nhs_number": NUMBERS[0], "organisation": "Y90002", "postcode": "TN17 3BA",
            "registration_start_datetime": "2015-01-02",
        },
    ]  # fmt: skip
    found, _ = linked(tmp_path, registrations, [on_day(0, **SOMEBODY), on_day(1, **SOMEBODY | {"postcode": "TN173BA"})])
    assert found == [hashed(NUMBERS[0])] * 2


def test_linkage_agrees_with_the_plain_version(tmp_path):
    draw = random.Random(1)
    few = {
        "nhs_number": ["", "", "0000000000", "9990000019", *NUMBERS],
        "date_of_birth": ["1940-05-02", "1985-03-12", "1990-01-01", "2001-07-07"],
        "sex": ["M", "F", "F", "U"],
        "postcode": ["TN9 1AA", "TN91AA", "tn9 1ab", "TN17 3BA"],
    }

    def person(**more: str) -> dict[str, str]:
        return {name: draw.choice(values) for name, values in few.items()} | more

    registrations = [person(patient_id=str(n), organisation=draw.choice(["Y90001", "Y90002"])) for n in range(40)]
    rows = [on_day(n, **person()) for n in range(300)]
    found, _ = linked(tmp_path, registrations, rows)

    def pseudonym(position: int) -> str:
        row = registrations[position]
        return hashed(identity(twin.valid_number(row["nhs_number"]), row["organisation"], row["patient_id"]))

    expected = [twin.link(row, registrations) for row in rows]
    assert found == [None if position is None else pseudonym(position) for position in expected]
    assert 0.2 < sum(position is None for position in expected) / len(rows) < 0.8
