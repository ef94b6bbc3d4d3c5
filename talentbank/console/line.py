"""LINE's ways in: the token exchange of a mini-app (RFC 8693), the link of proof, and sign-in on our own pages."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from allauth.idp.oidc.models import Client
from allauth.mfa.utils import is_mfa_enabled
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.line.views import LineOAuth2Adapter
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.cache import cache
from django.core.mail import send_mail
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from talentbank.accounts.line import (
    NO_ADDRESS,
    LineAway,
    LinkSpent,
    ProofWanted,
    TokenRefused,
    identity_read,
    line_sign_in,
    link_decide,
    link_read,
)
from talentbank.accounts.oidc import TOKEN_EXCHANGE
from talentbank.accounts.programs import ACCESS_TOKEN_TYPE, DECIDING_SCOPES, ID_TOKEN_TYPE, channel_of
from talentbank.accounts.tokens import LINE_MARK, tokens_issue
from talentbank.core.basic import basic_pair
from talentbank.core.clock import now
from talentbank.core.ids import new_id

MAIL_PAUSE_SECONDS = 600
NOT_SENT = "The mail that asks an account's owner for proof could not be sent; exchange again later."
PROOF = "An account has this address. Its owner was sent a link; exchange again once it was opened."


class ProofNotSent(RuntimeError):
    """The mail server did not take the link; the next call may send it."""


def line_token(request: HttpRequest) -> HttpResponse:
    """An access token of ours for an ID token of LINE, so that a mini-app never leaves LINE.

    It wears no staff role (LINE is one factor), and there is no refresh token: the mini-app exchanges LINE's next one.
    """
    sent = request.POST
    client = _client(request)
    if client is None:
        return _error("invalid_client", 401)
    if TOKEN_EXCHANGE not in client.get_grant_types() or not channel_of(client):
        return _error("unauthorized_client")
    if sent.get("subject_token_type") != ID_TOKEN_TYPE or not sent.get("subject_token"):
        return _error("invalid_request", description="subject_token_type must be that of an ID token")
    if sent.get("requested_token_type", ACCESS_TOKEN_TYPE) != ACCESS_TOKEN_TYPE or "actor_token" in sent:
        return _error("invalid_request", description="only an access token is given, and for oneself")
    if "resource" in sent or "audience" in sent:
        return _error("invalid_target")
    scopes = sent.get("scope", "").split() or client.get_scopes()
    if not set(scopes) <= set(client.get_scopes()) - DECIDING_SCOPES:
        return _error("invalid_scope")
    return _exchanged(request, client, scopes)


def _exchanged(request: HttpRequest, client: Client, scopes: list[str]) -> HttpResponse:
    at, sent = now(), request.POST
    try:
        identity = identity_read(
            sent["subject_token"], channel_id=channel_of(client), nonce=sent.get("nonce", ""), at=at
        )
    except TokenRefused as refused:
        return _error("invalid_request", description=f"subject_token: {refused}")
    except LineAway:
        return _error("temporarily_unavailable", 503)
    found = line_sign_in(identity=identity)
    if isinstance(found, ProofWanted):
        return _proof_asked(found, identity.subject)
    if not found.is_active:
        return _error("invalid_grant")
    answer = tokens_issue(client=client, user=found, scopes=scopes, at=at, data=dict(LINE_MARK))
    return _private(JsonResponse({**answer, "issued_token_type": ACCESS_TOKEN_TYPE}))


def _client(request: HttpRequest) -> Client | None:
    """The program that asks; a confidential one proves itself by its secret."""
    name, secret = basic_pair(request.headers.get("Authorization", ""))
    name, secret = (
        (name, secret) if name else (request.POST.get("client_id", ""), request.POST.get("client_secret", ""))
    )
    client = Client.objects.filter(pk=name).first()
    proven = client and (client.type == Client.Type.PUBLIC or client.check_secret(secret))
    return client if proven else None


def _error(code: str, status: int = 400, *, description: str = "") -> HttpResponse:
    body = {"error": code, **({"error_description": description} if description else {})}
    return _private(JsonResponse(body, status=status))


def _private(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "no-store"
    return answer


def _proof_asked(wanted: ProofWanted, subject: str) -> HttpResponse:
    try:
        _ask_for_proof(wanted, subject)
    except ProofNotSent:
        return _error("temporarily_unavailable", 503, description=NOT_SENT)
    return _error("interaction_required", description=PROOF)


def _ask_for_proof(wanted: ProofWanted, subject: str) -> None:
    """Send the link, once in a while: the mini-app may ask again and again.

    Within the call and not through the outbox: the link is over in 30 minutes, and the mini-app is told either way.

    :raises ProofNotSent: the mail server did not take it.
    """
    mark = f"line-link:{sha256(subject.encode()).hexdigest()}"
    if not cache.add(mark, 1, MAIL_PAUSE_SECONDS):
        return
    url = settings.BASE_URL + reverse("line_link", args=[wanted.link])
    subject_line = "［デジタル人材バンク］LINE との結びつけの確認 / Connecting LINE"
    try:
        send_mail(subject_line, render_to_string("console/line_link.txt", {"url": url}), None, [wanted.user.email])
    except OSError as error:  # smtplib's errors are among them
        cache.delete(mark)
        raise ProofNotSent(type(error).__name__) from error


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def line_link(request: HttpRequest, token: str) -> HttpResponse:
    """Ask the owner of an account whether a LINE user is them; only the POST decides, for mail programs fetch links.

    The mail is the proof. An account with a second factor is asked for that as well.
    """
    try:
        link = link_read(token)
        if is_mfa_enabled(link.user) and request.user != link.user:
            return redirect_to_login(request.get_full_path())
        if request.method == "POST":
            same = request.POST.get("decision") == "same"
            link_decide(token=token, same=same)
            return render(request, "console/line_linked.html", {"same": same})
    except LinkSpent:
        return render(request, "console/line_linked.html", {"spent": True}, status=409)
    return render(request, "console/line_link.html", {"name": link.name, "email": link.user.email})


class LineAccounts(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Accounts that begin on our own pages with LINE: like a mini-app's, without an address until one is proved."""

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> Any:
        user = super().populate_user(request, sociallogin, {**data, "email": ""})
        user.email, user.name = f"{new_id()}{NO_ADDRESS}", (data.get("name") or "")[:100]
        return user


class LineAdapter(LineOAuth2Adapter):  # type: ignore[misc]
    """allauth's, at the addresses of the settings."""

    access_token_url = f"{settings.LINE_API_URL}/oauth2/v2.1/token"
    profile_url = f"{settings.LINE_API_URL}/v2/profile"
    id_token_url = f"{settings.LINE_API_URL}/oauth2/v2.1/verify"


line_callback = OAuth2CallbackView.adapter_view(LineAdapter)
