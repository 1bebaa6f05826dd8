from datetime import date

import pytest

from localcare.base.models import AuditEntry
from localcare.places import actions, queries
from localcare.places.models import Area, ListSize, Membership, Organisation, Site, Statement

MODELS = (Organisation, Membership, ListSize, Site, Area, Statement)


def audited():
    return list(AuditEntry.objects.values_list("action", "actor"))


def test_the_shipped_reference_loads_whole(reference):
    assert reference.rejects == ()
    assert {name: counts.added for name, counts in reference.tables.items()} == {
        "organisations": 109,
        "memberships": 273,
        "list_sizes": 122,
        "sites": 89,
        "areas": 309,
        "statements": 39,
    }
    assert audited() == [("places.loaded", "Ada Analyst")]


def test_loading_again_changes_nothing(reference, analyst):
    before = [list(model.objects.order_by("pk").values()) for model in MODELS]
    again = actions.load_reference(by=analyst)
    assert all(counts.added == counts.changed == 0 for counts in again.tables.values())
    assert [list(model.objects.order_by("pk").values()) for model in MODELS] == before


def test_a_strangers_folder_keeps_what_is_good_and_names_the_rest(db, analyst):
    loaded = actions.load(
        {
            "organisations": b"code,name,kind\nX1,Elm,practice\nX2,,practice\nN1,North,cluster\nN2,South,cluster",
            "memberships": b"member,group,starts,ends\nX1,N1,2020-01-01,2020-06-30\n"
            b"X1,N2,2020-06-30,\nX9,N1,2020-01-01,",
            "sites": b"code,name,kind,organisation,postcode\nX1,Elm,practice,X1,AB1 2CD\nX8,Oak,practice,X8,AB1 2CD",
        },
        by=analyst,
        source="given in elm",
    )
    assert [(r.file, r.line, r.column, r.reason) for r in loaded.rejects] == [
        ("memberships.csv", 3, "starts", "X1 is in N1 from 2020-01-01 to 2020-06-30"),
        ("memberships.csv", 4, "member", "no organisation has the code X9; add it to organisations.csv"),
        ("organisations.csv", 3, "name", "empty, but needed"),
        ("sites.csv", 3, "organisation", "no organisation has the code X8; add it to organisations.csv"),
    ]
    assert [p.source for p in queries.practices(date(2020, 3, 1))] == ["given in elm"]
    assert queries.cluster_of("X1", date(2020, 3, 1)).name == "North"


def test_a_second_file_brings_rows_up_to_date_and_removes_none(db, analyst):
    first = b"code,name,kind\nX1,Elm Surgery,practice\nX2,Oak Surgery,practice"
    actions.load({"organisations": first}, by=analyst, source="one")
    second = actions.load({"organisations": b"code,name,kind\nX1,Elm Practice,practice"}, by=analyst, source="one")
    assert second.tables["organisations"] == actions.Counts(added=0, changed=1, unchanged=0)
    assert [p.name for p in queries.practices(date(2020, 1, 1))] == ["Elm Practice", "Oak Surgery"]


def test_columns_that_a_file_lacks_stay_as_they_are(reference, analyst):
    contents = {
        "organisations": b"code,name,kind\nG82075,St James Surgery,practice",
        "memberships": b"member,group,starts\nG82075,WK17-TW,2017-01-01",
    }
    loaded = actions.load(contents, by=analyst, source="letter")
    assert loaded.rejects == ()
    practice = queries.organisation("G82075")
    assert (practice.name, practice.closed, practice.source) == ("St James Surgery", date(2018, 9, 30), "letter")
    assert queries.cluster_of("G82075", date(2018, 9, 30)) is not None
    assert queries.cluster_of("G82075", date(2018, 10, 1)) is None


def test_a_load_that_breaks_off_leaves_nothing_behind(db, analyst, monkeypatch):
    def broken(table, parsed, source):
        if table.name == "sites":
            raise OSError("the disk is full")
        return load_table(table, parsed, source)

    load_table = actions._load_table
    monkeypatch.setattr(actions, "_load_table", broken)
    with pytest.raises(OSError, match="full"):
        actions.load_reference(by=analyst)
    assert not any(model.objects.exists() for model in MODELS)
    assert audited() == []


def test_add_an_organisation_met_in_a_file(db, analyst):
    added = actions.add_organisation(code="x77", name="Elm Surgery", kind="practice", source="register", by=analyst)
    assert queries.organisation("X77") == added
    assert audited() == [("places.organisation_added", "Ada Analyst")]


@pytest.mark.parametrize(
    ("code", "kind", "reason"),
    [
        ("G82013", "practice", "is there already"),
        ("X 1", "practice", "code: not a code"),
        ("X1", "shop", "kind: not one"),
    ],
)
def test_an_organisation_that_is_refused(reference, analyst, code, kind, reason):
    with pytest.raises(actions.Refused, match=reason):
        actions.add_organisation(code=code, name='The "Elm", Surgery', kind=kind, source="register", by=analyst)
    assert len(audited()) == 1


def test_a_membership_is_ended_and_the_next_begun(reference, analyst):
    change = {"member": "G82013", "by": analyst}
    actions.end_membership(**change, group="WK17-SE", last_day=date(2017, 12, 31))
    actions.add_membership(**change, group="WK17-TO", starts=date(2018, 1, 1), ends=date(2018, 3, 31), source="letter")
    assert queries.cluster_of("G82013", date(2017, 12, 31)).name == "Sevenoaks"
    assert queries.cluster_of("G82013", date(2018, 1, 1)).name == "Tonbridge"
    assert [action for action, _ in audited()[1:]] == ["places.membership_ended", "places.membership_added"]


@pytest.mark.parametrize(
    ("member", "group", "starts", "reason"),
    [
        ("G82013", "WK17-TO", date(2018, 1, 1), "starts: G82013 is in WK17-SE from 2017-01-01 to 2019-09-30"),
        ("G82013", "WK99", date(2018, 1, 1), "group: no organisation has the code WK99"),
        ("G82013", "G82013", date(2018, 1, 1), "group: an organisation cannot belong to itself"),
    ],
)
def test_a_membership_that_is_refused(reference, analyst, member, group, starts, reason):
    with pytest.raises(actions.Refused, match=reason):
        actions.add_membership(member=member, group=group, starts=starts, source="letter", by=analyst)
    assert len(audited()) == 1


def test_a_membership_that_is_not_there_cannot_end(reference, analyst):
    with pytest.raises(actions.Refused, match="G82013 does not belong to WK17-TO on 2018-01-01"):
        actions.end_membership(member="G82013", group="WK17-TO", last_day=date(2018, 1, 1), by=analyst)
    assert len(audited()) == 1
