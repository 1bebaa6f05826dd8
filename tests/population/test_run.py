from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.db import transaction

from localcare.base import audit, clock
from localcare.base.models import AuditEntry
from localcare.dataset import runs
from localcare.population import actions, bounds, queries, reports
from localcare.population.models import ListEntry, Run
from tests import builders
from tests.editions import write_edition
from tests.population import computing

ANALYST = audit.Actor(7, "Ann Analyst", "analyst", "West Kent")
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def computed(edition, django_db_setup, django_db_blocker):
    """The costly part of a run, done once."""
    with django_db_blocker.unblock():
        return computing.computed(edition)


@pytest.fixture(scope="module")
def run(edition, computed, django_db_blocker, tmp_path_factory) -> Iterator[Run]:
    """A run in use for the whole module; each test's own writes are rolled back after it, the run after the last."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        builders.keep_state_in(tmp_path_factory.mktemp("data"), patch)
        yield actions.put_in_use(edition, computed, by=ANALYST)
        transaction.set_rollback(True)


@pytest.fixture
def elsewhere(monkeypatch, tmp_path):
    """A data folder of its own, for a test that makes further runs."""
    builders.keep_state_in(tmp_path, monkeypatch)


def test_a_run_lists_five_in_a_hundred_of_those_who_may_be_scored(run, edition):
    """And of the children like them: the strategy's five in a hundred are of all people."""
    may = dict.fromkeys(run.coverage, 0)
    for row in edition.table("person").to_pyarrow().to_pylist():
        may[f"G8200{row['practice']}"] += row["observed"] and row["risk_stratification"]
    listed = {code: ListEntry.objects.filter(practice_code=code).count() for code in may}
    # No memberships are loaded: each practice is a cluster of its own.
    assert listed == {code: -(-n * 5 // 100) for code, n in may.items()}


def test_who_may_be_scored_is_who_is(run):
    """The fourth practice agreed to risk stratification and shares nothing for planning: nobody there is scored."""
    scored = dict.fromkeys(run.coverage, 0)
    of = reports.made(run)
    for row in of.folder.rows("person_result", "risk IS NOT NULL"):
        scored[of.practices[row["practice"]][0]] += 1
    assert {code: row["may_be_scored"] for code, row in run.coverage.items()} == scored
    assert (scored["G82003"], min(scored[f"G8200{n}"] for n in range(3)) > 0) == (0, True)
    without = queries.report("model").more["practices_without_a_score"]
    assert [(row["practice"], "planning" in row["why"]) for row in without] == [("G82003", True)]


def test_no_list_is_longer_for_a_practice_that_lacks_what_the_score_needs(edition, elsewhere, monkeypatch, tmp_path):
    """Two practices of one cluster, one of which agreed to the score but shares no hospital data for it."""
    rows = {name: edition.table(name).to_pyarrow().to_pylist() for name in edition.manifest["rows"]}
    rows["agreement"] = [
        one
        for one in rows["agreement"]
        if (one["practice"], one["source"], one["purpose"]) != (1, "acute", "risk_stratification")
    ]
    half = write_edition(tmp_path / "other", edition.as_at, rows, id="half")
    practices = {n: f"G8200{n}" for n in range(4)}
    one_cluster = (practices, {n: "C1" if n < 2 else f"C{n}" for n in practices})
    monkeypatch.setattr(actions, "_clusters", lambda *_: one_cluster)
    run = actions.run(half, by=ANALYST)
    may = sum(p["observed"] and p["risk_stratification"] for p in rows["person"] if p["practice"] == 0)
    assert ListEntry.objects.filter(cluster_code="C1").count() == -(-may * 5 // 100)
    assert run.coverage["G82001"]["may_be_scored"] == 0


def without_recent_contacts(edition, practice: int) -> dict[str, list[dict]]:
    """The rows of the edition, where a practice's consultations stopped arriving half a year ago."""
    rows = {name: edition.table(name).to_pyarrow().to_pylist() for name in edition.manifest["rows"]}
    home = {person["person"]: person["practice"] for person in rows["person"]}
    stopped = edition.as_at - timedelta(days=180)
    rows["gp_contact"] = [r for r in rows["gp_contact"] if home[r["person"]] != practice or r["on"] <= stopped]
    return rows


def test_where_a_feed_of_the_score_stopped_nobody_is_scored_and_the_practice_is_named(edition, elsewhere, tmp_path):
    thin = write_edition(tmp_path / "other", edition.as_at, without_recent_contacts(edition, 2), id="thin")
    run = actions.run(thin, by=ANALYST)
    assert run.model["fitted"]
    assert run.model["thin"] == {"G82002": "Consultations: late"}
    assert run.coverage["G82002"]["may_be_scored"] == 0
    assert not ListEntry.objects.filter(practice_code="G82002").exists()
    assert ListEntry.objects.filter(practice_code="G82001").exists()
    [why] = [r["why"] for r in queries.report("model").more["practices_without_a_score"] if r["practice"] == "G82002"]
    assert why == "sends too little of what the score needs (Consultations: late)"
    assert queries.how_lists_are_made().too_thin == run.model["thin"]


def test_whoever_came_last_week_is_scored_only_with_a_history(edition, elsewhere, tmp_path):
    rows = {name: edition.table(name).to_pyarrow().to_pylist() for name in edition.manifest["rows"]}
    adults = [p for p in rows["person"] if p["observed"] and p["risk_stratification"] and p["birth_year"] < 1995]
    known = {row["person"] for row in rows["gp_contact"] if row["on"] < date(2016, 12, 1)}
    one = next(p for p in adults if p["person"] in known)
    other = next(p for p in adults if p["person"] != one["person"])
    for person in (one, other):
        person["registered_from"] = edition.as_at - timedelta(days=7)
    for name in ("observation", "medication", "gp_contact", "emergency_attendance", "admission", "outpatient"):
        rows[name] = [row for row in rows[name] if row["person"] != other["person"]]
    rows["diagnosis"] = []
    actions.run(write_edition(tmp_path / "other", edition.as_at, rows, id="new"), by=ANALYST)
    scored = {r["person"] for r in reports.made(queries.current_run()).folder.rows("person_result", "risk IS NOT NULL")}
    assert (one["person"] in scored, other["person"] in scored) == (True, False)
    assert sum(row["may_be_scored"] for row in queries.current_run().coverage.values()) == len(scored)


def test_a_run_is_audited_once_and_names_nobody(run):
    entry = AuditEntry.objects.get(action="population.run")
    assert entry.actor == "Ann Analyst"
    assert run.name in entry.canonical.decode()
    assert audit.verify().holds


def test_an_entry_holds_a_pseudonym_of_its_purpose_and_at_most_three_reasons(run):
    for entry in ListEntry.objects.all():
        assert entry.pseudonym.startswith("risk_stratification-")
        assert len(entry.reasons) <= 3
        assert set(entry.use) == set(actions.pipeline.USE)


def test_the_same_edition_again_gives_the_same_list_and_nobody_is_new(run, edition, elsewhere):
    before = list(ListEntry.objects.order_by("pseudonym").values_list("pseudonym", "rank_in_cluster", "risk"))
    assert set(ListEntry.objects.values_list("change", flat=True)) == {"new"}
    again = actions.run(edition, by=ANALYST)
    assert again.name != run.name
    assert list(ListEntry.objects.order_by("pseudonym").values_list("pseudonym", "rank_in_cluster", "risk")) == before
    assert set(ListEntry.objects.values_list("change", flat=True)) == {"same"}


def test_a_run_that_fails_to_write_leaves_the_earlier_one_in_use(run, edition, computed, monkeypatch):
    def fail(*_args, **_kwargs):
        raise runs.BrokenContract("disk")

    monkeypatch.setattr(runs, "write", fail)
    with pytest.raises(runs.BrokenContract):
        actions.put_in_use(edition, computed, by=ANALYST)
    assert queries.current_run() == run
    assert ListEntry.objects.filter(run=run).exists()


def test_older_results_are_cleared_but_for_the_one_before(run, edition, computed, elsewhere):
    second, third = (actions.put_in_use(edition, computed, by=ANALYST) for _ in range(2))
    kept = {path.name for path in (settings.DATASET / "runs").iterdir()}
    assert kept == {second.name, third.name}


def test_a_page_of_the_list_leaves_out_whom_it_should_and_filters(run):
    whole = queries.practice_list("G82000")
    assert [e.rank_in_practice for e in whole.entries] == list(range(1, whole.total + 1))
    without = queries.practice_list("G82000", exclude=[whole.entries[0].pseudonym])
    assert whole.entries[0] not in without.entries
    assert without.total == whole.total - 1
    reason = whole.entries[0].reason_keys.split()[0]
    assert whole.entries[0] in queries.practice_list("G82000", filters={"reason": reason}).entries
    assert queries.practice_list("G82000", filters={"change": "up"}).total == 0
    assert queries.practice_list("G82000", page=99, page_size=2).number == -(-whole.total // 2)
    with pytest.raises(ValueError, match="order"):
        queries.practice_list("G82000", order="name")


def test_who_is_scored_and_on_no_list_any_more_is_kept_until_the_run_after(run, edition, computed, elsewhere):
    first = actions.put_in_use(edition, computed, by=ANALYST)
    entry, other = ListEntry.objects.filter(practice_code="G82000").order_by("-risk")[:2]
    names = {row["person"]: row["pseudonym"] for row in _risk_pseudonyms(edition)}
    scored = reports.made(first).folder.rows("person_result", "risk IS NOT NULL")
    listed = set(ListEntry.objects.values_list("pseudonym", flat=True))
    gone = next(names[row["person"]] for row in scored if names[row["person"]] not in listed)
    ListEntry.objects.filter(id=entry.id).update(pseudonym=gone)
    ListEntry.objects.filter(id=other.id).update(pseudonym="somebody who moved away or objected since")
    actions.put_in_use(edition, computed, by=ANALYST)
    assert [(e.pseudonym, e.risk, e.change) for e in queries.gone("G82000")] == [(gone, entry.risk, "gone")]
    changes = queries.by_change("G82000")
    assert (changes["gone"], changes["new"]) == (1, 2)
    assert dict(queries.list_counts(["G82000"]).by_change)["gone"] is None
    actions.put_in_use(edition, computed, by=ANALYST)
    assert queries.gone("G82000") == []


def _risk_pseudonyms(edition):
    rows = edition.table("pseudonym").to_pyarrow().to_pylist()
    return [row for row in rows if row["purpose"] == "risk_stratification"]


def test_counts_of_new_people_and_one_entry(run):
    total = queries.list_size("G82001")[0]
    assert queries.practice_list_size("G82001", filters={"change": "new"}) == total
    # Five people: too few to be told to a cluster.
    assert (total, queries.new_on_lists(["G82001", "G82003"])) == (5, None)
    entry = queries.practice_list("G82001").entries[0]
    assert queries.entry(entry.pseudonym) == entry
    assert queries.entry("nobody") is None


def test_the_report_of_segments_has_the_published_shape_and_counts_everybody(run):
    report = queries.report("segments").answer()
    assert list(report) == ["edition", "as_at", "coverage", "rows"]
    assert {tuple(row) for row in report["rows"]} == {
        ("age_band", "group", "people", "people_observed", "spend", "spend_per_head", *bounds.NAMES)
    }
    assert len(report["rows"]) == 3 * 8
    assert report["coverage"] == {"people_observed_share": 0.75, "practices": 4, "practices_sharing": 3}
    cells = reports.made(run).folder.rows("cell", "segmentation = 'as_printed'")
    assert sum(cell["people"] for cell in cells) == pytest.approx(400)
    assert sum(cell["people_observed"] for cell in cells) == 300


@pytest.mark.parametrize(
    ("name", "level"),
    [
        (n, level)
        for n, kind in reports.REPORTS.items()
        if n not in ("quadrants", "model", "costliest")
        for level in kind.levels
        if level != "segment"
    ],
)
def test_no_report_shows_a_count_from_1_to_7_or_one_not_rounded(run, name, level):
    rows = queries.report(name, level).rows
    assert rows
    counts = [row[key] for row in rows for key in COUNTS if key in row and row[key] is not None]
    assert counts
    assert all(count == 0 or (count >= 8 and count % 5 == 0) or count == 10 for count in counts)


COUNTS = (
    "people",
    "people_observed",
    "people_high",
    "on_register",
    "denominator",
    "registered",
    "observed",
    "listed",
    "number",
    "wanted",
)


def test_a_practice_sees_its_own_registers_and_segments_exactly(run):
    own = queries.segments("G82000")
    assert sum(row["people"] for row in own["segments"]) == own["observed"] == 100
    assert {row["register"]: row["denominator"] for row in own["registers"]}["HYP"] == 100
    with pytest.raises(reports.UnknownReport, match="not in the edition"):
        queries.segments("X99999")


def test_before_the_first_run_a_report_says_what_to_do(run):
    Run.objects.all().delete()
    with pytest.raises(queries.NoRun, match="localcare population run"):
        queries.report("segments")


def test_the_four_published_figures_stand_beside_ours_for_their_own_area_only(run, settings):
    def asked(segmentation="as_printed", level="area"):
        return queries.report("segments", level, segmentation).more.get("published")

    found = asked()
    assert [row["published"] for row in found["cells"]] == [953, 1512, 2785, 4422]
    assert (found["area"], found["year"]) == ("West Kent", "2015/16")
    assert "page 31" in found["source"]
    rows = {
        (r["age_band"], r["group"]): r["spend_per_head"] for r in queries.report("segments", "area", "as_printed").rows
    }
    assert found["cells"][1]["ours"] == rows["70+", "conditions_1_to_3"]
    assert (asked("age_and_conditions"), asked(level="cluster")) == (None, None)
    settings.AREA = "Elsewhere"
    assert asked() is None


def test_a_mean_risk_that_one_person_makes_is_hidden_with_what_gives_it_away(run, monkeypatch):
    """Of ten people listed in a practice one has nearly all the risk: their own could be read from the mean."""
    of = reports.made(run)
    numbers = sorted(of.practices)[:3]
    even = [{"practice": n, "risk": 0.2} for n in numbers for _ in range(10)]
    monkeypatch.setattr(
        reports.runs.RunFolder, "rows", lambda self, table, *_: lopsided if table == "list_entry" else kept[table]
    )
    kept = {"coverage": list(run.coverage.values())}
    for row, n in zip(kept["coverage"], sorted(of.practices), strict=True):
        row["practice"] = n
    lopsided = even[10:] + [{"practice": numbers[0], "risk": r} for r in [0.9, *[0.01] * 9]]
    found = {r["unit"]: r for r in reports._risk(of, "", [("practice", of.practices[n][0]) for n in numbers])}
    first = found[of.practices[numbers[0]][0]]
    assert (first["listed"], first["mean_risk"]) == (None, None)
    lopsided = even
    found = reports._risk(of, "", [("practice", of.practices[n][0]) for n in numbers])
    assert [row["mean_risk"] for row in found] == [0.2, 0.2, 0.2]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"name": "wealth"}, "there are: segments"),
        ({"name": "use", "level": "segment"}, "there are: area"),
        ({"name": "use", "level": "practice", "unit": "X"}, "leave the unit out"),
    ],
)
def test_an_unknown_report_names_those_there_are(run, asked, message):
    with pytest.raises(reports.UnknownReport, match=message):
        queries.report(**asked)


def test_switched_off_nobody_is_scored_or_listed_and_the_rest_is_counted(edition, elsewhere, monkeypatch):
    monkeypatch.setattr(settings, "RISK_SCORE", False)
    run = actions.run(edition, by=ANALYST)
    assert (run.model["fitted"], ListEntry.objects.count()) == (False, 0)
    assert "switched off" in run.model["why"]
    assert all(row["risk"] is None for row in runs.named(settings.DATASET, run.name).rows("person_result"))
    assert sum(row["registered"] for row in run.coverage.values()) > 0


def test_an_entry_says_what_suits_the_person_and_which_groups_are_watched(run, computed):
    ethnic = {group.key for group in computed.definitions.risk_test.ethnic_groups}
    for entry in ListEntry.objects.all():
        assert " care_planning " in entry.suits
        assert entry.fifth in {"1", "2", "3", "4", "5", "not_known"}
        assert entry.ethnic_group in ethnic


def test_a_run_bears_the_time_at_which_no_choice_was_on_its_way_any_more(
    edition, computed, elsewhere, monkeypatch, clock_at
):
    waited, read = clock.now() + timedelta(minutes=9), []
    monkeypatch.setattr(actions.gate, "hold_choices", lambda: clock_at(waited))
    monkeypatch.setattr(actions.gate, "withdrawn", lambda: read.append(clock.now()) or set())
    made = actions.put_in_use(edition, computed, by=ANALYST)
    assert (made.made_at, read) == (waited, [waited])


def test_whom_a_choice_keeps_out_is_on_no_list_of_a_run(run, edition, computed, elsewhere, monkeypatch):
    before = set(ListEntry.objects.values_list("pseudonym", flat=True))
    chosen = min(before)
    monkeypatch.setattr(actions.gate, "withdrawn", lambda: {chosen})
    again = actions.put_in_use(edition, computed, by=ANALYST)
    assert set(ListEntry.objects.filter(run=again).values_list("pseudonym", flat=True)) == before - {chosen}
