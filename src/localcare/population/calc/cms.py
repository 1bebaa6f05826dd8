"""Cambridge Multimorbidity Score: Payne et al., CMAJ 2020;192:E107-E114, 37 conditions."""

import ibis
from ibis import ir

from localcare.population.definitions import Cms


def score(mask: ir.IntegerValue, cms: Cms) -> ir.FloatingValue:
    """The sum of the weights of the conditions a mask holds; a condition that cannot be computed adds nothing.

    `cms.items` names those that are missing or computed in part; the score must be shown with them.
    """
    parts = [ibis.cases(((mask & item.mask) != 0, item.weight), else_=0.0) for item in cms.items if item.mask]
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total.round(2)
