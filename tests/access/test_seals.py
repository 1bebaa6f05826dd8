"""Sealing an entry, lifting the seal, and what the gate answers about it, on a real store."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localcare.access import actions, oversight, queries
from localcare.access.actions import Marked
from localcare.access.models import Seal
from localcare.access.types import ChoiceKind, Refused
from localcare.base import audit
from localcare.base.models import AuditEntry
from localcare.patients.models import Registration, SamePerson
from tests import builders
from tests.builders import last_entry

pytestmark = pytest.mark.django_db
ITEM, OTHER = "condition|G1:gp|HIV", "note|:Hospital|7"


def seal(person, by, item=ITEM, **more) -> None:
    values = {"said_by": "", "reason": "asked", "words": "told me today", **more}
    actions.seal_item(patient_id=person.id, item=item, by=by, **values)


def lift(person, by, item=ITEM, why="agreed with her") -> None:
    actions.lift_seal(patient_id=person.id, item=item, why=why, by=by)


def mark(person, item=ITEM) -> int:
    return actions.seal_as_marked(items=[Marked(person.id, item, "")], source="Hospital", by=audit.SYSTEM)


def hidden(viewer, person) -> frozenset[str]:
    return queries.open_person(viewer, person.id, page="person").hidden


class TestSealing:
    def test_hides_the_entry_from_the_team_and_not_from_the_practice(self, area, gp, nurse, margaret):
        seal(margaret, gp)
        assert hidden(nurse, margaret) == {ITEM}
        for role in ("gp", "practice_nurse"):
            assert hidden(area.viewer(role, "G1"), margaret) == frozenset()

    def test_is_dated_names_its_author_and_is_audited_without_the_words(self, gp, margaret):
        seal(margaret, gp, reason="sexual_health", words="a test in March")
        (one,) = queries.seals_of(gp, queries.open_person(gp, margaret.id, page="seals"))
        assert (one.sealed_by, one.why) == (gp.signature, "Sexual or reproductive health. a test in March")
        entry = AuditEntry.objects.get(action="entry sealed")
        assert (entry.actor, entry.role, entry.reason) == (gp.name, "gp", "Sexual or reproductive health")
        assert b"March" not in bytes(entry.canonical)
        assert b"HIV" not in bytes(entry.canonical)
        assert audit.verify().holds

    def test_twice_changes_nothing(self, area, gp, margaret):
        seal(margaret, gp)
        seal(margaret, area.viewer("practice_nurse", "G1"), reason="safeguarding")
        assert Seal.objects.get().reason == "asked"
        assert AuditEntry.objects.filter(action="entry sealed").count() == 1

    @pytest.mark.parametrize(
        ("role", "at"),
        [
            ("gp", "G2"),
            ("practice_manager", "G1"),
            ("care_coordinator", "C1"),
            ("community_nurse", "C1"),
            ("privacy_officer", "99J"),
        ],
    )
    def test_and_lifting_are_refused_to_everybody_else(self, area, gp, margaret, role, at):
        viewer = area.viewer(role, at)
        with pytest.raises(Refused):
            seal(margaret, viewer)
        seal(margaret, gp)
        with pytest.raises(Refused):
            lift(margaret, viewer)
        assert Seal.objects.get().lifted_at is None

    def test_is_refused_to_another_practice_in_an_emergency(self, area, gp, margaret):
        elsewhere = area.viewer("gp", "G2")
        actions.declare_emergency(patient_id=margaret.id, reason="collapsed", by=elsewhere)
        seal(margaret, gp)
        person = queries.open_person(elsewhere, margaret.id, page="person")
        for write in (lambda: seal(margaret, elsewhere), lambda: lift(margaret, elsewhere)):
            with pytest.raises(Refused, match=r"own practice|look and nothing else"):
                write()
        with pytest.raises(Refused, match=r"own practice|look and nothing else"):
            queries.seals_of(elsewhere, person)

    @pytest.mark.parametrize(
        ("reason", "words", "told"),
        [("", "x", "Choose a reason"), ("none", "x", "Choose"), ("other", " ", "few words")],
    )
    def test_needs_a_reason(self, gp, margaret, reason, words, told):
        with pytest.raises(ValueError, match=told):
            seal(margaret, gp, reason=reason, words=words)
        assert not Seal.objects.exists()


class TestLifting:
    def test_shows_the_entry_again_and_keeps_the_seal_as_history(self, area, gp, nurse, margaret):
        seal(margaret, gp)
        colleague = area.viewer("practice_nurse", "G1")
        lift(margaret, colleague)
        assert hidden(nurse, margaret) == frozenset()
        (one,) = queries.seals_of(gp, queries.open_person(gp, margaret.id, page="seals"))
        assert (one.sealed_by, one.lifted_by, one.lifted_why) == (gp.signature, colleague.signature, "agreed with her")
        assert AuditEntry.objects.filter(action="seal lifted", actor=colleague.name).count() == 1

    def test_twice_changes_nothing_and_sealing_again_is_a_new_seal(self, gp, nurse, margaret):
        seal(margaret, gp)
        for _ in "ab":
            lift(margaret, gp)
        assert AuditEntry.objects.filter(action="seal lifted").count() == 1
        seal(margaret, gp)
        assert Seal.objects.count() == 2
        assert hidden(nurse, margaret) == {ITEM}

    def test_needs_words(self, gp, margaret):
        seal(margaret, gp)
        with pytest.raises(ValueError, match="few words why the seal is lifted"):
            lift(margaret, gp, why=" ")

    def test_the_store_refuses_a_lift_without_author_and_a_second_standing_seal(self, gp, margaret):
        seal(margaret, gp)
        with pytest.raises(IntegrityError), transaction.atomic():
            Seal.objects.update(lifted_by="somebody")
        same = Seal.objects.get()
        same.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            same.save()


class TestMarkedByItsSource:
    def test_is_sealed_once_audited_and_stays_lifted_when_lifted(self, gp, nurse, margaret):
        assert mark(margaret) == 1
        assert hidden(nurse, margaret) == {ITEM}
        assert mark(margaret) == 0
        entry = AuditEntry.objects.get(action="entries sealed as marked")
        assert audit.detail(entry) == {"source": "Hospital", "entries": 1}
        lift(margaret, gp)
        assert mark(margaret) == 0
        assert hidden(nurse, margaret) == frozenset()

    def test_beside_the_practice_s_seal_and_one_lift_lifts_both(self, gp, nurse, margaret):
        seal(margaret, gp)
        mark(margaret)
        person = queries.open_person(nurse, margaret.id, page="person")
        assert (len(person.hidden), person.sealed_by) == (1, "the person's practice or the sender")
        lift(margaret, gp)
        assert hidden(nurse, margaret) == frozenset()

    def test_the_practice_may_seal_what_the_source_marked_and_it_lifted(self, gp, nurse, margaret):
        mark(margaret)
        lift(margaret, gp)
        seal(margaret, gp)
        assert hidden(nurse, margaret) == {ITEM}


class TestTheGate:
    def test_an_emergency_does_not_open_what_is_sealed(self, area, gp, margaret):
        seal(margaret, gp)
        stranger = area.viewer("community_nurse", "C2")
        actions.declare_emergency(patient_id=margaret.id, reason="found on the floor", by=stranger)
        assert hidden(stranger, margaret) == {ITEM}

    def test_who_said_it_still_sees_it(self, area, gp, nurse, margaret):
        seal(margaret, gp, said_by="C1")
        assert hidden(nurse, margaret) == frozenset()
        builders.relate(margaret, area.teams["C2"])
        assert hidden(area.viewer("community_nurse", "C2"), margaret) == {ITEM}

    def test_the_practice_of_today_sees_and_lifts_what_the_one_before_sealed(self, area, gp, margaret):
        seal(margaret, gp)
        Registration.objects.filter(patient=margaret).update(practice_code="G2")
        now_hers = area.viewer("gp", "G2")
        assert hidden(now_hers, margaret) == frozenset()
        actions.declare_emergency(patient_id=margaret.id, reason="here by chance", by=gp)
        assert hidden(gp, margaret) == {ITEM}
        with pytest.raises(Refused):
            lift(margaret, gp)
        lift(margaret, now_hers)

    def test_registered_nowhere_nobody_opens_it(self, gp, nurse, margaret):
        seal(margaret, gp)
        Registration.objects.filter(patient=margaret).update(ends=date(2017, 4, 1))
        assert hidden(nurse, margaret) == {ITEM}
        with pytest.raises(Refused):
            lift(margaret, gp)

    @pytest.mark.parametrize("of_the_twin", [True, False])
    def test_after_a_merge_the_seal_of_either_record_holds_and_one_lift_lifts_both(
        self, gp, nurse, margaret, of_the_twin
    ):
        twin = builders.patient(family="Ashdowne")
        seal(twin if of_the_twin else margaret, gp)
        SamePerson.objects.create(patient=margaret, same_as=twin, starts=date(2017, 1, 1), reason="same person")
        assert hidden(nurse, margaret) == {ITEM}
        lift(margaret, gp)
        assert not Seal.objects.filter(lifted_at=None).exists()

    def test_after_an_unmerge_the_seal_stays_with_its_record(self, area, gp, nurse, margaret):
        twin = area.looked_after(family="Ashdowne")
        link = SamePerson.objects.create(patient=margaret, same_as=twin, starts=date(2017, 1, 1), reason="same person")
        seal(twin, gp)
        link.ends = date(2017, 4, 3)
        link.save()
        assert hidden(nurse, margaret) == frozenset()
        assert hidden(nurse, twin) == {ITEM}

    @pytest.mark.parametrize("consent", ["given", "not_asked", "cannot_ask"])
    def test_consent_to_share_opens_nothing_that_is_sealed(self, gp, nurse, margaret, consent):
        seal(margaret, gp)
        actions.record_choice(answered="person", patient_id=margaret.id, kind=ChoiceKind.SHARING, value=consent, by=gp)
        assert hidden(nurse, margaret) == {ITEM}

    def test_the_entry_of_a_look_says_how_many_were_hidden(self, area, gp, nurse, margaret):
        keith = area.looked_after(family="Pankhurst")
        for item in (ITEM, OTHER):
            seal(margaret, gp, item)
        seal(keith, gp)
        queries.open_person(nurse, margaret.id, page="person")
        assert audit.detail(last_entry())["hidden"] == 2
        queries.open_people(nurse, [margaret.id, keith.id], page="caseload")
        assert audit.detail(last_entry())["hidden"] == 3
        queries.open_person(gp, margaret.id, page="person")
        assert audit.detail(last_entry())["hidden"] == 0

    def test_what_is_hidden_says_nothing_else_to_the_page(self, gp, nurse, margaret):
        seal(margaret, gp)
        assert queries.open_person(nurse, margaret.id, page="person").seals == ()
        assert [s.item for s in queries.open_person(gp, margaret.id, page="person").seals] == [ITEM]

    def test_on_a_shared_screen_the_practice_sees_nothing_sealed(self, gp, margaret):
        seal(margaret, gp)
        person = queries.open_person(gp, margaret.id, page="case", in_company=True)
        assert (person.hidden, person.seals) == ({ITEM}, ())

    def test_costs_one_read_for_any_number_of_people(self, area, gp, nurse, django_assert_num_queries):
        people = [area.looked_after(family=f"Person{n}") for n in range(20)]
        with django_assert_num_queries(7) as before:
            queries.decisions(nurse, [p.id for p in people])
        for person in people:
            seal(person, gp)
        with django_assert_num_queries(len(before)):
            found = queries.decisions(nurse, [p.id for p in people])
        assert all(found.by_id[p.id].hidden == {ITEM} for p in people)

    def test_oversight_lists_seals_and_lifts_without_anybody_s_name(self, area, gp, margaret):
        seal(margaret, gp)
        lift(margaret, gp)
        mark(margaret, OTHER)
        officer = area.viewer("privacy_officer", "99J")
        shown = oversight.entries(officer, show="seals").entries
        assert [e.action for e in shown] == ["entries sealed as marked", "seal lifted", "entry sealed"]
        assert {e.people for e in shown} == {1}


steps = st.lists(
    st.tuples(
        st.sampled_from(["seal", "lift", "mark", "link", "unlink"]),
        st.sampled_from([0, 1]),
        st.sampled_from([ITEM, OTHER]),
    ),
    max_size=12,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_any_history_of_seals_lifts_marks_and_merges_is_that_of_its_twin(area, steps):
    """The twin keeps the standing seals of each record as sets, and joins them where the records are linked."""
    pair = [area.looked_after(family="Left"), area.looked_after(family="Right")]
    gp, nurse = area.viewer("gp", "G1"), area.viewer("community_nurse", "C1")
    standing: list[set[tuple[str, str]]] = [set(), set()]
    marked: list[set[str]] = [set(), set()]
    linked = False
    for step, which, item in steps:
        person, both = pair[which], (0, 1) if linked else (which,)
        if step == "seal":
            seal(person, gp, item)
            standing[which].add((item, "practice"))
        elif step == "lift":
            lift(person, gp, item)
            for one in both:
                standing[one] -= {(item, "practice"), (item, "source")}
        elif step == "mark":
            mark(person, item)
            if item not in marked[which]:
                standing[which].add((item, "source"))
            marked[which].add(item)
        elif step == "link" and not linked:
            SamePerson.objects.create(patient=pair[0], same_as=pair[1], starts=date(2017, 1, 1), reason="same")
            linked = True
        elif step == "unlink":
            SamePerson.objects.filter(patient=pair[0]).delete()
            linked = False
        for n, one in enumerate(pair):
            expected = {i for m in ((0, 1) if linked else (n,)) for i, _ in standing[m]}
            assert queries.decisions(nurse, [one.id]).by_id[one.id].hidden == expected
            assert queries.decisions(gp, [one.id]).by_id[one.id].hidden == set()
