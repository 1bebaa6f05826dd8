"""Accounts and posts from a file: what is taken, what is named, and that anybody taken can work."""

import json

import pytest

from localcare.access import queries as gate
from localcare.accounts.models import User
from localcare.base.models import AuditEntry
from localcare.cli.main import main
from localcare.staff.models import Post
from tests.builders import area

pytestmark = pytest.mark.django_db
HEADER = "username,name,role,organisation,team,starts,ends\n"
ALEX = "alex,Alex Moor,care_coordinator,C1,Tonbridge team,2017-01-01,\n"


@pytest.fixture
def load(tmp_path, capsys):
    area()

    def load(text: str):
        file = tmp_path / "staff.csv"
        file.write_text(text, "utf-8")
        code = main(["staff", "load", str(file), "--json"])
        return code, json.loads(capsys.readouterr().out or "{}")

    return load


def test_an_account_with_a_post_and_the_right_it_gives(load):
    code, answer = load(HEADER + ALEX)
    assert (code, answer["accounts"], answer["posts"], answer["rejects"]) == (0, 1, 1, [])
    user = User.objects.get(username="alex")
    viewer = gate.viewers_of(user.pk)[0]
    assert (viewer.role, viewer.organisation_code, viewer.practice_codes) == ("care_coordinator", "C1", {"G1", "G2"})
    assert not user.has_usable_password()
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"account opened", "post added"} <= actions


def test_again_changes_nothing_and_an_end_is_taken(load):
    load(HEADER + ALEX)
    assert load(HEADER + ALEX)[1]["unchanged"] == 1
    assert load(HEADER + ALEX.replace(",\n", ",2017-04-02\n"))[1]["ended"] == 1
    assert gate.viewers_of(User.objects.get(username="alex").pk) == []
    assert "ended on 2017-04-02" in load(HEADER + ALEX)[1]["rejects"][0]["reason"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("b,Bo,wizard,C1,,2017-01-01,", "no role 'wizard'"),
        ("b,Bo,gp,X9,,2017-01-01,", "no organisation 'X9'"),
        ("b,Bo,gp,C1,,2017-01-01,", "gp is held at a practice"),
        ("b,,gp,G1,,2017-01-01,", "a name"),
        ("b,Bo,gp,G1,,1 May 2017,", "starts is not a date"),
        ("b,Bo,gp,G1,,2017-01-01,2016-01-01", "ends before it starts"),
        ("alex,Another Name,gp,G1,,2017-01-01,", "another name"),
        ("b,Bo,care_coordinator,C2,Tonbridge team,2017-01-01,", "belongs to another organisation"),
    ],
)
def test_a_bad_line_is_named_and_leaves_nothing(load, line, said):
    code, answer = load(HEADER + ALEX + line + "\n")
    assert code == 1
    assert [(r["line"], said in r["reason"]) for r in answer["rejects"]] == [(3, True)]
    assert Post.objects.count() == User.objects.count() == 1


def test_a_file_without_its_columns_cannot_run(load):
    assert load("username,name\n")[0] == 2


def test_a_first_password_opens_the_account_and_stands_in_no_audit_entry(load, capsys):
    load(HEADER + ALEX)
    assert main(["staff", "password", "alex", "--json"]) == 0
    password = json.loads(capsys.readouterr().out)["password"]
    assert User.objects.get(username="alex").check_password(password)
    entry = AuditEntry.objects.get(action="password given")
    assert password.encode() not in bytes(entry.canonical)


def test_a_password_for_nobody_cannot_run(load):
    assert main(["staff", "password", "nobody"]) == 2
