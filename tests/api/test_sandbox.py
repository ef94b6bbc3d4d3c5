"""The sandbox: nothing leaves, everything is shown, one call begins anew, and it never runs on real data unasked."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from datetime import date, timedelta

import pytest
from allauth.idp.oidc.models import Client as Program
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import send_mail
from django.test import Client
from django.utils import timezone

from talentbank.accounts.models import ClientApproval, User
from talentbank.accounts.oidc import TOKEN_EXCHANGE
from talentbank.core.models import Revision
from talentbank.core.revision import revision_bump, revision_current
from talentbank.demo.data_files import bank_folders
from talentbank.notifications.beginning import beginning_keep, beginning_path
from talentbank.notifications.models import SandboxMessage
from talentbank.notifications.sandbox import FICTIONAL, sandbox_guard
from talentbank.notifications.webhooks.deliveries import webhooks_drain
from talentbank.professionals.models import Professional
from tasks import ROOT, TEST_ENVIRONMENT
from tests import factories
from tests.api.test_line import exchange
from tests.api.test_sign_in import with_token
from tests.api.test_sign_in_code import ask, number_in
from tests.contract import ContractClient

MESSAGES, RESET, CLIENTS = "/api/v1/sandbox/messages", "/api/v1/sandbox/reset", "/api/v1/sandbox/clients"
LINE_TOKENS, ME = "/api/v1/sandbox/line-tokens", "/api/v1/me"
PROGRAM = {
    "name": "みんなの窓口",
    "kind": "confidential",
    "scopes": ["needs:read", "me:read"],
    "grant_types": ["client_credentials"],
}
pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def sandbox(settings, tmp_path, monkeypatch):
    """A sandbox on a machine without a way out."""
    settings.SANDBOX, settings.SANDBOX_DIR = True, tmp_path
    settings.EMAIL_BACKEND = "talentbank.notifications.sandbox.CapturingBackend"

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("something leaves the sandbox")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    return factories.make_bank(slug="akatsuki")


def test_outside_a_sandbox_there_is_none(bank):
    caller = ContractClient()

    assert caller.get(MESSAGES).status_code == caller.post(RESET, {}).status_code == 404
    assert caller.post(CLIENTS, PROGRAM).status_code == 404
    assert caller.post(LINE_TOKENS, {"client_id": "x", "subject": "U"}).status_code == 404
    assert Client().get("/sandbox").status_code == 404
    assert not Program.objects.exists()


def test_a_mail_is_captured_and_shown(sandbox):
    user, browser = factories.make_user(), Client()
    ask(browser, user.email)
    send_mail("件名", "本文", None, ["second@example.jp"])

    shown = ContractClient().get(MESSAGES, {"to": user.email}).json()["results"]

    (message,) = shown
    assert (message["channel"], message["subject"]) == ("email", "［デジタル人材バンク］サインインの番号")
    code = number_in(message["body"])
    browser.post("/accounts/login/code/confirm/", {"code": code})
    assert browser.get(ME).json()["email"] == user.email
    page = Client().get("/sandbox").content.decode()
    assert code in page and "second@example.jp" in page
    assert len(ContractClient().get(MESSAGES, {"channel": "webhook"}).json()["results"]) == 0


def test_a_webhook_is_captured_as_its_receiver_would_have_got_it(sandbox, session):
    admin = session(factories.make_staff(sandbox, "bank_admin"))
    made = admin.post("/api/v1/webhook-endpoints", {"bank": str(sandbox.pk), "url": "https://hooks.example.jp/bank"})
    row = made.json()
    admin.post(f"/api/v1/webhook-endpoints/{row['id']}/ping", {}, headers={"If-Match": made.headers["ETag"]})
    webhooks_drain(at=timezone.now())

    (message,) = ContractClient().get(MESSAGES, {"channel": "webhook"}).json()["results"]

    assert message["to"] == "https://hooks.example.jp/bank"
    assert json.loads(message["body"])["type"] and message["headers"]["webhook-signature"].startswith("v1,")
    log = admin.get(f"/api/v1/webhook-endpoints/{row['id']}/deliveries").json()["results"]
    assert [each["state"] for each in log] == ["delivered"]


def test_one_call_puts_everything_back_and_keeps_the_clients(sandbox):
    user = factories.make_user(name="残る人")
    professional = factories.make_professional(sandbox)
    Revision.objects.update_or_create(bank_id=sandbox.pk, defaults={"value": 7})
    beginning_keep()
    client = ContractClient().post(CLIENTS, PROGRAM).json()
    user.name = "変わった人"
    user.save()
    factories.make_professional(sandbox)
    Professional.objects.filter(pk=professional.pk).update(headline="変わった")
    send_mail("件名", "本文", None, ["x@example.jp"])
    seen = revision_bump(sandbox.pk)

    answer = ContractClient().post(RESET, {})

    assert answer.status_code == 200
    assert (User.objects.get(pk=user.pk).name, Professional.objects.get().headline) == ("残る人", professional.headline)
    assert not SandboxMessage.objects.exists()
    assert Program.objects.get().pk == client["client_id"] and ClientApproval.objects.count() == 1
    assert revision_current(sandbox.pk) > seen, "no index that runs takes the old rows for new ones"


def test_a_sandbox_without_a_beginning_says_so(sandbox):
    assert ContractClient().post(RESET, {}).json()["code"] == "sandbox_has_no_beginning"


def test_a_real_bank_is_never_put_back(sandbox):
    beginning_keep()
    real = factories.make_bank(slug="fukushima")

    refused = ContractClient().post(RESET, {})
    page = Client().post("/sandbox")

    assert (refused.status_code, refused.json()["code"]) == (409, "sandbox_holds_real_data")
    assert page.status_code == 409 and type(real).objects.filter(pk=real.pk).exists()


def test_the_beginning_is_taken_once_for_one_version(sandbox):
    first = beginning_keep()
    factories.make_user()
    written = first.read_bytes()

    assert beginning_keep() == first == beginning_path() and first.read_bytes() == written


def test_a_developer_registers_a_client_alone(sandbox):
    elsewhere = factories.make_bank(slug="minakamino")

    made = ContractClient().post(CLIENTS, PROGRAM)

    row = made.json()
    assert (made.status_code, row["state"], row["is_home"]) == (201, "approved", True)
    asked = {"grant_type": "client_credentials", "client_id": row["client_id"], "client_secret": row["client_secret"]}
    tokens = Client().post("/identity/o/api/token", {**asked, "scope": "needs:read"}).json()
    assert with_token(tokens["access_token"]).get("/api/v1/needs").status_code == 200
    assert set(ClientApproval.objects.values_list("bank_id", flat=True)) == {sandbox.pk, elsewhere.pk}
    public = {**PROGRAM, "kind": "public", "grant_types": ["authorization_code"]}
    public |= {"redirect_uris": ["http://127.0.0.1/callback"], "banks": [str(sandbox.pk)]}
    assert ContractClient().post(CLIENTS, public).json()["client_secret"] == ""
    wrong = ContractClient().post(CLIENTS, {**public, "banks": [str(factories.make_user().pk)]})
    assert wrong.json()["errors"][0]["pointer"] == "/banks/0"
    assert ContractClient().post(CLIENTS, {"name": "x"}).json()["errors"][0]["code"] == "required"


def test_a_mini_app_is_tried_without_line(sandbox):
    mini_app = {**PROGRAM, "kind": "public", "grant_types": [TOKEN_EXCHANGE], "line_channel_id": "1234567890"}
    row = ContractClient().post(CLIENTS, mini_app).json()
    asked = {"client_id": row["client_id"], "subject": "U4af4980629", "name": "ハナコ", "nonce": "n"}

    made = ContractClient().post(LINE_TOKENS, asked).json()["id_token"]

    told = exchange(Program.objects.get(), made, nonce="n").json()
    assert with_token(told["access_token"]).get(ME).json()["name"] == "ハナコ"
    assert ContractClient().post(LINE_TOKENS, {**asked, "client_id": "x"}).status_code == 400


def test_it_does_not_start_on_real_data_unless_that_is_said(sandbox, settings):
    sandbox_guard()
    factories.make_bank(slug="fukushima", opened_on=date.today() - timedelta(days=1))

    with pytest.raises(ImproperlyConfigured, match="fukushima"):
        sandbox_guard()
    settings.SANDBOX_REAL_DATA = True
    sandbox_guard()


def test_the_demos_banks_are_those_that_are_not_real():
    assert {folder.bank["slug"] for folder in bank_folders()} == FICTIONAL


def test_the_settings_of_a_sandbox_send_no_mail_and_ask_no_line():
    code = "from django.conf import settings as s; print(s.EMAIL_BACKEND, repr(s.LINE_CHANNEL_ID))"
    more = {"TALENTBANK_SANDBOX": "1", "LINE_CHANNEL_ID": "1234567890", "EMAIL_URL": "smtp://mail.example.jp"}
    environment = {**os.environ, **TEST_ENVIRONMENT, **more}

    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)

    assert told.stdout.split() == ["talentbank.notifications.sandbox.CapturingBackend", "''"], told.stderr
