"""Keeping endpoints: made, changed, stopped, given a new secret. Each step is an event of the bank's record."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from talentbank.accounts.selectors import admins_of
from talentbank.banks.models import Bank
from talentbank.core.actors import SYSTEM, Actor, Role
from talentbank.core.audit import Step, Subject, event_record
from talentbank.core.errors import Conflict, StaleVersion, invalid
from talentbank.core.models import lock
from talentbank.core.sealing import seal
from talentbank.notifications.models import DeliveryState, EndpointState, WebhookDelivery, WebhookEndpoint
from talentbank.notifications.services import mail_queue
from talentbank.notifications.webhooks.addresses import UrlRefused, require_registrable
from talentbank.notifications.webhooks.policies import (
    has_two_secrets,
    is_admin,
    is_on,
    require_keeper,
    require_keeper_or_admin,
    require_may_create,
)

MOST_ENDPOINTS = 20
"""Of one owner in a bank."""
KIND = "webhook_endpoint"
SECRET_BYTES = 32


class TooManyEndpoints(Conflict):
    code = "webhook_endpoints_too_many"


class EndpointOff(Conflict):
    """It is stopped, or was switched off: nothing is sent to it until it is enabled."""

    code = "webhook_endpoint_off"


class EndpointOn(Conflict):
    """It is enabled already."""

    code = "webhook_endpoint_on"


class NoPreviousSecret(Conflict):
    code = "webhook_no_previous_secret"


def new_secret() -> str:
    """A signing secret as Standard Webhooks writes it: `whsec_` and base64 of 32 random bytes."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


@transaction.atomic
def endpoint_create(
    *, actor: Actor, bank: Bank, url: str, event_types: Sequence[str], description: str, at: datetime
) -> tuple[WebhookEndpoint, str]:
    """This function will make an endpoint and return it with its secret, which is never shown again.

    It is told what its owner may read: the calling account, under the hat it chose, within the token's scopes.

    :raises Forbidden: the actor may keep no endpoints in this bank.
    :raises InvalidInput: no https URL, or one of an address that nothing is sent to.
    :raises TooManyEndpoints: the owner has as many as one may have.
    """
    require_may_create(actor, bank.pk, at)
    _require_url(url)
    lock(Bank, bank.pk)
    own = WebhookEndpoint.objects.filter(bank=bank, client_id=actor.client_id)
    if (own.filter(owner_id=actor.user_id) if actor.client_id else own).count() >= MOST_ENDPOINTS:
        raise TooManyEndpoints(most=MOST_ENDPOINTS)
    secret = new_secret()
    endpoint = WebhookEndpoint.create(
        at=at,
        bank=bank,
        url=url,
        event_types=sorted(set(event_types)),
        description=description,
        secret_sealed=seal(secret),
        **_owner(actor),
    )
    _record(endpoint, actor, "create", "", at, texts={"url": url})
    return endpoint, secret


@transaction.atomic
def endpoint_update(
    *, actor: Actor, endpoint: WebhookEndpoint, expected_version: int, changes: dict[str, Any], at: datetime
) -> WebhookEndpoint:
    """This function will change `url`, `event_types` or `description`; a bank's own endpoint then is the actor's.

    :raises Forbidden: another's endpoint.
    :raises InvalidInput: a URL that nothing is sent to.
    """
    require_keeper(actor, endpoint)
    row = _locked(endpoint, expected_version)
    if "url" in changes:
        _require_url(changes["url"])
    if "event_types" in changes:
        changes = {**changes, "event_types": sorted(set(changes["event_types"]))}
    for name, value in changes.items():
        setattr(row, name, value)
    _take_over(row, actor)
    row.save_step(at=at)
    facts = {"fields": sorted(changes), "event_types": row.event_types}
    _record(row, actor, "update", row.state, at, facts=facts, texts={"url": row.url})
    return row


@transaction.atomic
def endpoint_remove(*, actor: Actor, endpoint: WebhookEndpoint, expected_version: int, at: datetime) -> None:
    """This function will remove an endpoint with its log; the bank's record keeps that it was.

    :raises Forbidden: another's endpoint, in a bank that the actor does not administer.
    """
    require_keeper_or_admin(actor, endpoint)
    row = _locked(endpoint, expected_version)
    before, row.state = row.state, "removed"
    pk = row.pk
    WebhookEndpoint.objects.filter(pk=pk).delete()
    _record(row, actor, "remove", before, at)


@transaction.atomic
def endpoint_disable(
    *, actor: Actor, endpoint: WebhookEndpoint, expected_version: int, at: datetime
) -> WebhookEndpoint:
    """This function will stop an endpoint; what waits and what happens meanwhile is kept as missed.

    :raises EndpointOff: it is stopped already.
    """
    require_keeper_or_admin(actor, endpoint)
    row = _locked(endpoint, expected_version)
    require_on(row)
    _stop(row, EndpointState.DISABLED, at)
    _record(row, actor, "disable", EndpointState.ENABLED, at)
    return row


@transaction.atomic
def endpoint_enable(*, actor: Actor, endpoint: WebhookEndpoint, expected_version: int, at: datetime) -> WebhookEndpoint:
    """This function will take an endpoint up again. What it missed is sent by `redeliver_since`.

    :raises EndpointOn: it is enabled.
    """
    require_keeper(actor, endpoint)
    row = _locked(endpoint, expected_version)
    if is_on(row):
        raise EndpointOn()
    before, row.state = row.state, EndpointState.ENABLED
    row.failing_since = row.rests_until = row.leased_until = None
    _take_over(row, actor)
    row.save_step(at=at)
    _record(row, actor, "enable", before, at)
    return row


@transaction.atomic
def secret_rotate(
    *, actor: Actor, endpoint: WebhookEndpoint, expected_version: int, overlap: timedelta, at: datetime
) -> tuple[WebhookEndpoint, str]:
    """This function will give an endpoint a new secret; the old one signs beside it until `overlap` has passed.

    At most two sign: where an older one still did, it ends now.
    """
    require_keeper(actor, endpoint)
    row = _locked(endpoint, expected_version)
    secret = new_secret()
    row.previous_sealed = row.secret_sealed if overlap else ""
    row.previous_until = at + overlap if overlap else None
    row.secret_sealed = seal(secret)
    _take_over(row, actor)
    row.save_step(at=at)
    facts = {"previous_until": row.previous_until.isoformat() if row.previous_until else None}
    _record(row, actor, "rotate-secret", row.state, at, facts=facts)
    return row, secret


@transaction.atomic
def previous_secret_end(
    *, actor: Actor, endpoint: WebhookEndpoint, expected_version: int, at: datetime
) -> WebhookEndpoint:
    """This function will end the old secret before its time.

    :raises NoPreviousSecret: only one signs.
    """
    require_keeper(actor, endpoint)
    row = _locked(endpoint, expected_version)
    if not has_two_secrets(row, at):
        raise NoPreviousSecret()
    row.previous_sealed, row.previous_until = "", None
    row.save_step(at=at)
    _record(row, actor, "end-previous-secret", row.state, at)
    return row


@transaction.atomic
def endpoint_switch_off(*, endpoint_id: UUID, why: str, at: datetime) -> None:
    """This function will stop an endpoint that cannot be reached, and tell its owner and the bank's bank_admins.

    `why` is `failing` or `gone`. Nothing happens where it was stopped or removed meanwhile.
    """
    row = WebhookEndpoint.objects.select_for_update(of=("self",)).filter(pk=endpoint_id).first()
    if row is None or row.state != EndpointState.ENABLED:
        return
    _stop(row, EndpointState.SWITCHED_OFF, at)
    told = {user.email for user in admins_of(row.bank_id, at)} | ({row.owner.email} if row.owner else set())
    context = {
        "bank": row.bank.name,
        "url": row.url.partition("?")[0],  # an address may carry its receiver's own password
        "description": row.description or "-",
        "endpoint": f"{settings.BASE_URL}/api/v1/webhook-endpoints/{row.pk}",
    }
    for email in sorted(told):
        mail_queue(bank_id=row.bank_id, topic=f"webhook-{why}", to=email, context=context, at=at)
    _record(row, SYSTEM, "switch-off", EndpointState.ENABLED, at, facts={"why": why})


def require_on(endpoint: WebhookEndpoint) -> None:
    """:raises EndpointOff: nothing is sent to it now."""
    if not is_on(endpoint):
        raise EndpointOff()


def _owner(actor: Actor) -> dict[str, Any]:
    scopes = None if actor.scopes is None else sorted(actor.scopes)
    acting_as = str(actor.acting_as) if actor.acting_as else ""
    return {"owner_id": actor.user_id, "client_id": actor.client_id, "scopes": scopes, "acting_as": acting_as}


def _take_over(row: WebhookEndpoint, actor: Actor) -> None:
    """Whoever saves a bank's own endpoint vouches for it: it outlives the bank_admin who made it."""
    if row.client_id == "" and is_admin(actor, row.bank_id):
        for name, value in {**_owner(actor), "client_id": ""}.items():
            setattr(row, name, value)


def _require_url(url: str) -> None:
    try:
        require_registrable(url, loopback=settings.WEBHOOK_LOOPBACK)
    except UrlRefused as refused:
        raise invalid("/url", refused.code) from None


def _locked(endpoint: WebhookEndpoint, expected_version: int) -> WebhookEndpoint:
    row = lock(WebhookEndpoint, endpoint.pk)
    if row.version != expected_version:
        raise StaleVersion(version=row.version)
    return row


def _stop(row: WebhookEndpoint, state: EndpointState, at: datetime) -> None:
    row.state = state
    row.save_step(at=at)
    WebhookDelivery.objects.filter(endpoint=row, state=DeliveryState.WAITING).update(state=DeliveryState.MISSED)


def _record(
    row: WebhookEndpoint,
    actor: Actor,
    action: str,
    from_state: str,
    at: datetime,
    *,
    facts: dict[str, Any] | None = None,
    texts: dict[str, Any] | None = None,
) -> None:
    roles = [Role.BANK_ADMIN] if is_admin(actor, row.bank_id) else [hat.role for hat in actor.worn]
    event_record(
        Subject(KIND, row.pk, row.bank_id),
        Step(actor=actor, at=at, role=(*roles, Role.SYSTEM)[0]),
        action=action,
        from_state=from_state,
        to_state=row.state,
        facts=facts,
        texts=texts,
    )
