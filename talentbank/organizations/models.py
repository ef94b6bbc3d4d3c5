"""Organizations (事業者) and their members."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from talentbank.core.models import Row
from talentbank.registrations.models import Registration, RegistrationState


class OrganizationKind(models.TextChoices):
    COMPANY = "company", "会社"
    SOLE_PROPRIETOR = "sole_proprietor", "個人事業主"
    NPO = "npo", "NPO法人"
    ASSOCIATION = "association", "団体"
    PUBLIC_BODY = "public_body", "公的機関"


class HeadcountBand(models.TextChoices):
    UP_TO_5 = "1-5", "1〜5人"
    UP_TO_20 = "6-20", "6〜20人"
    UP_TO_50 = "21-50", "21〜50人"
    UP_TO_100 = "51-100", "51〜100人"
    OVER_100 = "101-", "101人以上"


class Organization(Registration):
    """A company, sole proprietor, NPO, association or public body that seeks help, gives help, or both.

    JSON fields: `sites` [{name, address}], `officers` [name], `declared_ties` [text].
    """

    name = models.CharField(max_length=200)
    kana = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=20, choices=OrganizationKind.choices)
    corporate_number = models.CharField(max_length=13, blank=True)
    industry = models.CharField(max_length=100, blank=True)
    headcount_band = models.CharField(max_length=10, choices=HeadcountBand.choices, blank=True)
    sites = models.JSONField(default=list)
    representative = models.CharField(max_length=100, blank=True)
    officers = models.JSONField(default=list)
    about = models.TextField(blank=True)
    contact_name = models.CharField(max_length=100, blank=True)
    contact_email = models.CharField(max_length=254, blank=True)
    contact_phone = models.CharField(max_length=40, blank=True)
    has_employees = models.BooleanField(null=True)
    gives_help = models.BooleanField(default=False)
    seeks_help = models.BooleanField(default=True)
    declared_ties = models.JSONField(default=list)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("bank", "reference"), condition=~Q(reference=""), name="organization_reference_is_unique"
            ),
            models.UniqueConstraint(
                fields=("bank", "corporate_number"),
                condition=~Q(corporate_number="")
                & ~Q(registration_state__in=[RegistrationState.WITHDRAWN, RegistrationState.REJECTED]),
                name="organization_corporate_number_is_unique_in_a_bank",
            ),
            models.CheckConstraint(
                condition=Q(registration_state__in=RegistrationState.values),
                name="organization_registration_state_is_known",
            ),
        )
        indexes = (
            models.Index(fields=("bank", "registration_state"), name="organization_by_bank_and_state"),
            models.Index(fields=("bank", "revision"), name="organization_by_revision"),
            models.Index(fields=("bank", "created_at", "id"), name="organization_by_creation"),
            models.Index(fields=("bank", "updated_at", "id"), name="organization_by_change"),
            models.Index(fields=("bank", "valid_until", "id"), name="organization_by_validity"),
        )

    def __str__(self) -> str:
        return self.name


class MemberRole(models.TextChoices):
    OWNER = "owner", "責任者"
    MEMBER = "member", "担当者"


class OrganizationMember(Row):
    """An account of an organization: an owner confirms terms and manages members, a member does the rest."""

    organization = models.ForeignKey(Organization, models.RESTRICT, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, related_name="organization_members")
    role = models.CharField(max_length=10, choices=MemberRole.choices)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("organization", "user"),
                condition=Q(ended_at__isnull=True),
                name="organization_member_is_one_running_per_account",
            ),
        )
