"""`field__among=ids`: as `in`, with all ids in one parameter, so that hundreds cost no more than two."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Lookup


class Among(Lookup):
    """For whole numbers: patients, statements. An array on PostgreSQL, a JSON list on SQLite.

    Give a set: Django looks through a list for expressions, one by one.
    """

    lookup_name = "among"

    def get_prep_lookup(self) -> list[int]:
        numbers: Iterable[Any] = self.rhs
        return [int(number) for number in numbers]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        lhs, params = self.process_lhs(compiler, connection)
        numbers = ",".join(map(str, self.rhs))
        if connection.vendor == "postgresql":
            return f"{lhs} = ANY(%s::bigint[])", (*params, f"{{{numbers}}}")
        return f"{lhs} IN (SELECT value FROM json_each(%s))", (*params, f"[{numbers}]")
