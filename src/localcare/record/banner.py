"""What stands on top of every page about a person, from what is said of them."""

from datetime import date

from localcare.access.banners import Banner
from localcare.record.types import FlagCategory, Record


def banner_of(told: Record, on: date) -> Banner:
    """Allergies and decisions in red, needs plainly, and alerts for staff."""
    red = [f"Allergy: {item.display}" for item in told.allergies()]
    red += [f"CPR and escalation: {item.display}" for item in told.flags(on, FlagCategory.ESCALATION)]
    needs = [f"Needs: {item.display}" for item in told.flags(on, FlagCategory.ADJUSTMENT)]
    deaths = [item.display for item in told.flags(on, FlagCategory.DEATH)]
    private = [": ".join(filter(None, (item.display, item.value))) for item in told.private_flags(on)]
    return Banner(tuple(red), (*deaths, *_without_allergies(told), *needs), tuple(private))


def _without_allergies(told: Record) -> list[str]:
    if told.allergies():
        return []
    return [item.display for item in told.no_known_allergies()[:1]] or ["No allergy told to us"]
