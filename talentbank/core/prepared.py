"""Queries whose SQL is written once. For what every call asks, Django's writing costs more than the database's work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet

MARKERS: dict[type, Callable[[int], Any]] = {
    UUID: lambda number: uuid4(),
    str: lambda number: uuid4().hex,
    date: lambda number: date(1000, 1, 1) + timedelta(days=number),
}
"""Values that stand in no query by chance, to find the places of what is given at each call."""


@dataclass(frozen=True, slots=True)
class _Written:
    """parameters : values that stay, and names of what is given, each with whether it is a name"""

    compiler: Any
    sql: str
    parameters: tuple[tuple[bool, Any], ...]


class Prepared:
    """A query of values as a function: its rows, as `list(make(**given))` has them."""

    def __init__(self, make: Callable[..., QuerySet[Any, Any]], **types: type) -> None:
        """make : the query for values of these names and types, the same but for them"""
        self._make, self._types = make, types

    def __call__(self, **given: Any) -> list[tuple[Any, ...]]:
        connection = connections[DEFAULT_DB_ALIAS]
        kept: dict[Prepared, _Written] = vars(connection).setdefault("_prepared", {})
        written = kept.get(self)
        if written is None:
            written = kept[self] = self._written(connection)
        adapted = {name: _adapted(value, connection) for name, value in given.items()}
        with connection.cursor() as cursor:
            cursor.execute(written.sql, [adapted[each] if named else each for named, each in written.parameters])
            rows = cursor.fetchall()
        return list(written.compiler.results_iter([rows], tuple_expected=True))

    def _written(self, connection: Any) -> _Written:
        """:raises ValueError: one of the names is nowhere in the query."""
        markers = {name: MARKERS[of](number) for number, (name, of) in enumerate(self._types.items())}
        names = {_adapted(marker, connection): name for name, marker in markers.items()}
        compiler = self._make(**markers).query.get_compiler(DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        places = tuple((True, names[each]) if _is_in(each, names) else (False, each) for each in parameters)
        if absent := self._types.keys() - {each for named, each in places if named}:
            raise ValueError(f"nowhere in the query: {sorted(absent)}")
        return _Written(compiler, sql, places)


def _adapted(value: Any, connection: Any) -> Any:
    """As fields give it to the database."""
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    return connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value


def _is_in(value: Any, names: dict[Any, str]) -> bool:
    return isinstance(value, UUID | str | date) and value in names
