"""Consents and the disclosure log. Subjects are kind + id: no foreign key upward."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from talentbank.banks.models import TextKind
from talentbank.core.models import Row


class Consent(Row):
    """A subject's consent to one version of a text, with the channel and who obtained it.

    `revision` is the bank's when it changed by itself, so that ranking sees whose consent did; 0 where it came with a
    step of the subject, whose own revision then tells.
    """

    bank_id = models.UUIDField()
    subject_kind = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    text_kind = models.CharField(max_length=20, choices=TextKind.choices)
    text_number = models.PositiveSmallIntegerField()
    text_sha256 = models.CharField(max_length=64)
    channel = models.CharField(max_length=20)
    obtained_by_id = models.UUIDField(null=True)
    granted_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    revision = models.BigIntegerField(default=0)

    class Meta:
        ordering = ("granted_at", "id")
        indexes = (models.Index(fields=("bank_id", "revision"), name="consent_by_revision"),)
        constraints = (
            models.UniqueConstraint(
                fields=("subject_kind", "subject_id", "text_kind"),
                condition=Q(withdrawn_at__isnull=True),
                name="consent_is_one_running_per_subject_and_text_kind",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("granted_at")),
                name="consent_is_withdrawn_after_it_was_granted",
            ),
        )


class Disclosure(Row):
    """One read of somebody's contacts: who read which fields of whom, for which match, under which consents."""

    bank_id = models.UUIDField()
    subject_kind = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    match_id = models.UUIDField(null=True)
    reader_id = models.UUIDField(null=True)
    reader_role = models.CharField(max_length=20)
    client_id = models.CharField(max_length=100, blank=True)
    fields = models.JSONField(default=list)
    consent_ids = models.JSONField(default=list)

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (models.Index(fields=("subject_kind", "subject_id"), name="disclosure_by_subject"),)
