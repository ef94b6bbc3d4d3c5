"""Pages of other origins: who may read our answers from a browser, and what of them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from allauth.idp.oidc.models import Client as Program
from django.test import Client

from talentbank.accounts.models import ClientApproval
from tests import factories
from tests.factories import TODAY

ROOT = Path(__file__).resolve().parents[2]
APP, OTHER = "https://app.example", "https://other.example"
NEEDS, TOKEN = "/api/v1/needs", "/identity/o/api/token"
SAFE = {"Content-Language"}
"""Answer headers that every page may read (Fetch standard, CORS-safelisted response-header names)."""
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def approval(bank) -> ClientApproval:
    program = Program.objects.create(name="みんなの窓口", type=Program.Type.PUBLIC)
    return factories.let_in(program, bank, origins=(APP,))[0]


def preflight(path: str, origin: str = APP, method: str = "POST"):
    asked = {"Origin": origin, "Access-Control-Request-Method": method}
    return Client().options(path, headers={**asked, "Access-Control-Request-Headers": "authorization,if-match"})


def sent_by_pages(answer) -> set[str]:
    return set(answer["Access-Control-Allow-Headers"].split(", "))


def allowed(answer) -> str | None:
    return answer.headers.get("Access-Control-Allow-Origin")


@pytest.mark.parametrize(
    "path",
    [NEEDS, f"{NEEDS}/0198c0de-0000-7000-8000-000000000000/open", TOKEN, "/identity/o/api/revoke",
     "/identity/o/api/userinfo", "/.well-known/openid-configuration", "/openapi.json"],
)  # fmt: skip
def test_a_clients_page_may_ask_and_is_told_what_it_may_send(approval, django_assert_num_queries, path):
    with django_assert_num_queries(1):
        answer = preflight(path)

    assert (answer.status_code, answer.content, allowed(answer)) == (200, b"", APP)
    assert sent_by_pages(answer) >= {"authorization", "content-type"}
    assert answer["Access-Control-Allow-Methods"] == "GET, POST, PATCH, DELETE"
    assert answer["Access-Control-Max-Age"] == "7200"
    assert "Access-Control-Allow-Credentials" not in answer, "a session's cookie never crosses origins"
    assert "origin" in answer["Vary"].lower() and answer["X-Request-Id"]


@pytest.mark.parametrize(
    "origin", [OTHER, "null", "http://app.example", "https://app.example.evil.example", f"{APP}:8443"]
)
def test_any_other_page_reads_nothing(approval, origin):
    assert allowed(preflight(NEEDS, origin)) is None
    answer = Client().get(NEEDS, headers={"Origin": origin})
    assert (answer.status_code, allowed(answer)) == (200, None)
    assert "origin" in answer["Vary"].lower(), "a cache must not hand one origin's answer to another"


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/identity/o/authorize", "/docs", "/healthz"])
def test_our_own_pages_are_nobody_elses(approval, path):
    assert allowed(Client().get(path, headers={"Origin": APP})) is None
    assert allowed(preflight(path, method="GET")) is None


def test_refusals_can_be_read_too(approval):
    for answer, status in (
        (Client().get("/api/v1/me", headers={"Origin": APP}), 401),
        (Client().get("/api/v1/nothing", headers={"Origin": APP}), 404),
        (Client().post(TOKEN, {"grant_type": "authorization_code"}, headers={"Origin": APP}), 400),
    ):
        assert (answer.status_code, allowed(answer)) == (status, APP)


@pytest.mark.database
@pytest.mark.parametrize(
    "change", [{"state": "revoked"}, {"state": "asked"}, {"state": "expired"}, {"valid_until": TODAY.replace(day=1)}]
)
def test_an_approval_that_ends_shuts_its_pages_out_with_the_next_call(approval, change):
    assert allowed(preflight(NEEDS)) == APP
    ClientApproval.objects.update(**change)

    assert allowed(preflight(NEEDS)) is None
    assert allowed(Client().get(NEEDS, headers={"Origin": APP})) is None


def test_a_page_sends_and_reads_every_header_that_the_document_names(approval):
    named = yaml.load((ROOT / "openapi.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)["components"]
    asked = {each["name"].lower() for each in named["parameters"].values() if each["in"] == "header"}

    assert {name for name in asked if not name.startswith("webhook-")} <= sent_by_pages(preflight(NEEDS))
    answer = Client().get(NEEDS, headers={"Origin": APP})
    assert set(named["headers"]) - SAFE <= set(answer["Access-Control-Expose-Headers"].split(", "))


def test_a_cookie_from_another_page_writes_nothing(approval, coordinator):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(coordinator)

    answer = browser.post(NEEDS, {}, content_type="application/json", headers={"Origin": APP})

    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
    assert "Access-Control-Allow-Credentials" not in answer
