"""Consents, proxies and the disclosure log. Subjects are kind + id: no foreign key upward."""

from __future__ import annotations

from datetime import date

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


class ProxyKind(models.TextChoices):
    """Who speaks: a person close to the subject, or the bank's desk with a mandate that lasts."""

    RELATIVE = "relative", "家族・親しい人"
    DESK = "desk", "窓口"


class Power(models.TextChoices):
    """What a proxy may say for its subject."""

    REGISTRATION = "registration", "登録の変更と申請"
    NEEDS = "needs", "支援依頼の作成と変更"
    MATCHES = "matches", "案件への回答と確認"
    CONSENTS = "consents", "同意とその取り消し"


class ProxyState(models.TextChoices):
    UPCOMING = "upcoming", "期間前"
    RUNNING = "running", "有効"
    OVER = "over", "期間終了"
    ENDED = "ended", "取りやめ"


class Proxy(Row):
    """Who speaks for a registration (代理人), with stated powers, period and evidence. Never edited: a new one is made.

    Both days of the period count. From `ended_on` on it speaks no more. One column for each power, so that the database
    holds what fits whom.
    """

    bank_id = models.UUIDField()
    subject_kind = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    kind = models.CharField(max_length=20, choices=ProxyKind.choices)
    name = models.CharField(max_length=100, blank=True)
    relationship = models.CharField(max_length=50, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    for_registration = models.BooleanField(default=False)
    for_needs = models.BooleanField(default=False)
    for_matches = models.BooleanField(default=False)
    for_consents = models.BooleanField(default=False)
    valid_from = models.DateField()
    valid_until = models.DateField()
    evidence = models.CharField(max_length=2000)
    channel = models.CharField(max_length=20)
    recorded_by_id = models.UUIDField(null=True)
    recorded_by_role = models.CharField(max_length=20)
    ended_on = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by_id = models.UUIDField(null=True)
    ended_by_role = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (models.Index(fields=("subject_kind", "subject_id"), name="proxy_by_subject"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(subject_kind__in=("professional", "organization")), name="proxy_is_of_a_registration"
            ),
            models.CheckConstraint(
                condition=(Q(kind="relative") & ~Q(name="") & ~Q(relationship=""))
                | Q(kind="desk", name="", relationship="", phone=""),
                name="proxy_names_a_relative_and_no_desk",
            ),
            models.CheckConstraint(
                condition=Q(for_registration=True) | Q(for_needs=True) | Q(for_matches=True) | Q(for_consents=True),
                name="proxy_has_a_power",
            ),
            models.CheckConstraint(
                condition=Q(for_needs=False) | Q(subject_kind="organization"),
                name="proxy_for_needs_is_of_an_organization",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")), name="proxy_period_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=~Q(evidence=""), name="proxy_has_evidence"),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True, ended_at__isnull=True, ended_by_id__isnull=True, ended_by_role="")
                | (Q(ended_on__isnull=False, ended_at__isnull=False) & ~Q(ended_by_role="")),
                name="proxy_end_is_told_whole",
            ),
        )

    @property
    def powers(self) -> list[Power]:
        return [power for power in Power if getattr(self, f"for_{power}")]

    def runs_on(self, day: date) -> bool:
        """Whether it speaks on a day of the bank's calendar."""
        return self.valid_from <= day <= self.valid_until and (self.ended_on is None or day < self.ended_on)

    def state_on(self, day: date) -> ProxyState:
        if self.ended_on is not None:
            return ProxyState.ENDED
        if day > self.valid_until:
            return ProxyState.OVER
        return ProxyState.RUNNING if day >= self.valid_from else ProxyState.UPCOMING


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
