"""Sign-in by a number that a mail brings, for citizens: with a real mail server, without a password."""

from __future__ import annotations

import re

import pytest
from allauth.account.internal.flows import code_verification
from django.test import Client

from tests import factories
from tests.api.test_second_factor import browser_of, set_up_app
from tests.api.test_sign_in import csrf_of

ME, ASK, CONFIRM = "/api/v1/me", "/accounts/login/code/", "/accounts/login/code/confirm/"
pytestmark = [pytest.mark.django_db, pytest.mark.database]


def ask(browser: Client, email: str, **more):
    page = browser.get(ASK, more)
    return browser.post(ASK, {"csrfmiddlewaretoken": csrf_of(page), "email": email, **more})


def number_in(text: str) -> str:
    return re.search(r"^    ([0-9]{4}-[0-9]{4})$", text, re.MULTILINE)[1]


def link_in(text: str) -> str:
    return re.search(r"^http://127\.0\.0\.1:8000(/accounts/sign-in/\S+)$", text, re.MULTILINE)[1]


def test_a_mail_brings_a_number_and_a_link_that_fills_it_in(mailbox):
    user, browser = factories.make_user(), Client(enforce_csrf_checks=True)
    asked = ask(browser, user.email)
    assert asked["Location"] == CONFIRM
    (message,) = mailbox.messages
    body = message.get_content().replace("\r\n", "\n")
    assert message["Subject"].strip() == "［デジタル人材バンク］サインインの番号"
    assert "15分間" in body and "だれにも教えないでください" in body

    page = browser.get(link_in(body), follow=True)
    assert browser.get(ME).status_code == 401, "a fetched link signs nobody in"
    shown = re.search(r'name="code"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="code"', page.content.decode())
    done = browser.post(CONFIRM, {"csrfmiddlewaretoken": csrf_of(page), "code": shown[1] or shown[2]})

    assert (done.status_code, browser.get(ME).json()["email"]) == (302, user.email)


def test_a_number_counts_once_and_in_the_browser_that_asked(mailoutbox):
    user, browser = factories.make_user(), Client()
    ask(browser, user.email)
    code = number_in(mailoutbox[0].body)

    elsewhere = Client()
    shown = elsewhere.get(link_in(mailoutbox[0].body))
    elsewhere.post(CONFIRM, {"code": code})
    assert (code in shown.content.decode(), elsewhere.get(ME).status_code) == (True, 401)
    browser.post(CONFIRM, {"code": code.replace("-", "").translate({48 + n: 0xFF10 + n for n in range(10)})})
    assert browser.get(ME).status_code == 200
    browser.post("/accounts/logout/")
    browser.post(CONFIRM, {"code": code})

    assert browser.get(ME).status_code == 401


def test_a_number_ends_after_a_quarter_of_an_hour_and_after_five_guesses(mailoutbox, monkeypatch):
    user, late, guessing = factories.make_user(), Client(), Client()
    ask(late, user.email)
    ask(guessing, user.email)
    for guess in range(5):
        guessing.post(CONFIRM, {"code": f"0000-000{guess}"})
    guessing.post(CONFIRM, {"code": number_in(mailoutbox[1].body)})
    later = code_verification.time.time() + 901
    monkeypatch.setattr(code_verification.time, "time", lambda: later)
    late.post(CONFIRM, {"code": number_in(mailoutbox[0].body)})

    assert late.get(ME).status_code == guessing.get(ME).status_code == 401


def test_the_page_answers_the_same_whether_somebody_is_registered(mailoutbox):
    known, unknown = Client(), Client()
    user = factories.make_user()

    answers = [ask(known, user.email), ask(unknown, "nobody@example.jp")]

    assert [(each.status_code, each["Location"]) for each in answers] == [(302, CONFIRM)] * 2
    pages = [browser.get(CONFIRM).content.decode() for browser in (known, unknown)]
    told = [re.sub(r'value="[^"]+"|[a-z0-9]+@example\.jp', "", page) for page in pages]
    assert told[0] == told[1]
    assert [message.to for message in mailoutbox] == [[user.email], ["nobody@example.jp"]]
    assert "登録はまだありません" in mailoutbox[1].body and not re.search(r"[0-9]{4}-[0-9]{4}", mailoutbox[1].body)


def test_the_link_goes_on_to_where_somebody_was_going(mailoutbox):
    user, browser = factories.make_user(), Client()
    ask(browser, user.email, next="/identity/o/device")

    page = browser.get(link_in(mailoutbox[0].body), follow=True)
    done = browser.post(CONFIRM, {"code": number_in(mailoutbox[0].body), "next": page.context["redirect_field_value"]})

    assert done["Location"] == "/identity/o/device"


def test_the_mail_speaks_english_to_who_does(mailoutbox):
    browser = Client(headers={"Accept-Language": "en"})

    ask(browser, factories.make_user().email)

    assert "Your sign-in number" in mailoutbox[0].subject and "It works once" in mailoutbox[0].body


def test_nobody_floods_somebodys_letter_box(mailoutbox):
    user = factories.make_user()
    for _ in range(12):
        ask(Client(), user.email)

    assert len(mailoutbox) == 10


def test_staff_with_a_second_factor_are_asked_for_it_after_the_mail(coordinator, mailoutbox):
    set_up_app(browser_of(coordinator))
    mailoutbox.clear()
    browser = Client()
    ask(browser, coordinator.email)

    done = browser.post(CONFIRM, {"code": number_in(mailoutbox[0].body)})

    assert (done["Location"], browser.get(ME).status_code) == ("/accounts/2fa/authenticate/", 401)
