"""One independent stream of randomness per part, so that a change in one part leaves the others as they were."""

from zlib import crc32

import numpy as np


class Streams(dict[str, np.random.Generator]):
    """Generators by the name of the part, each spawned from the seed and the name."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.seed = seed

    def __missing__(self, name: str) -> np.random.Generator:
        made = np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(crc32(name.encode()),)))
        self[name] = made
        return made
