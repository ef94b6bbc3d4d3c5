"""Every address of a match, read off the address table, with a body that is in order."""

from __future__ import annotations

from typing import Any

from api.matches.urls import urlpatterns
from tests.api.match_calls import body_of
from tests.factories import complete_terms

ROOT = "matches/<uuid:id>"
BODIES: dict[str, dict[str, Any]] = {
    "/terms": {"content": complete_terms()},
    "/conflicts": {"outcome": "none"},
}
PLACES = [
    (method.upper(), str(pattern.pattern).removeprefix(ROOT))
    for pattern in urlpatterns
    if str(pattern.pattern).startswith(ROOT)
    for method in pattern.callback.operations  # type: ignore[union-attr]
]
READS = [("GET", place, None) for method, place in PLACES if method == "GET"]
WRITES = [("POST", place, BODIES.get(place) or body_of(place[1:])) for method, place in PLACES if method == "POST"]
