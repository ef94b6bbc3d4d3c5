"""What the registrations of professionals and organizations share: state, review, validity, on whose behalf."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from talentbank.banks.models import Bank
from talentbank.core.actors import Channel
from talentbank.core.models import Row


class RegistrationState(models.TextChoices):
    DRAFT = "draft", "下書き"
    SUBMITTED = "submitted", "申請中"
    CHANGES_REQUESTED = "changes_requested", "差し戻し"
    APPROVED = "approved", "登録済み"
    REJECTED = "rejected", "不承認"
    SUSPENDED = "suspended", "停止中"
    EXPIRED = "expired", "期限切れ"
    WITHDRAWN = "withdrawn", "取り下げ"


CHANNELS = [(channel.value, channel.value) for channel in Channel]


class Registration(Row):
    """Abstract: one registration in one bank.

    `pending_changes` waits for a coordinator while the old values stay live; `changed_since_review` lists fields that
    went live at once. `entered_by` typed it in (four eyes); `review_comments` are per field: {pointer: comment}.
    """

    bank = models.ForeignKey(Bank, models.RESTRICT, related_name="+")
    reference = models.CharField(max_length=30, blank=True)
    registration_state = models.CharField(
        max_length=20, choices=RegistrationState.choices, default=RegistrationState.DRAFT
    )
    channel = models.CharField(max_length=20, choices=CHANNELS, default=Channel.WEB.value)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, null=True, related_name="+")
    countersign_pending = models.BooleanField(default=False)
    decision = models.JSONField(null=True)
    review_comments = models.JSONField(default=dict)
    pending_changes = models.JSONField(default=dict)
    pending_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, null=True, related_name="+")
    changed_since_review = models.JSONField(default=list)
    valid_until = models.DateField(null=True)
    revision = models.BigIntegerField(default=0)

    class Meta:
        abstract = True

    @property
    def is_approved(self) -> bool:
        return self.registration_state == RegistrationState.APPROVED


class RegistrationHelper(models.Model):
    """Staff who have acted for a holder: a desk sees whom it acts for, and nobody approves what they typed in."""

    subject_kind = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, related_name="+")

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("user", "subject_kind", "subject_id"), name="registration_helper_is_kept_once"
            ),
        )
