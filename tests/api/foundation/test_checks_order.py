"""The order of checks is the contract's: 401, 413/415/400, 404, 403, replay, 428, 412, 409."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from talentbank.banks.models import Bank
from tests.api.foundation import resource

ABSENT = "/api/v1/things/0198c0de-0000-7000-8000-000000000001"


def etag(http: Any, thing: Bank) -> str:
    return http.get(f"/api/v1/things/{thing.pk}").headers["ETag"]


def rename(http: Any, address: str, body: Any, **headers: str) -> Any:
    return http.post(f"{address}/rename", body, **headers)


def test_401_comes_before_400(anonymous: Any) -> None:
    answer = rename(anonymous, ABSENT, {"unknown": 1})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api"'


def test_400_comes_before_404(http: Any) -> None:
    assert rename(http, ABSENT, {"unknown": 1}).status_code == 400


def test_404_comes_before_403_of_a_scope(bearer: Callable[..., Any]) -> None:
    assert rename(bearer("me:read"), ABSENT, {"name": "x"}).status_code == 404


def test_403_of_a_role_comes_before_428(http: Any, make_thing: Callable[..., Bank]) -> None:
    address = f"/api/v1/things/{make_thing('forbidden').pk}"

    answer = rename(http, address, {"name": "x"})

    assert (answer.status_code, answer.json()["code"]) == (403, "role_forbidden")


def test_a_token_without_the_scope_is_403(bearer: Callable[..., Any], thing: Bank) -> None:
    answer = rename(bearer("needs:read"), f"/api/v1/things/{thing.pk}", {"name": "x"})

    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
    assert "needs:write" in answer.json()["detail"]


def test_acting_for_somebody_needs_the_desk_scope(bearer: Callable[..., Any], thing: Bank) -> None:
    body = {"name": "x", "on_behalf_of": "organization", "channel": "phone"}

    answer = rename(bearer("needs:write"), f"/api/v1/things/{thing.pk}", body)

    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")


def test_428_comes_before_409(http: Any, thing: Bank) -> None:
    answer = rename(http, f"/api/v1/things/{thing.pk}", {"name": "no"})

    assert (answer.status_code, answer.json()["code"]) == (428, "precondition_required")


def test_412_carries_the_current_etag(http: Any, thing: Bank) -> None:
    address = f"/api/v1/things/{thing.pk}"
    seen = etag(http, thing)
    assert rename(http, address, {"name": "new"}, HTTP_IF_MATCH=seen).status_code == 200

    answer = rename(http, address, {"name": "newer"}, HTTP_IF_MATCH=seen)

    assert answer.status_code == 412
    assert answer.headers["ETag"] == etag(http, thing)


def test_a_refused_action_says_why_and_leaves_nothing(http: Any, thing: Bank) -> None:
    answer = rename(http, f"/api/v1/things/{thing.pk}", {"name": "no"}, HTTP_IF_MATCH=etag(http, thing))

    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["state"]) == (409, "action_refused", "open")
    assert (problem["action"], problem["allowed_actions"]) == ("rename", ["close"])
    assert [guard["code"] for guard in problem["failed_guards"]] == ["capacity_short", "already_exists"]
    thing.refresh_from_db()
    assert thing.name == "thing"


def test_an_action_answers_with_the_row_and_its_new_etag(http: Any, thing: Bank) -> None:
    answer = rename(http, f"/api/v1/things/{thing.pk}", {"name": "new"}, HTTP_IF_MATCH=etag(http, thing))

    assert answer.json()["name"] == "new"
    assert answer.headers["ETag"] == answer.json()["etag"] == etag(http, thing)
    assert answer.headers["ETag"].startswith('"2.')


@pytest.mark.parametrize("sent", ["*", 'W/"1.0123456789abcdef"', '"1"', "1", '"0.0123456789abcdef"', ""])
def test_if_match_is_one_strong_etag_of_ours(http: Any, thing: Bank, sent: str) -> None:
    answer = rename(http, f"/api/v1/things/{thing.pk}", {"name": "x"}, HTTP_IF_MATCH=sent)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/header/If-Match"


def test_a_known_representation_is_not_sent_again(http: Any, thing: Bank) -> None:
    seen = etag(http, thing)

    answer = http.get(f"/api/v1/things/{thing.pk}", HTTP_IF_NONE_MATCH=f'"x", {seen}')

    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["ETag"] == seen


def test_a_patch_changes_what_was_sent(http: Any, thing: Bank) -> None:
    address, seen = f"/api/v1/things/{thing.pk}", etag(http, thing)

    assert http.patch(address, {}).status_code == 428
    assert http.patch(address, {"state": "x"}, HTTP_IF_MATCH=seen).status_code == 400
    assert http.patch(address, {"name": "new"}, HTTP_IF_MATCH=seen).json()["name"] == "new"


def test_a_row_is_removed_with_its_etag(http: Any, thing: Bank) -> None:
    address = f"/api/v1/things/{thing.pk}"

    assert http.delete(address).status_code == 428
    assert http.delete(address, HTTP_IF_MATCH=etag(http, thing)).status_code == 204
    assert http.get(address).status_code == 404


def test_an_absent_body_counts_as_an_empty_object(http: Any, thing: Bank) -> None:
    answer = http.generic("POST", f"/api/v1/things/{thing.pk}/rename", b"", "application/json")

    assert answer.json()["errors"] == [{"pointer": "/name", "code": "required", "detail": "必須の項目です。"}]
    assert resource.calls == []


def test_a_new_row_says_where_it_is(http: Any) -> None:
    answer = http.post("/api/v1/things", {"name": "new"})

    assert answer.status_code == 201
    assert http.get(answer.headers["Location"]).headers["ETag"] == answer.headers["ETag"]
