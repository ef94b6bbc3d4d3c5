"""The outbox: what must leave the house is written in the transaction that caused it, and sent by the worker."""

from __future__ import annotations

from django.db import models

from talentbank.core.ids import new_id


class OutboxState(models.TextChoices):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    RECALLED = "recalled"


class OutboxMessage(models.Model):
    """One message over one channel. A worker leases it until `leased_until`; a dead worker's lease runs out."""

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
