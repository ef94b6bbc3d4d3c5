"""Guesses at a password: how many, from where, and why they never lock out whom they are about.

Whoever knows an e-mail address alone can use up neither the tries of that person's own device nor those of another
place. A device that once signed in keeps a signed mark (OWASP's device cookie) and has tries of its own. Everybody else
shares `sign-in-strangers` of an account, which no single address can use up: `sign-in-account-day` is far less.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core import signing
from django.utils.crypto import get_random_string, salted_hmac

from talentbank.core.errors import DomainError
from talentbank.core.limits import Count, counted, longest_wait, uncounted

SALT = "accounts.device"
MARK_SECONDS = 400 * 86_400
"""As long as browsers keep a cookie at most."""


class TooManyAttempts(DomainError):
    """Nobody is asked for the password; `counts` say how long."""

    code = "too_many_attempts"

    def __init__(self, counts: list[Count]) -> None:
        self.counts = counts
        self.wait = longest_wait(counts) or 0
        super().__init__(wait=self.wait)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A counted try at signing in: each limit with whom it counted for."""

    whose: tuple[Mapping[str, str], ...]


def attempt_count(*, email: str, address: str, mark: str, at: datetime) -> Attempt:
    """This function will count a try before its password is looked at.

    `mark` is what the device brought along. The narrower limit is counted first: tries that it refuses are none of the
    wider one, so that nobody uses that up by going on where they are refused.

    :raises TooManyAttempts: one of the limits is used up.
    """
    account, device = email.strip().lower(), _device(email, mark)
    place = f"{account} {device or address}"
    steps = [{"sign-in-account": place}, {"sign-in-address": address}, {"sign-in-account-day": place}]
    if not device:
        steps.append({"sign-in-strangers": account})
    for whose in steps:
        counts = counted(whose, at=at)
        if longest_wait(counts) is not None:
            raise TooManyAttempts(counts)
    return Attempt(tuple(steps))


def attempt_forget(attempt: Attempt) -> None:
    """This function will take a try back, for it was right. Earlier wrong ones stay counted."""
    for whose in attempt.whose:
        uncounted(whose)


def device_mark(email: str) -> tuple[str, str]:
    """The cookie, name and value, by which a device is known again to an account that signed in on it."""
    return mark_name(email), signing.dumps([_digest(email), get_random_string(16)], salt=SALT)


def mark_name(email: str) -> str:
    """Name of the cookie: a family may share a device, and none of them reads who else does."""
    return f"known_{_digest(email)[:16]}"


def _device(email: str, mark: str) -> str:
    """The device's own name; "" where it brought no mark for this account."""
    try:
        digest, name = signing.loads(mark, salt=SALT, max_age=MARK_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return str(name) if digest == _digest(email) else ""


def _digest(email: str) -> str:
    return salted_hmac(SALT, email.strip().lower(), algorithm="sha256").hexdigest()
