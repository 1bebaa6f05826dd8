"""What stands on top of every page about a person, from what is said of them."""

from datetime import date

from localcare.access.banners import Banner
from localcare.access.types import OpenPerson
from localcare.record.types import FlagCategory, Item, Record


def banner_of(person: OpenPerson, told: Record, on: date) -> Banner:
    """Allergies and decisions in red, needs plainly, and alerts for staff; sealed ones that the viewer sees say so."""
    red = [f"Allergy: {_marked(person, item)}" for item in told.allergies()]
    red += [f"CPR and escalation: {_marked(person, item)}" for item in told.flags(on, FlagCategory.ESCALATION)]
    needs = [f"Needs: {_marked(person, item)}" for item in told.flags(on, FlagCategory.ADJUSTMENT)]
    deaths = [item.display for item in told.flags(on, FlagCategory.DEATH)]
    private = [": ".join(filter(None, (_marked(person, item), item.value))) for item in told.private_flags(on)]
    return Banner(tuple(red), (*deaths, *_without_allergies(person, told), *needs), tuple(private))


def _marked(person: OpenPerson, item: Item) -> str:
    return f"{item.display} (sealed)" if person.seal_on(item.reference) else item.display


def _without_allergies(person: OpenPerson, told: Record) -> list[str]:
    if told.allergies():
        return []
    if person.sharing.only_of:
        return ["Allergies told by others are not shown"]
    # What is sealed may be an allergy: silence about it is no answer.
    untold = ["Entries are sealed: an allergy may be among them"] if person.hidden else ["No allergy told to us"]
    return [item.display for item in told.no_known_allergies()[:1]] or untold
