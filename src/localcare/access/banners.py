"""The strip on top of every page about a person: the few facts to be read before anything is done.

`record` says them when Django starts, as rooms fill `base.links`: pages of rooms below it carry the strip as well.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from localcare.access.types import Basis, Capability, OpenPerson, Viewer
from localcare.base import links


@dataclass(frozen=True)
class Banner:
    """`alerts` in red, `notes` plainly, and what only staff may read: one press away, never on paper.

    `unplanned`: the address of the unplanned view, one press from every page; empty for who may not see it.
    """

    alerts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    private: tuple[str, ...] = ()
    unplanned: str = ""


_tellers: list[Callable[[OpenPerson], Banner]] = []


def fill(tell: Callable[[OpenPerson], Banner]) -> None:
    """Say who tells what stands in the banner."""
    _tellers[:] = [tell]


def of(viewer: Viewer, person: OpenPerson) -> Banner:
    """What the banner of a person whom the gate opened says to this viewer: nothing clinical to who sees no records.

    Whoever a practice named for its list learns who somebody is, and nothing of the record.
    """
    if person.decision.basis is Basis.NAMED:
        return Banner()
    if not (viewer.can(Capability.VIEW_PERSON) or viewer.can(Capability.VIEW_UNPLANNED)):
        return Banner()
    return leading_on(viewer, person, _tellers[0](person))


def leading_on(viewer: Viewer, person: OpenPerson, banner: Banner) -> Banner:
    """The banner, leading on to the unplanned view where this viewer may see it."""
    may = viewer.can(Capability.VIEW_UNPLANNED)
    return replace(banner, unplanned=links.url("person_unplanned", person.id)) if may else banner
