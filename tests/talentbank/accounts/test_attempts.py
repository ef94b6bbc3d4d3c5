"""Guesses at a password end soon; the person whom they are about signs in all the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from talentbank.accounts.attempts import TooManyAttempts, attempt_count, attempt_forget, device_mark
from tests.factories import AT

pytestmark = [pytest.mark.django_db, pytest.mark.database]
SHINO = "shino@example.jp"


@pytest.fixture(autouse=True)
def limits(settings: Any) -> None:
    settings.RATE_LIMITS = {
        "sign-in-address": (20, 900),
        "sign-in-account": (3, 900),
        "sign-in-account-day": (5, 86_400),
        "sign-in-strangers": (9, 86_400),
    }


def tries(email: str = SHINO, address: str = "192.0.2.1", mark: str = "", at: Any = AT, most: int = 50) -> int:
    """Wrong passwords that are looked at, before one is not."""
    for number in range(most):
        try:
            attempt_count(email=email, address=address, mark=mark, at=at)
        except TooManyAttempts:
            return number
    return most


def test_guesses_from_one_place_end_and_go_on_after_a_while() -> None:
    assert tries() == 3
    assert tries(email="Shino@Example.JP ") == 0
    assert tries(at=AT + timedelta(seconds=900)) == 2
    assert tries(at=AT + timedelta(seconds=1800)) == 0, "and no more than five a day"


def test_a_right_password_is_none_of_the_guesses() -> None:
    for _ in range(30):
        attempt_forget(attempt_count(email=SHINO, address="192.0.2.1", mark="", at=AT))

    assert tries() == 3


def test_many_accounts_from_one_address_are_guesses_too() -> None:
    assert sum(tries(email=f"{number}@example.jp") for number in range(20)) == 20


def test_who_knows_the_address_alone_locks_out_neither_another_place_nor_the_own_device() -> None:
    _, mark = device_mark(SHINO)
    attackers = [f"198.51.100.{number}" for number in range(30)]

    assert sum(tries(address=address) for address in attackers) == 9
    assert tries(address="192.0.2.1") == 0, "a place nobody knows is refused then"
    assert tries(address="192.0.2.1", mark=mark) == 3, "a device that signed in before is not"


def test_one_address_cannot_use_up_what_all_strangers_share() -> None:
    for day in range(3):
        tries(at=AT + timedelta(seconds=900 * day))

    assert tries(address="192.0.2.9") == 3


def test_a_mark_counts_for_its_own_account_and_cannot_be_made_up() -> None:
    _, others = device_mark("taro@example.jp")
    _, mark = device_mark(SHINO)
    tries()

    assert tries(mark=others) == 0
    assert tries(mark=mark[:-1] + ("A" if mark[-1] != "A" else "B")) == 0
    assert tries(mark="nonsense") == 0
    assert tries(mark=mark) == 3
