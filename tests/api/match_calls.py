"""Calls on matches in few words."""

from __future__ import annotations

from typing import Any

from talentbank.matches.models import Match
from tests import factories
from tests.contract import ContractClient

URL = "/api/v1/matches"
REASONS = {
    "decline": "timing",
    "withdraw": "timing",
    "reject": "unsuited",
    "cancel": "other",
    "suspend": "circumstances",
    "terminate": "circumstances",
    "undo": "entered_by_mistake",
    "correct": "entered_by_mistake",
}
OWN: dict[str, dict[str, Any]] = {
    "postpone": {"until": "2026-11-20"},
    "confirm": {"terms_version": 1},
    "amend": {"terms_version": 2},
    "suspend": {"requested_by": "professional"},
    "deliver": {"report": "ショップを公開しました。"},
    "return": {"missing": "手順書がありません。"},
    "complete": {"ended_on": "2026-11-02", "hours_worked": 12.5},
    "terminate": {"ended_on": "2026-11-02"},
    "correct": {"field": "hours_worked", "new": "8"},
}
STALE = '"99.0000000000000000"'


def body_of(action: str, **more: Any) -> dict[str, Any]:
    """A body that lacks nothing the action asks for."""
    codes = {"reason_codes": [REASONS[action]]} if action in REASONS else {}
    return {**codes, **OWN.get(action, {}), **more}


def etag_of(match: Match) -> str:
    """An If-Match for the row as it is; only the version part is compared."""
    return f'"{Match.objects.get(pk=match.pk).version}.0000000000000000"'


def post(client: ContractClient, match: Any, action: str, **body: Any) -> Any:
    """Take an action on a row or a representation; return the response."""
    row = isinstance(match, Match)
    id, etag = (match.pk, etag_of(match)) if row else (match["id"], match["etag"])
    return client.post(f"{URL}/{id}/{action}", body_of(action, **body), headers={"If-Match": etag})


def act(client: ContractClient, match: Any, action: str, **body: Any) -> dict[str, Any]:
    """Take an action that must succeed; return the representation."""
    answer = post(client, match, action, **body)
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()


def refusals(answer: Any) -> list[str]:
    """Codes of the guards behind a 409."""
    assert answer.status_code == 409, answer.content.decode()
    return [guard["code"] for guard in answer.json()["failed_guards"]]


def create(client: ContractClient, need: Any, **body: Any) -> Any:
    return client.post(URL, {"need": str(need.pk), **body})


def write_terms(client: ContractClient, match: Any, **content: Any) -> Any:
    id = match.pk if isinstance(match, Match) else match["id"]
    return client.post(f"{URL}/{id}/terms", {"content": factories.complete_terms(**content)})


def call(client: ContractClient, method: str, place: str, body: Any, etag: str) -> Any:
    """Any call at all; a write carries its precondition."""
    if method == "GET":
        return client.get(place)
    return client.post(place, body, headers={"If-Match": etag})


def at_state(need: Any, professional: Any, state: str, **fields: Any) -> Match:
    """A match in `state` with conflicts of interest decided."""
    match = factories.make_match(need, professional, state, **fields)
    factories.decide_conflict(match)
    return match


def assert_not_found(answer: Any, pointer: str) -> None:
    """A 404 that says which row of the body it is about."""
    assert answer.status_code == 404
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, "not_found")]
