"""The pages of one's own sign-in: its ways, the second factor of staff, and the programs that came in with it."""

from __future__ import annotations

from allauth.account.internal.flows.email_verification_by_code import EmailVerificationProcess
from allauth.account.stages import LoginByCodeStage, LoginStageController
from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from talentbank.accounts.models import User
from talentbank.accounts.oidc import SCOPES, scope_label
from talentbank.accounts.tokens import programs_of, tokens_end
from talentbank.console.leading import CODE_NEXT, NEXT, set_up_wanted


@login_required
@never_cache
@require_safe
def second_factor(request: HttpRequest) -> HttpResponse:
    """Where staff are led whose role waits for a second factor; afterwards on to where they were going."""
    if going := get_next_redirect_url(request):
        request.session[NEXT] = going
    if set_up_wanted(request):
        return render(request, "console/second_factor.html")
    return redirect(request.session.pop(NEXT, "sign_in_ways"))


@never_cache
@require_safe
def sign_in_code(request: HttpRequest, code: str) -> HttpResponse:
    """The link of a mail with a number. It acts on nothing, for mail programs fetch links.

    Where the number was asked for in this browser it leads to the page with the number filled in; elsewhere it shows
    the number, for nobody shall be signed in by a link that somebody else asked for.
    """
    if asking := _asking_for_number(request):
        going = request.session.get(CODE_NEXT)
        query = {"code": code, **({"next": going} if going else {})}
        return redirect(f"{reverse(asking)}?{urlencode(query)}")
    if request.user.is_authenticated:
        return redirect("home")
    return render(request, "console/sign_in_code.html", {"code": code})


def _asking_for_number(request: HttpRequest) -> str:
    """The name of the page on which this browser is asked for a mailed number; empty where it is not."""
    if LoginStageController.enter(request, LoginByCodeStage.key):
        return "account_confirm_login_code"
    return "account_email_verification_sent" if EmailVerificationProcess.resume(request) else ""


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_ways(request: HttpRequest) -> HttpResponse:
    """Ways to sign in, and programs and devices that go on with this account; a POST ends one of them."""
    assert isinstance(request.user, User)
    if request.method == "POST":
        tokens_end(user=request.user, client_id=request.POST.get("client", ""))
        return redirect("sign_in_ways")
    programs = [
        {
            "client_id": each.client_id,
            "name": each.name,
            "since": each.since,
            "scopes": [scope_label(scope) for scope in each.scopes if scope in SCOPES],
        }
        for each in programs_of(request.user)
    ]
    return render(request, "console/sign_in_ways.html", {"programs": programs, "line": settings.LINE_CHANNEL_ID})
