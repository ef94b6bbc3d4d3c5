"""Pages by cursor: keyset on the ordering field and the id. Any depth costs the same, inserts shift nothing.

A cursor is signed and bound to path, filters and ordering; it says where to go on and in which direction.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core import signing
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict
from rest_framework.request import Request

from talentbank.core.errors import invalid

DEFAULT_LIMIT = 20
MAX_LIMIT = 100
MAX_CURSOR_LENGTH = 1000
SALT = "api.cursor"
PARAMETERS = ("cursor", "limit")


@dataclass(frozen=True, slots=True)
class Ordering:
    """One way to sort: a field name, `-` in front for descending. Rows without a value come last, ties break by id."""

    name: str

    @property
    def field(self) -> str:
        return self.name.removeprefix("-").replace(".", "__")

    @property
    def descending(self) -> bool:
        return self.name.startswith("-")

    def terms(self, *, backwards: bool) -> list[str]:
        """`order_by` terms; backwards is the exact mirror. Within each of `parts` they say the whole order."""
        sign = "-" if self.descending is not backwards else ""
        return [f"{sign}pk"] if self.field in {"id", "pk"} else [f"{sign}{self.field}", f"{sign}pk"]

    def parts(self, position: tuple[Any, Any] | None, *, backwards: bool, nullable: bool) -> list[Q]:
        """Rows beyond a position (all without one), in the direction of travel: one part after the other.

        Each is a single range of an index on field and id, so that a page costs the same at any depth, also among the
        many that end on one day; one OR over all would be read from its beginning. Those without a value come last.
        """
        if self.field in {"id", "pk"}:
            return [Q() if position is None else self._by_id(position[1], backwards)]
        empty, filled = Q(**{f"{self.field}__isnull": True}), Q(**{f"{self.field}__isnull": False})
        if position is None:
            return [filled, empty] if nullable else [Q()]
        value, pk = position
        if value is None:
            return [empty & self._by_id(pk, backwards), *([filled] if backwards else [])]
        alike = Q(**{self.field: value}) & self._by_id(pk, backwards)
        beyond = Q(**{f"{self.field}__{self._side(backwards)}": value})
        return [alike, beyond, *([empty] if nullable and not backwards else [])]

    def _by_id(self, pk: Any, backwards: bool) -> Q:
        return Q(**{f"pk__{self._side(backwards)}": pk})

    def _side(self, backwards: bool) -> str:
        return "lt" if self.descending is not backwards else "gt"

    def is_nullable(self, model: type[Model]) -> bool:
        """Whether rows may be without a value; what is no column of the model may."""
        owner: Any = model
        for name in self.field.split("__"):
            try:
                column = owner._meta.get_field(name)
            except FieldDoesNotExist:
                return True
            if column.null:
                return True
            owner = column.related_model
        return False


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page and the cursors beside it ("" where there is none)."""

    rows: list[Any]
    next: str
    previous: str


def read_limit(query: QueryDict) -> int:
    """:raises InvalidInput: `limit` is not one whole number from 1 to 100."""
    sent = query.getlist("limit")
    if not sent:
        return DEFAULT_LIMIT
    text = sent[0]
    plain = len(sent) == 1 and text.isascii() and text.isdecimal() and len(text) <= 3
    if not plain or not 1 <= int(text) <= MAX_LIMIT:
        raise invalid("/query/limit", "limit_invalid")
    return int(text)


def read_ordering(query: QueryDict, orderings: tuple[str, ...]) -> Ordering:
    """:raises InvalidInput: `ordering` is not one of the declared ones."""
    sent = query.getlist("ordering")
    if len(sent) > 1:
        raise invalid("/query/ordering", "duplicate_parameter")
    if sent and sent[0] not in orderings:
        raise invalid("/query/ordering", "invalid_choice")
    return Ordering(sent[0] if sent else orderings[0])


@dataclass(frozen=True, slots=True)
class Pager:
    """How one request wants its page. `read` checks everything before any row is read."""

    request: Request
    ordering: Ordering
    limit: int
    backwards: bool
    position: tuple[Any, Any] | None

    @classmethod
    def read(cls, request: Request, orderings: tuple[str, ...]) -> Pager:
        """:raises InvalidInput: limit, ordering or cursor is wrong."""
        query = request.query_params
        limit, ordering = read_limit(query), read_ordering(query, orderings)
        sent = query.getlist("cursor")
        if not sent:
            return cls(request, ordering, limit, False, None)
        if len(sent) > 1 or len(sent[0]) > MAX_CURSOR_LENGTH:
            raise invalid("/query/cursor", "cursor_invalid")
        backwards, position = _opened(sent[0], _fingerprint(request))
        return cls(request, ordering, limit, backwards, position)

    def page(self, rows: QuerySet[Any]) -> Page:
        """Return the page of `rows`."""
        found = self._found(rows)
        more, found = len(found) > self.limit, found[: self.limit]
        if self.backwards:
            found.reverse()
        came_from = self.position is not None and bool(found)
        ahead, behind = (came_from, more) if self.backwards else (more, came_from)
        return Page(
            found,
            self._cursor(found[-1], backwards=False) if ahead else "",
            self._cursor(found[0], backwards=True) if behind else "",
        )

    def _found(self, rows: QuerySet[Any]) -> list[Any]:
        """One row more than the page has, where there is one."""
        ordered = rows.order_by(*self.ordering.terms(backwards=self.backwards))
        nullable = self.ordering.is_nullable(rows.model)
        found: list[Any] = []
        for part in self.ordering.parts(self.position, backwards=self.backwards, nullable=nullable):
            if len(found) <= self.limit:
                found += ordered.filter(part)[: self.limit + 1 - len(found)]
        return found

    def _cursor(self, row: Model, *, backwards: bool) -> str:
        value: Any = row
        for name in self.ordering.field.split("__"):
            value = getattr(value, name, None)
        parts = [int(backwards), _packed(value), _packed(row.pk), _fingerprint(self.request)]
        return signing.dumps(parts, salt=SALT)

    def answer(self, page: Page, results: list[Any]) -> tuple[dict[str, Any], str]:
        """Return the body of a page and its `Link` header ("" without neighbours)."""
        next, previous = self._url(page.next), self._url(page.previous)
        links = [f'<{url}>; rel="{rel}"' for url, rel in ((next, "next"), (previous, "prev")) if url]
        return {"next": next, "previous": previous, "results": results}, ", ".join(links)

    def _url(self, cursor: str) -> str | None:
        if not cursor:
            return None
        query = self.request.query_params.copy()
        query["cursor"] = cursor
        return self.request.build_absolute_uri(f"{self.request.path}?{query.urlencode()}")


def _fingerprint(request: Request) -> str:
    """A digest of what a cursor belongs to: path, filters and ordering, not the page's own parameters."""
    query = sorted((name, sorted(values)) for name, values in request.query_params.lists() if name not in PARAMETERS)
    return hashlib.sha256(json.dumps([request.path, query]).encode()).hexdigest()[:12]


def _opened(cursor: str, fingerprint: str) -> tuple[bool, tuple[Any, Any]]:
    try:
        backwards, value, pk, made_for = signing.loads(cursor, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise invalid("/query/cursor", "cursor_invalid") from None
    if made_for != fingerprint:
        raise invalid("/query/cursor", "cursor_invalid")
    return bool(backwards), (_unpacked(value), _unpacked(pk))


def _packed(value: Any) -> Any:
    """A value that JSON can hold, and that compares in the database as the column does."""
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date | UUID | Decimal):
        return str(value)
    return value


def _unpacked(value: Any) -> Any:
    # A column of dates or UUIDs takes their text; of times, only the object keeps the microseconds on every database.
    return datetime.fromisoformat(value["t"]) if isinstance(value, dict) else value


def page_schema(items: dict[str, Any]) -> dict[str, Any]:
    """The JSON Schema of a page of `items`."""
    url = {"type": ["string", "null"], "format": "uri"}
    return {
        "type": "object",
        "required": ["next", "previous", "results"],
        "properties": {
            "next": {**url, "description": "Address of the next page."},
            "previous": {**url, "description": "Address of the page before."},
            "results": {"type": "array", "items": items, "maxItems": MAX_LIMIT},
        },
    }
