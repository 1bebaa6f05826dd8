"""Who was told, agreed or answered about a person, pure: one vocabulary for every room that asks it.

Under 16 somebody with parental responsibility answers, or the child whom a clinician judged competent (Gillick). From
16 the person does, or, where they lack capacity for this, who decides for them under the Mental Capacity Act 2005.
"""

from datetime import date
from enum import StrEnum

ADULT_FROM = 16


class Answering(StrEnum):
    NOT_YET = "not_yet"
    PERSON = "person"
    PERSON_AND_CARER = "person_and_carer"
    PARENT = "parent"
    COMPETENT_CHILD = "competent_child"
    ATTORNEY = "attorney"
    BEST_INTERESTS = "best_interests"


LABELS = {
    Answering.NOT_YET: "Nobody yet",
    Answering.PERSON: "The person",
    Answering.PERSON_AND_CARER: "The person, together with somebody they chose",
    Answering.PARENT: "Somebody with parental responsibility",
    Answering.COMPETENT_CHILD: "The child, whom a clinician judged competent to decide this (Gillick)",
    Answering.ATTORNEY: "Attorney or deputy for health and welfare",
    Answering.BEST_INTERESTS: "Best-interests decision (the person lacks capacity to decide this)",
}
OF_ADULTS = (Answering.PERSON, Answering.PERSON_AND_CARER, Answering.ATTORNEY, Answering.BEST_INTERESTS)
OF_CHILDREN = (Answering.PARENT, Answering.COMPETENT_CHILD, Answering.BEST_INTERESTS)
UNDER_16 = (
    "They are under 16. Choose somebody with parental responsibility, or the child themselves where a clinician judged "
    "them competent to decide this."
)
FROM_16 = "They are 16 or older. Choose the person, or, where they lack capacity, who decides for them."
# Who cannot stand without words, and what to write.
WORDS_NEEDED = {
    Answering.COMPETENT_CHILD: "Say which clinician judged the child competent to decide this.",
    Answering.BEST_INTERESTS: "Say who was consulted for the best-interests decision.",
}


def age_on(born: date, on: date) -> int:
    """Age in completed years; somebody born on 29 February has their birthday on 1 March in other years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def is_child(age: int | None) -> bool:
    return age is not None and age < ADULT_FROM


def possible(age: int | None) -> tuple[Answering, ...]:
    """Who may answer for somebody of this age, besides nobody yet; anybody where the age is not known."""
    if age is None:
        return (*OF_ADULTS[:2], *OF_CHILDREN[:2], *OF_ADULTS[2:])
    return OF_CHILDREN if is_child(age) else OF_ADULTS


def fault(who: str, words: str, age: int | None) -> str:
    """Why this answer cannot stand for somebody of this age, with the next step; empty where it can."""
    if who not in list(Answering):
        return "Choose who it was."
    answering = Answering(who)
    if answering is not Answering.NOT_YET and answering not in possible(age):
        return UNDER_16 if is_child(age) else FROM_16
    return "" if words.strip() else WORDS_NEEDED.get(answering, "")


def named(who: str, words: str) -> str:
    """Who it was, as a list or a table says it; empty where nothing was said."""
    words = words.strip()
    match who:
        case Answering.PARENT:
            return f"{words} (parental responsibility)" if words else "somebody with parental responsibility"
        case Answering.COMPETENT_CHILD:
            return f"the child (judged competent by {words})" if words else "the child, judged competent"
        case Answering.BEST_INTERESTS:
            return f"best-interests decision; consulted: {words}" if words else "best-interests decision"
        case "":
            return ""
    label = LABELS[Answering(who)]
    return f"{label[0].lower()}{label[1:]}" + (f" ({words})" if words else "")


def told(who: str, words: str) -> str:
    """Whether and whom somebody told, as a sentence."""
    if who in ("", Answering.NOT_YET):
        return "The person has not been told yet."
    text = named(who, words)
    if who == Answering.BEST_INTERESTS:
        return f"{text[0].upper()}{text[1:]}."
    return "The person was told." if text == "the person" else f"{text[0].upper()}{text[1:]} was told."
