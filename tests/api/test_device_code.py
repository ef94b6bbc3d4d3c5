"""The device code, end to end over HTTP: a device at a desk shows a code, a person signs in elsewhere and allows it."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from allauth.idp.oidc.internal.oauthlib import device_codes
from allauth.idp.oidc.models import Client as Program
from allauth.idp.oidc.models import Token
from django.test import Client

from tests import factories
from tests.api.test_clients import CLIENTS, act, asking
from tests.api.test_sign_in import csrf_of, with_token

ME, CODE, TOKEN, PAGE = "/api/v1/me", "/identity/o/api/device/code", "/identity/o/api/token", "/identity/o/device"
GRANT = "urn:ietf:params:oauth:grant-type:device_code"
pytestmark = pytest.mark.database


@pytest.fixture
def program(bank):
    """A tablet program of the desk, let in by the bank."""
    row = Program(name="窓口タブレット", type=Program.Type.PUBLIC)
    row.set_scopes(["me:read", "professionals:write", "desk:act"])
    row.set_grant_types([GRANT, "refresh_token"])
    row.save()
    factories.let_in(row, bank)
    return row


def started(program, **more):
    body = urlencode({"client_id": program.pk, **more})
    return Client().post(CODE, body, content_type="application/x-www-form-urlencoded")


def polled(program, device_code):
    """Ask for the tokens, as if the device had waited as long as it was told to."""
    key = device_codes.cache_device_code_key(device_code)
    if kept := device_codes.cache.get(key):
        device_codes.cache.set(key, {**kept, "last_poll_at": 0})
    return Client().post(TOKEN, {"grant_type": GRANT, "client_id": program.pk, "device_code": device_code})


def signed_in(user):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)
    return browser


def decide(browser, code, decision="allow"):
    shown = browser.get(PAGE, {"code": code})
    return browser.post(PAGE, {"csrfmiddlewaretoken": csrf_of(shown), "code": code, "decision": decision})


def test_a_device_at_the_desk_works_in_the_name_of_whoever_allowed_it(program, desk):
    codes = started(program).json()
    assert polled(program, codes["device_code"]).json()["error"] == "authorization_pending"
    assert codes["verification_uri"].endswith(PAGE) and codes["expires_in"] == 900

    browser = signed_in(desk)
    shown = browser.get(PAGE, {"code": codes["user_code"]}).content.decode()
    answer = decide(browser, codes["user_code"])

    assert (
        codes["user_code"] in shown and "窓口タブレット" in shown and "会議所" in shown and "窓口での代行入力" in shown
    )
    assert (answer.status_code, "許可しました" in answer.content.decode()) == (200, True)
    tokens = polled(program, codes["device_code"]).json()
    me = with_token(tokens["access_token"]).get(ME).json()
    assert (me["email"], me["scopes"]) == (desk.email, ["desk:act", "me:read", "professionals:write"])
    assert polled(program, codes["device_code"]).json()["error"] == "invalid_grant", "a code is used once"


def test_a_device_asks_for_less_and_never_for_more(program, desk):
    codes = started(program, scope="me:read").json()
    decide(signed_in(desk), codes["user_code"])

    tokens = polled(program, codes["device_code"]).json()

    assert with_token(tokens["access_token"]).get(ME).json()["scopes"] == ["me:read"]
    assert started(program, scope="me:read matches:decide").json()["error"] == "invalid_scope"


@pytest.mark.parametrize(
    "typed", [str.lower, lambda code: code.replace("-", ""), lambda code: f"  {code.replace('-', ' ')} ", "wide"]
)
def test_a_code_counts_however_it_is_typed(program, desk, typed):
    code = started(program).json()["user_code"]
    wide = "".join(chr(ord(each) + 0xFEE0) for each in code)

    shown = signed_in(desk).get(PAGE, {"code": wide if typed == "wide" else typed(code)})

    assert (shown.status_code, code in shown.content.decode()) == (200, True)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_wrong_code_is_said_so_beside_the_field(program, desk, language):
    shown = signed_in(desk).get(PAGE, {"code": "BCDF-GHJK"}, headers={"Accept-Language": language})

    page = shown.content.decode()
    assert (shown.status_code, f'<html lang="{language}">' in page) == (400, True)
    assert re.search(r'class="errorlist".*<label for="id_code">', page, re.DOTALL)
    assert ("The code on the screen" in page) == (language == "en")


def test_the_page_asks_for_sign_in_and_comes_back_with_the_code(program):
    asked = Client().get(PAGE, {"code": "BCDF-GHJK"})

    assert (asked.status_code, asked["Location"]) == (
        302,
        "/accounts/login/?next=/identity/o/device%3Fcode%3DBCDF-GHJK",
    )


def test_what_is_not_allowed_stays_shut(program, desk):
    codes = started(program).json()

    answer = decide(signed_in(desk), codes["user_code"], "deny")

    assert "許可しませんでした" in answer.content.decode()
    assert polled(program, codes["device_code"]).json()["error"] == "access_denied"
    assert not Token.objects.exists()


def test_another_site_cannot_allow_a_device(program, desk):
    code = started(program).json()["user_code"]

    forged = signed_in(desk).post(PAGE, {"code": code, "decision": "allow"})
    fetched = signed_in(desk).get(PAGE, {"code": code, "decision": "allow", "action": "confirm"})

    assert (forged.status_code, fetched.status_code) == (403, 200)
    assert polled(program, started(program).json()["device_code"]).json()["error"] == "authorization_pending"


@pytest.mark.parametrize("who", ["analyst", "owner", "elsewhere"])
def test_a_device_is_allowed_by_a_desk_of_a_bank_that_lets_it_in(request, program, other_bank, who):
    user = factories.make_staff(other_bank, "support_desk") if who == "elsewhere" else request.getfixturevalue(who)
    codes = started(program).json()
    browser = signed_in(user)

    shown = browser.get(PAGE, {"code": codes["user_code"]})

    assert shown.status_code == 403
    assert polled(program, codes["device_code"]).json()["error"] == "authorization_pending"


def test_only_a_program_that_a_bank_lets_in_gets_a_code(program):
    asked = started(program)
    assert asked.status_code == 200
    program.approvals.update(state="revoked")
    assert started(program).json()["error"] == "unauthorized_client"
    assert polled(program, asked.json()["device_code"]).json()["error"] == "unauthorized_client"

    program.approvals.update(state="approved")
    program.set_grant_types(["authorization_code"])
    program.save()

    assert started(program).json()["error"] == "unauthorized_client"
    assert Client().post(CODE, {"client_id": "nobody"}).status_code == 401
    assert Client().get(CODE).status_code == 405


def test_a_lost_device_is_ended_by_the_person_and_by_the_bank(program, session, desk, bank_admin):
    browser = signed_in(desk)
    tokens = {}
    for number in range(2):
        codes = started(program).json()
        decide(browser, codes["user_code"])
        tokens[number] = polled(program, codes["device_code"]).json()
    refresh = {"grant_type": "refresh_token", "client_id": program.pk, "refresh_token": tokens[0]["refresh_token"]}
    ways = browser.get("/accounts/ways")
    assert "窓口タブレット" in ways.content.decode()

    browser.post("/accounts/ways", {"csrfmiddlewaretoken": csrf_of(ways), "client": program.pk})

    for each in tokens.values():
        assert with_token(each["access_token"]).get(ME).status_code == 401
    assert Client().post(TOKEN, refresh).json()["error"] == "invalid_grant"
    codes = started(program).json()
    decide(browser, codes["user_code"])
    again = polled(program, codes["device_code"]).json()["access_token"]
    (row,) = session(bank_admin).get(CLIENTS).json()["results"]
    act(session(bank_admin), row, "revoke")
    assert with_token(again).get(ME).status_code == 401


def test_a_program_with_the_device_code_decides_nothing(session, bank, bank_admin):
    admin = session(bank_admin)
    body = asking(bank, grant_types=[GRANT], redirect_uris=[], scopes=["needs:read", "matches:decide", "bank:admin"])

    refused = admin.post(CLIENTS, body)

    assert [error["pointer"] for error in refused.json()["errors"]] == ["/scopes/1", "/scopes/2"]
    assert admin.post(CLIENTS, {**body, "scopes": ["needs:read", "desk:act"]}).status_code == 201


def test_nobody_fills_the_house_with_codes(program):
    answers = [started(program).status_code for _ in range(31)]

    assert answers == [200] * 30 + [429]
