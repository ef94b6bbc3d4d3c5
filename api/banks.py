"""Banks and their texts: readable by anybody, changed by their bank_admins."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from api.filters import ChoicesFilter, UpdatedSince
from api.routing import endpoint
from api.serializers import (
    RowOutput,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictDateTimeField,
    StrictEmailField,
    StrictIntegerField,
    StrictSerializer,
)
from api.views import CreateView, DetailView, ListView, Operation, UpdateView
from api.views.reads import WholeListView
from talentbank.accounts.policies import require_bank_admin
from talentbank.banks.models import Bank, BankKind, BankText, Language, TextKind
from talentbank.banks.policy import FourEyes, ResidentsFirst, StaffSecondFactor
from talentbank.banks.selectors import bank_get, banks, texts_current
from talentbank.banks.services import bank_text_publish, bank_update
from talentbank.core.actors import Role, Side
from talentbank.core.audit import Step

DAYS = {"minimum": 0, "maximum": 3650}


class BankFilters(UpdatedSince):
    kind = ChoicesFilter(BankKind, "kind")


class PolicyInput(StrictSerializer):
    """What a city decides for itself. Days of answers, approval and calls are business days, others calendar days."""

    four_eyes = StrictChoiceField(FourEyes, required=False)
    ask_first = StrictChoiceField(Side, required=False)
    residents_first = StrictChoiceField(ResidentsFirst, required=False)
    staff_second_factor = StrictChoiceField(StaffSecondFactor, required=False)
    introductions_per_place = StrictIntegerField(minimum=1, maximum=100, required=False)
    open_invitations_per_need = StrictIntegerField(minimum=0, maximum=100, required=False)
    decision_required = StrictBooleanField(required=False)
    registration_valid_years = StrictIntegerField(minimum=1, maximum=20, required=False)
    answer_nudge_days = StrictIntegerField(**DAYS, required=False)
    answer_channel_days = StrictIntegerField(**DAYS, required=False)
    answer_call_days = StrictIntegerField(**DAYS, required=False)
    answer_days = StrictIntegerField(**DAYS, required=False)
    organization_nudge_days = StrictIntegerField(**DAYS, required=False)
    organization_channel_days = StrictIntegerField(**DAYS, required=False)
    organization_call_days = StrictIntegerField(**DAYS, required=False)
    organization_answer_days = StrictIntegerField(**DAYS, required=False)
    approval_escalate_days = StrictIntegerField(**DAYS, required=False)
    introduced_call_days = StrictIntegerField(**DAYS, required=False)
    negotiating_call_days = StrictIntegerField(**DAYS, required=False)
    start_call_days = StrictIntegerField(**DAYS, required=False)
    delivered_call_days = StrictIntegerField(**DAYS, required=False)
    prospect_days = StrictIntegerField(**DAYS, required=False)
    postpone_days = StrictIntegerField(**DAYS, required=False)
    fulfilled_close_days = StrictIntegerField(**DAYS, required=False)
    evaluation_days = StrictIntegerField(**DAYS, required=False)
    need_on_hold_days = StrictIntegerField(**DAYS, required=False)
    contacts_days_after_end = StrictIntegerField(**DAYS, required=False)
    undo_minutes = StrictIntegerField(**DAYS, required=False)
    undo_days = StrictIntegerField(**DAYS, required=False)


class OfficeInput(StrictSerializer):
    """Where people find and reach the desk."""

    name = StrictCharField(max_length=100, required=False, allow_blank=True)
    phone = StrictCharField(max_length=40, required=False, allow_blank=True)
    email = StrictEmailField(required=False, allow_blank=True)
    address = StrictCharField(max_length=300, required=False, allow_blank=True)
    hours = StrictCharField(max_length=200, required=False, allow_blank=True)


class BankInput(StrictSerializer):
    name = StrictCharField(max_length=100)
    name_en = StrictCharField(max_length=100, allow_blank=True)
    professional_label = StrictCharField(max_length=40)
    office = OfficeInput()
    intro_ja = StrictCharField(max_length=4000, allow_blank=True)
    intro_easy_ja = StrictCharField(max_length=4000, allow_blank=True)
    intro_en = StrictCharField(max_length=4000, allow_blank=True)
    free_placement_notified_on = StrictDateField(allow_null=True)
    policy = PolicyInput()


class BankPolicy(serializers.Serializer):
    """What a city decides for itself. Days of answers, approval and calls are business days, others calendar days."""

    four_eyes = StrictChoiceField(FourEyes)
    ask_first = StrictChoiceField(Side)
    residents_first = StrictChoiceField(ResidentsFirst)
    staff_second_factor = StrictChoiceField(StaffSecondFactor)
    introductions_per_place = StrictIntegerField(minimum=1, maximum=100)
    open_invitations_per_need = StrictIntegerField(minimum=0, maximum=100)
    decision_required = StrictBooleanField()
    registration_valid_years = StrictIntegerField(minimum=1, maximum=20)
    answer_nudge_days = StrictIntegerField(**DAYS)
    answer_channel_days = StrictIntegerField(**DAYS)
    answer_call_days = StrictIntegerField(**DAYS)
    answer_days = StrictIntegerField(**DAYS)
    organization_nudge_days = StrictIntegerField(**DAYS)
    organization_channel_days = StrictIntegerField(**DAYS)
    organization_call_days = StrictIntegerField(**DAYS)
    organization_answer_days = StrictIntegerField(**DAYS)
    approval_escalate_days = StrictIntegerField(**DAYS)
    introduced_call_days = StrictIntegerField(**DAYS)
    negotiating_call_days = StrictIntegerField(**DAYS)
    start_call_days = StrictIntegerField(**DAYS)
    delivered_call_days = StrictIntegerField(**DAYS)
    prospect_days = StrictIntegerField(**DAYS)
    postpone_days = StrictIntegerField(**DAYS)
    fulfilled_close_days = StrictIntegerField(**DAYS)
    evaluation_days = StrictIntegerField(**DAYS)
    need_on_hold_days = StrictIntegerField(**DAYS)
    contacts_days_after_end = StrictIntegerField(**DAYS)
    undo_minutes = StrictIntegerField(**DAYS)
    undo_days = StrictIntegerField(**DAYS)


class BankDetail(RowOutput):
    slug = StrictCharField(max_length=40)
    kind = StrictChoiceField(BankKind)
    name = StrictCharField(max_length=100)
    name_en = StrictCharField(max_length=100, allow_blank=True)
    municipality_code = StrictCharField(max_length=6)
    municipality_name = StrictCharField(max_length=60)
    professional_label = StrictCharField(max_length=40)
    office = serializers.DictField(child=serializers.CharField())
    intro_ja = StrictCharField(max_length=4000, allow_blank=True)
    intro_easy_ja = StrictCharField(max_length=4000, allow_blank=True)
    intro_en = StrictCharField(max_length=4000, allow_blank=True)
    opened_on = StrictDateField()
    free_placement_notified_on = StrictDateField(allow_null=True)
    policy = BankPolicy()
    updated_at = StrictDateTimeField()


class BankTextInput(StrictSerializer):
    """The next version of a text; the number is one more than the last, 1 for the first."""

    kind = StrictChoiceField(TextKind)
    number = StrictIntegerField(minimum=1, maximum=1000)
    ja = StrictCharField(max_length=100_000)
    easy_ja = StrictCharField(max_length=100_000, required=False)
    en = StrictCharField(max_length=100_000, required=False)


class BankTextOutput(RowOutput):
    kind = StrictChoiceField(TextKind)
    number = StrictIntegerField(minimum=1, maximum=1000)
    language = StrictChoiceField(Language)
    body = StrictCharField(max_length=100_000)
    sha256 = StrictCharField(max_length=64)
    valid_from = StrictDateTimeField()
    valid_until = StrictDateTimeField(allow_null=True)


class OfBank(Operation):
    """Anybody reads; a bank's bank_admins write."""

    tag = "banks"
    public = True

    def step(self) -> Step:
        return Step(actor=self.actor, at=self.at, role=Role.BANK_ADMIN)


class BankOperation(OfBank):
    output_serializer = BankDetail


class BankList(BankOperation, ListView):
    """Banks of this installation: office, hours, policy, words of introduction."""

    operation_id, summary = "banks_list", "List banks"
    filterset_class = BankFilters
    orderings = ("slug",)

    def rows(self) -> QuerySet[Bank]:
        return banks()


class BankRead(BankOperation, DetailView):
    """One bank, by id or slug."""

    operation_id, summary = "banks_read", "Read a bank"

    def find(self, **ids: Any) -> Bank:
        return bank_get(ids["bank"])


class BankUpdate(BankOperation, UpdateView):
    """Change a bank's words, office or policy. For its bank_admins."""

    operation_id, summary = "banks_update", "Change a bank"
    public = False
    required_scopes = ("bank:admin",)
    input_serializer = BankInput

    def find(self, **ids: Any) -> Bank:
        return bank_get(ids["bank"])

    def permit(self, row: Bank) -> None:
        require_bank_admin(self.actor, row.pk)

    def perform(self, row: Bank, *, expected_version: int) -> Bank:
        return bank_update(bank=row, expected_version=expected_version, step=self.step(), changes=dict(self.values))


class TextOperation(OfBank):
    output_serializer = BankTextOutput


class BankTextList(TextOperation, WholeListView):
    """The texts that hold now (terms of use, purposes, consents, declaration), in every language."""

    operation_id, summary = "banks_texts_list", "List the texts of a bank"

    def items(self) -> QuerySet[BankText]:
        return texts_current(bank_get(self.kwargs["bank"]).pk, self.at)


class BankTextCreate(TextOperation, CreateView):
    """Publish the next version of a text; consents to earlier versions are asked for anew."""

    operation_id, summary = "banks_texts_create", "Publish the next version of a text"
    public = False
    required_scopes = ("bank:admin",)
    input_serializer = BankTextInput

    def find(self, **ids: Any) -> Bank:
        return bank_get(ids["bank"])

    def permit(self, row: Bank) -> None:
        require_bank_admin(self.actor, row.pk)

    def perform(self, parent: Bank) -> BankText:
        bodies = {name: self.values[name] for name in ("ja", "easy_ja", "en") if name in self.values}
        return bank_text_publish(
            bank=parent, kind=self.values["kind"], number=self.values["number"], bodies=bodies, step=self.step()
        )[0]

    def location(self, row: BankText) -> str:
        return f"{self.request.path}#{row.pk}"


urlpatterns = [
    endpoint("banks", get=BankList),
    endpoint("banks/<str:bank>", get=BankRead, patch=BankUpdate),
    endpoint("banks/<str:bank>/texts", get=BankTextList, post=BankTextCreate),
]
