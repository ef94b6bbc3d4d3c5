"""The device code (RFC 8628): a program at a support desk shows a code, somebody of the desk signs in and allows it.

allauth gives and keeps the codes. The page is ours, for allauth's takes a confirmation without a CSRF token, and the
code only as it is printed.
"""

from __future__ import annotations

from uuid import UUID

from allauth.core.internal import ratelimit
from allauth.idp.oidc import views
from allauth.idp.oidc.internal.oauthlib import device_codes
from allauth.idp.oidc.models import Client
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST
from oauthlib.oauth2.rfc6749.errors import OAuth2Error

from talentbank.accounts.admissions import client_banks
from talentbank.accounts.models import User
from talentbank.accounts.oidc import SCOPES, scope_label
from talentbank.accounts.selectors import actor_for, client_operators
from talentbank.accounts.tokens import tokens_issue
from talentbank.console.forms import DeviceCodeForm
from talentbank.console.leading import set_up_wanted
from talentbank.core.actors import HELPERS
from talentbank.core.clock import day_of, now

ASKED, ASKED_MOST = "device_code", "30/m/ip"
"""Codes lie in the cache for a quarter of an hour; nobody shall fill it."""


@csrf_exempt
@require_POST
def device_code(request: HttpRequest) -> HttpResponseBase:
    """A pair of codes for a program that a bank lets in; without `scope` it asks for all that it may have."""
    client = Client.objects.filter(pk=request.POST.get("client_id", "")).first()
    if client is None:
        return JsonResponse({"error": "invalid_client"}, status=401)
    asks_by_code = Client.GrantType.DEVICE_CODE in client.get_grant_types()
    if not asks_by_code or not client_banks(client.pk, day_of(now())):
        return JsonResponse({"error": "unauthorized_client"}, status=400)
    if not ratelimit.consume(request, app=__name__, action=ASKED, config={ASKED: ASKED_MOST}):
        return JsonResponse({"error": "slow_down"}, status=429, headers={"Retry-After": "60"})
    if not request.POST.get("scope", "").strip():
        asked = request.POST.copy()
        asked["scope"] = " ".join(client.get_scopes())
        request.POST = asked  # type: ignore[assignment]
    answer: HttpResponseBase = views.device_code(request)
    return answer


def device_token(request: HttpRequest) -> HttpResponse:
    """The tokens, once somebody has allowed the device.

    Ours, for allauth 65.21 hands the grant to oauthlib 4, which asks its validator for what that does not have.
    """
    try:
        user, kept = device_codes.poll_device_code(request)
    except OAuth2Error as refused:
        return JsonResponse(dict(refused.twotuples), status=refused.status_code)
    client = Client.objects.get(pk=kept["client_id"])
    scopes = [scope for scope in kept["scope"] if scope in client.get_scopes()]
    answer = JsonResponse(tokens_issue(client=client, user=user, scopes=scopes, at=now()))
    answer["Cache-Control"] = "no-store"
    return answer


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def device(request: HttpRequest) -> HttpResponse:
    """Ask for the code, show what it would open, and allow it or not; only a POST from this page decides."""
    assert isinstance(request.user, User)
    if set_up := set_up_wanted(request, back_to=request.get_full_path()):
        return redirect(set_up)
    sent = request.POST if request.method == "POST" else request.GET
    if "code" not in sent:
        return render(request, "console/device_code.html", {"form": DeviceCodeForm()})
    form = DeviceCodeForm({"code": sent["code"]})
    if not form.is_valid():
        return render(request, "console/device_code.html", {"form": form}, status=400)
    banks = _desk_banks(request.user, form.client)
    if not banks:
        return render(request, "console/device_refused.html", {"client": form.client}, status=403)
    if request.method == "POST":
        return _decided(request, form)
    context = {
        "code": form.cleaned_data["code"],
        "client": form.client,
        "operators": client_operators(form.client.pk, banks),
        "scopes": [scope_label(scope) for scope in _asked_for(form.device_code) if scope in SCOPES],
    }
    return render(request, "console/device_confirm.html", context)


def _decided(request: HttpRequest, form: DeviceCodeForm) -> HttpResponse:
    allowed = request.POST.get("decision") == "allow"
    device_codes.confirm_or_deny_device_code(request.user, form.device_code, confirm=allowed)
    return render(request, "console/device_decided.html", {"client": form.client, "allowed": allowed})


def _desk_banks(user: User, client: Client) -> frozenset[UUID]:
    """Banks that let the client in and in which the account may act for people; none for everybody else."""
    at = now()
    return actor_for(user, at=at, banks=client_banks(client.pk, day_of(at))).banks_as(HELPERS)


def _asked_for(code: str) -> list[str]:
    """What a device asked for."""
    kept = device_codes.cache.get(device_codes.cache_device_code_key(code)) or {}
    return list(kept.get("scope") or ())
