"""Operations on the thesaurus: staff read it, coordinators change what their own bank makes of it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from api.thesaurus.inputs import (
    OfBankFilters,
    ThesaurusFilters,
    ThesaurusGroupInput,
    ThesaurusGroupPatch,
    ThesaurusPreviewInput,
)
from api.thesaurus.outputs import ThesaurusGroupDetail, ThesaurusGroupOutput, ThesaurusPreviewOutput
from api.views import CommandView, CreateView, DetailView, ListView, Operation, RemoveView, UpdateView
from talentbank.accounts.policies import require_coordinator
from talentbank.banks.models import Bank
from talentbank.banks.selectors import bank_named
from talentbank.core.audit import Step
from talentbank.core.errors import NotFound
from talentbank.ranking.previews import ThesaurusPreview, thesaurus_preview
from talentbank.skills.groups import group_add, group_remove, group_update
from talentbank.skills.models import ThesaurusGroup
from talentbank.skills.policies import group_in_sight, require_group_editor, require_thesaurus_reader
from talentbank.skills.selectors import thesaurus_of


class ThesaurusOperation(Operation):
    tag = "vocabulary"
    output_serializer = ThesaurusGroupDetail
    extra_statuses = frozenset({404})

    def output_context(self) -> dict[str, Any]:
        return {**super().output_context(), "bank_id": getattr(self, "bank_id", None)}

    def step(self, bank_id: Any) -> Step:
        hat = require_coordinator(self.actor, bank_id)
        return Step(actor=self.actor, at=self.at, role=hat.role)


class ThesaurusList(ThesaurusOperation, ListView):
    """The groups of a bank: its own, and the shared ones that none of its own stands in for; those switched off too.
    For its staff."""

    operation_id, summary = "thesaurus_list", "List groups of the thesaurus"
    required_scopes = ("me:read",)
    output_serializer = ThesaurusGroupOutput
    filterset_class = ThesaurusFilters
    orderings = ("area", "-updated_at", "updated_at")

    def rows(self) -> QuerySet[ThesaurusGroup]:
        self.bank_id = bank_named(self.parameters["bank"]).pk
        return thesaurus_of(self.bank_id)

    def permit(self, row: None) -> None:
        require_thesaurus_reader(self.actor, self.bank_id)


class ThesaurusRead(ThesaurusOperation, DetailView):
    """One group, with the other groups that hold its forms too. For staff."""

    operation_id, summary = "thesaurus_read", "Read a group of the thesaurus"
    required_scopes = ("me:read",)
    filterset_class = OfBankFilters

    def find(self, **ids: Any) -> ThesaurusGroup:
        group = group_in_sight(self.actor, ids["id"])
        named = self.parameters["bank"]
        if group.bank_id is None:
            self.bank_id = bank_named(named).pk
        elif named and bank_named(named).pk != group.bank_id:
            raise NotFound()
        return group

    def permit(self, row: ThesaurusGroup) -> None:
        require_thesaurus_reader(self.actor, row.bank_id or self.bank_id)


class ThesaurusCreate(ThesaurusOperation, CreateView):
    """Add a group to a bank, or put one in place of a shared group there: with other forms, or switched off. The next
    ranking follows it. For coordinators."""

    operation_id, summary = "thesaurus_create", "Add a group to the thesaurus"
    required_scopes = ("vocabulary:write",)
    input_serializer = ThesaurusGroupInput

    def find(self, **ids: Any) -> Bank:
        return bank_named(self.values.get("bank"))

    def permit(self, row: Bank) -> None:
        require_coordinator(self.actor, row.pk)

    def perform(self, parent: Bank) -> ThesaurusGroup:
        return _added(parent, self.values, self.step(parent.pk))


class ThesaurusUpdate(ThesaurusOperation, UpdateView):
    """Change a bank's own group, or switch it off or on. A shared group is never edited: put one in its place. For
    coordinators."""

    operation_id, summary = "thesaurus_update", "Change a group of the thesaurus"
    required_scopes = ("vocabulary:write",)
    input_serializer = ThesaurusGroupPatch

    def find(self, **ids: Any) -> ThesaurusGroup:
        return group_in_sight(self.actor, ids["id"])

    def permit(self, row: ThesaurusGroup) -> None:
        require_group_editor(self.actor, row)

    def perform(self, row: ThesaurusGroup, *, expected_version: int) -> ThesaurusGroup:
        step = Step(actor=self.actor, at=self.at, role=require_group_editor(self.actor, row))
        return group_update(group=row, expected_version=expected_version, changes=self.values, step=step)


class ThesaurusRemove(ThesaurusOperation, RemoveView):
    """Strike out a bank's own group; a shared one that it stood in for holds again. For coordinators."""

    operation_id, summary = "thesaurus_remove", "Strike out a group of the thesaurus"
    required_scopes = ("vocabulary:write",)

    def find(self, **ids: Any) -> ThesaurusGroup:
        return group_in_sight(self.actor, ids["id"])

    def permit(self, row: ThesaurusGroup) -> None:
        require_group_editor(self.actor, row)

    def perform(self, row: ThesaurusGroup, *, expected_version: int) -> None:
        step = Step(actor=self.actor, at=self.at, role=require_group_editor(self.actor, row))
        group_remove(group=row, expected_version=expected_version, step=step)


class ThesaurusPreviewAsk(ThesaurusOperation, CommandView):
    """What a change would do, before it is saved: who enters, leaves or moves among the first ten candidates of the
    bank's open needs, and which words then meet. Refuses what saving would refuse. For coordinators."""

    operation_id, summary = "thesaurus_preview", "Preview a change of the thesaurus"
    required_scopes = ("vocabulary:write", "matches:read")
    input_serializer = ThesaurusPreviewInput
    output_serializer = ThesaurusPreviewOutput

    def find(self, **ids: Any) -> Bank | ThesaurusGroup:
        if "group" in self.values:
            return group_in_sight(self.actor, self.values["group"])
        return bank_named(self.values.get("bank"))

    def permit(self, row: Bank | ThesaurusGroup) -> None:
        if isinstance(row, ThesaurusGroup):
            require_group_editor(self.actor, row)
        else:
            require_coordinator(self.actor, row.pk)

    def perform(self, parent: Bank | ThesaurusGroup) -> ThesaurusPreview:
        if isinstance(parent, Bank):
            step = self.step(parent.pk)
            return thesaurus_preview(bank=parent, write=lambda: _added(parent, self.values, step), at=self.at)
        return thesaurus_preview(bank=parent.bank, write=lambda: self._changed(parent), at=self.at)

    def _changed(self, group: ThesaurusGroup) -> ThesaurusGroup | None:
        step = Step(actor=self.actor, at=self.at, role=require_group_editor(self.actor, group))
        if self.values.get("remove"):
            return group_remove(group=group, expected_version=group.version, step=step)
        changes = {name: value for name, value in self.values.items() if name not in {"group", "remove"}}
        return group_update(group=group, expected_version=group.version, changes=changes, step=step)


def _added(bank: Bank, values: dict[str, Any], step: Step) -> ThesaurusGroup:
    own = {name: value for name, value in values.items() if name not in {"bank", "shared", "remove"}}
    return group_add(bank=bank, values=own, shared_id=values.get("shared"), step=step)
