"""Bearer tokens and sessions: a bad token is 401, a session without CSRF is 403."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.http import QueryDict
from rest_framework.test import APIRequestFactory

from api.authentication import actor_of
from talentbank.accounts.models import User
from talentbank.banks.models import Bank
from tests import factories
from tests.api.foundation.conftest import document
from tests.contract import ContractClient


def test_a_token_with_the_scope_opens(bearer: Callable[..., Any], thing: Bank) -> None:
    assert bearer("needs:read").get(f"/api/v1/things/{thing.pk}").status_code == 200


@pytest.mark.parametrize(
    "header", ["Bearer wrong", "Bearer", "Bearer a b", "bearer \xff", "Bearer " + "x" * 5000, "Bearer ;DROP"]
)
def test_a_bad_token_is_401(anonymous: Any, thing: Bank, header: str) -> None:
    answer = anonymous.get(f"/api/v1/things/{thing.pk}", HTTP_AUTHORIZATION=header)

    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api", error="invalid_token"'


def test_an_expired_token_is_401(bearer: Callable[..., Any]) -> None:
    assert bearer("needs:read", expired=True).get("/api/v1/things").status_code == 401


def test_a_token_of_an_inactive_account_is_401(bearer: Callable[..., Any], user: User) -> None:
    user.is_active = False
    user.save()

    assert bearer("needs:read").get("/api/v1/things").status_code == 401


def test_a_token_in_the_query_is_an_unknown_parameter(anonymous: Any, bearer: Callable[..., Any]) -> None:
    bearer("needs:read")

    assert anonymous.get("/api/v1/things?access_token=secret-token").status_code == 400


def test_a_bad_token_is_refused_on_public_operations_too(anonymous: Any) -> None:
    assert anonymous.get("/api/v1/things", HTTP_AUTHORIZATION="Bearer wrong").status_code == 401


def test_a_clients_own_token_has_no_account(bearer: Callable[..., Any], thing: Bank) -> None:
    assert bearer("needs:read", user=None).get(f"/api/v1/things/{thing.pk}").status_code == 200


def test_a_session_needs_the_csrf_token_to_write(user: User, thing: Bank) -> None:
    client = ContractClient(enforce_csrf_checks=True, document=document())
    client.force_login(user)

    answer = client.post("/api/v1/things", {"name": "x"})

    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
    assert client.get(f"/api/v1/things/{thing.pk}").status_code == 200


@pytest.mark.parametrize(
    ("hat", "code"),
    [
        ("", "malformed_hat"),
        ("nonsense", "malformed_hat"),
        ("coordinator:1", "malformed_hat"),
        ("\xe3\x81", "malformed_hat"),
    ],
)
def test_a_malformed_hat_is_400(http: Any, hat: str, code: str) -> None:
    answer = http.get("/api/v1/things", HTTP_ACTING_AS=hat)

    assert answer.json()["errors"][0]["pointer"] == "/header/Acting-As"
    assert answer.json()["errors"][0]["code"] == code


def test_a_hat_that_is_not_worn_is_400(http: Any, anonymous: Any, bank: Bank) -> None:
    answer = http.get("/api/v1/things", HTTP_ACTING_AS=f"coordinator:{bank.pk}")

    assert answer.json()["errors"][0]["code"] == "hat_not_worn"


def test_the_actor_knows_its_hat_and_its_request(bank: Bank) -> None:
    user = factories.make_staff(bank, "coordinator")
    request = APIRequestFactory().get("/", HTTP_ACTING_AS=f"coordinator:{bank.pk}")
    request.user, request.auth, request.request_id = user, None, "trace-1"  # type: ignore[attr-defined]
    request.query_params = QueryDict()  # type: ignore[attr-defined]

    actor = actor_of(request)  # type: ignore[arg-type]

    assert (actor.user_id, str(actor.acting_as), actor.scopes) == (user.pk, f"coordinator:{bank.pk}", None)
    assert actor.request_id == "trace-1"
