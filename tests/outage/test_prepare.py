"""The copy: which tables it holds, whose rows, who may read it, and that it appears whole or not at all."""

import os
import sqlite3
from contextlib import closing
from datetime import date

import pytest
from django.apps import apps

from localcare.access import actions as access
from localcare.accounts.models import User
from localcare.base import audit
from localcare.base.keys import KeyMissing
from localcare.dataset.editions import Busy, alone
from localcare.outage import actions as outage
from localcare.outage import queries, store
from localcare.outage.copied import COPIED, LEFT_OUT
from localcare.outage.types import CannotCopy
from localcare.staff.models import Post
from tests import builders
from tests.outage.conftest import say

pytestmark = pytest.mark.django_db


def asked(copy, sql: str) -> list[tuple]:
    with closing(sqlite3.connect(copy.folder / queries.STORE)) as opened:
        return opened.execute(sql).fetchall()


def ids(copy, table: str) -> set[int]:
    return {i for (i,) in asked(copy, f"SELECT id FROM {table}")}


def test_every_table_has_its_place_in_the_copy_or_is_left_out_with_a_reason():
    tables = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    assert set(COPIED) | set(LEFT_OUT) == tables
    assert set(COPIED) & set(LEFT_OUT) == set()


def test_holds_those_who_have_a_record_a_plan_or_a_place_on_a_caseload_and_nobody_else(prepared, margaret):
    unknown, only_told = builders.patient(family="Unknown"), builders.patient(family="Told")
    say(only_told, "allergy", "Latex")
    made = prepared()
    assert ids(made, "patients_patient") == {margaret.id, only_told.id}
    assert unknown.id not in ids(made, "patients_registration")
    assert made.people == 2


def test_holds_of_the_record_what_the_view_shows(prepared, margaret):
    kinds = {kind for (kind,) in asked(prepared(), "SELECT kind FROM record_statement")}
    assert kinds == {"allergy", "flag", "medication", "condition", "encounter"}


def test_of_what_is_left_out_there_is_no_row(prepared, margaret):
    made = prepared()
    tables = [apps.get_model(label)._meta.db_table for label in LEFT_OUT]
    assert [table for table in tables if asked(made, f"SELECT COUNT(*) FROM {table}") != [(0,)]] == []


def test_holds_passwords_only_of_those_with_a_post_today_or_later(prepared, area, gp, nurse, margaret):
    Post.objects.filter(user_id=nurse.user_id).update(ends=date(2017, 4, 2))
    kept = dict(asked(prepared(), "SELECT id, password FROM accounts_user"))
    assert kept[gp.user_id] == User.objects.get(pk=gp.user_id).password
    assert kept[nurse.user_id] == "!"


def test_is_open_to_its_owner_only_and_stands_in_the_audit_chain(prepared, standby, margaret):
    made = prepared()
    modes = [os.stat(p).st_mode & 0o777 for p in (standby, made.folder, made.folder / queries.STORE)]
    assert modes == [0o700, 0o700, 0o600]
    entry = builders.last_entry()
    assert (entry.action, audit.detail(entry)["people"]) == ("outage copy made", 1)
    assert audit.verify().holds


def test_the_next_takes_the_place_of_the_one_before_and_leaves_nothing_of_it(prepared, standby, margaret):
    first, second = prepared(), prepared()
    assert queries.copy_in_use().folder == second.folder
    assert sorted(path.name for path in standby.iterdir()) == sorted([".lock", "current", second.folder.name])
    assert not first.folder.exists()


def test_one_that_fails_leaves_the_one_before_in_use_and_the_next_clears_up(prepared, standby, margaret, monkeypatch):
    first = prepared()
    with monkeypatch.context() as patch:
        patch.setattr(outage, "_record", lambda *_: (_ for _ in ()).throw(ZeroDivisionError))
        with pytest.raises(ZeroDivisionError):
            prepared()
    assert queries.copy_in_use().folder == first.folder
    second = prepared()
    assert {path.name for path in standby.iterdir()} == {".lock", "current", second.folder.name}


def test_only_one_is_made_at_a_time(prepared, standby):
    with alone(standby, ""), pytest.raises(Busy, match="Another outage copy"):
        prepared()


def test_is_not_made_of_a_copy(prepared, settings):
    settings.OUTAGE = True
    with pytest.raises(CannotCopy, match="where the care store answers"):
        prepared()


def test_in_production_is_not_made_without_the_key_of_the_spool(prepared, settings):
    settings.PRODUCTION = True
    with pytest.raises(KeyMissing, match=r"outage\.key does not exist"):
        prepared()


def test_without_a_copy_it_is_said_what_to_do(standby):
    with pytest.raises(CannotCopy, match="localcare outage prepare"):
        queries.copy_in_use()


def test_a_copy_of_which_a_part_is_missing_is_not_whole(prepared, margaret):
    path = prepared().folder / queries.STORE
    assert store.whole(path)
    path.write_bytes(path.read_bytes()[:50_000])
    assert not store.whole(path)


def test_an_emergency_that_still_runs_is_copied(prepared, area, margaret):
    stranger = area.viewer("community_nurse", "C2")
    declared = access.declare_emergency(patient_id=margaret.id, reason="Collapsed", by=stranger)
    assert ids(prepared(), "access_emergencyaccess") == {declared.pk}
