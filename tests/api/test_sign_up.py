"""Newcomers: an account by e-mail alone, without a password, and on to the program that sent them."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from talentbank.accounts.models import User
from tests import factories
from tests.api.test_second_factor import set_up_app
from tests.api.test_sign_in import CALLBACK, authorize, csrf_of, program, provider  # noqa: F401
from tests.api.test_sign_in_code import ask, link_in, number_in
from tests.factories import PASSWORD

ME, SIGN_UP, NUMBER, LOGIN = "/api/v1/me", "/accounts/signup/", "/accounts/confirm-email/", "/accounts/login/"
NEW = "hanako@example.jp"
DEVICE = "/identity/o/device"
pytestmark = [pytest.mark.django_db, pytest.mark.database]


def sign_up(browser: Client, email: str, **more: str):
    page = browser.get(SIGN_UP, more)
    return browser.post(SIGN_UP, {"csrfmiddlewaretoken": csrf_of(page), "email": email, **more})


def field(page, name: str) -> str:
    return html.unescape(re.search(rf'name="{name}"[^>]* value="([^"]*)"', page.content.decode())[1])


def enter(browser: Client, page):
    """Send the page that asks for the number as it stands, with what the link filled in."""
    path = page.request["PATH_INFO"]
    going = page.context["redirect_field_value"]
    sent = {"csrfmiddlewaretoken": csrf_of(page), "code": page.context["verify_form"]["code"].value()}
    return browser.post(path, {**sent, **({"next": going} if going else {})})


def body_of(message) -> str:
    return message.get_content().replace("\r\n", "\n")


def sign_up_link(text: str) -> str:
    return re.search(r"^http://\S+?(/accounts/(?:signup|login/code)/\S*)$", text, re.MULTILINE)[1]


def test_a_newcomer_whom_a_program_sent_gets_an_account_and_back_to_the_program(
    provider,  # noqa: F811
    program,  # noqa: F811
    mailbox,
):
    browser = Client(enforce_csrf_checks=True)
    going = parse_qs(urlsplit(authorize(browser, program)[0]["Location"]).query)["next"][0]
    ask(browser, NEW, next=going)

    page = browser.get(sign_up_link(body_of(mailbox.messages[0])))
    assert "password" not in page.content.decode()
    sent = {"csrfmiddlewaretoken": csrf_of(page), "email": NEW, "next": field(page, "next")}
    assert urlsplit(browser.post(SIGN_UP, sent)["Location"]).path == NUMBER
    assert mailbox.messages[1]["Subject"].strip() == "［デジタル人材バンク］メールアドレスの確認の番号"
    asked = browser.get(link_in(body_of(mailbox.messages[1])), follow=True)
    assert browser.get(ME).status_code == 401, "a fetched link signs nobody in"
    done = enter(browser, asked)

    assert (done.status_code, done["Location"]) == (302, going)
    assert browser.get(ME).json()["email"] == NEW and not User.objects.get(email=NEW).has_usable_password()
    page = browser.get(done["Location"])
    granted = {"csrfmiddlewaretoken": csrf_of(page), "request": field(page, "request"), "action": "grant"}
    back = browser.post("/identity/o/authorize", {**granted, "scopes": ["openid", "me:read"]})["Location"]
    assert back.startswith(CALLBACK) and parse_qs(urlsplit(back).query)["state"] == ["here"]


def test_sign_up_tells_nobody_whether_an_address_is_registered(mailoutbox):
    known, unknown = Client(), Client()
    user = factories.make_user()

    answers = [sign_up(known, user.email, next=DEVICE), sign_up(unknown, NEW, next=DEVICE)]

    assert len({(each.status_code, each["Location"]) for each in answers}) == 1
    pages = [browser.get(answers[0]["Location"]).content.decode() for browser in (known, unknown)]
    told = [re.sub(r'value="[^"]{40,}"|[a-z0-9]+@example\.jp', "", page) for page in pages]
    assert told[0] == told[1]
    assert [message.to for message in mailoutbox] == [[user.email], [NEW]]
    text = mailoutbox[0].body
    assert "もう登録がお済みです" in text and not re.search(r"[0-9]{4}-[0-9]{4}", text)
    assert sign_up_link(text) == f"/accounts/login/code/?next={DEVICE.replace('/', '%2F')}"
    assert User.objects.filter(email=user.email).count() == 1
    assert known.post(NUMBER, {"code": number_in(mailoutbox[1].body)}).status_code == 200
    assert known.get(ME).status_code == 401


@pytest.mark.parametrize("elsewhere", ["https://thief.example/", "//thief.example/", "javascript:alert(1)"])
def test_no_mail_and_no_page_leads_elsewhere(mailoutbox, elsewhere):
    browser, known = Client(), factories.make_user()
    ask(Client(), NEW, next=elsewhere)
    sign_up(Client(), known.email, next=elsewhere)
    sign_up(browser, "jiro@example.jp", next=elsewhere)
    done = browser.post(NUMBER, {"code": number_in(mailoutbox[2].body), "next": elsewhere})

    assert [each.body for each in mailoutbox if "next=" in each.body or "thief" in each.body] == []
    assert (done["Location"], browser.get(ME).status_code) == ("/", 200)


def test_who_comes_back_later_signs_in_by_a_number_of_its_own(mailoutbox):
    sign_up(Client(), NEW)  # the page was closed before the number came
    browser = Client()
    ask(browser, NEW)

    done = browser.post("/accounts/login/code/confirm/", {"code": number_in(mailoutbox[1].body)})

    assert (done["Location"], browser.get(ME).json()["email"]) == ("/", NEW)


def test_who_mistyped_the_address_begins_again_without_losing_the_way(mailoutbox):
    browser = Client()
    page = browser.get(sign_up(browser, "hanaco@example.jp", next=DEVICE)["Location"])
    again = re.search(r'action="/accounts/logout/">.*?name="next" value="([^"]+)"', page.content.decode())[1]

    page = browser.get(browser.post("/accounts/logout/", {"next": html.unescape(again)})["Location"])
    sign_up(browser, NEW, next=field(page, "next"))
    done = browser.post(NUMBER, {"code": number_in(mailoutbox[1].body)})

    assert (done["Location"], browser.get(ME).json()["email"]) == (DEVICE, NEW)


def test_a_newcomer_with_a_staff_role_sets_up_the_second_factor_at_once_and_acts_as_staff_only_then(bank, mailoutbox):
    bank.policy_json = {"staff_second_factor": "required"}
    bank.save()
    browser = Client()
    sign_up(browser, NEW)
    browser.post(NUMBER, {"code": number_in(mailoutbox[0].body)})
    factories.make_staff(bank, user=User.objects.get(email=NEW))

    me = browser.get(ME).json()
    assert (me["hats"], len(me["held_back"]), len(mailoutbox)) == ([], 1, 1)
    set_up_app(browser)
    assert [hat["role"] for hat in browser.get(ME).json()["hats"]] == ["coordinator"]


def test_a_password_that_is_sent_along_at_sign_up_counts_for_nothing(mailoutbox):
    sign_up(Client(), NEW, password1=PASSWORD)

    assert not User.objects.get(email=NEW).has_usable_password()


def test_a_sign_up_ends_after_five_guesses(mailoutbox):
    browser = Client()
    sign_up(browser, NEW)
    wrong = [browser.post(NUMBER, {"code": f"0000-000{guess}"}) for guess in range(5)]
    browser.post(NUMBER, {"code": number_in(mailoutbox[0].body)})

    assert "番号が違います" in wrong[0].content.decode()
    assert (wrong[4]["Location"], browser.get(ME).status_code) == (LOGIN, 401)
    assert "はじめからもう一度" in browser.get(LOGIN).content.decode()


def test_who_asks_again_at_once_is_told_to_wait_in_plain_words(mailoutbox):
    browser = Client()
    page = browser.get(sign_up(browser, NEW)["Location"])

    answer = browser.post(NUMBER, {"csrfmiddlewaretoken": csrf_of(page), "action": "resend"})

    assert (answer.status_code, "少し時間をおいてください" in answer.content.decode()) == (429, True)


def test_somebody_signed_in_proves_one_more_address_by_its_number(mailoutbox):
    browser, user = Client(), factories.make_user()
    ask(browser, user.email, next=DEVICE)
    browser.post("/accounts/login/code/confirm/", {"code": number_in(mailoutbox[0].body)})
    browser.post("/accounts/email/", {"action_add": "", "email": NEW})

    page = browser.get(link_in(mailoutbox[1].body), follow=True)
    done = enter(browser, page)

    assert done["Location"] != DEVICE, "that was the way of an earlier mail"
    assert user.emailaddress_set.filter(email=NEW, verified=True).exists()


@pytest.mark.parametrize(("language", "words"), [("ja", "パスワードは要りません"), ("en", "You need no password")])
def test_the_pages_and_mails_of_sign_up_speak_the_persons_language(mailoutbox, language, words):
    browser = Client(headers={"Accept-Language": language})
    shown = browser.get(SIGN_UP).content.decode()

    shown += browser.get(sign_up(browser, NEW)["Location"]).content.decode() + mailoutbox[0].body

    assert words in shown
    assert [each for each in ("ログイン", "ユーザー", "コード", "example.com") if each in shown] == []
