"""Signing in by password, with the limits of `accounts.attempts`; allauth's own would lock the account itself."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from talentbank.accounts.attempts import (
    MARK_SECONDS,
    Attempt,
    TooManyAttempts,
    attempt_count,
    attempt_forget,
    device_mark,
    mark_name,
)
from talentbank.core.callers import address_key, client_address
from talentbank.core.clock import now
from talentbank.core.limits import limit_headers


class FairAttempts(DefaultAccountAdapter):  # type: ignore[misc]
    """Counts tries, refuses too many with 429, and knows devices again."""

    _attempt: Attempt | None = None

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that allauth's other limits count by: as trusted proxies tell it."""
        return client_address(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        email = str(credentials.get("email", ""))
        mark = request.COOKIES.get(mark_name(email), "")
        try:
            self._attempt = attempt_count(email=email, address=address_key(request), mark=mark, at=now())
        except TooManyAttempts as refusal:
            raise ImmediateHttpResponse(too_many(request, refusal)) from None

    def _rollback_login_failed_rl_usage(self) -> None:
        """allauth's name for: the password was right."""
        if self._attempt:
            attempt_forget(self._attempt)

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """Nothing to wipe after a new password: the owner's device was not locked, and nobody gets fresh guesses."""

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **options: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **options)
        name, mark = device_mark(str(user.email))  # type: ignore[attr-defined]
        response.set_cookie(
            name,
            mark,
            max_age=MARK_SECONDS,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
        return response


def too_many(request: HttpRequest, refusal: TooManyAttempts) -> HttpResponse:
    """The page that says until when, and what else one can do."""
    context = {"minutes": -(-refusal.wait // 60)}
    response = render(request, "console/too_many_attempts.html", context, status=429)
    response["Retry-After"] = str(refusal.wait)
    for name, value in limit_headers(refusal.counts).items():
        response[name] = value
    return response
