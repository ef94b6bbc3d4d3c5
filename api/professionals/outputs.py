"""What a professional's registration looks like to those who may see it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.expansion import ExpandedObject, ExpandedObjects, by_id, context_for, expanded_field, reader_with
from api.organizations import OrganizationDetail
from api.professionals.inputs import RANGES
from api.registrations.inputs import undecided
from api.registrations.outputs import RegistrationDetail
from api.serializers import (
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictFloatField,
    StrictIntegerField,
    StrictListField,
    StrictUUIDField,
)
from api.text_warnings import TextWarningOutput, warnings_shown
from api.views import Operation
from talentbank.professionals.claims import EVIDENCE_LENGTH, MOST_YEARS
from talentbank.professionals.fields import DAYS
from talentbank.professionals.models import (
    EngagementType,
    FeeBasis,
    HolderKind,
    PreferredChannel,
    Professional,
    ReferralStatus,
    Remote,
    Residency,
    SideJobPermission,
)
from talentbank.professionals.policies import sees_staff_fields
from talentbank.professionals.room import ROOM
from talentbank.professionals.selectors import hours_reserved, professionals_visible
from talentbank.professionals.texts import professional_warnings
from talentbank.registrations.fields import MOST_ITEMS

CONTACTS = ("email", "phone", "postal_address")


class SkillClaimOutput(serializers.Serializer):
    skill = StrictCharField(max_length=60, source="skill.code")
    name_ja = StrictCharField(max_length=100, source="skill.name_ja")
    name_en = StrictCharField(max_length=200, source="skill.name_en")
    level = StrictIntegerField(minimum=1, maximum=4, allow_null=True)
    years = StrictFloatField(minimum=0, maximum=MOST_YEARS, allow_null=True)
    last_used = StrictCharField(max_length=7, allow_blank=True)
    evidence = StrictCharField(max_length=EVIDENCE_LENGTH, allow_blank=True)


CLAIM = SkillClaimOutput()


class ProfessionalExpanded(ExpandedObjects):
    """The organization that holds the registration, in full; null where a person holds it."""

    organization = ExpandedObject(OrganizationDetail)


class ExperienceOutput(serializers.Serializer):
    title = StrictCharField(max_length=200)
    description = StrictCharField(max_length=4000, allow_blank=True, default="")
    industry = StrictCharField(max_length=100, allow_blank=True, default="")
    started = StrictCharField(max_length=7, allow_blank=True, default="")
    ended = StrictCharField(max_length=7, allow_blank=True, default="")
    client_name = StrictCharField(max_length=200, allow_blank=True, default="")


class WeeklyTimeOutput(serializers.Serializer):
    day = StrictChoiceField(DAYS, component="Weekday")
    start = StrictCharField(max_length=5)
    end = StrictCharField(max_length=5)


class ProfessionalHolder(serializers.Serializer):
    """The organization that holds a registration."""

    id = StrictUUIDField()
    name = StrictCharField(max_length=200)


class ProfessionalOwnContacts(serializers.Serializer):
    email = StrictCharField(max_length=254, allow_blank=True)
    phone = StrictCharField(max_length=40, allow_blank=True)
    postal_address = StrictCharField(max_length=300, allow_blank=True)


class ProfessionalReferral(serializers.Serializer):
    """Whether introductions are wished now; a pause ends by itself after `paused_until`."""

    status = StrictChoiceField(ReferralStatus, source="referral_status")
    paused_from = StrictDateField(allow_null=True)
    paused_until = StrictDateField(allow_null=True)
    pause_reason = StrictCharField(max_length=200, allow_blank=True)


class ProfessionalCapacity(serializers.Serializer):
    """Hours a week, computed: offered less those of running matches."""

    offered = StrictIntegerField(minimum=0, maximum=168)
    reserved = StrictIntegerField(minimum=0, maximum=10_000)
    left = StrictIntegerField(minimum=-10_000, maximum=168)


class ProfessionalDetail(RegistrationDetail):
    """A registration with its three statuses: registration, referral, capacity.

    `contacts` and `warnings` are null in lists.
    """

    room = ROOM

    holder_kind = StrictChoiceField(HolderKind)
    organization = ProfessionalHolder(allow_null=True)
    name = StrictCharField(max_length=200)
    kana = StrictCharField(max_length=200, allow_blank=True)
    contacts = serializers.SerializerMethodField()
    preferred_channel = undecided(PreferredChannel, required=True)
    best_time = StrictCharField(max_length=100, allow_blank=True)
    headline = StrictCharField(max_length=200, allow_blank=True)
    summary = StrictCharField(max_length=10_000, allow_blank=True)
    experiences = ExperienceOutput(many=True)
    skills = serializers.SerializerMethodField()
    residency = undecided(Residency, required=True)
    hours_per_week = StrictIntegerField(**RANGES["hours_per_week"])
    weekly_times = WeeklyTimeOutput(many=True)
    areas = StrictListField(child=StrictCharField(max_length=100), max_length=MOST_ITEMS)
    remote = undecided(Remote, required=True)
    engagement_types = StrictListField(child=StrictChoiceField(EngagementType), max_length=len(EngagementType))
    fee_basis = undecided(FeeBasis, required=True)
    fee_min_yen = StrictIntegerField(**RANGES["fee_min_yen"])
    fee_max_yen = StrictIntegerField(**RANGES["fee_max_yen"])
    travel = StrictCharField(max_length=200, allow_blank=True)
    side_job_permission = undecided(SideJobPermission, required=True)
    is_public_servant = StrictBooleanField()
    has_employees = StrictBooleanField(allow_null=True)
    invoice_number = StrictCharField(max_length=14, allow_blank=True)
    employer = serializers.SerializerMethodField()
    hidden_from = StrictListField(child=StrictCharField(max_length=200), max_length=MOST_ITEMS)
    referral = ProfessionalReferral(source="*")
    capacity = serializers.SerializerMethodField()
    warnings = serializers.SerializerMethodField()
    expanded = expanded_field(ProfessionalExpanded)

    @extend_schema_field(ProfessionalOwnContacts(allow_null=True))
    def get_contacts(self, row: Professional) -> dict[str, str] | None:
        return {name: getattr(row, name) for name in CONTACTS} if self.shows_contacts() else None

    @extend_schema_field(SkillClaimOutput(many=True))
    def get_skills(self, row: Professional) -> list[Any]:
        claims = sorted(row.skills.all(), key=lambda claim: claim.skill.code)
        return [CLAIM.to_representation(claim) for claim in claims]

    @extend_schema_field(StrictCharField(max_length=200, allow_blank=True, allow_null=True))
    def get_employer(self, row: Professional) -> str | None:
        return row.employer if sees_staff_fields(self.context["actor"], row) else None

    @extend_schema_field(ProfessionalCapacity)
    def get_capacity(self, row: Professional) -> dict[str, int]:
        known = self.context.get("reserved")
        reserved = (known if known is not None else hours_reserved([row.pk])).get(row.pk, 0)
        offered = row.hours_per_week or 0
        return {"offered": offered, "reserved": reserved, "left": offered - reserved}

    @extend_schema_field(TextWarningOutput(many=True, allow_null=True))
    def get_warnings(self, row: Professional) -> list[dict[str, Any]] | None:
        return None if self.context.get("listed") else warnings_shown(professional_warnings(row))


def professionals_listed(rows: Iterable[Professional], context: dict[str, Any]) -> list[dict[str, Any]]:
    """Professionals as a list shows them: without contacts and warnings; hours are read for all at once."""
    found = list(rows)
    shared = {**context, "reserved": hours_reserved([row.pk for row in found]), "listed": True}
    return list(ProfessionalDetail(found, many=True, context=shared).data)


def professionals_expanded(operation: Operation, ids: frozenset[str]) -> dict[str, Any]:
    """Professionals as `professionals_list` shows them to the caller."""
    actor = reader_with(operation, "professionals:read")
    rows = professionals_visible(actor).filter(pk__in=ids)
    return by_id(professionals_listed(rows, context_for(operation, actor)))
