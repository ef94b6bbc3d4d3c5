"""Telling endpoints: who is told of a step, sending under a lease, trying again with growing pauses, sending anew.

At least once: whatever was not recorded as delivered is sent again, under the same `webhook-id`. One worker at a time
serves an endpoint, the oldest first, so steps arrive in their order unless one had to be tried again.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from standardwebhooks import Webhook

from talentbank.core.clock import TOKYO
from talentbank.core.ids import new_id
from talentbank.core.sealing import SealBroken, unseal
from talentbank.notifications.models import (
    DeliveryState,
    EndpointState,
    OutboxMessage,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
)
from talentbank.notifications.webhooks.catalogue import PATHS, PING, TYPES, kind_of
from talentbank.notifications.webhooks.sending import Outcome, Outgoing, transmit
from talentbank.notifications.webhooks.services import endpoint_switch_off
from talentbank.notifications.webhooks.sights import may_read, owner_of

logger = logging.getLogger(__name__)
LEASE = timedelta(minutes=2)
"""Longer than `sending.BATCH_SECONDS`, or a second worker would send what the first is sending."""
BATCH = 8
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720, 1440, 1644))
"""Pauses after each failed attempt; they make three days, and then it has failed."""
PATIENCE = timedelta(days=3)
"""An endpoint that took nothing for so long is switched off at its next failure."""
REST = timedelta(minutes=1)
"""An endpoint that did not even answer is left alone for so long, so that a dead one does not hold up the others."""
KEPT = timedelta(days=30)


def fan_out(message: OutboxMessage, at: datetime) -> None:
    """Subscriber of the outbox: write one delivery for every endpoint that asked for this and may read the record.

    An endpoint is told of what happens from its creation on: its owner has read what there was.
    """
    type = TYPES.get(message.topic)
    if type is None:
        return
    subject_id, state = UUID(message.context["subject"]), message.context["to_state"]
    endpoints = WebhookEndpoint.objects.filter(bank_id=message.bank_id, created_at__lte=message.created_at)
    for endpoint in endpoints.select_related("owner").order_by("pk"):
        wanted = not endpoint.event_types or type in endpoint.event_types
        if wanted and may_read(endpoint, kind_of(type), subject_id, state, at):
            on = endpoint.state == EndpointState.ENABLED
            WebhookDelivery.objects.get_or_create(
                endpoint=endpoint,
                message_id=message.pk,
                defaults={
                    "type": type,
                    "subject_id": subject_id,
                    "subject_state": state,
                    "subject_version": message.context["version"],
                    "happened_at": message.created_at,
                    "state": DeliveryState.WAITING if on else DeliveryState.MISSED,
                    "due_at": at,
                    "created_at": at,
                },
            )


def payload_of(delivery: WebhookDelivery) -> bytes:
    """What is sent: which record, and in which state and version the step left it. Never anything of what it says."""
    content = {
        "type": delivery.type,
        "timestamp": delivery.happened_at.astimezone(TOKYO).isoformat(),
        "id": str(delivery.subject_id),
        "state": delivery.subject_state,
        "version": delivery.subject_version,
        "url": f"{settings.BASE_URL}{PATHS[kind_of(delivery.type)]}{delivery.subject_id}",
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def signed(delivery: WebhookDelivery, at: datetime) -> Outgoing:
    """Make the request of an attempt at `at`; while a secret is being changed, both sign.

    :raises SealBroken: the secret was sealed under a key that the settings no longer hold.
    """
    endpoint, body, name = delivery.endpoint, payload_of(delivery), f"msg_{delivery.pk.hex}"
    sealed = [endpoint.secret_sealed]
    if endpoint.previous_until and at < endpoint.previous_until:
        sealed.append(endpoint.previous_sealed)
    moment = at.astimezone(UTC)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "talentbank-webhooks/1",
        "webhook-id": name,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(Webhook(unseal(each)).sign(name, moment, body.decode()) for each in sealed),
    }
    return Outgoing(delivery.pk, endpoint.url, headers, body)


def webhooks_drain(*, at: datetime) -> int:
    """Send what is due, one delivery to each of a few endpoints; return how many were taken up."""
    taken = {delivery.pk: delivery for delivery in _leased(at)}
    requests = []
    for delivery in taken.values():
        if not _still_readable(delivery, at):
            continue
        try:
            requests.append(signed(delivery, at))
        except SealBroken:
            _record(delivery, Outcome(error="secret_unreadable"), at)
    for pk, outcome in transmit(requests):
        _record(taken[pk], outcome, at)
    return len(taken)


@transaction.atomic
def _leased(at: datetime) -> list[WebhookDelivery]:
    due = WebhookDelivery.objects.filter(endpoint=OuterRef("pk"), state=DeliveryState.WAITING, due_at__lte=at)
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=at)
    rested = Q(rests_until__isnull=True) | Q(rests_until__lte=at)
    endpoints = WebhookEndpoint.objects.filter(Exists(due), free, rested, state=EndpointState.ENABLED)
    skip = connection.features.has_select_for_update_skip_locked
    # those that waited longest since their last lease first, so that a busy endpoint starves nobody
    order = (F("leased_until").asc(nulls_first=True), "pk")
    pks = [each.pk for each in endpoints.select_for_update(of=("self",), skip_locked=skip).order_by(*order)[:BATCH]]
    WebhookEndpoint.objects.filter(pk__in=pks).update(leased_until=at + LEASE)
    rows = WebhookDelivery.objects.filter(state=DeliveryState.WAITING, due_at__lte=at).order_by("due_at", "id")
    firsts = (rows.filter(endpoint_id=pk).select_related("endpoint__owner").first() for pk in pks)
    return [delivery for delivery in firsts if delivery]


def _still_readable(delivery: WebhookDelivery, at: datetime) -> bool:
    """Ask again at the moment of sending; what its owner can no longer read is dropped, and the log says so."""
    endpoint = delivery.endpoint
    if delivery.type == PING:
        readable = owner_of(endpoint, at) is not None
    else:
        readable = may_read(endpoint, kind_of(delivery.type), delivery.subject_id, delivery.subject_state, at)
    if not readable:
        WebhookDelivery.objects.filter(pk=delivery.pk).update(state=DeliveryState.DROPPED)
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(leased_until=None)
        logger.info("webhook %s %s dropped: its owner may not read it now", delivery.type, delivery.pk)
    return readable


@transaction.atomic
def _record(delivery: WebhookDelivery, outcome: Outcome, at: datetime) -> None:
    """Keep what came of an attempt and end the lease."""
    if not WebhookDelivery.objects.filter(pk=delivery.pk).exists():
        return  # its endpoint was removed meanwhile
    WebhookAttempt.objects.create(
        delivery=delivery,
        at=at,
        status=outcome.status,
        error=outcome.error,
        latency_ms=outcome.latency_ms,
        excerpt=outcome.excerpt,
    )
    row = WebhookDelivery.objects.filter(pk=delivery.pk)
    endpoint = WebhookEndpoint.objects.filter(pk=delivery.endpoint_id)
    if outcome.ok:
        row.update(state=DeliveryState.DELIVERED, attempts=F("attempts") + 1, delivered_at=at)
        endpoint.update(leased_until=None, failing_since=None, rests_until=None, delivered_at=at)
        return
    logger.warning("webhook %s %s failed: %s", delivery.type, delivery.pk, outcome.status or outcome.error)
    spent = delivery.attempts >= len(PAUSES)
    due_at = at if spent else at + PAUSES[delivery.attempts]
    # stopped meanwhile, it stays as it was marked
    row.filter(state=DeliveryState.WAITING).update(
        state=DeliveryState.FAILED if spent else DeliveryState.WAITING, due_at=due_at, attempts=delivery.attempts + 1
    )
    rest = timedelta(seconds=outcome.retry_after) if outcome.status else REST
    endpoint.update(
        leased_until=None, failing_since=Coalesce("failing_since", at), rests_until=at + rest if rest else None
    )
    failing_since = endpoint.values_list("failing_since", flat=True).get()
    if outcome.gone or (failing_since and failing_since <= at - PATIENCE):
        endpoint_switch_off(endpoint_id=delivery.endpoint_id, why="gone" if outcome.gone else "failing", at=at)


def webhooks_tick(*, at: datetime) -> dict[str, int]:
    """Forget the log after 30 days and secrets that sign no longer; return how many."""
    _, forgotten = WebhookDelivery.objects.filter(created_at__lt=at - KEPT).delete()
    ended = WebhookEndpoint.objects.filter(previous_until__lte=at).update(previous_sealed="", previous_until=None)
    return {"forgotten": forgotten.get("notifications.WebhookDelivery", 0), "secrets_ended": ended}


def ping_delivery(endpoint: WebhookEndpoint, at: datetime) -> WebhookDelivery:
    """Write a delivery that tells of the endpoint itself."""
    return WebhookDelivery.objects.create(
        endpoint=endpoint,
        message_id=new_id(),
        type=PING,
        subject_id=endpoint.pk,
        subject_state=endpoint.state,
        subject_version=endpoint.version,
        happened_at=at,
        due_at=at,
        created_at=at,
    )
