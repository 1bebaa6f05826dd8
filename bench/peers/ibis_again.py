"""The core question by expressions whose SQL was made for an earlier question of this process."""

from functools import cache

from bench.peers.ibis_core import ask, compose
from localcare.dataset.editions import Edition

composed = cache(compose)


def answer(edition: Edition) -> dict:
    return ask(edition, composed(edition.as_at))
