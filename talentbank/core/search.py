"""Staff's search by a part of a text: width, case, hiragana or katakana and spaces make no difference.

The database folds its columns as Python folds the query, so that one query finds a name in any spelling of it: SQLite
by the functions of this file, PostgreSQL by its own.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, Q, TextField
from django.db.models.lookups import Contains

KATAKANA = "".join(chr(code) for code in range(ord("ァ"), ord("ヶ") + 1))
HIRAGANA = "".join(chr(code) for code in range(ord("ぁ"), ord("ゖ") + 1))
SPACES = " \t\r\n"
"""What is left of spaces after NFKC, which makes those of full width plain."""
SEPARATORS = frozenset(SPACES + "-‐‒–—―−ー()+./")
"""What people write between the digits of a number, after NFKC. `ー` is what a Japanese keyboard gives for a hyphen."""
TABLE = str.maketrans(KATAKANA, HIRAGANA, SPACES)


def search_folded(text: str | None) -> str:
    """NFKC in small letters and hiragana, without spaces: ﾔﾏﾀﾞ ハル and やまだはる are one."""
    return unicodedata.normalize("NFKC", text or "").lower().translate(TABLE)


def search_digits(text: str | None) -> str:
    """The digits of a text, of full width or not."""
    return "".join(each for each in unicodedata.normalize("NFKC", text or "") if each in "0123456789")


class Folded(Func):
    """`search_folded` of a column."""

    function = "search_folded"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "translate(lower(normalize(%(expressions)s, NFKC)), '%(given)s', '%(folded)s')"
        given = KATAKANA + SPACES  # what has no counterpart in the second list is dropped
        return self.as_sql(compiler, connection, template=template, given=given, folded=HIRAGANA, **context)


class Digits(Func):
    """`search_digits` of a column."""

    function = "search_digits"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "regexp_replace(normalize(%(expressions)s, NFKC), '[^0-9]', '', 'g')"
        return self.as_sql(compiler, connection, template=template, **context)


def functions_add(connection: BaseDatabaseWrapper, **signal: Any) -> None:
    """Give a new connection to SQLite the functions; the receiver of Django's `connection_created`."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("search_folded", 1, search_folded, deterministic=True)
        connection.connection.create_function("search_digits", 1, search_digits, deterministic=True)


def rows_with(text: str, *, words: Iterable[str], numbers: Iterable[str]) -> Q:
    """Rows with the text in a column of words, or with its digits in a column of numbers if it is a number."""
    found = _any(Folded, words, search_folded(text))
    digits = search_digits(text) if _is_number(text) else ""
    return found | _any(Digits, numbers, digits) if digits else found


def _any(fold: type[Func], columns: Iterable[str], wanted: str) -> Q:
    found = Q()
    for column in columns:
        found |= Q(Contains(fold(column), wanted))
    return found


def _is_number(text: str) -> bool:
    return all(each in SEPARATORS or each in "0123456789" for each in unicodedata.normalize("NFKC", text))
