"""Operations on matches and what belongs to them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet, prefetch_related_objects

from api.candidates.outputs import CardOutput
from api.matches.filters import ORDERINGS, MatchFilters
from api.matches.inputs import MatchInput
from api.matches.outputs import (
    MatchContacts,
    MatchDetail,
    MatchEventOutput,
    cards_shown,
)
from api.needs.outputs import needs_expanded
from api.organizations import organizations_expanded
from api.professionals.outputs import professionals_expanded
from api.records import ActionAnswerOutput
from api.serializers import step_of
from api.views import CreateView, DetailView, FactView, ListView, Operation
from api.views.reads import WholeListView
from talentbank.core.actors import Actor
from talentbank.core.audit import Step
from talentbank.core.errors import invalid, named_at
from talentbank.core.lifecycle import ActionAnswer
from talentbank.matches.contacts import contacts_read
from talentbank.matches.models import ConflictDecision, Match
from talentbank.matches.policies import sees_original, sides_of_each, sides_reading
from talentbank.matches.selectors import match_actions, match_events, match_get, matches_visible
from talentbank.matches.services import match_create
from talentbank.matches.states import Origin
from talentbank.needs.selectors import need_get
from talentbank.ranking.selectors import card_view
from talentbank.ranking.services import card_of, card_professional

EXPANDABLE = {
    "need": needs_expanded,
    "professional": professionals_expanded,
    "organization": organizations_expanded,
}


class MatchOperation(Operation):
    """Shows matches: cards and conflict decisions are read for all rows of an answer at once."""

    tag = "matches"
    required_scopes = ("matches:read",)
    output_serializer = MatchDetail

    def output_context(self) -> dict[str, Any]:
        return {**super().output_context(), "cards": {}, "conflicts": {}, "sides": {}}

    def render_rows(self, rows: list[Match]) -> list[Any]:
        decisions = ConflictDecision.objects.filter(match__in=rows).order_by("created_at", "id")
        sides = sides_of_each(self.actor, rows)
        context = {
            **self.output_context(),
            "sides": sides,
            "cards": cards_shown(rows, self.actor, sides),
            "conflicts": {decision.match_id: decision for decision in decisions},
        }
        return list(MatchDetail(rows, many=True, context=context).data)


class MatchList(MatchOperation, ListView):
    """Matches in the caller's sight: a bank's for its coordinators, a side's once it was asked or has spoken, and for a
    support desk those of the sides that it acts for."""

    operation_id, summary = "matches_list", "List matches"
    expandable = EXPANDABLE
    filterset_class = MatchFilters
    orderings = ORDERINGS

    def rows(self) -> QuerySet[Match]:
        return matches_visible(self.actor)


class MatchCreate(MatchOperation, CreateView):
    """Open a match. `origin` says who begins and counts as that side's yes: prospect and repeat (coordinator),
    apply (professional), invite (the need's organization, by card). Prospects and repeats need the scope
    `matches:decide` too."""

    operation_id, summary = "matches_create", "Open a match"
    extra_statuses = frozenset({404})
    required_scopes = ("matches:write",)
    case_scopes = ("matches:decide",)
    input_serializer = MatchInput

    def find(self, **ids: Any) -> Any:
        helper = bool(self.values.get("on_behalf_of"))
        with named_at("/need"):
            return need_get(self.actor, self.values["need"], for_helper=helper)

    def scopes_of_input(self) -> tuple[str, ...]:
        staff = self.values["origin"] in {Origin.PROSPECT, Origin.REPEAT}
        return (*super().scopes_of_input(), *(self.case_scopes if staff else ()))

    def perform(self, parent: Any) -> Match:
        step = step_of({name: value for name, value in self.values.items() if name not in NOT_OF_THE_STEP})
        return match_create(
            need_id=parent.pk,
            professional_id=self._professional(parent),
            origin=Origin(self.values["origin"]),
            previous_id=self.values.get("previous"),
            step=domain_step(self.actor, step, self.at),
        )

    def _professional(self, need: Any) -> UUID:
        if card := self.values.get("card"):
            with named_at("/card"):
                return card_professional(need_id=need.pk, card_id=card)
        if "professional" not in self.values:
            raise invalid("/professional", "required")
        own = self.actor.ids_as("professional")  # type: ignore[arg-type]
        if self.values["professional"] not in own and not self.actor.is_helper_of(need.bank_id):
            raise invalid("/professional", "by_card")
        return self.values["professional"]


NOT_OF_THE_STEP = frozenset({"need", "professional", "card", "origin", "previous"})


def domain_step(actor: Actor, sent: Any, at: Any) -> Step:
    """Make the domain's step of a body's common keys."""
    return Step(
        actor=actor,
        at=at,
        on_behalf=sent.on_behalf,
        happened_on=sent.happened_on,
        reason_codes=sent.reason_codes,
        note=sent.note,
        input=sent.input,
    )


class MatchRead(MatchOperation, DetailView):
    """One match, as its reader may see it."""

    operation_id, summary = "matches_read", "Read a match"
    expandable = EXPANDABLE

    def find(self, **ids: Any) -> Match:
        return match_get(self.actor, ids["id"])


class MatchActions(WholeListView):
    """Every action with whether this caller may take it now and, if not, why."""

    operation_id, summary, tag = ("matches_actions", "Say what may be done with a match", "matches")
    required_scopes = ("matches:read",)
    output_serializer = ActionAnswerOutput

    def items(self) -> list[ActionAnswer]:
        match = match_get(self.actor, self.kwargs["id"])
        return match_actions(match, self.actor, self.at)


class MatchEvents(WholeListView):
    """The record of a match, oldest step first."""

    operation_id, summary, tag = ("matches_events", "Read the record of a match", "matches")
    required_scopes = ("matches:read",)
    output_serializer = MatchEventOutput

    def items(self) -> Any:
        self.match = match_get(self.actor, self.kwargs["id"])
        return match_events(self.match)

    def output_context(self) -> dict[str, Any]:
        is_staff, sides = sees_original(self.actor, self.match), sides_reading(self.actor, self.match)
        return {**super().output_context(), "is_staff": is_staff, "sides": sides, "match": self.match}


class MatchCardRead(FactView):
    """What the organization sees of the professional: to answer by before the introduction, to look up after it.

    Without names, contacts and dates, as among the candidates, where a match that is under way no longer stands.
    """

    operation_id, summary, tag = ("matches_card", "Read the professional's card", "matches")
    required_scopes = ("matches:read",)
    output_serializer = CardOutput

    def find(self, **ids: Any) -> Match:
        return match_get(self.actor, ids["id"])

    def answer(self, **ids: Any) -> dict[str, Any]:
        match: Match = self.row
        prefetch_related_objects([match.professional], "skills__skill")
        card = card_of(need_id=match.need_id, professional_id=match.professional_id)
        return card_view(match.professional, card, at=self.at)


class MatchContactsRead(FactView):
    """The other side's contacts, from introduction until `contacts_days_after_end` of the bank. Each read is logged."""

    operation_id, summary, tag = ("matches_contacts", "Read the contacts of the other side", "matches")
    required_scopes = ("contacts:read",)
    output_serializer = MatchContacts
    extra_statuses = frozenset({409})

    def find(self, **ids: Any) -> Match:
        return match_get(self.actor, ids["id"])

    def answer(self, **ids: Any) -> Any:
        return contacts_read(match_id=ids["id"], actor=self.actor, at=self.at)
