"""The slow, obvious second version of the model: the weight of a pair, and what becomes of a row's candidates."""

import math
from collections.abc import Mapping, Sequence

Side = Mapping[str, str | None]


def weight(
    row: Side,
    person: Side,
    m: Mapping[tuple[str, str], float],
    u: Mapping[tuple[str, str], float],
    common: Mapping[str, Mapping[str, float]],
    prior: float,
) -> float:
    """Log2 of the odds that row and person belong together (Fellegi and Sunter), names by how common they are."""
    total = math.log2(prior / (1 - prior))
    for comparison, level in levels(row, person):
        chance = u[comparison, level]
        if comparison in common and level == "same":
            chance = common[comparison].get(row[comparison], common[comparison].get(person[comparison]))
        total += math.log2(m[comparison, level] / chance)
    return total


def levels(row: Side, person: Side) -> list[tuple[str, str]]:
    """The level that each comparison reaches, for those of which both sides are known."""
    found = [(name, _LEVELS[name](row, person)) for name in _LEVELS if row[name] and person[name]]
    same_place = row["postcode"] and row["postcode"] == person["postcode"]
    return [(name, level) for name, level in found if not (name == "practice" and same_place)]


def contradicted(row: Side, person: Side) -> bool:
    return any(level == "differs" and name in ("birth", "sex", "given") for name, level in levels(row, person))


def _number(row: Side, person: Side) -> str:
    if row["valid"]:
        return "somebody else's"
    slip = distance(row["number"], person["number"]) <= 1
    return "one digit or two neighbours differ" if slip else "fails its check digit and differs"


def _birth(row: Side, person: Side) -> str:
    a, b = row["birth"], person["birth"]
    year, month, day = b.split("-")
    if a == b:
        return "same"
    if a == f"{year}-{day}-{month}":
        return "day and month changed over"
    return "one digit differs" if sum(x != y for x, y in zip(a, b, strict=True)) == 1 else "differs"


def _family(row: Side, person: Side) -> str:
    if row["family"] == person["family"]:
        return "same"
    return "alike" if jaro_winkler(row["family"], person["family"]) >= 0.9 else "differs"


def _given(row: Side, person: Side) -> str:
    if row["given"] == person["given"]:
        return "same"
    if len(row["given"]) == 1 and person["given"].startswith(row["given"]):
        return "initial"
    return "alike" if jaro_winkler(row["given"], person["given"]) >= 0.85 else "differs"


def _equal(name: str):
    return lambda row, person: "same" if row[name] == person[name] else "differs"


_LEVELS = {
    "number": _number,
    "birth": _birth,
    "sex": _equal("sex"),
    "postcode": _equal("postcode"),
    "practice": _equal("practice"),
    "family": _family,
    "given": _given,
}


def distance(a: str, b: str) -> int:
    """Changes, insertions, omissions of a letter and exchanges of two neighbours that make `a` into `b`."""
    table = {(i, 0): i for i in range(len(a) + 1)} | {(0, j): j for j in range(len(b) + 1)}
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            steps = [table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (a[i - 1] != b[j - 1])]
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                steps.append(table[i - 2, j - 2] + 1)
            table[i, j] = min(steps)
    return table[len(a), len(b)]


def jaro_winkler(a: str, b: str) -> float:
    """Winkler's 1990 form of Jaro's measure: letters in common within half a length, then a start in common."""
    reach = max(len(a), len(b)) // 2 - 1
    taken: list[int] = []
    for i, letter in enumerate(a):
        near = (j for j in range(max(0, i - reach), min(len(b), i + reach + 1)) if j not in taken and b[j] == letter)
        taken.append(next(near, -1))
    of_a = [letter for letter, j in zip(a, taken, strict=True) if j >= 0]
    of_b = [b[j] for j in sorted(j for j in taken if j >= 0)]
    if not of_a:
        return 0
    moved = sum(x != y for x, y in zip(of_a, of_b, strict=True)) // 2
    jaro = (len(of_a) / len(a) + len(of_a) / len(b) + (len(of_a) - moved) / len(of_a)) / 3
    start = next((k for k in range(4) if a[k : k + 1] != b[k : k + 1] or k >= min(len(a), len(b))), 4)
    return jaro + start * 0.1 * (1 - jaro) if jaro > 0.7 else jaro


def decide(
    scored: Sequence[tuple[int, int, float, bool]], rows: Sequence[int], threshold: float
) -> dict[int, tuple[str, int | None]]:
    """What becomes of each row, and who it is linked to; `scored` is (row, person, weight, contradicted)."""
    return {row: _of_row([s[1:] for s in scored if s[0] == row], threshold) for row in rows}


def _of_row(candidates: Sequence[tuple[int, float, bool]], threshold: float) -> tuple[str, int | None]:
    best: dict[int, tuple[float, bool]] = {}
    for person, bits, against in candidates:
        most, all_against = best.get(person, (bits, True))
        best[person] = max(bits, most), against and all_against
    if not best:
        return "nobody", None
    odds = {person: 2.0**bits for person, (bits, _) in best.items()}
    everything = 1 + sum(odds.values())
    first = max(odds, key=lambda person: odds[person])
    if (everything - 1) / everything < threshold:
        return "unlike", None
    if odds[first] / everything < threshold:
        return "several", None
    return ("contradicted", None) if best[first][1] else ("linked", first)
