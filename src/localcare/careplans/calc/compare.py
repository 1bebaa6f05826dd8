"""Which words one text has and another has not. Pure."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal


@dataclass(frozen=True)
class Piece:
    """A run of words that both texts have, or only the later (`added`), or only the earlier (`taken`)."""

    kind: Literal["same", "added", "taken"]
    text: str


def words(before: str, after: str) -> list[Piece]:
    """Both texts as runs of words, in reading order; what was taken stands before what was added in its place.

    The `same` and `taken` pieces joined are the earlier text, the `same` and `added` ones the later. Ratcliff and
    Obershelp's matching (difflib), on words with the spaces that follow them.
    """
    old, new = _tokens(before), _tokens(after)
    pieces: list[Piece] = []
    for kind, a, b, c, d in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece("same", "".join(old[a:b])))
            continue
        pieces += [Piece("taken", "".join(old[a:b]))] if a < b else []
        pieces += [Piece("added", "".join(new[c:d]))] if c < d else []
    return pieces


def _tokens(text: str) -> list[str]:
    return re.findall(r"\S+\s*|\s+", text)
