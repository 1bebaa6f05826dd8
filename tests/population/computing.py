"""A run worked out once a process, for the modules that only read what comes of it."""

from localcare.dataset.editions import Edition
from localcare.places import queries as places
from localcare.population import actions
from localcare.population.actions import Computed

_done: dict[tuple, Computed] = {}


def computed(edition: Edition) -> Computed:
    """What `actions.compute` gives for an edition under today's clusters, without definitions of one's own."""
    clusters = {code: group.code for code, group in places.cluster_table(edition.as_at).items()}
    key = (edition.folder, *sorted(clusters.items()))
    if key not in _done:
        _done[key] = actions.compute(edition)
    return _done[key]
