"""Sending on request: a ping, one delivery anew, or all since a time. They wait for the worker like everything else."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from talentbank.core.actors import Actor
from talentbank.core.models import lock
from talentbank.notifications.models import DeliveryState, WebhookDelivery, WebhookEndpoint
from talentbank.notifications.webhooks.catalogue import PING
from talentbank.notifications.webhooks.deliveries import ping_delivery
from talentbank.notifications.webhooks.policies import require_keeper
from talentbank.notifications.webhooks.services import require_on

UNSENT = (DeliveryState.FAILED, DeliveryState.MISSED)


@transaction.atomic
def endpoint_ping(*, actor: Actor, endpoint: WebhookEndpoint, at: datetime) -> WebhookDelivery:
    """This function will send a webhook that tells of the endpoint itself, at the worker's next round.

    :raises EndpointOff: it is stopped.
    """
    require_on(_locked(actor, endpoint))
    return ping_delivery(endpoint, at)


@transaction.atomic
def delivery_redeliver(
    *, actor: Actor, endpoint: WebhookEndpoint, delivery: WebhookDelivery, at: datetime
) -> WebhookDelivery:
    """This function will send one delivery anew, whatever came of it, under the same `webhook-id`.

    :raises EndpointOff: the endpoint is stopped.
    """
    require_on(_locked(actor, endpoint))
    _again(WebhookDelivery.objects.filter(pk=delivery.pk), at)
    delivery.refresh_from_db()
    return delivery


@transaction.atomic
def deliveries_redeliver(
    *, actor: Actor, endpoint: WebhookEndpoint, since: datetime, everything: bool, at: datetime
) -> int:
    """This function will send anew what happened since a time: what failed or was missed, or really everything.

    What the owner may no longer read by then is dropped. Pings are left out. Return how many wait now.

    :raises EndpointOff: the endpoint is stopped.
    """
    require_on(_locked(actor, endpoint))
    rows = WebhookDelivery.objects.filter(endpoint=endpoint, happened_at__gte=since).exclude(type=PING)
    return _again(rows if everything else rows.filter(state__in=UNSENT), at)


def _again(rows: QuerySet[WebhookDelivery], at: datetime) -> int:
    return rows.update(state=DeliveryState.WAITING, due_at=at, attempts=0)


def _locked(actor: Actor, endpoint: WebhookEndpoint) -> WebhookEndpoint:
    require_keeper(actor, endpoint)
    return lock(WebhookEndpoint, endpoint.pk)
