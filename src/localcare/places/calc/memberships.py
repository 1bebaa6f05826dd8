"""When two memberships contradict each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Spell:
    """A member's time in a group; both days inclusive, `ends` None until further notice."""

    member: str
    group: str
    starts: date
    ends: date | None

    @property
    def key(self) -> tuple[str, str, date]:
        return self.member, self.group, self.starts

    def meets(self, other: "Spell") -> bool:
        """Whether the two share a day."""
        return self.starts <= (other.ends or date.max) and other.starts <= (self.ends or date.max)


def contradictions(
    held: Sequence[Spell], offered: Sequence[Spell], kinds: Mapping[str, str]
) -> dict[tuple[str, str, date], Spell]:
    """Key of each offered spell that cannot stand -> the spell it contradicts.

    A member belongs to one group of a kind at a time. An offered spell replaces a held one of the same member, group
    and first day. `kinds` gives each group's kind. Spells are taken in the order of their first day.
    """
    replaced = {spell.key for spell in offered}
    standing: dict[tuple[str, str], list[Spell]] = {}
    for spell in held:
        if spell.key not in replaced:
            standing.setdefault((spell.member, kinds[spell.group]), []).append(spell)
    refused = {}
    for spell in sorted(offered, key=lambda s: (s.starts, s.member, s.group)):
        others = standing.setdefault((spell.member, kinds[spell.group]), [])
        clash = next((other for other in others if other.meets(spell)), None)
        if clash:
            refused[spell.key] = clash
        else:
            others.append(spell)
    return refused
