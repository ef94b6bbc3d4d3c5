"""The worklist: what waits for the caller, since when, until when, and which call settles it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from rest_framework import serializers

from api.filters import ChoicesFilter, StrictFilterSet, TextsFilter
from api.routing import endpoint
from api.serializers import (
    RowOutput,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictDateTimeField,
    StrictIntegerField,
    StrictSerializer,
    StrictUUIDField,
)
from api.staff_filters import bank_named
from api.views import CommandView, Operation, WholeListView
from talentbank.banks.models import Bank
from talentbank.core.actors import COORDINATORS
from talentbank.core.errors import Forbidden
from talentbank.worklist.baskets import BASKETS
from talentbank.worklist.items import SUBJECT_KINDS, Item
from talentbank.worklist.selectors import Counted, Shown, item_actions, worklist, worklist_counts, worklist_item
from talentbank.worklist.services import item_delegate, item_snooze, item_take_back

API_ROOT = "/api/v1"
MOST_ITEMS = 500
NAMES = [basket.name for basket in BASKETS]
HIDDEN = ["snoozed", "delegated", "others"]
REASON_LENGTH = 200
COUNT = {"minimum": 0, "maximum": 1_000_000}


class BankFilter(StrictFilterSet):
    bank = TextsFilter(help_text="Id or slug of a bank.")


class WorklistFilters(BankFilter):
    """None reaches what does not wait for the caller, but for a coordinator `others`."""

    basket = ChoicesFilter(NAMES)
    include = ChoicesFilter(
        HIDDEN,
        help_text="Also what the caller put off (`snoozed`) or gave away (`delegated`), "
        "and for coordinators what their colleagues look after (`others`).",
    )


class SnoozeInput(StrictSerializer):
    until = StrictDateField(help_text="A day ahead, at most 30 days away.")
    reason = StrictCharField(max_length=REASON_LENGTH, required=False, allow_blank=True)


class DelegateInput(StrictSerializer):
    to_user = StrictUUIDField(help_text="Account of a coordinator or bank_admin of the bank.")
    reason = StrictCharField(max_length=REASON_LENGTH, required=False, allow_blank=True)


class SettlingCall(serializers.Serializer):
    """A call that takes the item away. Where it asks for If-Match, the item's `etag` will do."""

    action = StrictCharField(max_length=40)
    method = StrictChoiceField(["GET", "POST"])
    href = serializers.SerializerMethodField()

    def get_href(self, call: Any) -> str:
        return f"{API_ROOT}{call.path}"


class WorklistSubject(serializers.Serializer):
    """What waits. `title` is what this reader may see: a card's headline before the introduction."""

    kind = StrictChoiceField(SUBJECT_KINDS, component="WorklistSubjectKind")
    id = StrictUUIDField()
    reference = StrictCharField(max_length=40, allow_blank=True)
    title = StrictCharField(max_length=500, allow_blank=True)
    match = StrictUUIDField(allow_null=True, help_text="The match that a question, report, complaint or note is of.")
    need = StrictUUIDField(allow_null=True, help_text="The need that a question or note is of.")


class WorklistItem(RowOutput):
    """One thing that waits. `etag` is for the settling call, whose row it stands for; `allowed_actions` are the item's
    own, below `/worklist-items/{id}`."""

    basket = StrictChoiceField(NAMES, component="WorklistBasket")
    bank = StrictUUIDField(source="waiting.bank_id")
    subject = WorklistSubject(source="waiting")
    waiting_since = StrictDateTimeField(source="waiting.since")
    due_on = StrictDateField(source="waiting.due_on", allow_null=True)
    settles = SettlingCall(source="calls", many=True)
    allowed_actions = serializers.SerializerMethodField()
    assigned_to = StrictUUIDField(source="waiting.coordinator", allow_null=True, help_text="Account; null: nobody.")
    snoozed_until = StrictDateField(allow_null=True)
    delegated_by = StrictUUIDField(allow_null=True)
    delegated_to = StrictUUIDField(allow_null=True)
    deputy_for = StrictUUIDField(allow_null=True, help_text="Account of the absent colleague.")

    def get_allowed_actions(self, item: Item) -> list[str]:
        return item_actions(self.context["actor"], item)


class BasketCount(serializers.Serializer):
    basket = StrictChoiceField(NAMES, component="WorklistBasket")
    count = StrictIntegerField(**COUNT)
    overdue = StrictIntegerField(**COUNT, help_text="Of these, how many are past their day.")
    is_known = StrictBooleanField(
        help_text="False: rankings are away, and only one tells what lies in this basket; it is shown empty."
    )


class WorklistOperation(Operation):
    tag = "worklist"
    required_scopes = ("me:read",)

    def banks(self) -> set[UUID]:
        """Ids of the banks that were named, empty where none was; an unknown name is a bank without items."""
        named = self.parameters.get("bank") if self.parameters else None
        if not named:
            return set()
        rows: QuerySet[Bank] = Bank.objects.filter(bank_named(named))
        return set(rows.values_list("pk", flat=True)) or {UUID(int=0)}


class MeWorklist(WorklistOperation, WholeListView):
    """What waits for me: what is due or late, then basket by basket; 500 items at most, `baskets` counts all, and says
    which could not be told."""

    operation_id, summary = "me_worklist", "List what waits for me"
    output_serializer = WorklistItem
    filterset_class = WorklistFilters

    def items(self) -> list[Item]:
        include = self.parameters.get("include") or ()
        shown = Shown(**{name: name in include for name in HIDDEN})
        baskets = self.parameters.get("basket") or ()
        return worklist(self.actor, self.at, baskets=baskets, banks=self.banks(), shown=shown)[:MOST_ITEMS]


class MeWorklistBaskets(WorklistOperation, WholeListView):
    """How many items wait in each of my baskets, and how many of them are overdue; empty baskets too."""

    operation_id, summary = "me_worklist_baskets", "Count what waits for me"
    output_serializer = BasketCount
    filterset_class = BankFilter

    def items(self) -> list[Counted]:
        return worklist_counts(self.actor, self.at, banks=self.banks())


class ItemCommand(WorklistOperation, CommandView):
    """Acts on an item of the caller's own worklist; the item is found anew, so no If-Match."""

    required_scopes = ("me:write",)
    output_serializer = WorklistItem
    has_etag = True
    extra_statuses = frozenset({404})


class ItemSnooze(ItemCommand):
    """Put an item off until a day, for oneself alone. It comes back on that day."""

    operation_id, summary = "worklist_items_snooze", "Put an item off"
    input_serializer = SnoozeInput

    def find(self, **ids: Any) -> Item:
        return worklist_item(self.actor, ids["id"], self.at)

    def perform(self, parent: Item) -> Item:
        reason = self.values.get("reason", "")
        return item_snooze(actor=self.actor, item=parent, until=self.values["until"], reason=reason, at=self.at)


class ItemUnsnooze(ItemCommand):
    """Take an item up again before its day."""

    operation_id, summary = "worklist_items_unsnooze", "Take an item up again"

    def find(self, **ids: Any) -> Item:
        return worklist_item(self.actor, ids["id"], self.at)

    def perform(self, parent: Item) -> Item:
        return item_snooze(actor=self.actor, item=parent, until=None, reason="", at=self.at)


class ItemDelegate(ItemCommand):
    """Give an item to a colleague, in whose worklist it then stands with one's name. For coordinators."""

    operation_id, summary = "worklist_items_delegate", "Give an item to a colleague"
    input_serializer = DelegateInput

    def find(self, **ids: Any) -> Item:
        return worklist_item(self.actor, ids["id"], self.at)

    def permit(self, row: Item) -> None:
        if not self.actor.banks_as(COORDINATORS):
            raise Forbidden(roles=sorted(COORDINATORS))

    def perform(self, parent: Item) -> Item:
        reason, to_user = self.values.get("reason", ""), self.values["to_user"]
        return item_delegate(actor=self.actor, item=parent, to_user=to_user, reason=reason, at=self.at)


class ItemTakeBack(ItemCommand):
    """Take back an item that one gave away. For coordinators."""

    operation_id, summary = "worklist_items_take_back", "Take an item back"

    def perform(self, parent: None) -> Item:
        return item_take_back(actor=self.actor, item_id=self.kwargs["id"], at=self.at)


urlpatterns = [
    endpoint("me/worklist", get=MeWorklist),
    endpoint("me/worklist/baskets", get=MeWorklistBaskets),
    endpoint("worklist-items/<uuid:id>/snooze", post=ItemSnooze),
    endpoint("worklist-items/<uuid:id>/unsnooze", post=ItemUnsnooze),
    endpoint("worklist-items/<uuid:id>/delegate", post=ItemDelegate),
    endpoint("worklist-items/<uuid:id>/take-back", post=ItemTakeBack),
]
