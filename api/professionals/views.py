"""Operations on professionals."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from api.filters import ChoicesFilter
from api.organizations import organizations_expanded
from api.professionals.inputs import ProfessionalChangesInput, ProfessionalInput
from api.professionals.outputs import CONTACTS, ProfessionalDetail, professionals_listed
from api.registrations.actions import action_urls
from api.registrations.filters import ORDERINGS, RegistrationFilters
from api.registrations.inputs import fields_of
from api.registrations.views import (
    RegistrationActions,
    RegistrationCreate,
    RegistrationEvents,
    RegistrationList,
    RegistrationOperation,
    RegistrationRead,
    RegistrationUpdate,
)
from api.routing import endpoint
from api.serializers import on_behalf_of
from talentbank.banks.models import Bank
from talentbank.core.lifecycle import Part
from talentbank.professionals.models import (
    Professional,
    ReferralStatus,
)
from talentbank.professionals.policies import WRITERS
from talentbank.professionals.room import ROOM
from talentbank.professionals.selectors import professionals_search
from talentbank.professionals.services import professional_register, professional_update

EXPANDABLE = {"organization": organizations_expanded}


class ProfessionalFilters(RegistrationFilters):
    referral = ChoicesFilter(ReferralStatus, "referral_status")

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return professionals_search(rows, self.actor, text)


class ProfessionalOperation(RegistrationOperation):
    tag = "professionals"
    room = ROOM
    required_scopes = ("professionals:read",)
    output_serializer = ProfessionalDetail


class ProfessionalList(ProfessionalOperation, RegistrationList):
    """Professionals in the caller's sight: staff's, one's own, those of one's organization. Without contacts."""

    operation_id, summary = "professionals_list", "List professionals"
    filterset_class = ProfessionalFilters
    orderings = ORDERINGS
    expandable = EXPANDABLE

    def render_rows(self, rows: list[Professional]) -> list[Any]:
        return professionals_listed(rows, self.output_context())


class ProfessionalRead(ProfessionalOperation, RegistrationRead):
    """One professional with contacts. Reads by staff are logged."""

    operation_id, summary = "professionals_read", "Read a professional"
    contacts = CONTACTS
    expandable = EXPANDABLE


class ProfessionalCreate(ProfessionalOperation, RegistrationCreate):
    """Register as a professional: a draft, by the person or organization itself or by staff on their behalf.
    Whoever names a hat of the bank's staff in `Acting-As` says so with `on_behalf_of`; it is `required` then."""

    operation_id, summary = "professionals_create", "Register a professional"
    required_scopes = ("professionals:write",)
    input_serializer = ProfessionalInput

    def perform(self, parent: Bank) -> Professional:
        return professional_register(
            actor=self.caller(),
            bank=parent,
            fields=fields_of(self.values),
            on_behalf=on_behalf_of(self.values),
            consents=[str(kind) for kind in self.values.get("consents", ())],
            at=self.at,
        )


class ProfessionalUpdate(ProfessionalOperation, RegistrationUpdate):
    """Edit a professional. After the approval name, kana, residency and evidence wait for a coordinator."""

    operation_id, summary = "professionals_update", "Edit a professional"
    required_scopes = ("professionals:write",)
    input_serializer = ProfessionalChangesInput
    writers = WRITERS | {Part.COORDINATOR}

    def perform(self, row: Professional, *, expected_version: int) -> Professional:
        return professional_update(
            actor=self.caller(),
            professional_id=row.pk,
            expected_version=expected_version,
            changes=self.changes(),
            on_behalf=on_behalf_of(self.values),
            at=self.at,
        )


class ProfessionalActions(RegistrationActions):
    """Every action with whether this caller may take it now and, if not, why."""

    operation_id, summary, tag = "professionals_actions", "Say what may be done with a professional", "professionals"
    room = ROOM
    required_scopes = ("professionals:read",)


class ProfessionalEvents(RegistrationEvents):
    """The record of a registration, oldest step first, with roles and no names of staff."""

    operation_id, summary, tag = "professionals_events", "Read the record of a professional", "professionals"
    room = ROOM
    required_scopes = ("professionals:read",)


urlpatterns = [
    endpoint("professionals", get=ProfessionalList, post=ProfessionalCreate),
    endpoint("professionals/<uuid:id>", get=ProfessionalRead, patch=ProfessionalUpdate),
    endpoint("professionals/<uuid:id>/actions", get=ProfessionalActions),
    endpoint("professionals/<uuid:id>/events", get=ProfessionalEvents),
    *action_urls(ROOM, ProfessionalDetail, name="Professional", resource="professionals"),
]
