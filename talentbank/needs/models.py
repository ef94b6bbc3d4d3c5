"""Needs (支援依頼), the skills and problems they name, and the places their matches take."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from talentbank.banks.models import Bank
from talentbank.core.actors import Channel
from talentbank.core.models import Row
from talentbank.organizations.models import Organization
from talentbank.professionals.models import EngagementType, FeeBasis
from talentbank.registrations.models import CHANNELS
from talentbank.skills.models import Problem, Skill


class NeedState(models.TextChoices):
    DRAFT = "draft", "下書き"
    SUBMITTED = "submitted", "申請中"
    CHANGES_REQUESTED = "changes_requested", "差し戻し"
    OPEN = "open", "募集中"
    IN_PROGRESS = "in_progress", "支援中"
    ON_HOLD = "on_hold", "保留中"
    FULFILLED = "fulfilled", "充足"
    CLOSED = "closed", "終了"
    CANCELLED = "cancelled", "取り消し"
    EXPIRED = "expired", "期限切れ"


class NeedClosedReason(models.TextChoices):
    """Why a need was cancelled. A non-compliant one never opens again."""

    NON_COMPLIANT = "non_compliant", "要件に合わない"
    CANCELLED = "cancelled", "取り消し"
    ORGANIZATION_EXPIRED = "organization_expired", "事業者の登録の期限切れ"
    ORGANIZATION_WITHDRAWN = "organization_withdrawn", "事業者の登録の取り下げ"


class Place(models.TextChoices):
    REMOTE = "remote", "リモート"
    ON_SITE = "on_site", "対面"
    MIXED = "mixed", "併用"


class Confidentiality(models.TextChoices):
    PUBLIC = "public", "公開"
    MEMBERS = "members", "登録者のみ"
    COORDINATORS = "coordinators", "コーディネーターのみ"


class SubsidyUse(models.TextChoices):
    NONE = "none", "使わない"
    CONSIDERING = "considering", "検討中"
    APPLIED = "applied", "申請済み"
    DECIDED = "decided", "交付決定"


class Need(Row):
    """What an organization wants help with, in its own words.

    `taken`, `introducing` and `running` are counts of this round's matches in contracted…completed, introduced or
    negotiating, and contracted…delivered; `completed` counts completed ones, `evaluated` those of them that both sides
    have evaluated. `matches.services` writes them under the need's lock. `places_free` = headcount − taken.
    `coordinator` looks after the need, `deputy` while the coordinator is away.
    """

    bank = models.ForeignKey(Bank, models.RESTRICT, related_name="+")
    organization = models.ForeignKey(Organization, models.RESTRICT, related_name="needs")
    reference = models.CharField(max_length=30, blank=True)
    state = models.CharField(max_length=20, choices=NeedState.choices, default=NeedState.DRAFT)
    state_since = models.DateTimeField()
    round = models.PositiveSmallIntegerField(default=1)
    channel = models.CharField(max_length=20, choices=CHANNELS, default=Channel.WEB.value)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    review_comments = models.JSONField(default=dict)
    title = models.CharField(max_length=200, blank=True)
    own_words = models.TextField(blank=True)
    public_summary = models.TextField(blank=True)
    summary_agreed_at = models.DateTimeField(null=True)
    background = models.TextField(blank=True)
    tools_today = models.TextField(blank=True)
    wished_outcome = models.TextField(blank=True)
    deliverables = models.TextField(blank=True)
    problems: models.ManyToManyField[Problem, models.Model] = models.ManyToManyField(Problem, related_name="needs")
    engagement_type = models.CharField(max_length=20, choices=EngagementType.choices, blank=True)
    budget_min_yen = models.PositiveIntegerField(null=True)
    budget_max_yen = models.PositiveIntegerField(null=True)
    budget_basis = models.CharField(max_length=20, choices=FeeBasis.choices, blank=True)
    budget_shared = models.BooleanField(default=False)
    subsidy_use = models.CharField(max_length=20, choices=SubsidyUse.choices, blank=True)
    period_start = models.DateField(null=True)
    period_end = models.DateField(null=True)
    hours_per_week = models.PositiveSmallIntegerField(null=True)
    place = models.CharField(max_length=10, choices=Place.choices, blank=True)
    area = models.CharField(max_length=100, blank=True)
    headcount = models.PositiveSmallIntegerField(default=1)
    accepting = models.BooleanField(default=True)
    confidentiality = models.CharField(max_length=20, choices=Confidentiality.choices, default=Confidentiality.MEMBERS)
    anonymous = models.BooleanField(default=True)
    deadline = models.DateField(null=True)
    closed_reason = models.CharField(max_length=40, choices=NeedClosedReason.choices, blank=True)
    taken = models.PositiveSmallIntegerField(default=0)
    introducing = models.PositiveSmallIntegerField(default=0)
    running = models.PositiveSmallIntegerField(default=0)
    completed = models.PositiveSmallIntegerField(default=0)
    evaluated = models.PositiveSmallIntegerField(default=0)
    coordinator = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, null=True, related_name="+")
    deputy = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, null=True, related_name="+")
    revision = models.BigIntegerField(default=0)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("bank", "reference"), condition=~Q(reference=""), name="need_reference_is_unique"
            ),
            models.CheckConstraint(condition=Q(state__in=NeedState.values), name="need_state_is_known"),
            models.CheckConstraint(
                condition=Q(headcount__gte=1, headcount__lte=99), name="need_headcount_lies_in_1_99"
            ),
            models.CheckConstraint(
                condition=Q(taken__lte=F("headcount")), name="need_never_takes_more_than_its_places"
            ),
            models.CheckConstraint(
                condition=Q(budget_min_yen__isnull=True)
                | Q(budget_max_yen__isnull=True)
                | Q(budget_min_yen__lte=F("budget_max_yen")),
                name="need_budget_range_is_ordered",
            ),
            models.CheckConstraint(
                condition=Q(period_start__isnull=True)
                | Q(period_end__isnull=True)
                | Q(period_start__lte=F("period_end")),
                name="need_period_is_ordered",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "changes_requested", "cancelled"]) | ~Q(own_words=""),
                name="need_beyond_draft_has_own_words",
            ),
        )
        indexes = (
            models.Index(fields=("bank", "state"), name="need_by_bank_and_state"),
            models.Index(fields=("bank", "revision"), name="need_by_revision"),
        )

    def __str__(self) -> str:
        return self.title or self.reference

    @property
    def places_free(self) -> int:
        return self.headcount - self.taken


class NeedSkill(models.Model):
    """A skill a need asks for: required or nice to have, minimal level, weight in (0, 1]."""

    need = models.ForeignKey(Need, models.CASCADE, related_name="skills")
    skill = models.ForeignKey(Skill, models.RESTRICT, related_name="+")
    required = models.BooleanField(default=False)
    level = models.PositiveSmallIntegerField(null=True)
    weight = models.FloatField(default=1.0)

    class Meta:
        ordering = ("need", "-required", "skill__code")
        constraints = (
            models.UniqueConstraint(fields=("need", "skill"), name="need_names_a_skill_once"),
            models.CheckConstraint(
                condition=Q(level__isnull=True) | Q(level__gte=1, level__lte=4), name="need_skill_level_lies_in_1_4"
            ),
            models.CheckConstraint(condition=Q(weight__gt=0) & Q(weight__lte=1), name="need_skill_weight_lies_in_0_1"),
        )


class NeedHelper(models.Model):
    """Staff who have acted for the organization on a need: a desk sees what it has helped with."""

    need = models.ForeignKey(Need, models.CASCADE, related_name="helpers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, related_name="+")

    class Meta:
        ordering = ("need", "id")
        constraints = (models.UniqueConstraint(fields=("need", "user"), name="need_names_a_helper_once"),)


class NeedQuestion(Row):
    """A professional's question about a need and its answer. `*_relayed` is what others read: contacts stripped.

    Who asked is never shown to the organization; `published` shows question and answer to everybody who sees the need.
    """

    need = models.ForeignKey(Need, models.RESTRICT, related_name="questions")
    professional = models.ForeignKey("professionals.Professional", models.RESTRICT, related_name="+")
    text = models.TextField()
    text_relayed = models.TextField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, null=True, related_name="+")
    channel = models.CharField(max_length=20, choices=CHANNELS)
    answer = models.TextField(blank=True)
    answer_relayed = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, null=True, related_name="+")
    published = models.BooleanField(default=False)

    class Meta:
        ordering = ("need", "id")
