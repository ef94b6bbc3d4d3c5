"""A tiny resource for testing the machinery: banks as rows with versions, behind no rule of the domain."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import URLPattern, include, path
from rest_framework import serializers

from api.expansion import ExpandedObject, ExpandedObjects, expanded_field
from api.fields import StrictCharField, StrictIntegerField, StrictListField
from api.filters import ChoicesFilter, FlagFilter, TextFilter, UpdatedSince, UUIDsFilter, WholeFilter
from api.routing import endpoint
from api.serializers import CommonActionInput, RowOutput, StepInput, StrictSerializer
from api.views import ActionView, CommandView, CreateView, DetailView, ListView, RemoveView, UpdateView
from talentbank.banks.models import Bank
from talentbank.core.errors import ActionRefused, Forbidden, NotFound, Refusal, StaleVersion
from talentbank.core.models import lock
from tests import factories

calls: list[str] = []
"""Domain calls that were made, so that a test can count them."""


class ThingPartInput(StrictSerializer):
    label = StrictCharField(max_length=10)
    weight = StrictIntegerField(minimum=0, maximum=9)


class ThingInput(StrictSerializer):
    name = StrictCharField(max_length=20)
    parts = ThingPartInput(many=True, required=False)
    tags = StrictListField(child=StrictCharField(max_length=5), max_length=3, unique=True, required=False)


class RenameInput(CommonActionInput):
    name = StrictCharField(max_length=20)


class ThingOwner(serializers.Serializer):
    name = StrictCharField(max_length=100)


class ThingExpanded(ExpandedObjects):
    owner = ExpandedObject(ThingOwner)


class Thing(RowOutput):
    name = StrictCharField(max_length=100)
    size = serializers.IntegerField(source="version")
    expanded = expanded_field(ThingExpanded)


def owners_expanded(operation: Any, ids: frozenset[str]) -> dict[str, Any]:
    raise AssertionError("a thing names no owner")


class ThingFilters(UpdatedSince):
    id = UUIDsFilter()
    kind = ChoicesFilter(["talent_bank", "dispatch"])
    q = TextFilter("name", lookup_expr="icontains")
    new = FlagFilter(method="by_new")
    version = WholeFilter(minimum=1, maximum=100)

    def by_new(self, rows: QuerySet[Bank], name: str, value: bool) -> QuerySet[Bank]:
        return rows.filter(version=1) if value else rows.exclude(version=1)


class ThingOperation:
    tag = "things"
    required_scopes = ("needs:read",)
    output_serializer = Thing

    def find(self, **ids: Any) -> Bank:
        row = Bank.objects.filter(pk=ids["id"]).first()
        if row is None:
            raise NotFound()
        return row


class ThingList(ThingOperation, ListView):
    """Things."""

    operation_id, summary = "things_list", "List things"
    filterset_class = ThingFilters
    orderings = ("name", "-name", "-updated_at", "id", "deadline", "-deadline")
    expandable = {"owner": owners_expanded}
    public = True

    def rows(self) -> QuerySet[Bank]:
        from django.db.models import Case, F, When

        known = Case(When(kind="talent_bank", then=F("opened_on")))
        return Bank.objects.annotate(deadline=known)


class ThingCreate(ThingOperation, CreateView):
    """Make a thing."""

    operation_id, summary = "things_create", "Make a thing"
    required_scopes = ("needs:write",)
    input_serializer = ThingInput

    def find(self, **ids: Any) -> None:
        return None

    def perform(self, parent: None) -> Bank:
        calls.append("create")
        if self.values["name"] == "crash":
            factories.make_bank(name="half written")
            raise RuntimeError("crash")
        return factories.make_bank(name=self.values["name"])


class ThingRead(ThingOperation, DetailView):
    """One thing."""

    operation_id, summary = "things_get", "Read a thing"


class ThingUpdate(ThingOperation, UpdateView):
    """Change a thing."""

    operation_id, summary = "things_update", "Change a thing"
    required_scopes = ("needs:write",)
    input_serializer = ThingInput

    def perform(self, row: Bank, *, expected_version: int) -> Bank:
        return renamed(row, self.values.get("name", row.name), expected_version, self.at)


class ThingRename(ThingOperation, ActionView):
    """Rename a thing."""

    operation_id, summary = "things_rename", "Rename a thing"
    required_scopes = ("needs:write",)
    input_serializer = RenameInput

    def permit(self, row: Bank) -> None:
        if row.name == "forbidden":
            raise Forbidden()

    def perform(self, row: Bank, *, step: StepInput, expected_version: int) -> Bank:
        calls.append("rename")
        name = step.input["name"]
        if name == "no":
            Bank.objects.filter(pk=row.pk).update(name="half written")
            refusals = [Refusal("capacity_short", {"hours": 3}), Refusal("already_exists")]
            raise ActionRefused(state="open", action="rename", allowed_actions=["close"], refusals=refusals)
        return renamed(row, name, expected_version, self.at)


class ThingPreview(ThingOperation, CommandView):
    """Preview a thing."""

    operation_id, summary = "things_preview", "Preview a thing"
    input_serializer = ThingInput
    public = True

    def find(self, **ids: Any) -> None:
        return None

    def perform(self, parent: None) -> Bank:
        calls.append("preview")
        return Bank(name=self.values["name"], version=1)


class ThingRemove(ThingOperation, RemoveView):
    """Remove a thing."""

    operation_id, summary = "things_remove", "Remove a thing"

    def perform(self, row: Bank, *, expected_version: int) -> None:
        if row.version != expected_version:
            raise StaleVersion(version=row.version)
        row.delete()


def renamed(row: Bank, name: str, expected: int, at: Any) -> Bank:
    row = lock(Bank, row.pk)
    if row.version != expected:
        raise StaleVersion(version=row.version)
    row.name = name
    row.save_step(at=at)
    return row


things = [
    endpoint("things", get=ThingList, post=ThingCreate),
    endpoint("things/preview", post=ThingPreview),
    endpoint("things/<uuid:id>", get=ThingRead, patch=ThingUpdate, delete=ThingRemove),
    endpoint("things/<uuid:id>/rename", post=ThingRename),
]
urlpatterns: list[URLPattern] = [path("api/v1/", include(things)), path("", include("api.urls"))]  # type: ignore[list-item]
handler400 = "api.errors.bad_request"
handler403 = "api.errors.permission_denied"
handler404 = "api.errors.not_found"
handler500 = "api.errors.server_error"
