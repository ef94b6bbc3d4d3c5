"""The second factor of staff over HTTP: an app's numbers, a passkey, recovery codes, and what a bank may ask for."""

from __future__ import annotations

import json
import re
import time
from unittest.mock import patch

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.test import Client

from tests.api.test_sign_in import csrf_of, sign_in
from tests.factories import PASSWORD
from tests.passkey import Passkey

ME, SET_UP, APP, KEY = (
    "/api/v1/me",
    "/accounts/second-factor",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/add/",
)
AUTHENTICATE, RECOVERY = "/accounts/2fa/authenticate/", "/accounts/2fa/recovery-codes/"
pytestmark = pytest.mark.database


@pytest.fixture
def strict_bank(bank):
    bank.policy_json = {"staff_second_factor": "required"}
    bank.save()
    return bank


def browser_of(user, **options) -> Client:
    browser = Client(**options)
    sign_in(browser, login=user.email, password=PASSWORD)
    return browser


def number(secret: str, *, later: int = 0) -> str:
    return f"{totp.hotp_value(secret, int(time.time()) // 30 + later):06}"


def set_up_app(browser: Client) -> str:
    """Set up an authenticator app; return its secret."""
    page = browser.get(APP)
    secret = re.search(r'id="authenticator_secret">([A-Z2-7]+)<', page.content.decode())[1]
    with patch("django.db.transaction.on_commit", lambda call, **_: call()):  # a test never commits
        done = browser.post(APP, {"csrfmiddlewaretoken": csrf_of(page), "code": number(secret)})
    assert (done.status_code, done["Location"]) == (302, RECOVERY)
    return secret


def options_of(page) -> dict:
    found = re.search(r'<script id="js_data" type="application/json">(.+?)</script>', page.content.decode())
    (options,) = json.loads(found[1]).values()
    return options


def roles(browser) -> list[str]:
    return [hat["role"] for hat in browser.get(ME).json()["hats"]]


def test_where_the_bank_asks_for_it_staff_set_it_up_before_they_act(strict_bank, coordinator):
    browser = Client(enforce_csrf_checks=True)
    signed_in = sign_in(browser, login=coordinator.email, password=PASSWORD)
    assert signed_in["Location"] == SET_UP, "led there"
    me = browser.get(ME).json()
    assert ([hat["role"] for hat in me["held_back"]], me["hats"]) == (["coordinator"], [])
    assert "コーディネーター" in browser.get("/").content.decode()
    refused = browser.get(f"/api/v1/banks/{strict_bank.pk}/absences")
    assert refused.status_code == 403

    set_up_app(browser)

    codes = browser.get(RECOVERY).content.decode()
    assert len(re.findall(r"<li>[0-9]{8}</li>", codes)) == 10
    assert browser.get(SET_UP)["Location"] == "/accounts/ways"
    assert (roles(browser), browser.get(ME).json()["held_back"]) == (["coordinator"], [])
    assert browser.get(f"/api/v1/banks/{strict_bank.pk}/absences").status_code == 200


def test_the_page_says_in_both_languages_what_to_do(strict_bank, coordinator):
    browser = browser_of(coordinator)

    for language, words in {"ja": "もう一つの確認を設定してください", "en": "Set up a second step"}.items():
        page = browser.get(SET_UP, headers={"Accept-Language": language}).content.decode()
        assert words in page and f'<html lang="{language}">' in page and APP in page and KEY in page


def test_where_the_bank_leaves_it_open_nobody_is_held_up(bank, coordinator):
    browser = Client()

    assert sign_in(browser, login=coordinator.email, password=PASSWORD)["Location"] == "/"
    assert roles(browser) == ["coordinator"]


def test_an_installation_may_ask_for_it_in_every_bank(settings, bank, coordinator, owner):
    settings.STAFF_SECOND_FACTOR_REQUIRED = True

    assert roles(browser_of(coordinator)) == []
    assert roles(browser_of(owner)) == ["owner"], "citizens are not staff"


def test_sign_in_asks_for_the_apps_number_and_takes_none_twice(coordinator):
    secret = set_up_app(browser_of(coordinator))
    browser = browser_of(coordinator)
    assert browser.get(ME).status_code == 401, "the password alone opens nothing"
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in number(secret))

    wrong = browser.post(AUTHENTICATE, {"code": "000000"})
    right = browser.post(AUTHENTICATE, {"code": wide})

    assert ("errorlist" in wrong.content.decode(), right.status_code) == (True, 302)
    assert roles(browser) == ["coordinator"]
    again = browser_of(coordinator)
    again.post(AUTHENTICATE, {"code": wide})
    assert again.get(ME).status_code == 401
    again.post(AUTHENTICATE, {"code": number(secret, later=1)})
    assert again.get(ME).status_code == 200


def test_a_number_is_refused_after_the_period_in_which_allauth_forgets_it(coordinator, monkeypatch):
    secret = set_up_app(browser_of(coordinator))
    code = number(secret)
    browser_of(coordinator).post(AUTHENTICATE, {"code": code})
    monkeypatch.setattr(totp.TOTP, "_mark_code_used", lambda self, code: True)

    for typed in (code, f"{code[:3]} {code[3:]}"):
        again = browser_of(coordinator)
        again.post(AUTHENTICATE, {"code": typed})
        assert again.get(ME).status_code == 401


def test_a_recovery_code_stands_in_once(coordinator):
    browser = browser_of(coordinator)
    set_up_app(browser)
    code = re.search(r"<li>([0-9]{8})</li>", browser.get(RECOVERY).content.decode())[1]

    outcomes = []
    for _ in range(2):
        again = browser_of(coordinator)
        again.post(AUTHENTICATE, {"code": code})
        outcomes.append(again.get(ME).status_code)

    assert outcomes == [200, 401]


def test_a_passkey_is_a_second_factor_and_a_way_in_of_its_own(strict_bank, coordinator):
    secure = {"SERVER_NAME": "localhost"}
    browser, key = browser_of(coordinator, **secure), Passkey("http://localhost")
    page = browser.get(KEY)
    added = browser.post(KEY, {"name": "窓口の鍵", "passwordless": "on", "credential": key.create(options_of(page))})
    assert (added.status_code, roles(browser)) == (302, ["coordinator"])

    second = browser_of(coordinator, **secure)
    second.post(AUTHENTICATE, {"credential": key.get(options_of(second.get(AUTHENTICATE)))})
    alone = Client(**secure)
    asked = alone.get("/accounts/2fa/webauthn/login/", headers={"X-Requested-With": "XMLHttpRequest"}).json()[
        "request_options"
    ]
    alone.post("/accounts/2fa/webauthn/login/", {"credential": key.get(asked)})

    assert roles(second) == roles(alone) == ["coordinator"]


@pytest.mark.parametrize("wrong", ["other key", "other site", "old challenge"])
def test_a_forged_passkey_opens_nothing(coordinator, wrong):
    secure = {"SERVER_NAME": "localhost"}
    browser, key = browser_of(coordinator, **secure), Passkey("http://localhost")
    browser.post(KEY, {"name": "鍵", "credential": key.create(options_of(browser.get(KEY)))})
    again = browser_of(coordinator, **secure)
    options = options_of(again.get(AUTHENTICATE))
    if wrong == "other key":
        key.key = Passkey("http://localhost").key
    if wrong == "other site":
        key.origin = "https://localhost.example"
    if wrong == "old challenge":
        again.get(AUTHENTICATE)

    again.post(AUTHENTICATE, {"credential": key.get(options)})

    assert again.get(ME).status_code == 401


def test_what_one_factor_had_opened_ends_with_the_first_second_one(coordinator, bearer, clock):
    elsewhere, token = browser_of(coordinator), bearer(coordinator)
    assert elsewhere.get(ME).status_code == token.get(ME).status_code == 200
    clock.forward(minutes=1)
    browser = browser_of(coordinator)

    set_up_app(browser)

    assert [each.get(ME).status_code for each in (browser, elsewhere, token)] == [200, 401, 401]


def test_staff_do_not_drop_the_last_factor_that_their_bank_asks_for(strict_bank, coordinator):
    browser = browser_of(coordinator)
    set_up_app(browser)

    browser.post("/accounts/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(type="totp").exists() and roles(browser) == ["coordinator"]
    strict_bank.policy_json = {}
    strict_bank.save()
    browser.post("/accounts/2fa/totp/deactivate/")

    assert not Authenticator.objects.exists()


def test_the_apps_secret_lies_sealed(coordinator):
    secret = set_up_app(browser_of(coordinator))

    assert secret not in str(list(Authenticator.objects.values_list("data", flat=True)))


def test_somebody_on_the_way_to_a_front_end_comes_back_to_it(strict_bank, coordinator):
    browser = browser_of(coordinator)
    browser.get(f"{SET_UP}?next=/identity/o/device")
    set_up_app(browser)

    assert browser.get(SET_UP)["Location"] == "/identity/o/device"
    assert browser.get(f"{SET_UP}?next=https://thief.example/")["Location"] == "/accounts/ways"


def test_guessing_numbers_is_stopped(coordinator):
    secret = set_up_app(browser_of(coordinator))
    browser = browser_of(coordinator)
    for guess in range(6):
        browser.post(AUTHENTICATE, {"code": f"{guess:06}"})

    browser.post(AUTHENTICATE, {"code": number(secret)})

    assert browser.get(ME).status_code == 401


def test_a_bank_admin_asks_for_it_by_the_policy(session, bank, bank_admin):
    admin = session(bank_admin)
    found = admin.get(f"/api/v1/banks/{bank.pk}")
    change = {"policy": {"staff_second_factor": "required"}}

    changed = admin.patch(f"/api/v1/banks/{bank.pk}", change, headers={"If-Match": found.headers["ETag"]})

    assert changed.json()["policy"]["staff_second_factor"] == "required"
    assert admin.get(ME).json()["held_back"], "at the next call, for the admin too"
