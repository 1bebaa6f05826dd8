"""Names as people type them: case, accents, apostrophes, hyphens and spaces make no difference."""

import unicodedata

# Letters that have no accent to take away.
PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe"})


def folded(name: str) -> str:
    """A name's letters alone, in one case: `O'Neill`, `O\N{RIGHT SINGLE QUOTATION MARK}NEILL` and `o neill` are one."""
    plain = unicodedata.normalize("NFKD", name.casefold()).translate(PLAIN)
    return "".join(letter for letter in plain if letter.isalpha())


def possible_family_names(typed: str) -> set[str]:
    """What the family name may be, folded, in a name typed as one: what stands before a comma, or any last words."""
    before, comma, _ = typed.partition(",")
    words = (before if comma else typed).split()
    return {folded(" ".join(words[n:])) for n in range(len(words))} - {""}
