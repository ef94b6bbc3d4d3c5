"""Rows that every room leans on: versions, the audit chain, the change revision, repeats, references."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self, TypeVar
from uuid import UUID

from django.db import models

from talentbank.core.ids import new_id

RowT = TypeVar("RowT", bound=models.Model)


class Row(models.Model):
    """Base of rows with a version. Services alone create and save them, and hand in the time."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        abstract = True

    @classmethod
    def create(cls, *, at: datetime, **fields: Any) -> Self:
        """Insert a row as of `at`."""
        row = cls(created_at=at, updated_at=at, **fields)
        row.save(force_insert=True)
        return row

    def save_step(self, *, at: datetime) -> None:
        """Save the row as its next version, whose time is never before the last one's. The caller holds its lock."""
        self.version += 1
        self.updated_at = max(at, self.updated_at)
        self.save(force_update=True)


class Event(models.Model):
    """One step of a record: append-only, chained per subject and numbered per bank. Holds no personal or free text."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    bank_id = models.UUIDField()
    sequence = models.BigIntegerField()
    subject_kind = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    position = models.PositiveIntegerField()
    action = models.CharField(max_length=40)
    from_state = models.CharField(max_length=40, blank=True)
    to_state = models.CharField(max_length=40)
    at = models.DateTimeField()
    happened_on = models.DateField()
    actor_id = models.UUIDField(null=True)
    actor_role = models.CharField(max_length=20)
    on_behalf_of = models.CharField(max_length=20, blank=True)
    channel = models.CharField(max_length=20)
    client_id = models.CharField(max_length=100, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    reason_codes = models.JSONField(default=list)
    facts = models.JSONField(default=dict)
    text_digest = models.CharField(max_length=64, blank=True)
    previous_hash = models.CharField(max_length=64, blank=True)
    bank_previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ("bank_id", "sequence")
        constraints = (
            models.UniqueConstraint(fields=("bank_id", "sequence"), name="event_sequence_is_unique_in_a_bank"),
            models.UniqueConstraint(
                fields=("subject_kind", "subject_id", "position"), name="event_position_is_unique_in_a_subject"
            ),
        )


class EventText(models.Model):
    """The erasable words of an event; the event keeps only a salted digest, so erasing them breaks no chain."""

    event = models.OneToOneField(Event, models.CASCADE, primary_key=True, related_name="text")
    salt = models.CharField(max_length=32)
    content = models.JSONField(default=dict)


class AuditHead(models.Model):
    """The last event of a bank. Its lock is taken last of all."""

    bank_id = models.UUIDField(primary_key=True)
    sequence = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)


class Revision(models.Model):
    """The bank's change counter that the ranking index follows; bumped in the writer's own transaction.

    `basis` is its value when vocabulary, synonyms or weights changed last: an index older than that is read anew.
    """

    bank_id = models.UUIDField(primary_key=True)
    value = models.BigIntegerField(default=0)
    basis = models.BigIntegerField(default=0)


class ReferenceCounter(models.Model):
    """Last number given out per bank, fiscal year and kind (受付番号)."""

    bank_id = models.UUIDField()
    fiscal_year = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=4)
    value = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("bank_id", "fiscal_year", "kind"), name="reference_counter_is_one_per_bank_year_and_kind"
            ),
        )


class IdempotencyRecord(models.Model):
    """The answer to a POST with an Idempotency-Key, kept 24 hours, written in the transaction of the call itself."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    principal = models.CharField(max_length=120)
    key = models.CharField(max_length=255)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("principal", "key"), name="idempotency_key_is_unique_per_principal"),
        )


class RateCount(models.Model):
    """Calls counted in a window that begins anew at `resets_at` (milliseconds since 1970). Written by `core.limits`."""

    key = models.CharField(max_length=80, primary_key=True)
    hits = models.PositiveIntegerField()
    resets_at = models.BigIntegerField(db_index=True)


def lock(model: type[RowT], id: UUID) -> RowT:
    """Lock and read one row.

    :raises model.DoesNotExist: when it is absent.
    """
    return model._default_manager.select_for_update(of=("self",)).get(pk=id)
