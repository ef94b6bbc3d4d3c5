"""`@deprecated`: an operation that will go, told in the spec and on each of its answers (RFC 9745, RFC 8594)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TypeVar

from django.utils.http import http_date

from talentbank.core.clock import TOKYO

OperationT = TypeVar("OperationT", bound=type)


@dataclass(frozen=True, slots=True)
class Deprecation:
    """Since when nobody should begin to use it, from when on it may be gone, and what to use instead."""

    since: date
    sunset: date
    link: str

    def headers(self, link: str = "") -> dict[str, str]:
        """The headers of an answer; `link` is what its Link header says already."""
        told = f'<{self.link}>; rel="deprecation"; type="text/html"'
        return {
            "Deprecation": f"@{_seconds(self.since)}",
            "Sunset": http_date(_seconds(self.sunset)),
            "Link": f"{link}, {told}" if link else told,
        }


def deprecated(*, since: date, sunset: date, link: str) -> Callable[[OperationT], OperationT]:
    """Mark an operation as one that goes at the beginning of `sunset`; `link` tells what to use instead.

    :raises ValueError: it would be gone before anybody was told.
    """
    if sunset <= since:
        raise ValueError("an operation is deprecated before its sunset")

    def mark(operation: OperationT) -> OperationT:
        operation.deprecation = Deprecation(since, sunset, link)  # type: ignore[attr-defined]
        return operation

    return mark


def _seconds(day: date) -> int:
    return int(datetime.combine(day, time(), TOKYO).timestamp())
