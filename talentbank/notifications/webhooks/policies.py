"""Who keeps endpoints: a bank's bank_admins its own, a client those it made, for itself or for a person."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from talentbank.accounts.selectors import client_runs
from talentbank.core.actors import Actor, Role
from talentbank.core.errors import Forbidden
from talentbank.notifications.models import EndpointState, WebhookDelivery, WebhookEndpoint

ADMINS = frozenset({Role.BANK_ADMIN})


def is_admin(actor: Actor, bank_id: UUID) -> bool:
    return bank_id in actor.banks_as(ADMINS)


def made_by(actor: Actor, endpoint: WebhookEndpoint) -> bool:
    """Tell whether the calling client made this endpoint for the account it is calling for now."""
    mine = bool(actor.client_id) and endpoint.client_id == actor.client_id
    return mine and endpoint.owner_id == actor.user_id


def require_may_create(actor: Actor, bank_id: UUID, at: datetime) -> None:
    """:raises Forbidden: neither a bank_admin, nor a client that works for the bank or for one of its people."""
    if is_admin(actor, bank_id):
        return
    has_hat = actor.user_id is None or any(hat.bank_id == bank_id for hat in actor.worn)
    if not (actor.client_id and has_hat and client_runs(actor.client_id, bank_id, at)):
        raise Forbidden()


def keeps(actor: Actor, endpoint: WebhookEndpoint) -> bool:
    """A client's endpoint is changed, tried and replayed by that client alone; a bank's own by its bank_admins."""
    return made_by(actor, endpoint) or (endpoint.client_id == "" and is_admin(actor, endpoint.bank_id))


def keeps_or_administers(actor: Actor, endpoint: WebhookEndpoint) -> bool:
    """Stopping and removing is open to the bank's bank_admins too: it is their bank's facts that leave."""
    return is_admin(actor, endpoint.bank_id) or keeps(actor, endpoint)


def require_keeper(actor: Actor, endpoint: WebhookEndpoint) -> None:
    """:raises Forbidden: the actor sees the endpoint, but it is another's."""
    if not keeps(actor, endpoint):
        raise Forbidden()


def require_keeper_or_admin(actor: Actor, endpoint: WebhookEndpoint) -> None:
    """:raises Forbidden: neither."""
    if not keeps_or_administers(actor, endpoint):
        raise Forbidden()


def is_on(endpoint: WebhookEndpoint) -> bool:
    return endpoint.state == EndpointState.ENABLED


def has_two_secrets(endpoint: WebhookEndpoint, at: datetime) -> bool:
    """Tell whether the previous secret still signs beside the present one."""
    return endpoint.previous_until is not None and endpoint.previous_until > at


def endpoint_actions(actor: Actor, endpoint: WebhookEndpoint, at: datetime) -> list[str]:
    """Actions open to the actor by state and role alone."""
    kept, on = keeps(actor, endpoint), is_on(endpoint)
    offered = {
        "ping": kept and on,
        "redeliver": kept and on,
        "disable": keeps_or_administers(actor, endpoint) and on,
        "enable": kept and not on,
        "rotate-secret": kept,
        "end-previous-secret": kept and has_two_secrets(endpoint, at),
    }
    return [action for action, is_open in offered.items() if is_open]


def delivery_actions(actor: Actor, delivery: WebhookDelivery) -> list[str]:
    """Actions open to the actor by state and role alone: whatever came of a delivery, it may be sent again."""
    return ["redeliver"] if keeps(actor, delivery.endpoint) and is_on(delivery.endpoint) else []
