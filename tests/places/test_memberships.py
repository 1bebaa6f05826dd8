from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from localcare.places.calc.memberships import Spell, contradictions

KINDS = {"C1": "cluster", "C2": "cluster", "N1": "network"}
FIRST = date(2017, 4, 1)


def spell(group, starts, ends=None):
    day = FIRST + timedelta(days=starts)
    return Spell("P1", group, day, None if ends is None else FIRST + timedelta(days=ends))


def test_one_group_of_a_kind_at_a_time():
    held = [spell("C1", 0, 9)]
    assert contradictions(held, [spell("C2", 10)], KINDS) == {}
    assert contradictions(held, [spell("N1", 5)], KINDS) == {}
    assert contradictions(held, [spell("C2", 9)], KINDS) == {spell("C2", 9).key: held[0]}


def test_the_same_spell_with_a_new_end_replaces_the_old_one():
    held = [spell("C1", 0)]
    assert contradictions(held, [spell("C2", 10), spell("C1", 0, 9)], KINDS) == {}


offered = st.builds(
    lambda group, starts, length: spell(group, starts, None if length is None else starts + length),
    st.sampled_from(sorted(KINDS)),
    st.integers(0, 20),
    st.one_of(st.none(), st.integers(0, 10)),
)


@given(st.lists(offered, max_size=6, unique_by=lambda s: s.key))
def test_what_stands_never_holds_twice_on_a_day(spells):
    refused = contradictions([], spells, KINDS)
    standing = [s for s in spells if s.key not in refused]
    for day in (FIRST + timedelta(days=n) for n in range(40)):
        kinds = [KINDS[s.group] for s in standing if s.starts <= day and (s.ends is None or day <= s.ends)]
        assert len(kinds) == len(set(kinds))
    for key, clash in refused.items():
        mine = next(s for s in spells if s.key == key)
        assert clash in standing
        assert KINDS[clash.group] == KINDS[mine.group]
