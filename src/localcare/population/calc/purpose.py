"""What may be used for what: rows of a source count only where law and the practice allow that purpose."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ibis import ir

from localcare.dataset import contract

PLANNING, RISK = "planning", "risk_stratification"


@dataclass(frozen=True)
class Permitted:
    """The tables as a purpose may see them, and the practices (dense numbers) lost by source."""

    tables: Mapping[str, ir.Table]
    lost: Mapping[str, frozenset[int]]


def agreed(agreement: ir.Table, purpose: str) -> dict[str, frozenset[int]]:
    """Practices (dense numbers) whose agreement for the purpose is in force, by source."""
    rows = agreement.filter(agreement.purpose == purpose).select("source", "practice").to_pandas()
    return {source: frozenset(map(int, held)) for source, held in rows.groupby("source")["practice"]}


def permitted(tables: Mapping[str, ir.Table], purpose: str, barred: Collection[str] = ()) -> Permitted:
    """Tables of an edition without the rows whose practice did not agree to the purpose for their source.

    Of sources that are `barred`, which no practice can agree to for this purpose, no row is left.
    A practice with no agreement for the purpose at all is not named as lost: it is not part of the purpose.
    """
    by_source = agreed(tables["agreement"], purpose)
    takes_part = frozenset().union(*by_source.values()) if by_source else frozenset()
    sources = {t.name: t.source for t in contract.load().tables.values() if t.source}
    lost = {source: takes_part - by_source.get(source, frozenset()) for source in set(sources.values()) - set(barred)}
    kept = dict(tables)
    for name, source in sources.items():
        if source in barred:
            kept[name] = tables[name].limit(0)
        elif lost[source]:
            without = tables["person"].filter(tables["person"].practice.isin(sorted(lost[source]))).select("person")
            kept[name] = tables[name].anti_join(without, "person")
    return Permitted(kept, {source: practices for source, practices in lost.items() if practices})
