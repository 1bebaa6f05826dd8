from datetime import date

import pytest

from localcare.places import queries
from localcare.places.models import Organisation

IN_2016, IN_2017, IN_2020 = date(2016, 10, 1), date(2017, 4, 3), date(2020, 1, 1)


@pytest.mark.parametrize(
    ("as_at", "practices", "clusters", "grouped", "kind"),
    [
        (IN_2016, 61, 8, 0, None),  # their names are published, their practices are not
        (date(2016, 12, 31), 61, 8, 0, None),
        (date(2017, 3, 31), 60, 7, 60, "cluster"),
        (IN_2017, 60, 7, 60, "cluster"),
        (IN_2020, 57, 9, 53, "network"),
    ],
)
def test_three_ways_of_grouping_stand_side_by_side(reference, as_at, practices, clusters, grouped, kind):
    table = queries.cluster_table(as_at)
    assert len(queries.practices(as_at)) == practices
    assert len(queries.clusters(as_at)) == clusters
    assert len(table) == grouped
    assert {group.kind for group in table.values()} == ({kind} if kind else set())


@pytest.mark.parametrize(
    ("practice", "as_at", "cluster"),
    [
        ("G82013", IN_2016, None),
        ("G82013", IN_2017, "Sevenoaks"),
        ("G82013", IN_2020, "Sevenoaks PCN"),
        ("G82120", IN_2017, "Malling"),
        ("G82120", IN_2020, "Sevenoaks PCN"),
        ("G82076", IN_2020, None),  # joined a network in September 2021
        ("G82076", date(2021, 9, 1), "South Maidstone PCN"),
        ("G82076", date(2022, 12, 31), "South Maidstone PCN"),
        ("G82076", date(2023, 1, 1), None),
        ("G99999", IN_2017, None),
    ],
)
def test_the_cluster_of_a_practice_on_a_day(reference, practice, as_at, cluster):
    found = queries.cluster_of(practice, as_at)
    assert (found.name if found else None) == cluster


def test_groups_and_members_tell_the_same(reference):
    for as_at in (IN_2016, IN_2017, IN_2020):
        from_groups = {m.code: g for g in queries.clusters(as_at) for m in queries.members(g.code, as_at)}
        assert from_groups == queries.cluster_table(as_at)


def test_the_area_holds_clusters_and_practices(reference):
    kinds = [member.kind for member in queries.members("99J", IN_2017)]
    assert (kinds.count("practice"), kinds.count("cluster")) == (60, 7)
    assert queries.group_of("G82013", "area", IN_2017).name == "NHS West Kent CCG"
    assert queries.group_of("G82013", "area", date(2020, 4, 1)).code == "91Q"
    assert queries.group_of("WK17-SE", "area", IN_2017).code == "99J"


def test_the_last_day_counts(reference):
    rowan_tree = "G82715"
    assert rowan_tree in {p.code for p in queries.practices(date(2017, 2, 1))}
    assert rowan_tree not in {p.code for p in queries.practices(date(2017, 2, 2))}


def test_the_latest_published_lists_of_practices_open_that_day(reference):
    assert sum(queries.list_sizes(IN_2017).values()) == 480_399
    assert queries.list_sizes(IN_2016)["G82013"] == 13_021
    assert queries.list_sizes(IN_2017)["G82013"] == 13_376
    assert queries.list_sizes(date(2015, 1, 1)) == {}


def test_community_beds_as_the_plan_states_them(reference):
    beds = {site.name: site.beds for site in queries.sites("community_hospital")}
    assert beds == {
        "Edenbridge War Memorial Hospital": 14,
        "Hawkhurst Hospital": 22,
        "Sevenoaks Hospital": 18,
        "Tonbridge Cottage Hospital": 14,
    }
    assert len(queries.sites("hospital", "community_hospital")) == 28
    assert {site.organisation.code for site in queries.sites("practice")} >= {"G82013"}


def test_areas_and_their_ages(reference):
    areas, ages = queries.areas(), queries.resident_ages_mid2017()
    assert len(areas) == 309
    assert {area.district_name for area in areas} == {
        "Maidstone",
        "Sevenoaks",
        "Tonbridge and Malling",
        "Tunbridge Wells",
    }
    assert {area.lsoa11_code: area.population_mid2017 for area in areas} == {
        code: sum(bands.values()) for code, bands in ages.items()
    }
    assert all(len(bands) == 19 for bands in ages.values())


@pytest.mark.parametrize(
    ("subject", "values"),
    [
        ("General practices", ["61", "60", "61"]),
        ("Premises with branch surgeries", ["81", "86"]),
        ("Clusters", ["8", "7"]),
    ],
)
def test_sources_that_contradict_each_other_stand_side_by_side(reference, subject, values):
    found = queries.statements(subject)
    assert [statement.value for statement in found] == values
    assert all(statement.source and statement.as_at for statement in found)


def test_names_of_known_codes(reference):
    assert queries.names(["G82013", "WK17-SE", "X1"]) == {"G82013": "Amherst Medical Practice", "WK17-SE": "Sevenoaks"}


def test_one_query_each(reference, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert queries.cluster_table(IN_2017)["G82013"].name == "Sevenoaks"
    with django_assert_num_queries(1):
        assert queries.sites()[0].organisation.name


def test_kinds_of_files_and_store_agree():
    from localcare.places.calc.tables import ORGANISATION_KINDS, SITE_KINDS
    from localcare.places.models import Site

    assert set(ORGANISATION_KINDS) == set(Organisation.Kind.values)
    assert set(SITE_KINDS) == set(Site.Kind.values)
