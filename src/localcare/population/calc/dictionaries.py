"""What the bits of a mask and the columns of scores mean, as tables beside a run's results."""

import ibis
import pandas as pd
from ibis import ir

from localcare.population.calc import risk
from localcare.population.definitions import Definitions


def conditions(definitions: Definitions) -> ir.Table:
    """Out: bit, condition, label, long_term."""
    rows = [(c.bit, c.key, c.label, c.long_term) for c in definitions.conditions.all]
    schema = {"bit": "int8", "condition": "string", "label": "string", "long_term": "bool"}
    return ibis.memtable(pd.DataFrame(rows, columns=list(schema)), schema=ibis.schema(schema))


def scores(definitions: Definitions) -> ir.Table:
    """Out: score, label, version, source, licence."""
    rows = [(s.key, s.label, s.version, s.source, s.licence) for s in definitions.scores]
    schema = {"score": "string", "label": "string", "version": "int8", "source": "string", "licence": "string"}
    return ibis.memtable(pd.DataFrame(rows, columns=list(schema)), schema=ibis.schema(schema))


def coefficients(model: risk.Model | None) -> ir.Table:
    """Out: predictor, first, below, coefficient, mean; no row without a model."""
    rows = (
        [
            {"predictor": t.predictor, "first": t.first, "below": t.below, "coefficient": c, "mean": m}
            for t, c, m in zip(model.terms, model.coefficients, model.means, strict=True)
        ]
        if model
        else []
    )
    schema = {"predictor": "string", "first": "int32", "below": "int32", "coefficient": "float64", "mean": "float64"}
    frame = pd.DataFrame(rows, columns=list(schema)).astype({"first": "Int32", "below": "Int32"})
    return ibis.memtable(frame, schema=ibis.schema(schema))
