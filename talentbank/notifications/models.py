"""The outbox: what must leave the house is written in the transaction that caused it, and sent by the worker.

Webhooks have rows of their own: who is told (endpoints), what each was told (deliveries), and how each try went.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from talentbank.accounts.models import User
from talentbank.banks.models import Bank
from talentbank.core.ids import new_id
from talentbank.core.models import Row


class OutboxState(models.TextChoices):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    RECALLED = "recalled"


class OutboxMessage(models.Model):
    """One message over one channel. A worker leases it until `leased_until`; a dead worker's lease runs out.

    `context` holds what the message says, a link with its token among it, until it was sent or has failed for good.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    bank_id = models.UUIDField()
    channel = models.CharField(max_length=20)
    topic = models.CharField(max_length=60)
    to = models.CharField(max_length=320, blank=True)
    context = models.JSONField(default=dict)
    event_id = models.UUIDField(null=True)
    state = models.CharField(max_length=20, choices=OutboxState.choices, default=OutboxState.WAITING)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("due_at", "id")
        indexes = (models.Index(fields=("state", "due_at"), name="outbox_by_state_and_due"),)


class EndpointState(models.TextChoices):
    ENABLED = "enabled", "有効"
    DISABLED = "disabled", "停止中"
    SWITCHED_OFF = "switched_off", "届かないため停止"


class WebhookEndpoint(Row):
    """An address that is told what happens in a bank, with the rights of `owner` ∩ `scopes` (None: roles alone).

    `event_types` [type], all where empty. The secrets are sealed (`core.sealing`); the previous one signs beside the
    present one until `previous_until`. What the worker writes (`failing_since` and the fields after it) is no version.
    """

    bank = models.ForeignKey(Bank, models.RESTRICT, related_name="+")
    owner = models.ForeignKey(User, models.RESTRICT, null=True, related_name="+")
    client_id = models.CharField(max_length=100, blank=True)
    scopes = models.JSONField(null=True)
    acting_as = models.CharField(max_length=80, blank=True)
    url = models.CharField(max_length=500)
    description = models.CharField(max_length=200, blank=True)
    event_types = models.JSONField(default=list)
    state = models.CharField(max_length=20, choices=EndpointState.choices, default=EndpointState.ENABLED)
    secret_sealed = models.TextField()
    previous_sealed = models.TextField(blank=True)
    previous_until = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    rests_until = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("bank", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(owner__isnull=False) | ~Q(client_id=""),
                name="webhook_endpoint_is_of_an_account_or_a_client",
            ),
            models.CheckConstraint(
                condition=Q(previous_sealed="", previous_until__isnull=True)
                | (~Q(previous_sealed="") & Q(previous_until__isnull=False)),
                name="webhook_endpoint_previous_secret_has_an_end",
            ),
        )


class DeliveryState(models.TextChoices):
    WAITING = "waiting", "送信待ち"
    DELIVERED = "delivered", "届いた"
    FAILED = "failed", "届かなかった"
    DROPPED = "dropped", "閲覧権限がなく送らず"
    MISSED = "missed", "停止中のため送らず"


class WebhookDelivery(models.Model):
    """One thing told to one endpoint: what happened to which record, and in which state and version that left it.

    `message_id` is the outbox message that it tells of: however often that is handed out, there is one delivery.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    endpoint = models.ForeignKey(WebhookEndpoint, models.CASCADE, related_name="deliveries")
    message_id = models.UUIDField()
    type = models.CharField(max_length=60)
    subject_id = models.UUIDField()
    subject_state = models.CharField(max_length=40)
    subject_version = models.PositiveIntegerField()
    happened_at = models.DateTimeField()
    state = models.CharField(max_length=20, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("endpoint", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("endpoint", "message_id"), name="webhook_delivery_is_one_per_endpoint_and_message"
            ),
        )
        indexes = (models.Index(fields=("endpoint", "state", "due_at"), name="delivery_by_state_and_due"),)


class WebhookAttempt(models.Model):
    """One try of a delivery: the receiver's status, or what was in the way; milliseconds; how its answer began."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    delivery = models.ForeignKey(WebhookDelivery, models.CASCADE, related_name="tries")
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=60, blank=True)
    latency_ms = models.PositiveIntegerField()
    excerpt = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("delivery", "at", "id")


class SandboxChannel(models.TextChoices):
    EMAIL = "email", "メール"
    LINE = "line", "LINE"
    WEBHOOK = "webhook", "通知先（Webhook）"


class SandboxMessage(models.Model):
    """What would have left the house, captured instead (`TALENTBANK_SANDBOX`)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    channel = models.CharField(max_length=10, choices=SandboxChannel.choices)
    to = models.CharField(max_length=500)
    subject = models.CharField(max_length=500, blank=True)
    body = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
