"""Masks: functions that DuckDB and Spark both have under one name, which Ibis carries to DuckDB only."""

import ibis


@ibis.udf.scalar.builtin
def bit_count(mask: int) -> int:  # type: ignore[empty-body]
    """How many bits are set."""


@ibis.udf.agg.builtin
def bit_or(mask: int) -> int:  # type: ignore[empty-body]
    """The bits of all rows together; takes `where` as every aggregate does, and is null where no row is meant."""
