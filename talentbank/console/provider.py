"""The provider's own doors, with what allauth leaves open: who may knock, S256 alone, addresses letter by letter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.idp.oidc import views
from allauth.idp.oidc.models import Client, Token
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.views.decorators.csrf import csrf_exempt

from talentbank.accounts.addresses import redirect_is_registered
from talentbank.accounts.admissions import client_banks
from talentbank.accounts.oidc import TOKEN_EXCHANGE
from talentbank.accounts.selectors import client_operators, client_purposes
from talentbank.accounts.tokens import token_banks, token_find
from talentbank.console.devices import device_token
from talentbank.console.leading import set_up_wanted
from talentbank.console.line import line_token
from talentbank.core.basic import basic_name
from talentbank.core.callers import address_key
from talentbank.core.clock import day_of, now
from talentbank.core.limits import counted, limit_headers, longest_wait

Answering = Callable[[HttpRequest], HttpResponseBase]
OWN_GRANTS: dict[str, Answering] = {Client.GrantType.DEVICE_CODE: device_token, TOKEN_EXCHANGE: line_token}
"""Grants that we answer ourselves; all others are allauth's."""
SPENT_ONCE = (Client.GrantType.AUTHORIZATION_CODE, Client.GrantType.DEVICE_CODE, Client.GrantType.REFRESH_TOKEN)


class Consent(views.AuthorizationView):  # type: ignore[misc]
    """allauth's consent on a page of ours, which tells who answers for the program and what it is for."""

    template_name = "console/consent.html"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**more)
        client = context["client"]
        banks = client_banks(client.pk, day_of(now()))
        facts = {"operators": client_operators(client.pk, banks), "purposes": client_purposes(client.pk, banks)}
        return {**context, **facts}


consent: Answering = Consent.as_view()


@csrf_exempt
def authorize(request: HttpRequest) -> HttpResponseBase:
    """The consent page. What cannot be trusted is told here, for a redirect would hand it to whoever asked."""
    asked = request.GET
    client = Client.objects.filter(pk=asked.get("client_id", "")).first()
    if client is None and request.method != "POST":  # the page's own answer names no client: what it signed does
        return _refused(request, 400)
    if client is not None:
        if not client_banks(client.pk, day_of(now())):
            return _refused(request, 403)
        address = asked.get("redirect_uri", "")
        method, challenge = asked.get("code_challenge_method", ""), asked.get("code_challenge", "")
        unproven = (client.type == Client.Type.PUBLIC and not challenge) or (challenge and method != "S256")
        if unproven or not redirect_is_registered(client, address):
            return _refused(request, 400)
    if request.method == "GET" and (set_up := set_up_wanted(request, back_to=request.get_full_path())):
        return redirect(set_up)
    answer = consent(request)
    # What allauth refuses it tells with 200 and in English. Its consent is the one page that is rendered later.
    refused = answer.status_code == 200 and not isinstance(answer, TemplateResponse)
    return _refused(request, 400) if refused else answer


@csrf_exempt
def token(request: HttpRequest) -> HttpResponseBase:
    """Tokens for codes, secrets and refresh tokens, of clients that some bank lets in today."""
    name = basic_name(request.headers.get("Authorization", "")) or request.POST.get("client_id", "")
    counts = counted({"tokens": f"{address_key(request)} {name}", "tokens-address": address_key(request)}, at=now())
    if (wait := longest_wait(counts)) is not None:
        headers = {"Retry-After": str(wait), **limit_headers(counts)}
        return JsonResponse({"error": "slow_down"}, status=429, headers=headers)
    client = Client.objects.filter(pk=name).first()
    if client is not None and not client_banks(client.pk, day_of(now())):
        return JsonResponse({"error": "unauthorized_client"}, status=400)
    if request.POST.get("grant_type") == Client.GrantType.REFRESH_TOKEN:
        found = token_find(Token.Type.REFRESH_TOKEN, request.POST.get("refresh_token", ""))
        if found is None or not token_banks(found, now()):
            return JsonResponse({"error": "invalid_grant"}, status=400)
    grant = request.POST.get("grant_type", "")
    answering = OWN_GRANTS.get(grant, views.token) if request.method == "POST" else views.token
    if grant not in SPENT_ONCE:
        answer: HttpResponseBase = answering(request)
        return answer
    with transaction.atomic():
        # A code is read, used and thrown away in steps: one request of a client at a time, or two would use it.
        Client.objects.select_for_update(of=("self",)).filter(pk=name).first()
        answer = answering(request)
    return answer


@csrf_exempt
def userinfo(request: HttpRequest) -> HttpResponseBase:
    """Who a token is for, while it holds."""
    _, _, value = request.headers.get("Authorization", "").partition(" ")
    found = token_find(Token.Type.ACCESS_TOKEN, value.strip())
    if found is None or not token_banks(found, now()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
    answer: HttpResponseBase = views.user_info(request)
    return answer


def _refused(request: HttpRequest, status: int) -> HttpResponse:
    return render(request, "console/client_refused.html", {"unapproved": status == 403}, status=status)
