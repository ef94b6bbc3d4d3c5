"""What a need looks like to its readers: its own side and staff, professionals, everybody."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from api.expansion import ExpandedObject, ExpandedObjects, by_id, context_for, expanded_field, reader_with
from api.organizations import OrganizationDetail
from api.records import EventOutput
from api.serializers import (
    RowOutput,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictDateTimeField,
    StrictFloatField,
    StrictIntegerField,
    StrictListField,
    StrictUUIDField,
)
from api.text_warnings import TextWarningOutput, warnings_shown
from api.views import Operation
from talentbank.core.actors import HELPERS, Channel, Side
from talentbank.core.clock import day_of
from talentbank.core.models import Event
from talentbank.core.reasons import Words
from talentbank.needs.codes import told
from talentbank.needs.inputs import ASK_QUESTION
from talentbank.needs.models import Confidentiality, Need, NeedClosedReason, NeedState, Place, SubsidyUse
from talentbank.needs.selectors import NeedReader, NeedView, allowed_actions, need_reader, need_takes, needs_visible
from talentbank.needs.texts import need_warnings
from talentbank.professionals.models import EngagementType, FeeBasis

COUNT = {"minimum": 0, "maximum": 99}
YEN = {"minimum": 0, "maximum": 999_999_999, "allow_null": True}
TOLD = ("comments", "public_summary")
"""Words of a staff member's step that are meant for the organization."""


def _undecided(choices: Any) -> StrictChoiceField:
    return StrictChoiceField(["", *choices], component=f"{choices.__name__}OrUndecided")


class ViewField(StrictChoiceField):
    """Tells the three outputs apart: one constant each."""

    def __init__(self, view: NeedView) -> None:
        super().__init__([view], component=f"NeedView{view.value.capitalize()}", source="*")

    def to_representation(self, value: Any) -> str:
        return self.values[0]


class NeedOrganization(serializers.Serializer):
    id = StrictUUIDField()
    name = StrictCharField(max_length=200)


class NeedProblem(serializers.Serializer):
    """A problem with its field (`area`)."""

    code = StrictCharField(max_length=60)
    area = StrictCharField(max_length=60, source="area.code")
    name_ja = StrictCharField(max_length=100)
    name_en = StrictCharField(max_length=200)


class NeedSkillOutput(serializers.Serializer):
    skill = StrictCharField(max_length=60, source="skill.code")
    name_ja = StrictCharField(max_length=100, source="skill.name_ja")
    name_en = StrictCharField(max_length=200, source="skill.name_en")
    required = StrictBooleanField()
    level = StrictIntegerField(minimum=1, maximum=4, allow_null=True)
    weight = StrictFloatField(minimum=0, maximum=1)


class NeedBudget(serializers.Serializer):
    min_yen = StrictIntegerField(**YEN, source="budget_min_yen")
    max_yen = StrictIntegerField(**YEN, source="budget_max_yen")
    basis = StrictChoiceField(["", *FeeBasis], source="budget_basis", component="FeeBasisOrUndecided")


class NeedPlaces(serializers.Serializer):
    """Places of this round. `free` = headcount − taken."""

    headcount = StrictIntegerField(**COUNT)
    taken = StrictIntegerField(**COUNT)
    free = StrictIntegerField(**COUNT, source="places_free")
    introducing = StrictIntegerField(minimum=0, maximum=10_000)
    running = StrictIntegerField(**COUNT)
    completed = StrictIntegerField(**COUNT)


class NeedExpanded(ExpandedObjects):
    """The organization in full, for its own people and staff; null to everybody else."""

    organization = ExpandedObject(OrganizationDetail)


class NeedShared(RowOutput):
    """What every reader sees. The organization is null while it is anonymous, the budget while it is not shared."""

    bank = StrictUUIDField(source="bank_id")
    state = StrictChoiceField(NeedState)
    public_summary = serializers.SerializerMethodField()
    problems = NeedProblem(many=True)
    area = StrictCharField(max_length=100, allow_blank=True)
    engagement_type = _undecided(EngagementType)
    deadline = StrictDateField(allow_null=True)
    organization = serializers.SerializerMethodField()
    budget = serializers.SerializerMethodField()
    accepting_now = serializers.SerializerMethodField()
    expanded = expanded_field(NeedExpanded)

    def get_public_summary(self, need: Need) -> str:
        return need.public_summary if need.summary_agreed_at else ""

    @extend_schema_field(NeedOrganization(allow_null=True))
    def get_organization(self, need: Need) -> dict[str, Any] | None:
        return None if need.anonymous else NeedOrganization(need.organization).data

    @extend_schema_field(NeedBudget(allow_null=True))
    def get_budget(self, need: Need) -> dict[str, Any] | None:
        return NeedBudget(need).data if need.budget_shared else None

    def get_accepting_now(self, need: Need) -> bool:
        return need_takes(need, day_of(self.context["at"]))


class NeedPublic(NeedShared):
    """An open, public need as anybody may read it."""

    view = ViewField(NeedView.PUBLIC)


class NeedWork(NeedShared):
    """What the work is: for professionals, and for those who see everything."""

    reference = StrictCharField(max_length=30, allow_blank=True)
    title = StrictCharField(max_length=200, allow_blank=True)
    background = StrictCharField(max_length=4000, allow_blank=True)
    tools_today = StrictCharField(max_length=4000, allow_blank=True)
    wished_outcome = StrictCharField(max_length=4000, allow_blank=True)
    deliverables = StrictCharField(max_length=4000, allow_blank=True)
    skills = NeedSkillOutput(many=True)
    period_start = StrictDateField(allow_null=True)
    period_end = StrictDateField(allow_null=True)
    hours_per_week = StrictIntegerField(minimum=1, maximum=168, allow_null=True)
    place = _undecided(Place)
    updated_at = StrictDateTimeField()


class NeedForProfessional(NeedWork):
    """A need as a professional may read it: what the work is, never the organization's own words."""

    view = ViewField(NeedView.PROFESSIONAL)
    places_free = StrictIntegerField(**COUNT)


class NeedStaffView(serializers.Serializer):
    """What only coordinators see: the accounts of those who look after it."""

    coordinator = StrictUUIDField(source="coordinator_id", allow_null=True)
    deputy = StrictUUIDField(source="deputy_id", allow_null=True)


class NeedDetail(NeedWork):
    """A need in full, for its organization and for staff. `warnings` is null in lists."""

    view = ViewField(NeedView.DETAIL)
    state_since = StrictDateTimeField()
    round = StrictIntegerField(minimum=1, maximum=1000)
    channel = StrictChoiceField(Channel)
    own_words = StrictCharField(max_length=4000, allow_blank=True)
    summary_agreed_at = StrictDateTimeField(allow_null=True)
    budget_shared = StrictBooleanField()
    subsidy_use = _undecided(SubsidyUse)
    places = NeedPlaces(source="*")
    accepting = StrictBooleanField()
    confidentiality = StrictChoiceField(Confidentiality)
    anonymous = StrictBooleanField()
    closed_reason = StrictChoiceField(["", *NeedClosedReason], component="NeedClosedReason")
    review_comments = serializers.DictField(child=serializers.CharField())
    submitted_at = StrictDateTimeField(allow_null=True)
    opened_at = StrictDateTimeField(allow_null=True)
    staff = serializers.SerializerMethodField()
    warnings = serializers.SerializerMethodField()
    allowed_actions = serializers.SerializerMethodField()
    created_at = StrictDateTimeField()

    def get_public_summary(self, need: Need) -> str:
        return need.public_summary

    @extend_schema_field(NeedOrganization)
    def get_organization(self, need: Need) -> dict[str, Any]:
        return NeedOrganization(need.organization).data

    @extend_schema_field(NeedBudget)
    def get_budget(self, need: Need) -> dict[str, Any]:
        return NeedBudget(need).data

    @extend_schema_field(NeedStaffView(allow_null=True))
    def get_staff(self, need: Need) -> dict[str, Any] | None:
        return NeedStaffView(need).data if self.context["actor"].is_coordinator_of(need.bank_id) else None

    @extend_schema_field(TextWarningOutput(many=True, allow_null=True))
    def get_warnings(self, need: Need) -> list[dict[str, Any]] | None:
        return warnings_shown(need_warnings(need)) if self.context["with_warnings"] else None

    def get_allowed_actions(self, need: Need) -> list[str]:
        return allowed_actions(self.context["actor"], need)


VIEWS: dict[NeedView, type[NeedShared]] = {
    NeedView.DETAIL: NeedDetail,
    NeedView.PROFESSIONAL: NeedForProfessional,
    NeedView.PUBLIC: NeedPublic,
}
NeedOutput = PolymorphicProxySerializer(
    component_name="Need",
    serializers=[NeedDetail, NeedForProfessional, NeedPublic],
    resource_type_field_name=None,
    many=False,
)
"""In the spec: one of the three, told apart by `view`."""


def needs_shown(rows: Iterable[Need], reader: NeedReader, context: dict[str, Any]) -> list[dict[str, Any]]:
    """Each need in the view that this reader has of it."""
    made = {view: kind(context=context) for view, kind in VIEWS.items()}
    return [made[reader.view_of(need)].to_representation(need) for need in rows]


def needs_expanded(operation: Operation, ids: frozenset[str]) -> dict[str, Any]:
    """Needs as `needs_list` shows them to the caller."""
    actor = reader_with(operation, "needs:read")
    reader = need_reader(actor)
    rows = needs_visible(actor, reader).filter(pk__in=ids)
    return by_id(needs_shown(rows, reader, {**context_for(operation, actor), "with_warnings": False}))


class NeedEventOutput(EventOutput):
    """One step of the record. The organization reads its own words, and of staff's what was meant for it.

    Of a question it reads what was relayed: the words themselves, and how staff knew, may tell who asked.
    """

    def polite(self, event: Event) -> list[Words]:
        return [] if self.context["is_staff"] else told(event.action, event.reason_codes, Side.ORGANIZATION)

    def shows_proxy(self, event: Event) -> bool:
        return event.action != ASK_QUESTION or self.context["sees_who_asked"]

    def readable(self, event: Event, content: dict[str, Any]) -> dict[str, Any]:
        if event.action == ASK_QUESTION and not self.context["sees_who_asked"]:
            return {name: words for name, words in content.items() if name == "question_relayed"}
        by_staff = event.actor_role in HELPERS and not event.on_behalf_of
        if self.context["is_staff"] or not by_staff:
            return content
        return {name: words for name, words in content.items() if name in TOLD}


class SuggestedProblem(NeedProblem):
    """A problem that the words suggest; `found` are the words it was found by."""

    found = StrictListField(child=StrictCharField(max_length=200), max_length=100)


class SuggestedSkill(serializers.Serializer):
    code = StrictCharField(max_length=60)
    name_ja = StrictCharField(max_length=100)
    name_en = StrictCharField(max_length=200)
    found = StrictListField(child=StrictCharField(max_length=200), max_length=100)


class NeedSuggestions(serializers.Serializer):
    """What the vocabulary finds in plain words, the best first. Nothing found is an honest answer."""

    problems = SuggestedProblem(many=True)
    skills = SuggestedSkill(many=True)
