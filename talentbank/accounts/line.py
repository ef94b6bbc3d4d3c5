"""LINE: whom one of its ID tokens speaks of, and which account that is.

An e-mail address in a token names nobody: LINE does not say that it checked it. Whoever shall be linked to an account
that exists proves it by opening a link that goes to the account's own address.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt
import urllib3
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.db import IntegrityError, transaction

from talentbank.accounts.line_sandbox import ISSUER, KEY_NAME, sandbox_jwk
from talentbank.accounts.models import User
from talentbank.core.errors import Conflict
from talentbank.core.ids import new_id

PROVIDER = "line"
NO_ADDRESS = "@line.invalid"
"""Ends the address of an account without one; nothing is sent there (RFC 2606)."""
KEYS_SECONDS = 3600
FETCH_PAUSE_SECONDS = 60
SKEW = timedelta(seconds=60)
LINK_SECONDS = 1800
LINK_SALT = "talentbank.accounts.line"


class TokenRefused(ValueError):
    """The ID token does not hold; the reason is for the log and the developer, never a secret."""


class LineAway(RuntimeError):
    """LINE's keys could not be had; later they can."""


class LinkSpent(Conflict):
    """Used, or too old."""

    code = "line_link_spent"


@dataclass(frozen=True, slots=True)
class LineIdentity:
    """Whom LINE speaks of. `subject` is its user id, the same for all channels of one LINE provider."""

    subject: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class ProofWanted:
    """An account has the address that the token names; `link` is the token of the mail that asks for proof."""

    user: User
    link: str


def identity_read(id_token: str, *, channel_id: str, nonce: str, at: datetime) -> LineIdentity:
    """Read an ID token of a channel, once signature, issuer, audience, times and nonce hold.

    ES256 is checked with LINE's published keys (LIFF and apps). HS256 is signed with a channel's secret (web login),
    and the installation's own channel is the only one whose secret we know. A token with a nonce counts with that
    nonce alone, and a nonce that is sent must be the token's.

    Source: LINE Developers, "Get profile information from ID tokens".

    :raises TokenRefused: something of it does not hold.
    :raises LineAway: LINE's keys could not be had.
    """
    claims = _claims(id_token, channel_id)
    try:
        expires, issued = (datetime.fromtimestamp(float(claims[name]), at.tzinfo) for name in ("exp", "iat"))
    except (KeyError, TypeError, ValueError, OverflowError):
        raise TokenRefused("exp or iat is missing") from None
    if expires <= at or issued > at + SKEW:
        raise TokenRefused("expired, or not yet issued")
    if str(claims.get("nonce") or "") != nonce:
        raise TokenRefused("the nonce is another")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 1 <= len(subject) <= 100:
        raise TokenRefused("sub is missing")
    return LineIdentity(subject, str(claims.get("name") or "")[:100], str(claims.get("email") or "").lower())


def _claims(id_token: str, channel_id: str) -> dict[str, Any]:
    try:
        header = jwt.get_unverified_header(id_token)
        algorithm = header.get("alg")
        key = _key(str(algorithm), str(header.get("kid", "")), channel_id)
        # Times are ours to compare: the clock is handed in.
        options: Any = {"verify_exp": False, "verify_iat": False, "require": ["iss", "aud", "sub"]}
        claims: dict[str, Any] = jwt.decode(
            id_token, key, algorithms=[str(algorithm)], audience=channel_id, issuer=ISSUER, options=options
        )
    except jwt.PyJWTError as error:
        raise TokenRefused(type(error).__name__) from None
    return claims


def _key(algorithm: str, kid: str, channel_id: str) -> Any:
    if algorithm == "HS256" and settings.LINE_CHANNEL_SECRET and channel_id == settings.LINE_CHANNEL_ID:
        return settings.LINE_CHANNEL_SECRET
    if algorithm != "ES256":
        raise TokenRefused("signed in a way that is not taken for this channel")
    known = _keys(fresh=False).get(kid) or _keys(fresh=True).get(kid)
    if known is None:
        raise TokenRefused("signed with an unknown key")
    return jwt.PyJWK(known, algorithm="ES256").key


def _keys(*, fresh: bool) -> dict[str, dict[str, Any]]:
    """LINE's published keys by their id.

    Kept for an hour. Fetched anew at most once a minute, however many unknown keys are named, and not for a minute
    after LINE failed to give them: each try may take eight seconds.
    """
    if settings.SANDBOX:
        return {KEY_NAME: sandbox_jwk()}
    place = f"line-keys:{settings.LINE_KEYS_URL}"
    kept: dict[str, dict[str, Any]] | None = cache.get(place)
    if kept is not None and (not fresh or not cache.add(f"{place}:fetched", 1, FETCH_PAUSE_SECONDS)):
        return kept
    if cache.get(f"{place}:away"):
        raise LineAway("asked less than a minute ago")
    try:
        found = _keys_fetch()
    except LineAway:
        cache.set(f"{place}:away", 1, FETCH_PAUSE_SECONDS)
        raise
    cache.set(place, found, KEYS_SECONDS)
    return found


def _keys_fetch() -> dict[str, dict[str, Any]]:
    """:raises LineAway: no answer, or none that holds keys."""
    try:
        timeout = urllib3.Timeout(connect=3, read=5)
        answer = urllib3.request("GET", settings.LINE_KEYS_URL, timeout=timeout, retries=False, redirect=False)
        if answer.status != 200:
            raise LineAway(str(answer.status))
        return {each["kid"]: each for each in answer.json()["keys"] if each.get("kty") == "EC"}
    except (urllib3.exceptions.HTTPError, ValueError, KeyError, TypeError) as error:
        raise LineAway(type(error).__name__) from None


@transaction.atomic
def line_sign_in(*, identity: LineIdentity) -> User | ProofWanted:
    """This function will find the account of a LINE user, or make one; where the token names the address of an account
    that exists, it asks for proof instead."""
    known = SocialAccount.objects.select_related("user").filter(provider=PROVIDER, uid=identity.subject).first()
    if known:
        return known.user  # type: ignore[no-any-return]
    owner = _owner_of(identity.email)
    if owner:
        kept = {"uid": identity.subject, "name": identity.name, "user": str(owner.pk)}
        return ProofWanted(owner, signing.dumps(kept, salt=LINK_SALT))
    return _account_make(identity.subject, identity.name)


def _owner_of(email: str) -> User | None:
    """Whoever has an address as the account's own, or proved that it is theirs."""
    if not email:
        return None
    proved = EmailAddress.objects.filter(email=email, verified=True).select_related("user").first()
    return proved.user if proved else User.objects.filter(email=email).first()


def _account_make(subject: str, name: str) -> User:
    """A new account that LINE alone opens. Two calls at once make one: the second finds what the first made."""
    try:
        with transaction.atomic():
            user = User.objects.create_user(f"{new_id()}{NO_ADDRESS}", None, name=name)
            SocialAccount.objects.create(provider=PROVIDER, uid=subject, user=user)
    except IntegrityError:
        return SocialAccount.objects.get(provider=PROVIDER, uid=subject).user  # type: ignore[no-any-return]
    return user


@dataclass(frozen=True, slots=True)
class Link:
    """What a link of proof stands for: whose account, and which LINE user asks for it."""

    user: User
    subject: str
    name: str


def link_read(token: str) -> Link:
    """:raises LinkSpent: used, too old, or not ours."""
    try:
        kept = signing.loads(token, salt=LINK_SALT, max_age=LINK_SECONDS)
    except signing.BadSignature:
        raise LinkSpent() from None
    user = User.objects.filter(pk=kept["user"], is_active=True).first()
    if user is None or SocialAccount.objects.filter(provider=PROVIDER, uid=kept["uid"]).exists():
        raise LinkSpent()
    return Link(user, kept["uid"], kept["name"])


@transaction.atomic
def link_decide(*, token: str, same: bool) -> User:
    """This function will open an account to a LINE user who proved to own it, or, where it is not theirs, make another.

    :raises LinkSpent: used, too old, or not ours.
    """
    link = link_read(token)
    if not same:
        return _account_make(link.subject, link.name)
    SocialAccount.objects.create(provider=PROVIDER, uid=link.subject, user=link.user)
    return link.user
