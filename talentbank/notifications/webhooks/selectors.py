"""Reading endpoints and their log."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from talentbank.core.actors import Actor
from talentbank.core.errors import NotFound
from talentbank.notifications.models import WebhookDelivery, WebhookEndpoint
from talentbank.notifications.webhooks.policies import ADMINS


def endpoints_visible(actor: Actor) -> QuerySet[WebhookEndpoint]:
    """All endpoints of the banks that the actor administers, and those that the calling client made for the account."""
    where = Q(bank_id__in=actor.banks_as(ADMINS))
    if actor.client_id:
        where |= Q(client_id=actor.client_id, owner_id=actor.user_id)
    return WebhookEndpoint.objects.filter(where).select_related("owner")


def endpoint_get(actor: Actor, endpoint_id: UUID) -> WebhookEndpoint:
    """:raises NotFound: absent or out of sight."""
    row = endpoints_visible(actor).filter(pk=endpoint_id).first()
    if row is None:
        raise NotFound()
    return row


def deliveries_of(endpoint: WebhookEndpoint) -> QuerySet[WebhookDelivery]:
    return WebhookDelivery.objects.filter(endpoint=endpoint).select_related("endpoint").prefetch_related("tries")


def delivery_get(endpoint: WebhookEndpoint, delivery_id: UUID) -> WebhookDelivery:
    """:raises NotFound: absent, forgotten, or another endpoint's."""
    row = deliveries_of(endpoint).filter(pk=delivery_id).first()
    if row is None:
        raise NotFound()
    return row
