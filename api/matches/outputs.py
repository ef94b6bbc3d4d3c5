"""What a match looks like to its readers: staff, or a side before and after the introduction."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Q
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.expansion import ExpandedObject, ExpandedObjects, expanded_field
from api.needs.outputs import NeedOutput
from api.organizations import OrganizationDetail
from api.professionals.outputs import ProfessionalDetail
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
from talentbank.core.actors import Actor, Side
from talentbank.core.models import Event
from talentbank.core.reasons import Words
from talentbank.matches.codes import CLOSINGS, told
from talentbank.matches.conflicts import RULES
from talentbank.matches.explanations import SCORED
from talentbank.matches.models import Match
from talentbank.matches.policies import sees_original, sides_reading
from talentbank.matches.questions import relayed
from talentbank.matches.selectors import allowed_actions
from talentbank.matches.states import ClosedReason, Origin, State
from talentbank.ranking.models import Card
from talentbank.ranking.selectors import card_headline
from talentbank.ranking.services import cards_of

ANSWERS = ["", "asked", "yes", "no", "later"]
COUNT = {"minimum": 0, "maximum": 1_000_000}


class MatchNeed(serializers.Serializer):
    id = StrictUUIDField()
    title = StrictCharField(max_length=200, allow_blank=True)


class MatchProfessional(serializers.Serializer):
    """The professional: `id` and `name` for staff, for the professional itself, and once introduced; else the card."""

    id = StrictUUIDField(allow_null=True)
    card = StrictUUIDField(allow_null=True)
    name = StrictCharField(max_length=200, allow_null=True)
    headline = StrictCharField(max_length=200, allow_blank=True)


class MatchOrganization(serializers.Serializer):
    """The organization: named for staff, for itself, and once introduced."""

    id = StrictUUIDField(allow_null=True)
    name = StrictCharField(max_length=200, allow_null=True)


class MatchAnswers(serializers.Serializer):
    """Each side's answer; the other side's is null to a side."""

    professional = StrictChoiceField(ANSWERS, allow_null=True, component="MatchAnswer")
    organization = StrictChoiceField(ANSWERS, allow_null=True, component="MatchAnswer")


class MatchStaffView(serializers.Serializer):
    """What only staff see who are no side; `coordinator` and `deputy` are accounts of those who look after it."""

    coordinator = StrictUUIDField(allow_null=True)
    deputy = StrictUUIDField(allow_null=True)
    first_asked = StrictCharField(max_length=20, allow_blank=True)
    countersign_pending = StrictBooleanField()
    conflict_outcome = StrictCharField(max_length=10, allow_blank=True)
    conflict_findings = StrictListField(child=StrictCharField(max_length=60), max_length=50)
    keep_as_reserve = StrictBooleanField()
    reason_codes = StrictListField(child=StrictCharField(max_length=60), max_length=10)


class MatchExpanded(ExpandedObjects):
    """What a match names, in full: the professional for staff and itself, the organization for staff and its people."""

    need = ExpandedObject(NeedOutput)
    professional = ExpandedObject(ProfessionalDetail)
    organization = ExpandedObject(OrganizationDetail)


class MatchDetail(RowOutput):
    """A match as its reader may see it: `staff` is null to the sides, names are null before the introduction.

    Staff who are a side read as that side does whatever hat they wear, but know the names of their bank.
    """

    reference = StrictCharField(max_length=30)
    bank = StrictUUIDField(source="bank_id")
    need = MatchNeed()
    professional = serializers.SerializerMethodField()
    organization = serializers.SerializerMethodField()
    origin = StrictChoiceField(Origin, component="MatchOrigin")
    state = StrictChoiceField(State, component="MatchState")
    state_since = StrictDateTimeField()
    due_on = StrictDateField(allow_null=True)
    answers = serializers.SerializerMethodField()
    postponed_until = StrictDateField(allow_null=True)
    introduced_at = StrictDateTimeField(allow_null=True)
    made_on = StrictDateField(allow_null=True)
    started_on = StrictDateField(allow_null=True)
    ended_on = StrictDateField(allow_null=True)
    hours_worked = StrictFloatField(minimum=0, maximum=100_000, allow_null=True)
    closed_reason = serializers.SerializerMethodField()
    terms_version = StrictIntegerField(**COUNT)
    agreed_terms_version = StrictIntegerField(**COUNT)
    previous = StrictUUIDField(source="previous_id", allow_null=True)
    staff = serializers.SerializerMethodField()
    allowed_actions = serializers.SerializerMethodField()
    created_at = StrictDateTimeField()
    updated_at = StrictDateTimeField()
    expanded = expanded_field(MatchExpanded)

    def get_professional(self, match: Match) -> MatchProfessional:
        known = self._knows(match, Side.PROFESSIONAL)
        cards: dict[Any, Any] = self.context["cards"]
        return {  # type: ignore[return-value]
            "id": str(match.professional_id) if known else None,
            "card": None if known else str(cards[match.need_id, match.professional_id]),
            "name": match.professional.name if known else None,
            "headline": match.professional.headline if known else card_headline(match.professional),
        }

    def get_organization(self, match: Match) -> MatchOrganization:
        known = self._knows(match, Side.ORGANIZATION)
        organization = match.need.organization
        return {"id": str(organization.pk) if known else None, "name": organization.name if known else None}  # type: ignore[return-value]

    def get_answers(self, match: Match) -> MatchAnswers:
        shown = list(Side) if self._is_staff(match) else self._sides_reading(match)
        return {side.value: getattr(match, f"{side}_answer") if side in shown else None for side in Side}  # type: ignore[return-value]

    @extend_schema_field(StrictChoiceField(["", *ClosedReason], component="MatchClosedReason"))
    def get_closed_reason(self, match: Match) -> str:
        """What staff found out about conflicts of interest is not for the sides: to them it is a rejection."""
        internal = match.closed_reason == ClosedReason.CONFLICT_OF_INTEREST
        return ClosedReason.REJECTED.value if internal and not self._is_staff(match) else match.closed_reason

    @extend_schema_field(MatchStaffView(allow_null=True))
    def get_staff(self, match: Match) -> dict[str, Any] | None:
        if not self._is_staff(match):
            return None
        decision = self.context["conflicts"].get(match.pk)
        return {
            "coordinator": match.coordinator_id,
            "deputy": match.deputy_id,
            "first_asked": match.first_asked,
            "countersign_pending": match.countersign_pending,
            "conflict_outcome": decision.outcome if decision else "",
            "conflict_findings": decision.codes if decision else [],
            "keep_as_reserve": match.keep_as_reserve,
            "reason_codes": match.reason_codes,
        }

    def get_allowed_actions(self, match: Match) -> list[str]:
        return allowed_actions(match, self.context["actor"], self.context["sides"][match.pk])

    def _is_staff(self, match: Match) -> bool:
        return sees_original(self.context["actor"], match)

    def _sides_reading(self, match: Match) -> Collection[Side]:
        return self.context["sides"][match.pk] or sides_reading(self.context["actor"], match)

    def _knows(self, match: Match, side: Side) -> bool:
        return knows(self.context["actor"], match, side, self.context["sides"][match.pk])


def knows(actor: Actor, match: Match, side: Side, sides: Collection[Side]) -> bool:
    """Tell whether the actor, who speaks for `sides`, knows a side by name, or only as a card."""
    return actor.is_coordinator_of(match.bank_id) or match.introduced_at is not None or side in sides


def cards_shown(matches: list[Match], actor: Actor, sides: Mapping[Any, Collection[Side]]) -> dict[Any, Any]:
    """(need, professional) → card id for the matches whose professional the actor knows only as a card."""
    unknown = [match for match in matches if not knows(actor, match, Side.PROFESSIONAL, sides[match.pk])]
    pairs = {(match.need_id, match.professional_id) for match in unknown}
    where = Q()
    for need_id, professional_id in pairs:
        where |= Q(need_id=need_id, professional_id=professional_id)
    rows = Card.objects.filter(where).values_list("need_id", "professional_id", "id") if pairs else []
    found = {(need_id, professional_id): card for need_id, professional_id, card in rows}
    for need_id, professional_id in pairs - found.keys():
        found[need_id, professional_id] = cards_of(need_id=need_id, professional_ids=[professional_id])[professional_id]
    return found


FOR_BOTH = frozenset({"report", "missing", "question_relayed", "answer_relayed"})
"""Texts of an event that are written for the other side: what was delivered, what is missing, what was asked."""


class MatchEventOutput(EventOutput):
    """One step of the record. Sides see the role, not the name of staff. `texts` and `reason_codes` are for staff and
    for the side that gave them; but what is written for the other side, it reads too: `report` (of a delivery),
    `missing` (of a return), `question_relayed` and `answer_relayed`, and reason codes that were shared."""

    def shows_proxy(self, event: Event) -> bool:
        """Not by `facts["side"]`, which not every step has."""
        return self.context["is_staff"] or event.on_behalf_of in self.context["sides"]

    def get_reason_codes(self, event: Event) -> list[str]:
        return list(event.reason_codes) if self._may_read(event) or event.facts.get("shared") else []

    def polite(self, event: Event) -> list[Words]:
        """A side's reason reaches the other one only where it was shared; else it is told that it will not go on.

        What closed without a reason code, as by the system, is told by why it closed. Whoever gave a reason is not told
        of it: the words are for the other side.
        """
        side: Side = self.context["sides"][0] if self.context["sides"] else Side.PROFESSIONAL
        acting, asking = event.facts.get("side"), event.facts.get("requested_by")
        if self.context["is_staff"] or acting == side:
            return []
        if not event.reason_codes:
            closed = event.facts.get("closed_reason")
            return [CLOSINGS[ClosedReason(closed)].told[side]] if closed else []
        if asking == side:
            return told(event.action, [f"requested_by_{side}"], side)
        kept = acting and not event.facts.get("shared")
        return told(event.action, ["other"] if kept else event.reason_codes, side)

    def readable(self, event: Event, content: dict[str, Any]) -> dict[str, Any]:
        content.pop(SCORED, None)  # told by the explanation of the match, to coordinators alone
        if self._may_read(event):
            return content
        return {name: relayed(content[name], self.context["match"]) for name in FOR_BOTH & content.keys()}

    def _may_read(self, event: Event) -> bool:
        """Reasons and words are for staff and for the side that gave them."""
        sides: list[Side] = self.context["sides"]
        return self.context["is_staff"] or event.facts.get("side", "") in sides


class ConflictFinding(serializers.Serializer):
    """A rule that fired and the fields that met, as `left=right`; never what stands in them."""

    code = StrictChoiceField([rule.code for rule in RULES], component="ConflictFindingCode")
    where = StrictListField(child=StrictCharField(max_length=200), max_length=200)


class ConflictOutput(RowOutput):
    """A scan, and what was decided about it in writing. `outcome` is blank while nothing was."""

    match = StrictUUIDField(source="match_id")
    findings = StrictListField(child=StrictCharField(max_length=60), max_length=50, source="codes")
    details = ConflictFinding(many=True, source="findings")
    outcome = StrictChoiceField(["", "none", "waived", "blocked"], component="ConflictOutcome")
    reason = StrictCharField(max_length=4000, allow_blank=True)
    decided_at = StrictDateTimeField(allow_null=True)
    created_at = StrictDateTimeField()


class ConflictScanOutput(serializers.Serializer):
    """What the rules find now, with the caller as the acting coordinator; `uncovered` lacks a decision."""

    findings = ConflictFinding(many=True)
    uncovered = StrictListField(child=StrictCharField(max_length=60), max_length=50)


class ProfessionalContacts(serializers.Serializer):
    name = StrictCharField(max_length=200)
    kana = StrictCharField(max_length=200, allow_blank=True)
    email = StrictCharField(max_length=254, allow_blank=True)
    phone = StrictCharField(max_length=40, allow_blank=True)
    postal_address = StrictCharField(max_length=300, allow_blank=True)
    preferred_channel = StrictCharField(max_length=20, allow_blank=True)
    best_time = StrictCharField(max_length=100, allow_blank=True)


class OrganizationContacts(serializers.Serializer):
    name = StrictCharField(max_length=200)
    kana = StrictCharField(max_length=200, allow_blank=True)
    contact_name = StrictCharField(max_length=100, allow_blank=True)
    contact_email = StrictCharField(max_length=254, allow_blank=True)
    contact_phone = StrictCharField(max_length=40, allow_blank=True)
    sites = serializers.ListField(child=serializers.DictField())


class MatchContacts(serializers.Serializer):
    """The other side's contacts; a coordinator gets both sides'."""

    professional = ProfessionalContacts(required=False)
    organization = OrganizationContacts(required=False)
