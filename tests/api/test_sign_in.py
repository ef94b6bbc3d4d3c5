"""Both ways in, end to end: people sign in with a session, programs with tokens of our own provider."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from datetime import timedelta
from functools import cache
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.idp.oidc.models import Client as Program
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from django.utils import timezone

from talentbank.accounts.oidc import SCOPES
from tests import factories
from tests.contract import ContractClient
from tests.factories import PASSWORD

ME, TOKEN, LOGIN = "/api/v1/me", "/identity/o/api/token", "/accounts/login/"
CALLBACK = "https://client.example/callback"
VERIFIER = "v" * 64
pytestmark = pytest.mark.database


@cache
def private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return pem.decode()


@pytest.fixture
def provider(settings):
    settings.IDP_OIDC_PRIVATE_KEY = private_key()


@pytest.fixture
def program(bank):
    """A front end that is registered with the provider and let in by the bank."""
    row = Program(name="みんなの窓口")
    row.set_secret("s3cret")
    row.set_scopes(["openid", "me:read", "statistics:read"])
    row.set_grant_types(["authorization_code", "client_credentials", "refresh_token"])
    row.set_redirect_uris([CALLBACK])
    row.save()
    factories.let_in(row, bank)
    return row


def with_token(token: str) -> ContractClient:
    client = ContractClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def csrf_of(page) -> str:
    return re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.content.decode())[1]


def sign_in(client: Client, **values: str):
    page = client.get(LOGIN)
    return client.post(LOGIN, {"csrfmiddlewaretoken": csrf_of(page), **values})


def test_a_person_signs_in_on_the_page_and_calls_the_api_with_the_session(bank, coordinator):
    browser = Client(enforce_csrf_checks=True)
    assert browser.get(LOGIN).status_code == 200
    assert browser.post(LOGIN, {"login": coordinator.email, "password": PASSWORD}).status_code == 403

    signed_in = sign_in(browser, login=coordinator.email, password=PASSWORD)

    assert (signed_in.status_code, signed_in["Location"]) == (302, "/")
    assert browser.get(ME).json()["email"] == coordinator.email
    home = browser.get("/").content.decode()
    assert (bank.name in home, "サインインしました。" in home, "ログイン" in home) == (True, True, False)
    browser.post("/accounts/logout/", {"csrfmiddlewaretoken": csrf_of(browser.get("/accounts/logout/"))})
    assert browser.get(ME).status_code == 401


@pytest.mark.parametrize("password", ["wrong password", ""])
def test_a_wrong_password_signs_nobody_in(coordinator, password):
    browser = Client()

    assert sign_in(browser, login=coordinator.email, password=password).status_code == 200
    assert browser.get(ME).status_code == 401


def test_an_account_made_inactive_is_out_at_the_next_call(session, bearer, coordinator):
    by_session, by_token = session(coordinator), bearer(coordinator)
    assert by_session.get(ME).status_code == by_token.get(ME).status_code == 200
    coordinator.is_active = False
    coordinator.save()

    for client in (by_session, by_token):
        answer = client.get(ME)
        assert (answer.status_code, "WWW-Authenticate" in answer.headers) == (401, True)
    browser = Client()
    sign_in(browser, login=coordinator.email, password=PASSWORD)
    assert browser.get(ME).status_code == 401


def test_a_session_writes_only_with_the_csrf_token(bank, bank_admin):
    browser = ContractClient(enforce_csrf_checks=True)
    browser.force_login(bank_admin)
    headers = {"If-Match": '"1.0000000000000000"'}
    refused = browser.patch(f"/api/v1/banks/{bank.pk}", {"name": "x"}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf_failed")

    token = browser.get(LOGIN.replace("login", "logout")).cookies["csrftoken"].value
    allowed = browser.patch(f"/api/v1/banks/{bank.pk}", {"name": "x"}, headers={**headers, "X-CSRFToken": token})

    assert allowed.status_code == 200


@pytest.mark.parametrize("expired", [False, True])
def test_a_bad_token_is_challenged(bearer, bank, coordinator, expired):
    client = bearer(coordinator, expires_at=timezone.now() - timedelta(seconds=1)) if expired else with_token("x")

    answer = client.get(ME)

    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api", error="invalid_token"'


def test_a_token_counts_in_the_header_alone(bearer, coordinator):
    bearer(coordinator, token="known-token")
    client = ContractClient()
    client.cookies["access_token"] = client.cookies["sessionid"] = "known-token"

    assert client.get(ME).headers["WWW-Authenticate"] == 'Bearer realm="api"'
    assert ContractClient().get(f"{ME}?access_token=known-token").status_code == 401
    assert ContractClient().get(ME, headers={"Authorization": "Basic known-token"}).status_code == 401
    assert with_token("known-token").get(ME).status_code == 200


def test_a_bad_token_is_refused_even_beside_a_good_session(session, coordinator):
    client = session(coordinator)

    assert client.get(ME, headers={"Authorization": "Bearer x"}).status_code == 401


def test_discovery_names_our_scopes_and_the_keys(provider, client):
    found = client.get("/.well-known/openid-configuration").json()

    assert set(SCOPES) | {"openid"} <= set(found["scopes_supported"])
    assert urlsplit(found["token_endpoint"]).path == TOKEN
    (key,) = client.get(urlsplit(found["jwks_uri"]).path).json()["keys"]
    assert key["kty"] == "RSA" and "d" not in key


def test_a_program_gets_a_token_of_its_own_within_its_scopes(provider, client, program, bank):
    basic = base64.b64encode(f"{program.pk}:s3cret".encode()).decode()
    asked = {"grant_type": "client_credentials", "scope": "statistics:read"}
    more = {"grant_type": "client_credentials", "scope": "matches:decide"}
    headers = {"Authorization": f"Basic {basic}"}

    given = client.post(TOKEN, asked, headers=headers).json()

    assert (given["token_type"], given["scope"]) == ("Bearer", "statistics:read")
    assert with_token(given["access_token"]).get("/api/v1/statistics/summary").status_code == 200
    assert with_token(given["access_token"]).get(ME).status_code == 403
    assert with_token(given["access_token"]).get("/api/v1/matches").status_code == 403
    assert client.post(TOKEN, more, headers=headers).json()["error"] == "invalid_scope"
    wrong = base64.b64encode(f"{program.pk}:wrong".encode()).decode()
    assert client.post(TOKEN, asked, headers={"Authorization": f"Basic {wrong}"}).status_code == 401


def authorize(browser: Client, program: Program, **more: str):
    """Open the consent page and grant what it asks for; return the page and the answer."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "client_id": program.pk,
        "response_type": "code",
        "redirect_uri": CALLBACK,
        "scope": "openid me:read",
        "state": "here",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        **more,
    }
    page = browser.get("/identity/o/authorize", asked)
    request = re.search(r'name="request" value="([^"]+)"', page.content.decode())
    if request is None:
        return page, None
    granted = {"request": html.unescape(request[1]), "scopes": ["openid", "me:read"], "action": "grant"}
    return page, browser.post("/identity/o/authorize", granted)


def test_a_person_lets_a_front_end_in_by_code_and_proof_key(provider, client, program, coordinator):
    client.force_login(coordinator)
    page, answer = authorize(client, program)
    assert SCOPES["me:read"] in page.content.decode()
    given = parse_qs(urlsplit(answer["Location"]).query)
    assert (answer["Location"].startswith(CALLBACK), given["state"]) == (True, ["here"])
    exchange = {"grant_type": "authorization_code", "code": given["code"][0], "redirect_uri": CALLBACK}
    exchange |= {"client_id": program.pk, "client_secret": "s3cret", "code_verifier": VERIFIER}

    wrong = Client().post(TOKEN, {**exchange, "code_verifier": "w" * 64})
    _, answer = authorize(client, program)
    exchange["code"] = parse_qs(urlsplit(answer["Location"]).query)["code"][0]
    tokens = Client().post(TOKEN, exchange).json()

    assert wrong.status_code == 400
    me = with_token(tokens["access_token"]).get(ME).json()
    assert (me["email"], me["scopes"]) == (coordinator.email, ["me:read", "openid"])
    assert Client().post(TOKEN, exchange).status_code == 400, "a code is used once"
    revoke = {"token": tokens["access_token"], "client_id": program.pk, "client_secret": "s3cret"}
    assert Client().post("/identity/o/api/revoke", revoke).status_code == 200
    assert with_token(tokens["access_token"]).get(ME).status_code == 401


@pytest.mark.parametrize(("language", "said"), [("ja", "自分の情報の閲覧"), ("en-GB", "Read one&#x27;s own account")])
def test_the_consent_page_says_what_is_asked_for_in_the_persons_language(
    provider, program, coordinator, language, said
):
    browser = Client(headers={"Accept-Language": language})
    browser.force_login(coordinator)

    page, _ = authorize(browser, program)

    assert said in page.content.decode()


def test_the_consent_page_says_who_asks_and_what_for_as_the_page_for_devices_does(
    provider, client, program, coordinator, other_bank
):
    factories.let_in(program, other_bank, operator="もう使わない会社", purpose="済んだこと", state="revoked")
    client.force_login(coordinator)

    shown = authorize(client, program)[0].content.decode()

    words = ("みんなの窓口", "（会議所）", "使いみち：窓口", "あなたがどなたかの確認", "許可する", "許可しない")
    assert [each for each in words if each not in shown] == []
    strange = ("認可", "ログイン", "127.0.0.1", "ユーザー", "もう使わない会社", "済んだこと")
    assert [each for each in strange if each in shown] == []


def test_who_does_not_allow_a_front_end_goes_back_to_it_without_a_code(provider, client, program, coordinator):
    client.force_login(coordinator)
    request = html.unescape(
        re.search(r'name="request" value="([^"]+)"', authorize(client, program)[0].content.decode())[1]
    )

    answer = client.post("/identity/o/authorize", {"request": request, "action": "deny"})

    assert answer["Location"] == f"{CALLBACK}?error=access_denied&state=here"


@pytest.mark.parametrize("signed_in", [True, False])
@pytest.mark.parametrize("unknown", ["nobody", ""])
def test_an_unknown_front_end_is_refused_in_plain_words(provider, client, coordinator, signed_in, unknown):
    if signed_in:
        client.force_login(coordinator)

    page = client.get("/identity/o/authorize", {"client_id": unknown, "redirect_uri": CALLBACK})

    assert (page.status_code, "このアプリからはサインインできません" in page.content.decode()) == (400, True)


def test_what_the_provider_itself_refuses_is_told_on_the_same_page(provider, client, program, coordinator):
    client.force_login(coordinator)

    page, answer = authorize(client, program, resource="not an address")

    assert (page.status_code, answer, "安全のため止めました" in page.content.decode()) == (400, None, True)


def test_a_front_end_gets_no_code_without_sign_in_nor_to_another_address(provider, client, program, coordinator):
    page, _ = authorize(client, program)
    assert page["Location"].startswith(LOGIN)
    client.force_login(coordinator)

    page, answer = authorize(client, program, redirect_uri="https://thief.example/")

    assert answer is None and not page.has_header("Location")


def test_nothing_of_a_front_end_goes_on_after_a_new_password(provider, client, program, coordinator):
    client.force_login(coordinator)
    _, answer = authorize(client, program)
    code = parse_qs(urlsplit(answer["Location"]).query)["code"][0]
    exchange = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    own = {"client_id": program.pk, "client_secret": "s3cret"}
    tokens = Client().post(TOKEN, {**exchange, **own, "code_verifier": VERIFIER}).json()

    assert tokens["refresh_expires_in"] // 3600 in (30 * 24 - 1, 30 * 24)
    coordinator.set_password("another horse battery")
    coordinator.save()

    renew = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], **own}
    assert Client().post(TOKEN, renew).json()["error"] == "invalid_grant"
    assert with_token(tokens["access_token"]).get(ME).status_code == 401
    asked = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert Client().get("/identity/o/api/userinfo", headers=asked).status_code == 401


def public(program: Program) -> Program:
    program.type = Program.Type.PUBLIC
    program.save()
    return program


@pytest.mark.parametrize(
    "more",
    [
        {"code_challenge_method": "plain"},
        {"code_challenge_method": ""},
        {"code_challenge": "", "code_challenge_method": ""},
        {"redirect_uri": f"{CALLBACK}?more=1"},
        {"redirect_uri": f"{CALLBACK}/"},
    ],
)
def test_a_public_front_end_gets_no_code_without_s256_at_its_exact_address(
    provider, client, program, coordinator, more
):
    client.force_login(coordinator)
    assert authorize(client, public(program))[1]["Location"].startswith(CALLBACK)

    page, answer = authorize(client, program, **more)

    assert answer is None and "code=" not in page.get("Location", "")


def test_a_front_end_that_no_bank_lets_in_gets_neither_code_nor_token(provider, client, program, coordinator):
    client.force_login(coordinator)
    program.approvals.update(state="revoked")

    page, answer = authorize(client, program)

    assert (answer, page.status_code) == (None, 403)
    asked = {"grant_type": "client_credentials", "client_id": program.pk, "client_secret": "s3cret"}
    assert client.post(TOKEN, asked).json()["error"] == "unauthorized_client"
