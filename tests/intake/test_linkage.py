"""Rows to people: by number, by the one rule, or to nobody; against a plain second version."""

import random
from collections import Counter
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


# (what a row says beside the number of Ada Archer, born on 2 May 1940; who it is linked to; what speaks against it)
CONTRADICTIONS = [
    ({}, "ada", None),
    ({"date_of_birth": "1940-05-02", "sex": "F", "given_name": "A"}, "ada", None),
    ({"sex": "M"}, "ada", None),  # one slip is no contradiction
    ({"given_name": "Zoe"}, "ada", None),  # people are called by another name
    ({"date_of_birth": "1940-02-05"}, "ada", None),  # day and month changed over
    ({"date_of_birth": "1950-05-02"}, "ada", None),  # one part of it
    ({"date_of_birth": "1940-04-29"}, "ada", None),  # some days
    ({"date_of_birth": "1971-11-19"}, None, "birth_date"),
    ({"date_of_birth": "1950-05-02", "sex": "M"}, None, "birth_date_and_sex"),
    ({"date_of_birth": "1950-05-02", "given_name": "Zoe"}, None, "birth_date_and_given_name"),
    ({"sex": "M", "given_name": "Tom"}, None, "sex_and_given_name"),  # a twin
    ({"date_of_birth": "1971-11-19", "sex": "M"}, None, "birth_date_and_sex"),
    # What the row says besides finds its person by the rule, though it bears another's number.
    ({"date_of_birth": "1971-11-19", "sex": "M", "postcode": "TN9 1AA", "family_name": "Baker"}, "bert", None),
]


def test_a_number_that_the_row_itself_contradicts_links_nobody(tmp_path):
    registrations = [
        {"patient_id": "1", "nhs_number": NUMBERS[0]},
        {
            "patient_id": "2", "nhs_number": NUMBERS[1], "date_of_birth": "1971-11-19", "sex": "M",
            "family_name": "Baker", "given_name": "Bert",
        },
    ]  # fmt: skip
    rows = [on_day(n, nhs_number=NUMBERS[0], **said) for n, (said, _, _) in enumerate(CONTRADICTIONS)]
    found, work = linked(tmp_path, registrations, rows)
    pseudonyms = {"ada": hashed(NUMBERS[0]), "bert": hashed(NUMBERS[1]), None: None}
    assert found == [pseudonyms[who] for _, who, _ in CONTRADICTIONS]
    counted = Counter(cause for _, _, cause in CONTRADICTIONS if cause) + Counter(["birth_date_and_sex"])
    [told] = [source["numbers_contradicted"] for source in work.linkage if source["shape"] == "ambulance"]
    assert told == counted


def test_any_registration_of_a_person_that_agrees_makes_their_number_hold(tmp_path):
    registrations = [
        {"nhs_number": NUMBERS[0], "date_of_birth": "1900-01-01", "registration_end_datetime": "2015-01-01"},
        {"nhs_number": NUMBERS[0], "organisation": "Y90002", "registration_start_datetime": "2015-01-02"},
    ]
    rows = [on_day(0, nhs_number=NUMBERS[0], date_of_birth=day) for day in ("1900-01-01",)]
    rows += [on_day(1, nhs_number=NUMBERS[0], date_of_birth="1940-05-02")]
    rows += [on_day(2, nhs_number=NUMBERS[0], date_of_birth="1977-08-19")]
    found, _ = linked(tmp_path, registrations, rows)
    assert found == [hashed(NUMBERS[0]), hashed(NUMBERS[0]), None]


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
