"""Who has lost every second factor gets back in: IT staff take it away by a command, and that is on record."""

from __future__ import annotations

from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command

from talentbank.core.clock import now
from talentbank.core.models import Event
from talentbank.core.verification import verify
from tests import factories
from tests.api.test_second_factor import ME, browser_of, number, roles, set_up_app

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def asked_for_everywhere(settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = True


def reset(email: str, **options: str) -> str:
    out = StringIO()
    call_command("second_factor_reset", email, stdout=out, **options)
    return out.getvalue()


def test_who_has_lost_all_signs_in_by_one_factor_and_sets_up_anew(coordinator):
    set_up_app(browser_of(coordinator))
    assert browser_of(coordinator).get(ME).status_code == 401, "the password alone opens nothing"

    said = reset(coordinator.email.upper())

    assert said.startswith(f"{coordinator.email}: deleted totp, recovery_codes.")
    browser = browser_of(coordinator)
    assert (roles(browser), len(browser.get(ME).json()["held_back"])) == ([], 1)
    set_up_app(browser)
    assert roles(browser) == ["coordinator"]


def test_a_reset_ends_what_the_lost_factor_had_opened(coordinator):
    browser, other = browser_of(coordinator), factories.make_user()
    secret = set_up_app(browser)
    set_up_app(browser_of(other))
    second = browser_of(coordinator)
    second.post("/accounts/2fa/authenticate/", {"code": number(secret, later=1)})
    assert [each.get(ME).status_code for each in (browser, second)] == [200, 200]
    between = now()

    reset(coordinator.email)

    assert [each.get(ME).status_code for each in (browser, second)] == [401, 401]
    coordinator.refresh_from_db()
    assert not coordinator.holds_since(between), "tokens, too"
    assert set(Authenticator.objects.values_list("user_id", flat=True)) == {other.pk}, "of nobody else"


def test_each_role_that_holds_has_the_reset_on_record(bank, other_bank, coordinator):
    factories.make_staff(other_bank, "analyst", coordinator)
    factories.make_staff(other_bank, "coordinator", coordinator, ended_at=factories.AT)
    set_up_app(browser_of(coordinator))

    reset(coordinator.email, note="本人が来庁、職員証を確認")

    events = list(Event.objects.order_by("bank_id"))
    assert [(event.bank_id, event.action, event.to_state) for event in events] == sorted(
        [(bank.pk, "reset-second-factor", "coordinator"), (other_bank.pk, "reset-second-factor", "analyst")]
    )
    assert events[0].facts == {"user_id": str(coordinator.pk), "taken": ["totp", "recovery_codes"]}
    assert events[0].text.content == {"note": "本人が来庁、職員証を確認"}
    assert list(verify(bank_ids=[bank.pk, other_bank.pk], heads=[])) == []


@pytest.mark.parametrize(
    ("email", "said"),
    [("nobody@example.jp", "no account with the address"), ("hanako@example.jp", "has no second factor")],
)
def test_an_unknown_address_and_an_account_without_one_are_refused(bank, email, said):
    factories.make_staff(bank, user=factories.make_user(email="hanako@example.jp"))

    with pytest.raises(CommandError, match=said):
        reset(email)

    assert not Event.objects.exists()
