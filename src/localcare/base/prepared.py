"""Reads whose SQL is composed once: the ORM writes it the first time, later calls only put their values in.

Composing took half of a page's time, 0.5 ms a read, and a page has thirty. Use it for reads that every page asks.
"""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache, wraps
from inspect import signature
from typing import Any, NoReturn, ParamSpec

from django.db import connections
from django.db.models import Expression, QuerySet, Value
from django.db.models.sql.compiler import SQLCompiler

P = ParamSpec("P")


@dataclass(frozen=True, eq=False)
class Placeholder:
    """What the function that builds the query is given for an argument: fit to compare with, not to decide by."""

    name: str

    def __bool__(self) -> NoReturn:
        raise TypeError(f"a prepared read is composed once: it cannot choose its rows by the value of {self.name!r}")

    def resolve_expression(self, *_: Any, **__: Any) -> "Argument":
        return Argument(self.name)


class Argument(Expression):
    """The place of an argument in the composed SQL."""

    def __init__(self, name: str, shape: Callable[[Any], Any] | None = None) -> None:
        super().__init__()
        self.name = name
        self.shape = shape

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)


def prepared(build: Callable[P, QuerySet[Any]]) -> Callable[P, list[Any]]:
    """Make a function that builds a query set into one that returns its rows, composing the SQL once a database.

    Its arguments may only be compared with: `field=value`, `field__lte=value`, `field__among=values`. A prepared read
    raises ValueError for None, which SQL never finds equal to anything, and TypeError where a value would choose the
    shape of the query.
    """
    names = tuple(signature(build).parameters)
    compose: Callable[..., QuerySet[Any]] = build

    @cache
    def composed(alias: str) -> tuple[QuerySet[Any], SQLCompiler, str, tuple[Any, ...]]:
        rows = compose(*(Placeholder(name) for name in names)).using(alias)
        compiler = rows.query.get_compiler(using=alias)
        sql, params = compiler.as_sql()
        return rows, compiler, sql, tuple(params)

    @wraps(build)
    def read(*args: P.args, **kwargs: P.kwargs) -> list[Any]:
        values = dict(zip(names, args, strict=False)) | kwargs
        if len(values) != len(names):
            raise TypeError(f"{build.__name__} takes {', '.join(names)}")
        rows, compiler, sql, params = composed("default")
        bound = copy.copy(compiler)
        bound.connection = connections["default"]
        put_in = (sql, tuple(_value(param, values, bound.connection) for param in params))
        bound.as_sql = lambda *_, **__: put_in  # type: ignore[method-assign]
        found = rows.all()
        found.query.get_compiler = lambda *_, **__: bound  # type: ignore[method-assign]
        return list(found)

    return read


def _value(param: Any, values: Mapping[str, Any], connection: Any) -> Any:
    if not isinstance(param, Argument):
        return param
    value = values[param.name]
    if value is None:
        raise ValueError(f"a prepared read cannot look for None: {param.name!r}")
    if param.shape:
        return param.shape(value)
    return connection.ops.adapt_unknown_value(value.value if isinstance(value, Enum) else value)


def in_all(rows: QuerySet[Any], *counts: Expression) -> QuerySet[Any]:
    """One row with counts over all rows, as `aggregate` gives them, but as a query set that can be prepared."""
    whole = rows.order_by().annotate(whole=Value(1)).values("whole")
    names = [f"count_{n}" for n in range(len(counts))]
    return whole.annotate(**dict(zip(names, counts, strict=True))).values_list(*names)
