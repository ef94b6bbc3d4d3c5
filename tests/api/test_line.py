"""LINE end to end, with a LINE that runs on this machine: a mini-app's exchange, the link of proof, our own pages."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.idp.oidc.models import Client as Program
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.line.views import LineOAuth2Adapter
from cryptography.hazmat.primitives.asymmetric import ec
from django.core import signing
from django.test import Client
from django.utils import timezone

from talentbank.accounts.line_sandbox import id_token_make
from talentbank.accounts.models import User
from talentbank.accounts.oidc import TOKEN_EXCHANGE
from talentbank.notifications.services import mail_queue, outbox_drain
from tests import factories
from tests.api.test_clients import CLIENTS, asking
from tests.api.test_second_factor import browser_of, set_up_app
from tests.api.test_sign_in import csrf_of, with_token
from tests.factories import AT
from tests.line import CHANNEL, open_line
from tests.mailbox import open_mailbox

ME, TOKEN = "/api/v1/me", "/identity/o/api/token"
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
pytestmark = [pytest.mark.django_db, pytest.mark.database, pytest.mark.usefixtures("clock")]


@pytest.fixture
def line(settings):
    with open_line() as running:
        settings.LINE_KEYS_URL = f"{running.url}/oauth2/v2.1/certs"
        yield running


@pytest.fixture
def mini_app(bank):
    """A mini-app that the bank lets in, with its LINE channel."""
    row = Program(name="LINEミニアプリ", type=Program.Type.PUBLIC, data={"line_channel_id": CHANNEL})
    row.set_scopes(["me:read", "professionals:read", "professionals:write"])
    row.set_grant_types([TOKEN_EXCHANGE])
    row.save()
    factories.let_in(row, bank)
    return row


def exchange(program, id_token, **more):
    sent = {"grant_type": TOKEN_EXCHANGE, "client_id": program.pk}
    sent |= {"subject_token": id_token, "subject_token_type": ID_TOKEN, **more}
    return Client().post(TOKEN, {name: value for name, value in sent.items() if value is not None})


def test_a_mini_app_gets_in_without_leaving_line_and_stays_the_same_person(line, mini_app, bank):
    first = exchange(mini_app, line.id_token(at=AT))
    again = exchange(mini_app, line.id_token(at=AT)).json()

    told = first.json()
    assert (first.status_code, first["Cache-Control"]) == (200, "no-store")
    assert (told["issued_token_type"], told["token_type"], "refresh_token" in told) == (ACCESS_TOKEN, "Bearer", False)
    caller = with_token(told["access_token"])
    me = caller.get(ME).json()
    assert (me["name"], me["hats"], me["scopes"]) == ("ハナコ", [], sorted(mini_app.get_scopes()))
    assert with_token(again["access_token"]).get(ME).json()["id"] == me["id"]
    body = {"bank": str(bank.pk), "name": "佐藤花子", "kana": "サトウハナコ"}
    assert caller.post("/api/v1/professionals", body).status_code == 201
    assert line.fetched == 1, "the keys are kept"


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://access.line.example"},
        {"aud": "1234567891"},
        {"aud": None},
        {"sub": None},
        {"exp": int(AT.timestamp())},
        {"exp": None},
        {"iat": int(AT.timestamp()) + 3600},
        {"nonce": "of another page"},
        {"key": ec.generate_private_key(ec.SECP256R1())},
        {"algorithm": "none"},
        {"key": CHANNEL * 4, "algorithm": "HS256"},
    ],
    ids=lambda wrong: "-".join(f"{name} {value}" for name, value in wrong.items() if name != "key") or "another key",
)
def test_an_id_token_that_does_not_hold_opens_nothing(line, mini_app, wrong):
    refused = exchange(mini_app, line.id_token(at=AT, **wrong))

    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")
    assert not User.objects.exists()


def test_the_public_key_is_no_secret_to_sign_with(line, mini_app):
    public = str(line.published()[0])

    assert exchange(mini_app, line.id_token(at=AT, key=public, algorithm="HS256")).status_code == 400


def test_a_nonce_must_be_that_of_the_token(line, mini_app):
    token = line.id_token(at=AT, nonce="n-0S6")

    assert exchange(mini_app, token, nonce="n-0S6").status_code == 200
    assert exchange(mini_app, token).status_code == exchange(mini_app, token, nonce="x").status_code == 400
    assert exchange(mini_app, line.id_token(at=AT), nonce="n-0S6").status_code == 400


def test_a_web_login_token_counts_for_the_channel_whose_secret_we_have(line, mini_app, settings):
    token = line.id_token(at=AT, key="s" * 32, algorithm="HS256")
    settings.LINE_CHANNEL_ID, settings.LINE_CHANNEL_SECRET = CHANNEL, "s" * 32
    assert exchange(mini_app, token).status_code == 200

    settings.LINE_CHANNEL_ID = "9999999999"

    assert exchange(mini_app, token).status_code == 400


def test_a_new_key_of_line_is_fetched_and_unknown_ones_do_not_hammer_it(line, mini_app):
    assert exchange(mini_app, line.id_token(at=AT)).status_code == 200
    line.keys["second"] = ec.generate_private_key(ec.SECP256R1())
    assert exchange(mini_app, line.id_token(at=AT, kid="second")).status_code == 200

    for _ in range(3):
        stranger = line.id_token(at=AT, kid="third", key=ec.generate_private_key(ec.SECP256R1()))
        assert exchange(mini_app, stranger).status_code == 400

    assert line.fetched == 2


def test_a_token_of_a_sandbox_opens_nothing_elsewhere(line, mini_app, settings):
    said = {"subject": line.profile["userId"], "name": "", "email": "", "nonce": ""}
    token = id_token_make(channel_id=CHANNEL, **said, at=AT)

    assert exchange(mini_app, token).status_code == 400
    settings.SANDBOX = True
    assert exchange(mini_app, token).status_code == 200


def test_while_line_is_away_the_mini_app_is_told_to_come_again(line, mini_app):
    line.down = True
    line.keys.clear()
    token_error = exchange(mini_app, "a.b.c")
    line.keys["first"] = ec.generate_private_key(ec.SECP256R1())

    away = exchange(mini_app, line.id_token(at=AT))

    assert (token_error.status_code, away.status_code, away.json()["error"]) == (400, 503, "temporarily_unavailable")


def test_while_line_is_away_it_is_asked_once_a_minute(line, mini_app):
    line.down = True

    away = [exchange(mini_app, line.id_token(at=AT)).status_code for _ in range(3)]

    assert (away, line.fetched) == ([503] * 3, 1)
    line.down = False
    with time_machine.travel(timedelta(seconds=61)):  # the cache goes by the machine's clock
        assert exchange(mini_app, line.id_token(at=AT)).status_code == 200


@pytest.mark.parametrize(
    ("more", "status", "error"),
    [
        ({"subject_token": None}, 400, "invalid_request"),
        ({"subject_token_type": ACCESS_TOKEN}, 400, "invalid_request"),
        ({"requested_token_type": ID_TOKEN}, 400, "invalid_request"),
        ({"actor_token": "x"}, 400, "invalid_request"),
        ({"audience": "https://elsewhere.example"}, 400, "invalid_target"),
        ({"scope": "me:read matches:decide"}, 400, "invalid_scope"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
    ],
)
def test_what_the_exchange_does_not_do_is_named(line, mini_app, more, status, error):
    answer = exchange(mini_app, line.id_token(at=AT), **more)

    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_a_program_exchanges_only_with_the_grant_and_while_a_bank_lets_it_in(line, mini_app):
    mini_app.approvals.update(state="revoked")
    assert exchange(mini_app, line.id_token(at=AT)).json()["error"] == "unauthorized_client"
    mini_app.approvals.update(state="approved")
    mini_app.set_grant_types(["authorization_code"])
    mini_app.save()

    assert exchange(mini_app, line.id_token(at=AT)).json()["error"] == "unauthorized_client"


def test_a_confidential_program_proves_itself(line, mini_app):
    mini_app.type = Program.Type.CONFIDENTIAL
    mini_app.set_secret("s3cret")
    mini_app.save()

    assert exchange(mini_app, line.id_token(at=AT)).status_code == 401
    assert exchange(mini_app, line.id_token(at=AT), client_secret="s3cret").status_code == 200


def test_line_opens_no_staff_role_and_nothing_to_who_is_suspended(line, mini_app, coordinator):
    SocialAccount.objects.create(provider="line", uid=line.profile["userId"], user=coordinator)
    caller = with_token(exchange(mini_app, line.id_token(at=AT)).json()["access_token"])
    me = caller.get(ME).json()
    assert (me["email"], me["hats"]) == (coordinator.email, [])
    hat = {"Acting-As": f"coordinator:{coordinator.memberships.get().bank_id}"}
    assert caller.get(ME, headers=hat).json()["errors"][0]["code"] == "hat_not_worn"

    coordinator.is_active = False
    coordinator.save()

    assert caller.get(ME).status_code == 401
    assert exchange(mini_app, line.id_token(at=AT)).json()["error"] == "invalid_grant"


def linked_to(line, mini_app, user, mailoutbox) -> str:
    """Exchange a token that names the address of an account; return the link that its owner was sent."""
    answer = exchange(mini_app, line.id_token(at=AT, email=user.email.upper()))
    assert (answer.status_code, answer.json()["error"]) == (400, "interaction_required")
    assert mailoutbox[-1].to == [user.email]
    return re.search(r"^http://127\.0\.0\.1:8000(/\S+)$", mailoutbox[-1].body, re.MULTILINE)[1]


def test_an_account_that_exists_is_opened_to_line_by_its_owner_alone(line, mini_app, mailoutbox):
    user = factories.make_user()
    link = linked_to(line, mini_app, user, mailoutbox)
    owner = Client(enforce_csrf_checks=True)
    page = owner.get(link)
    assert "ハナコ" in page.content.decode() and not SocialAccount.objects.exists(), "a fetched link links nothing"
    assert exchange(mini_app, line.id_token(at=AT, email=user.email)).status_code == 400
    assert len(mailoutbox) == 1, "asked once, however often the mini-app tries"

    done = owner.post(link, {"csrfmiddlewaretoken": csrf_of(page), "decision": "same"})

    assert done.status_code == 200
    caller = with_token(exchange(mini_app, line.id_token(at=AT, email=user.email)).json()["access_token"])
    assert caller.get(ME).json()["email"] == user.email
    assert owner.get(link).status_code == 409, "a link is used once"


def test_a_link_that_could_not_be_mailed_is_mailed_at_the_next_exchange(line, mini_app, settings):
    user = factories.make_user()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with open_mailbox() as smtp:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", smtp.port, 5
        smtp.refuse = "450 mailbox busy"
        refused = exchange(mini_app, line.id_token(at=AT, email=user.email))
        smtp.refuse = ""

        asked = exchange(mini_app, line.id_token(at=AT, email=user.email))

        assert (refused.status_code, refused.json()["error"]) == (503, "temporarily_unavailable")
        assert (asked.json()["error"], len(smtp.messages)) == ("interaction_required", 1)


def test_somebody_elses_line_gets_an_account_of_its_own(line, mini_app, mailoutbox):
    user = factories.make_user()
    link = linked_to(line, mini_app, user, mailoutbox)

    Client().post(link, {"decision": "other"})

    told = exchange(mini_app, line.id_token(at=AT, email=user.email)).json()
    assert with_token(told["access_token"]).get(ME).json()["id"] != str(user.pk)
    assert not SocialAccount.objects.filter(user=user).exists()


def test_an_old_or_forged_link_links_nothing(line, mini_app, mailoutbox, monkeypatch):
    link = linked_to(line, mini_app, factories.make_user(), mailoutbox)
    assert Client().get(link[:-1] + ("a" if link[-1] != "a" else "b")).status_code == 409
    later = signing.time.time() + 1801
    monkeypatch.setattr(signing.time, "time", lambda: later)

    assert Client().post(link, {"decision": "same"}).status_code == 409
    assert not SocialAccount.objects.exists()


def test_an_account_with_a_second_factor_asks_for_that_before_it_is_opened_to_line(
    line, mini_app, coordinator, mailoutbox
):
    owner = browser_of(coordinator)
    set_up_app(owner)
    link = linked_to(line, mini_app, coordinator, mailoutbox)

    assert Client().post(link, {"decision": "same"})["Location"].startswith("/accounts/login/")
    assert owner.post(link, {"decision": "same"}).status_code == 200


def test_a_proved_address_beside_the_accounts_own_counts_too(line, mini_app, mailoutbox):
    user = factories.make_user()
    EmailAddress.objects.create(user=user, email="hanako@example.jp", verified=True)

    answer = exchange(mini_app, line.id_token(at=AT, email="hanako@example.jp"))

    assert (answer.json()["error"], mailoutbox[0].to) == ("interaction_required", [user.email])


def test_nothing_is_mailed_to_an_account_that_line_alone_opens(line, mini_app, bank, mailoutbox):
    exchange(mini_app, line.id_token(at=AT))
    user = User.objects.get()
    mail_queue(bank_id=bank.pk, topic="invitation", to=user.email, context={}, at=AT)

    assert outbox_drain(at=AT) == 1
    assert user.email.endswith("@line.invalid") and mailoutbox == []


def test_the_exchange_stands_in_the_discovery_document():
    found = Client().get("/.well-known/openid-configuration").json()

    assert TOKEN_EXCHANGE in found["grant_types_supported"] and "desk:act" in found["scopes_supported"]


def test_a_bank_lets_in_a_mini_app_with_its_channel(session, bank, bank_admin):
    admin = session(bank_admin)
    body = asking(bank, grant_types=[TOKEN_EXCHANGE], redirect_uris=[], line_channel_id=CHANNEL)

    made = admin.post(CLIENTS, body)

    assert (made.status_code, made.json()["line_channel_id"]) == (201, CHANNEL)
    for wrong, pointer in (
        ({"line_channel_id": "channel"}, "/line_channel_id"),
        ({"grant_types": ["authorization_code"], "redirect_uris": ["https://app.example/"]}, "/line_channel_id"),
        ({"scopes": ["needs:read", "matches:decide"]}, "/scopes/1"),
    ):
        assert admin.post(CLIENTS, {**body, **wrong}).json()["errors"][0]["pointer"] == pointer
    del body["line_channel_id"]
    assert admin.post(CLIENTS, body).json()["errors"][0]["pointer"] == "/line_channel_id"


@pytest.fixture
def own_pages(line, settings, monkeypatch):
    """The installation's own LINE channel."""
    settings.LINE_CHANNEL_ID = CHANNEL
    settings.SOCIALACCOUNT_PROVIDERS = {"line": {"APP": {"client_id": CHANNEL, "secret": "s" * 32}}}
    monkeypatch.setattr("talentbank.console.line.LineAdapter.access_token_url", f"{line.url}/oauth2/v2.1/token")
    monkeypatch.setattr("talentbank.console.line.LineAdapter.profile_url", f"{line.url}/v2/profile")


def through_line(browser: Client):
    page = browser.get("/accounts/login/")
    assert "LINE でサインイン" in page.content.decode()
    left = browser.post("/accounts/line/login/", {"csrfmiddlewaretoken": csrf_of(page)})
    assert left["Location"].startswith(LineOAuth2Adapter.authorize_url)
    state = parse_qs(urlsplit(left["Location"]).query)["state"][0]
    return browser.get("/accounts/line/login/callback/", {"code": "c", "state": state})


def test_our_own_pages_take_line_too_and_find_the_same_person(own_pages, line, mini_app, mailoutbox):
    browser = Client(enforce_csrf_checks=True)

    back = through_line(browser)

    assert back.status_code == 302
    me = browser.get(ME).json()
    assert (me["name"], me["email"].endswith("@line.invalid"), mailoutbox) == ("ハナコ", True, [])
    told = exchange(mini_app, line.id_token(at=timezone.now())).json()
    assert with_token(told["access_token"]).get(ME).json()["id"] == me["id"]


def test_line_with_a_state_of_nobody_signs_nobody_in(own_pages):
    browser = Client()

    browser.get("/accounts/line/login/callback/", {"code": "c", "state": "x"})

    assert browser.get(ME).status_code == 401


def test_a_second_factor_is_asked_for_after_line_too(own_pages, line, coordinator):
    set_up_app(browser_of(coordinator))
    SocialAccount.objects.create(provider="line", uid=line.profile["userId"], user=coordinator)
    browser = Client()

    assert through_line(browser)["Location"] == "/accounts/2fa/authenticate/"
    assert browser.get(ME).status_code == 401


def test_a_token_of_line_ends_with_its_hour(line, mini_app, clock):
    caller = with_token(exchange(mini_app, line.id_token(at=AT)).json()["access_token"])
    assert caller.get(ME).status_code == 200

    clock.forward(hours=1)

    assert caller.get(ME).status_code == 401
    assert exchange(mini_app, line.id_token(at=AT - timedelta(seconds=1))).status_code == 400
