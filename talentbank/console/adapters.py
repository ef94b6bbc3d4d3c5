"""allauth's sign-in with our words and our ways: where people land, what their mails say."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urljoin

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.account.models import EmailAddress
from allauth.account.utils import get_next_redirect_url, passthrough_next_redirect_url
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import lazy

from talentbank.console.attempts import FairAttempts
from talentbank.console.leading import CODE_NEXT, set_up_wanted
from talentbank.console.templatetags.words import say

said = lazy(say, str)
WITH_NUMBER = ("login_code", "email_confirmation", "email_confirmation_signup")
"""The mails that bring a number."""


class AccountAdapter(FairAttempts):
    """Pages and mails of sign-in."""

    error_messages = FairAttempts.error_messages | {
        "incorrect_code": said(
            "番号が違います。もう一度お確かめください。", "This is not the number. Please look again."
        ),
        "too_many_login_attempts": said(
            "何度もくり返されたため、いったん止めました。少し時間をおいて、はじめからもう一度お試しください。",
            "Too many tries. Please wait a little and begin again.",
        ),
    }

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Staff whose role waits for a second factor land where it is set up."""
        return set_up_wanted(request) or str(super().get_login_redirect_url(request))

    def is_reauthentication_required(self, *, app: str) -> bool:
        """A sign-in of the last minutes is proof enough: who is led to the set-up is not asked for the same twice."""
        records = get_authentication_records(self.request, self.request.user)
        recently = bool(records) and time.time() - records[-1]["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
        return not recently and bool(super().is_reauthentication_required(app=app))

    def format_email_subject(self, subject: str) -> str:
        return f"［デジタル人材バンク］{subject}"

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """A number that proves an address on the way in is a sign-in by number: none is asked for again right after."""
        confirmed = bool(super().confirm_email(request, email_address))
        if confirmed and not request.user.is_authenticated:
            record_authentication(request, email_address.user, method="code", email=email_address.email)
        return confirmed

    def respond_email_verification_sent(self, request: HttpRequest, user: AbstractBaseUser | None) -> HttpResponse:
        """The page that asks for the number, alike whether somebody is registered; it too knows the way on."""
        return redirect(self._going_on(reverse("account_email_verification_sent")))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Put the links into a mail, and keep where the reader of a number was going."""
        mail = template_prefix.removeprefix("account/email/")
        if mail in WITH_NUMBER:
            self.request.session[CODE_NEXT] = get_next_redirect_url(self.request) or ""
        super().send_mail(template_prefix, email, {**context, **self._links(mail, context)})

    def _links(self, mail: str, context: dict[str, Any]) -> dict[str, str]:
        if mail in WITH_NUMBER:
            return {"link": settings.BASE_URL + reverse("sign_in_code", args=[context["code"]])}
        if mail == "unknown_account":
            return {"signup_url": self._going_on(context["signup_url"])}
        if mail == "account_already_exists":
            # Beside the address of the other page: that one is made from the host that was asked.
            return {"code_url": self._going_on(urljoin(context["signup_url"], reverse("account_request_login_code")))}
        return {}

    def _going_on(self, url: str) -> str:
        """An address of ours that leads on to where somebody was going, if that is ours too."""
        return str(passthrough_next_redirect_url(self.request, url, REDIRECT_FIELD_NAME))
