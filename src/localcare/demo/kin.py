"""People who are easily mistaken for one another: twins at one address, and two generations of one name."""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from localcare.demo.draws import Array
from localcare.demo.identity import GIVEN, Identity
from localcare.demo.parameters import parameters
from localcare.demo.people import OUTSIDE, People

ALONE, TWIN, NAMESAKE = 0, 1, 2
KINDS = ("", "twin at the same address", "parent and child of one name at the same address")
GENERATION = (20 * 365, 40 * 365)  # days between the two


def make(rng: np.random.Generator, people: People, identity: Identity) -> Identity:
    """Identities in which some share a home: nobody's birth date, sex or home area changes."""
    rates = parameters()["kin"]
    first, second = _twins(rng, people, rates["twins_share"])
    kin = np.zeros(len(people), np.int8)
    kin[first] = kin[second] = TWIN
    elder, younger = _generations(rng, people, kin, rates["namesakes_share"])
    kin[elder] = kin[younger] = NAMESAKE
    moved, host = np.concatenate([second, younger]), np.concatenate([first, elder])
    given = _other_than(identity.given_name, second, first)
    given[younger] = given[elder]
    return replace(
        identity,
        kin=kin,
        given_name=_with(identity.given_name, given),
        family_name=_like(identity.family_name, moved, host),
        address=_like(identity.address, moved, host),
        postcode=_copied(identity.postcode, moved, host),
    )


def _twins(rng: np.random.Generator, people: People, share: float) -> tuple[Array, Array]:
    """Pairs, none in two, who happen to be born on one day and live in one area: as many as `share` asks, if there."""
    order = np.lexsort((rng.random(len(people)), people.born, people.lsoa))
    a, b = order[0:-1:2], order[1::2]
    alike = (people.born[a] == people.born[b]) & (people.lsoa[a] == people.lsoa[b]) & (people.lsoa[a] != OUTSIDE)
    return _some(rng, a[alike], b[alike], share * len(people) / 2)


def _generations(rng: np.random.Generator, people: People, kin: Array, share: float) -> tuple[Array, Array]:
    order = np.lexsort((rng.random(len(people)), people.sex, people.lsoa))
    a, b = order[0:-1:2], order[1::2]
    apart = np.abs(people.born[a].astype(np.int64) - people.born[b])
    fits = (apart >= GENERATION[0]) & (apart <= GENERATION[1]) & (kin[a] == ALONE) & (kin[b] == ALONE)
    fits &= (people.lsoa[a] == people.lsoa[b]) & (people.sex[a] == people.sex[b]) & (people.lsoa[a] != OUTSIDE)
    return _some(rng, a[fits], b[fits], share * len(people) / 2)


def _some(rng: np.random.Generator, a: Array, b: Array, wanted: float) -> tuple[Array, Array]:
    chosen = rng.permutation(len(a))[: round(wanted)]
    return a[chosen], b[chosen]


def _other_than(names: pa.DictionaryArray, who: Array, others: Array) -> Array:
    """Indices of names in which nobody of `who` has the name of the one in `others`: the next of the same age does."""
    index = names.indices.to_numpy().copy()
    size = len(GIVEN[0][0].split())
    same = who[index[who] == index[others]]
    index[same] = index[same] // size * size + (index[same] + 1) % size
    return index


def _with(column: pa.DictionaryArray, index: Array) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(index.astype(np.int32)), column.dictionary)


def _like(column: pa.DictionaryArray, who: Array, host: Array) -> pa.DictionaryArray:
    return _with(column, _copied(column.indices.to_numpy(), who, host))


def _copied(column: Array, who: Array, host: Array) -> Array:
    copied = column.copy()
    copied[who] = column[host]
    return copied
