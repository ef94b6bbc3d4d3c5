"""Operations on needs."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet

from api.needs.filters import ORDERINGS, NeedFilters
from api.needs.inputs import NeedChangesInput, NeedInput, NeedSuggestionsInput, fields_of
from api.needs.outputs import NeedEventOutput, NeedOutput, NeedSuggestions, needs_shown
from api.organizations import organizations_expanded
from api.records import ActionAnswerOutput
from api.serializers import on_behalf_of
from api.views import CommandView, CreateView, DetailView, ListView, Operation, UpdateView, WholeListView
from talentbank.core.actors import HELPERS, Actor
from talentbank.core.errors import invalid
from talentbank.core.lifecycle import ActionAnswer, Part
from talentbank.core.models import Event
from talentbank.needs.models import Need
from talentbank.needs.policies import WRITERS, part_for
from talentbank.needs.questions import sees_who_asked
from talentbank.needs.selectors import (
    need_actions,
    need_events,
    need_get,
    need_reader,
    needs_visible,
    require_detail,
)
from talentbank.needs.services import need_create, need_update
from talentbank.organizations.models import Organization
from talentbank.skills.suggestions import suggestions_for

EXPANDABLE = {"organization": organizations_expanded}


class NeedOperation(Operation):
    """Shows needs, each in the view that the caller has of it."""

    tag = "needs"
    required_scopes = ("needs:read",)
    output_serializer = NeedOutput  # type: ignore[assignment]
    with_warnings: ClassVar[bool] = True

    def output_context(self) -> dict[str, Any]:
        return {**super().output_context(), "with_warnings": self.with_warnings}

    def render_rows(self, rows: list[Need]) -> list[Any]:
        return needs_shown(rows, need_reader(self.actor), self.output_context())


class NeedList(NeedOperation, ListView):
    """Needs in the caller's sight; without sign-in those that are open and public, by their summary."""

    operation_id, summary = "needs_list", "List needs"
    public = True
    with_warnings = False
    expandable = EXPANDABLE
    filterset_class = NeedFilters
    orderings = ORDERINGS
    extra_statuses = frozenset({403})

    def rows(self) -> QuerySet[Need]:
        return needs_visible(self.actor)


class NeedRead(NeedOperation, DetailView):
    """One need, in full for its organization and staff, otherwise as its reader may see it."""

    operation_id, summary = "needs_read", "Read a need"
    public = True
    expandable = EXPANDABLE

    def find(self, **ids: Any) -> Need:
        return need_get(self.actor, ids["id"])


class NeedCreate(NeedOperation, CreateView):
    """Draft a need in plain words: by the organization's people, or by staff on its behalf."""

    operation_id, summary = "needs_create", "Draft a need"
    required_scopes = ("needs:write",)
    input_serializer = NeedInput

    def find(self, **ids: Any) -> Organization:
        return organization_named(self.actor, self.values["organization"])

    def permit(self, row: Organization) -> None:
        part_for(self.actor, row, WRITERS, on_behalf_of(self.values))

    def perform(self, parent: Organization) -> Need:
        return need_create(
            actor=self.actor,
            organization=parent,
            fields=fields_of(self.values),
            on_behalf=on_behalf_of(self.values),
            at=self.at,
        )


def organization_named(actor: Actor, id: Any) -> Organization:
    """The organization named in a body, within the caller's banks and own organizations.

    :raises InvalidInput: there is none in the caller's scope.
    """
    found = Organization.objects.filter(pk=id).select_related("bank").first()
    in_scope = found is not None and (found.bank_id in actor.banks_as(HELPERS) or _is_own(actor, found))
    if found is None or not in_scope:
        raise invalid("/organization", "unknown_organization")
    return found


def _is_own(actor: Actor, organization: Organization) -> bool:
    return any(hat.id == organization.pk for hat in actor.worn)


class NeedUpdate(NeedOperation, UpdateView):
    """Edit a need. A new public summary waits for the owner's agreement again."""

    operation_id, summary = "needs_update", "Edit a need"
    required_scopes = ("needs:write",)
    input_serializer = NeedChangesInput

    def find(self, **ids: Any) -> Need:
        return need_get(self.actor, ids["id"], for_helper=bool(self.values.get("on_behalf_of")))

    def permit(self, row: Need) -> None:
        part_for(self.actor, row.organization, WRITERS | {Part.COORDINATOR}, on_behalf_of(self.values))

    def perform(self, row: Need, *, expected_version: int) -> Need:
        return need_update(
            actor=self.actor,
            need_id=row.pk,
            expected_version=expected_version,
            changes=fields_of(self.values),
            on_behalf=on_behalf_of(self.values),
            at=self.at,
        )


class NeedActions(WholeListView):
    """Every action with whether this caller may take it now and, if not, why."""

    operation_id, summary, tag = "needs_actions", "Say what may be done with a need", "needs"
    required_scopes = ("needs:read",)
    output_serializer = ActionAnswerOutput

    def items(self) -> list[ActionAnswer]:
        return need_actions(self.actor, need_get(self.actor, self.kwargs["id"]), self.at)


class NeedEvents(WholeListView):
    """The record of a need, oldest step first. For its organization and staff."""

    operation_id, summary, tag = "needs_events", "Read the record of a need", "needs"
    required_scopes = ("needs:read",)
    output_serializer = NeedEventOutput

    def items(self) -> QuerySet[Event]:
        self.need = need_get(self.actor, self.kwargs["id"])
        return need_events(require_detail(self.actor, self.need))

    def output_context(self) -> dict[str, Any]:
        return {
            **super().output_context(),
            "is_staff": self.actor.is_helper_of(self.need.bank_id),
            "sees_who_asked": sees_who_asked(self.actor, self.need),
        }


class NeedSuggestionsAsk(CommandView):
    """Problems and skills that plain words suggest: where a name or an alias of the vocabulary occurs in them."""

    operation_id, summary, tag = "needs_suggestions", "Suggest problems and skills", "needs"
    required_scopes = ("needs:read",)
    input_serializer = NeedSuggestionsInput
    output_serializer = NeedSuggestions

    def perform(self, parent: Any) -> Any:
        return suggestions_for(self.values["words"])
