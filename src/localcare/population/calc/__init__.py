"""The calculations of a run: pure functions, Ibis tables of an edition in, Ibis tables or frozen results out."""
