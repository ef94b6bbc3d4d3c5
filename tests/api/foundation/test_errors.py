"""Every error is a problem of RFC 9457, in the caller's language, and tells nothing of our insides."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, OperationalError
from django.test import RequestFactory
from django.utils import translation
from rest_framework import exceptions

from api.errors import exception_handler, leaves
from matching.cluster import IndexUnavailable, VersionLost
from talentbank.core import errors as domain
from talentbank.core.actors import Hat, Role


def problem(error: Exception) -> Any:
    request = RequestFactory().get("/api/v1/things")
    return exception_handler(error, {"request": request})


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (domain.invalid("/name", "required"), 400, "invalid_input"),
        (domain.ActingAsRequired(hats=["coordinator:1"]), 400, "acting_as_required"),
        (domain.Forbidden(), 403, "role_forbidden"),
        (domain.NotFound(), 404, "not_found"),
        (domain.Conflict(), 409, "conflict"),
        (domain.StaleVersion(), 412, "stale_version"),
        (domain.DomainError(), 400, "error"),
        (exceptions.Throttled(wait=2.1), 429, "throttled"),
        (OperationalError("database is locked"), 503, "service_unavailable"),
        (OperationalError("database table is locked: x"), 503, "service_unavailable"),
        (IntegrityError("UNIQUE constraint failed: x.y"), 409, "already_exists"),
        (VersionLost("no such version"), 503, "ranking_unavailable"),
    ],
)
def test_each_error_has_its_status_and_code(error: Exception, status: int, code: str) -> None:
    answer = problem(error)

    assert (answer.status_code, answer.data["code"], answer.data["status"]) == (status, code, status)
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize("error", [ValueError("x"), OperationalError("disk I/O error"), IntegrityError("CHECK failed")])
def test_a_fault_of_ours_is_nobodys_problem(error: Exception) -> None:
    assert problem(error) is None


@pytest.mark.parametrize("sqlstate", ["55P03", "40P01", "40001"])
def test_postgresql_busy_states_ask_for_a_repeat(sqlstate: str) -> None:
    error = OperationalError("lock")
    error.__cause__ = type("Cause", (Exception,), {"sqlstate": sqlstate})()

    answer = problem(error)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")


def test_a_silent_shard_asks_for_a_repeat_and_tells_nothing_of_itself() -> None:
    answer = problem(IndexUnavailable("shard 1 at 10.0.0.7 does not answer"))

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "10.0.0.7" not in str(answer.data)


def test_a_wait_is_rounded_up() -> None:
    assert problem(exceptions.Throttled(wait=2.1)).headers["Retry-After"] == "3"


def test_the_hats_that_fit_are_listed(thing: Any) -> None:
    hat = Hat(Role.COORDINATOR, thing.pk, thing.pk)

    assert problem(domain.ActingAsRequired(hats=[hat])).data["hats"] == [f"coordinator:{thing.pk}"]


def test_a_refused_action_tells_codes_to_programs_and_labels_to_people() -> None:
    refusal = domain.Refusal("state_forbids", {"state": "awaiting_approval", "of": "match"})
    facts = {"state": "awaiting_approval", "action": "start", "allowed_actions": ["approve"], "refusals": [refusal]}

    with translation.override("ja"):
        told = problem(domain.ActionRefused(**facts)).data

    assert (told["state"], told["action"], told["allowed_actions"]) == ("awaiting_approval", "start", ["approve"])
    assert told["detail"] == "現在の状態（市の確認待ち）ではこの操作はできません。"
    assert told["failed_guards"] == [
        {"code": "state_forbids", "detail": "現在の状態（市の確認待ち）ではこの操作はできません。"}
    ]


def test_a_tree_of_errors_becomes_pointers() -> None:
    leaf = exceptions.ErrorDetail("x", "required")
    tree = {"a/b": [{}, {"c~": [leaf]}], "non_field_errors": [leaf], "d": {"2": [leaf]}}

    assert [pointer for pointer, _ in leaves(tree)] == ["/a~1b/1/c~0", "", "/d/2"]


@pytest.mark.parametrize(
    ("path", "method", "status", "code"),
    [
        ("/api/v1/nothing", "GET", 404, "not_found"),
        ("/api/v1/things/", "GET", 404, "not_found"),
        ("/api/v1/things/not-a-uuid", "GET", 404, "not_found"),
        ("/api/v1/things/%00", "GET", 404, "not_found"),
        ("/api", "GET", 404, "not_found"),
        ("/api/v1/things", "PUT", 405, "method_not_allowed"),
        ("/api/v1/things", "OPTIONS", 405, "method_not_allowed"),
        ("/api/v1/meta", "POST", 405, "method_not_allowed"),
    ],
)
def test_addresses_that_are_not_there(anonymous: Any, path: str, method: str, status: int, code: str) -> None:
    answer = anonymous.generic(method, path)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["instance"].startswith("/api")


def test_the_address_in_a_problem_is_a_reference_that_may_be_followed(anonymous: Any) -> None:
    answer = anonymous.get("/api/v1/things/C%C3%91%20%E6%BC%AC")

    assert answer.json()["instance"] == "/api/v1/things/C%C3%91%20%E6%BC%AC"


def test_every_answer_names_what_its_path_allows(anonymous: Any) -> None:
    for method in ("PUT", "OPTIONS", "GET"):
        assert anonymous.generic(method, "/api/v1/things").headers["Allow"] == "GET, POST, HEAD"


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/*"])
def test_only_json_can_be_given(anonymous: Any, accept: str) -> None:
    answer = anonymous.get("/api/v1/things", HTTP_ACCEPT=accept)

    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")
    assert "application/json" in answer.json()["detail"]


@pytest.mark.parametrize("accept", ["*/*", "application/*", "application/json; indent=9", "application/problem+json"])
def test_json_by_any_name(anonymous: Any, accept: str) -> None:
    answer = anonymous.get("/api/v1/things", HTTP_ACCEPT=accept)

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize(
    ("accept", "spoken", "word"),
    [("ja", "ja", "見つかり"), ("en-US,en;q=0.9", "en", "Not found"), ("fr", "ja", "見つかり"), ("", "ja", "見つかり")],
)
def test_the_detail_speaks_the_callers_language(http: Any, accept: str, spoken: str, word: str) -> None:
    answer = http.get("/api/v1/things/0198c0de-0000-7000-8000-000000000001", HTTP_ACCEPT_LANGUAGE=accept)

    assert word in answer.json()["detail"]
    assert answer.headers["Content-Language"] == spoken
    assert {"Accept-Language", "Acting-As", "Authorization", "Cookie"} <= set(answer.headers["Vary"].split(", "))


def test_the_request_id_runs_through(http: Any) -> None:
    answer = http.get("/api/v1/nothing", HTTP_X_REQUEST_ID="trace-1")

    assert answer.json()["request_id"] == answer.headers["X-Request-Id"] == "trace-1"


def test_a_crash_tells_nothing_and_leaves_nothing(http: Any, caplog: Any) -> None:
    from talentbank.banks.models import Bank
    from tests.contract import ContractBroken

    http.raise_request_exception = False
    with pytest.raises(ContractBroken, match="500"):  # a crash is never in the contract
        http.post("/api/v1/things", {"name": "crash"})

    assert not Bank.objects.filter(name="half written").exists()


def test_the_500_page_is_a_problem_too() -> None:
    from api.errors import server_error

    answer = server_error(RequestFactory().get("/api/v1/things"))

    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_pages_of_people_get_html_in_japanese(anonymous: Any) -> None:
    answer = anonymous.get("/nothing")

    assert answer.status_code == 404
    assert '<html lang="ja">' in answer.content.decode()


def test_personal_answers_are_not_stored(http: Any, anonymous: Any, thing: Any) -> None:
    assert http.get(f"/api/v1/things/{thing.pk}").headers["Cache-Control"] == "private, no-store"
