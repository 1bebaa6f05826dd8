"""Names, addresses and NHS numbers that are synthetic beyond doubt.

NHS numbers begin with 999, which is kept for tests; family names and streets are made up from syllables; postcodes
begin with ZZ, an area Royal Mail does not use; telephone numbers are of the range Ofcom keeps for drama.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from localcare.demo.draws import Array
from localcare.demo.people import OUTSIDE, People

FIRST_SYLLABLES = "Ash Bram Cald Drum Eld Fen Garth Hazel Ingle Jack Kel Lind Mar Nettle Orchard Pebble Quill Rook "
FIRST_SYLLABLES += "Sorrel Thistle Umber Velvet Willow Yarrow Zephyr"
LAST_SYLLABLES = "beck bridge brook combe dale field ford gate ham hollow hurst ley mere moor reed shaw stead stone "
LAST_SYLLABLES += "thorn wick wood worth"
STREETS = ("Way", "Lane", "Close", "Road", "Gardens", "Walk")
TOWNS = ("Exampleton", "Sampleford", "Mockbridge", "Testwell", "Demoham", "Trialhurst")
GIVEN = {  # by sex and by birth before 1940, 1940 to 1969, 1970 to 1999, from 2000
    0: (
        "Arthur George Albert Stanley Walter Harold Ronald Kenneth Dennis Ernest",
        "John David Michael Peter Robert Alan Colin Barry Keith Stephen",
        "Paul Andrew Mark Christopher James Daniel Matthew Simon Adam Ryan",
        "Oliver Jack Harry Noah Leo Alfie Oscar Theo Archie Mohammed",
    ),
    1: (
        "Doris Winifred Edna Vera Hilda Phyllis Joan Irene Joyce Marjorie",
        "Margaret Patricia Susan Christine Linda Carol Janet Ann Jean Katherine",
        "Sarah Nicola Claire Emma Rebecca Laura Kelly Hannah Gemma Catherine",
        "Olivia Amelia Isla Ava Mia Ivy Lily Freya Evie Aisha",
    ),
}
ERAS = (1940, 1970, 2000)
INWARD = "ABDEFGHJLNPQRSTUWXYZ"  # letters that inward codes use
POSTCODES_PER_HOME_AREA = 4
WEIGHTS = (10, 9, 8, 7, 6, 5, 4, 3, 2)


@dataclass(frozen=True)
class Identity:
    """Columns by person, and the valid NHS numbers that nobody has."""

    nhs_number: Array
    unused: Array
    family_name: pa.DictionaryArray
    given_name: pa.DictionaryArray
    address: pa.DictionaryArray
    town: pa.DictionaryArray
    postcode: Array  # index into postcodes
    postcodes: pa.Array
    phone: pa.Array
    kin: Array  # index into kin.KINDS


def valid_numbers() -> Array:
    """All NHS numbers of the test range 999 with their check digit (modulus 11)."""
    middle = np.arange(1_000_000)
    digits = [9, 9, 9, *(middle // 10**place % 10 for place in range(5, -1, -1))]
    check = (11 - sum(weight * digit for weight, digit in zip(WEIGHTS, digits, strict=True)) % 11) % 11
    return (9_990_000_000 + middle * 10 + check)[check != 10]


def make(rng: np.random.Generator, people: People, home_areas: int) -> Identity:
    n = len(people)
    numbers = rng.permutation(valid_numbers())
    home = np.where(people.lsoa == OUTSIDE, home_areas, people.lsoa).astype(np.int64)
    household = rng.integers(0, 200, n)
    names = [first + last for first in FIRST_SYLLABLES.split() for last in LAST_SYLLABLES.split()]
    return Identity(
        nhs_number=numbers[:n],
        unused=numbers[n:],
        family_name=_pick(rng, names, n),
        given_name=_given(rng, people),
        address=_addresses(rng, names, household),
        town=_dictionary(home % len(TOWNS), list(TOWNS)),
        postcode=home * POSTCODES_PER_HOME_AREA + household % POSTCODES_PER_HOME_AREA,
        postcodes=pa.array([_postcode(number) for number in range((home_areas + 1) * POSTCODES_PER_HOME_AREA)]),
        phone=_phones(rng, n),
        kin=np.zeros(n, np.int8),
    )


def _dictionary(index: Array, values: list[str]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(index.astype(np.int32)), pa.array(values))


def _pick(rng: np.random.Generator, values: list[str], n: int) -> pa.DictionaryArray:
    return _dictionary(rng.integers(0, len(values), n), values)


def _given(rng: np.random.Generator, people: People) -> pa.DictionaryArray:
    pools = [pool.split() for sex in (0, 1) for pool in GIVEN[sex]]
    year = people.born.astype("datetime64[D]").astype("datetime64[Y]").astype(int) + 1970
    pool = people.sex * (len(ERAS) + 1) + np.searchsorted(ERAS, year, "right")
    size = len(pools[0])
    return _dictionary(pool * size + rng.integers(0, size, len(people)), [name for names in pools for name in names])


def _addresses(rng: np.random.Generator, names: list[str], household: Array) -> pa.DictionaryArray:
    streets = [f"{rng.choice(names)} {kind}" for kind in STREETS for _ in range(20)]
    values = [f"{house + 1} {street}" for street in streets for house in range(200)]
    return _dictionary(rng.integers(0, len(streets), len(household)) * 200 + household, values)


def _postcode(number: int) -> str:
    letter, second = number // 9 % len(INWARD), number // (9 * len(INWARD))
    return f"ZZ{10 + second} {number % 9 + 1}{INWARD[letter]}{INWARD[(letter + 7) % len(INWARD)]}"


def _phones(rng: np.random.Generator, n: int) -> pa.Array:
    values = pa.array([f"07700 900{last:03d}" for last in range(1000)])
    return pa.DictionaryArray.from_arrays(pa.array(rng.integers(0, 1000, n).astype(np.int32)), values)
