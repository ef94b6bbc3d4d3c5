"""Professionals (デジタル人材): the record that is matched, their skills, and hours reserved by matches."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from talentbank.core.models import Row
from talentbank.organizations.models import Organization
from talentbank.registrations.models import Registration, RegistrationState
from talentbank.skills.models import Skill


class HolderKind(models.TextChoices):
    PERSON = "person", "個人"
    ORGANIZATION = "organization", "法人・団体"


class ReferralStatus(models.TextChoices):
    AVAILABLE = "available", "紹介可"
    PAUSED = "paused", "休止中"


class Residency(models.TextChoices):
    CITY = "city", "市内"
    PREFECTURE = "prefecture", "県内"
    TIE = "tie", "ゆかりあり"
    OTHER = "other", "県外"


class Remote(models.TextChoices):
    ONLY = "only", "リモートのみ"
    OK = "ok", "リモート可"
    NO = "no", "対面のみ"


class EngagementType(models.TextChoices):
    ADVICE = "advice", "助言・相談"
    QUASI_MANDATE = "quasi_mandate", "準委任"
    WORK_CONTRACT = "work_contract", "請負"
    HONORARIUM = "honorarium", "謝金"
    UNPAID = "unpaid", "無償"
    EMPLOYMENT = "employment", "雇用"


class FeeBasis(models.TextChoices):
    HOUR = "hour", "時間"
    DAY = "day", "日"
    MONTH = "month", "月"
    PROJECT = "project", "件"
    HONORARIUM = "honorarium", "謝金規程"
    UNPAID = "unpaid", "無償"


class SideJobPermission(models.TextChoices):
    YES = "yes", "許可あり"
    NO = "no", "許可なし"
    NOT_NEEDED = "not_needed", "不要"
    PENDING = "pending", "確認中"


class PreferredChannel(models.TextChoices):
    EMAIL = "email", "メール"
    LINE = "line", "LINE"
    PHONE = "phone", "電話"
    POST = "post", "郵送"


class Professional(Registration):
    """A person or an organization registered to give help in a bank.

    JSON fields: `experiences` [{title, description, industry, started, ended, client_name}], `weekly_times`
    [{day, start, end}], `areas` [name], `engagement_types` [code], `hidden_from` [corporate number or name].
    A person entered by a desk may have no account (`user` null).
    """

    holder_kind = models.CharField(max_length=20, choices=HolderKind.choices, default=HolderKind.PERSON)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, null=True, related_name="professionals")
    organization = models.ForeignKey(Organization, models.RESTRICT, null=True, related_name="professionals")
    name = models.CharField(max_length=200)
    kana = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    postal_address = models.CharField(max_length=300, blank=True)
    preferred_channel = models.CharField(max_length=20, choices=PreferredChannel.choices, blank=True)
    best_time = models.CharField(max_length=100, blank=True)
    headline = models.CharField(max_length=200, blank=True)
    summary = models.TextField(blank=True)
    experiences = models.JSONField(default=list)
    residency = models.CharField(max_length=20, choices=Residency.choices, blank=True)
    hours_per_week = models.PositiveSmallIntegerField(null=True)
    weekly_times = models.JSONField(default=list)
    areas = models.JSONField(default=list)
    remote = models.CharField(max_length=10, choices=Remote.choices, blank=True)
    engagement_types = models.JSONField(default=list)
    fee_basis = models.CharField(max_length=20, choices=FeeBasis.choices, blank=True)
    fee_min_yen = models.PositiveIntegerField(null=True)
    fee_max_yen = models.PositiveIntegerField(null=True)
    travel = models.CharField(max_length=200, blank=True)
    side_job_permission = models.CharField(max_length=20, choices=SideJobPermission.choices, blank=True)
    is_public_servant = models.BooleanField(default=False)
    has_employees = models.BooleanField(null=True)
    invoice_number = models.CharField(max_length=14, blank=True)
    employer = models.CharField(max_length=200, blank=True)
    hidden_from = models.JSONField(default=list)
    referral_status = models.CharField(max_length=20, choices=ReferralStatus.choices, default=ReferralStatus.AVAILABLE)
    paused_from = models.DateField(null=True)
    paused_until = models.DateField(null=True)
    pause_reason = models.CharField(max_length=200, blank=True)
    last_proposed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(holder_kind=HolderKind.PERSON, organization__isnull=True)
                | Q(holder_kind=HolderKind.ORGANIZATION, organization__isnull=False, user__isnull=True),
                name="professional_is_held_by_a_person_or_an_organization",
            ),
            models.UniqueConstraint(
                fields=("bank", "reference"), condition=~Q(reference=""), name="professional_reference_is_unique"
            ),
            models.UniqueConstraint(
                fields=("bank", "user"),
                condition=~Q(registration_state=RegistrationState.WITHDRAWN),
                name="professional_is_one_per_account_and_bank",
            ),
            models.CheckConstraint(
                condition=Q(registration_state__in=RegistrationState.values),
                name="professional_registration_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(fee_min_yen__isnull=True)
                | Q(fee_max_yen__isnull=True)
                | Q(fee_min_yen__lte=F("fee_max_yen")),
                name="professional_fee_range_is_ordered",
            ),
            models.CheckConstraint(
                condition=Q(hours_per_week__isnull=True) | Q(hours_per_week__lte=168),
                name="professional_offers_at_most_168_hours_a_week",
            ),
        )
        indexes = (
            models.Index(fields=("bank", "registration_state"), name="professional_by_bank_and_state"),
            models.Index(fields=("bank", "revision"), name="professional_by_revision"),
            models.Index(fields=("bank", "created_at", "id"), name="professional_by_creation"),
            models.Index(fields=("bank", "updated_at", "id"), name="professional_by_change"),
            models.Index(fields=("bank", "valid_until", "id"), name="professional_by_validity"),
        )

    def __str__(self) -> str:
        return self.name


class ProfessionalSkill(models.Model):
    """A skill claimed: level 1–4, years, month last used (`YYYY-MM`), evidence in words."""

    professional = models.ForeignKey(Professional, models.CASCADE, related_name="skills")
    skill = models.ForeignKey(Skill, models.RESTRICT, related_name="+")
    level = models.PositiveSmallIntegerField(null=True)
    years = models.FloatField(null=True)
    last_used = models.CharField(max_length=7, blank=True)
    evidence = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("professional", "skill__code")
        constraints = (
            models.UniqueConstraint(fields=("professional", "skill"), name="professional_claims_a_skill_once"),
            models.CheckConstraint(
                condition=Q(level__isnull=True) | Q(level__gte=1, level__lte=4),
                name="professional_skill_level_lies_in_1_4",
            ),
        )


class HoursReservation(Row):
    """Hours a week that a match holds from `contracted` to its end. Written downward by `matches.services`."""

    professional = models.ForeignKey(Professional, models.RESTRICT, related_name="reservations")
    match_id = models.UUIDField(unique=True)
    hours_per_week = models.PositiveSmallIntegerField()
    released_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
