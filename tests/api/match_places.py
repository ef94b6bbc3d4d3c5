"""Every address of a match, read off the address table, with a body that is in order."""

from __future__ import annotations

from typing import Any

from api.matches.urls import urlpatterns
from tests.api.match_calls import body_of
from tests.factories import complete_terms

ROOT = "matches/<uuid:id>"
ABSENT = "01930000-0000-7000-8000-00000000dead"
BODIES: dict[str, dict[str, Any]] = {
    "/terms": {"content": complete_terms()},
    "/conflicts": {"outcome": "none"},
    "/work-reports": {"period_start": "2026-11-01", "period_end": "2026-11-01", "hours": 1, "work_done": "打ち合わせ"},
    f"/work-reports/{ABSENT}/return": {"comment": "写真がありません。"},
    "/evaluations": {"score": 5, "would_repeat": True, "outcome": "reached"},
}


def place_of(pattern: Any) -> str:
    """The place beside a match, with ids that are not there."""
    place = str(pattern.pattern).removeprefix(ROOT)
    return place.replace("<uuid:report_id>", ABSENT).replace("<int:number>", "1")


PLACES = [
    (method.upper(), place_of(pattern))
    for pattern in urlpatterns
    if str(pattern.pattern).startswith(ROOT)
    for method in pattern.callback.operations  # type: ignore[union-attr]
]


def body_at(place: str) -> dict[str, Any]:
    return BODIES.get(place) or ({} if place.endswith("/confirm") and ABSENT in place else body_of(place[1:]))


READS = [("GET", place, None) for method, place in PLACES if method == "GET"]
WRITES = [("POST", place, body_at(place)) for method, place in PLACES if method == "POST"]
