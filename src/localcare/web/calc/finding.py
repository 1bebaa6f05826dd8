"""Reads what somebody typed into *Find a person*: always two identifiers."""

import re
from dataclasses import dataclass
from datetime import date, datetime

MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
NUMBER = re.compile(r"(?<!\d)(\d{3})[ -]?(\d{3})[ -]?(\d{4})(?!\d)")
DATES = (
    (re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b"), "%Y-%m-%d"),
    (re.compile(r"\b(\d{1,2})[/. ](\d{1,2})[/. ](\d{4})\b"), "%d-%m-%Y"),
)
IN_WORDS = re.compile(r"\b(\d{1,2}) ([a-z]{3})[a-z]* (\d{4})\b", re.IGNORECASE)


@dataclass(frozen=True)
class Sought:
    nhs_number: str = ""
    family_name: str = ""
    birth_date: date | None = None


def read(text: str) -> Sought:
    """NHS number, date of birth and name as far as they stand in the text; which words are the family name is not told
    by the text: whoever searches compares."""
    birth_date, rest = _date(text)
    number = NUMBER.search(rest)
    if number:
        return Sought("".join(number.groups()), "", birth_date)
    words = re.findall(r"[^\W\d_][\w'\u2019-]*,?", rest)
    return Sought("", " ".join(words).strip(","), birth_date)


def _date(text: str) -> tuple[date | None, str]:
    for pattern, form in DATES:
        found = pattern.search(text)
        if found:
            return _parsed("-".join(found.groups()), form), text.replace(found.group(0), " ")
    found = IN_WORDS.search(text)
    if found and found.group(2).lower() in MONTHS:
        day, month, year = found.groups()
        number = MONTHS.index(month.lower()) + 1
        return _parsed(f"{day}-{number}-{year}", "%d-%m-%Y"), text.replace(found.group(0), " ")
    return None, text


def _parsed(text: str, form: str) -> date | None:
    try:
        return datetime.strptime(text, form).date()  # noqa: DTZ007 - a date has no zone
    except ValueError:
        return None
