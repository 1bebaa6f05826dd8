"""`field__among=values`: as `in`, with all values in one parameter, so that hundreds cost no more than two."""

import json
from collections.abc import Callable, Collection
from typing import Any

from django.db.models import Lookup

from localcare.base.prepared import Argument


class Among(Lookup):
    """Whole numbers (patients, statements) or words (pseudonyms): an array on PostgreSQL, a JSON list on SQLite.

    Give a set: Django looks through a list for expressions, one by one.
    """

    lookup_name = "among"
    array = "text[]"
    one: Callable[[Any], Any] = str

    def get_prep_lookup(self) -> Any:
        return self.rhs

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        lhs, params = self.process_lhs(compiler, connection)
        postgresql = connection.vendor == "postgresql"
        shape = self.in_array if postgresql else self.in_json
        values: Any = Argument(self.rhs.name, shape) if isinstance(self.rhs, Argument) else shape(self.rhs)
        test = f"= ANY(%s::{self.array})" if postgresql else "IN (SELECT value FROM json_each(%s))"
        return f"{lhs} {test}", (*params, values)

    @classmethod
    def in_json(cls, values: Collection[Any]) -> str:
        return json.dumps([cls.one(value) for value in values])

    @classmethod
    def in_array(cls, values: Collection[Any]) -> Any:
        return [cls.one(value) for value in values]


class AmongNumbers(Among):
    array = "bigint[]"
    one = int

    @classmethod
    def in_array(cls, values: Collection[Any]) -> str:
        # As text: the driver needs far longer for a list of numbers.
        return f"{{{','.join(map(str, map(int, values)))}}}"
