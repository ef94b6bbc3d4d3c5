"""allauth's sign-in with our words and our ways: where people land, what their mails say."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from talentbank.console.attempts import FairAttempts
from talentbank.console.leading import CODE_NEXT, set_up_wanted


class AccountAdapter(FairAttempts):
    """Pages and mails of sign-in."""

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

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Put the link into a mail that brings a number, and keep where its reader was going."""
        if template_prefix == "account/email/login_code":
            link = settings.BASE_URL + reverse("sign_in_code", args=[context["code"]])
            context = {**context, "link": link}
            if going := get_next_redirect_url(self.request):
                self.request.session[CODE_NEXT] = going
        super().send_mail(template_prefix, email, context)
