"""The resource `organizations` with its members: filters, inputs, outputs, views."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.expansion import by_id, context_for, reader_with
from api.registrations.actions import action_urls
from api.registrations.filters import ORDERINGS, RegistrationFilters
from api.registrations.inputs import consents, fields_of, flag, undecided, words
from api.registrations.outputs import RegistrationDetail
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
from api.serializers import (
    OnBehalfInput,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictEmailField,
    StrictListField,
    StrictSerializer,
    on_behalf_of,
)
from api.views import Operation
from talentbank.banks.models import Bank
from talentbank.organizations.models import (
    HeadcountBand,
    Organization,
    OrganizationKind,
)
from talentbank.organizations.policies import WRITERS
from talentbank.organizations.room import ROOM
from talentbank.organizations.selectors import organizations_search, organizations_visible
from talentbank.organizations.services import organization_register, organization_update
from talentbank.registrations.fields import MOST_ITEMS

CONTACTS = ("contact_name", "contact_email", "contact_phone")


class OrganizationFilters(RegistrationFilters):
    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return organizations_search(rows, self.actor, text)


class SiteInput(StrictSerializer):
    name = StrictCharField(max_length=200)
    address = words(300)


class OrganizationChangesInput(OnBehalfInput):
    """What may be edited. A draft may lack anything but name and kind."""

    name = StrictCharField(max_length=200, required=False)
    kana = words(200)
    kind = StrictChoiceField(OrganizationKind, required=False)
    corporate_number = words(13, help_text="法人番号: 13 digits with a check digit.")
    industry = words(100)
    headcount_band = undecided(HeadcountBand)
    sites = StrictListField(child=SiteInput(), max_length=MOST_ITEMS, required=False)
    representative = words(100)
    officers = StrictListField(child=StrictCharField(max_length=100), max_length=MOST_ITEMS, required=False)
    about = words()
    contact_name = words(100)
    contact_email = StrictEmailField(required=False, allow_blank=True)
    contact_phone = words(40)
    has_employees = flag(allow_null=True)
    gives_help = flag()
    seeks_help = flag()
    declared_ties = StrictListField(child=StrictCharField(max_length=200), max_length=MOST_ITEMS, required=False)


class OrganizationInput(OrganizationChangesInput):
    """A new registration: a draft until it is submitted. The signed-in account becomes its owner."""

    proxy = None  # type: ignore[assignment]  # what is not there yet has named nobody to speak for it
    bank = StrictCharField(max_length=40, help_text="Id or slug.")
    name = StrictCharField(max_length=200)
    kind = StrictChoiceField(OrganizationKind)
    account_email = StrictEmailField(required=False, help_text="On behalf: the owner's account.")
    consents = consents()


class OrganizationSite(serializers.Serializer):
    name = StrictCharField(max_length=200)
    address = StrictCharField(max_length=300, allow_blank=True, default="")


class OrganizationOwnContacts(serializers.Serializer):
    contact_name = StrictCharField(max_length=100, allow_blank=True)
    contact_email = StrictCharField(max_length=254, allow_blank=True)
    contact_phone = StrictCharField(max_length=40, allow_blank=True)


class OrganizationDetail(RegistrationDetail):
    """A registration of an organization. `contacts` is null in lists."""

    room = ROOM

    name = StrictCharField(max_length=200)
    kana = StrictCharField(max_length=200, allow_blank=True)
    kind = StrictChoiceField(OrganizationKind)
    corporate_number = StrictCharField(max_length=13, allow_blank=True)
    industry = StrictCharField(max_length=100, allow_blank=True)
    headcount_band = undecided(HeadcountBand, required=True)
    sites = OrganizationSite(many=True)
    representative = StrictCharField(max_length=100, allow_blank=True)
    officers = StrictListField(child=StrictCharField(max_length=100), max_length=MOST_ITEMS)
    about = StrictCharField(max_length=10_000, allow_blank=True)
    contacts = serializers.SerializerMethodField()
    has_employees = StrictBooleanField(allow_null=True)
    gives_help = StrictBooleanField()
    seeks_help = StrictBooleanField()
    declared_ties = StrictListField(child=StrictCharField(max_length=200), max_length=MOST_ITEMS)

    @extend_schema_field(OrganizationOwnContacts(allow_null=True))
    def get_contacts(self, row: Organization) -> dict[str, str] | None:
        return {name: getattr(row, name) for name in CONTACTS} if self.shows_contacts() else None


def organizations_expanded(operation: Operation, ids: frozenset[str]) -> dict[str, Any]:
    """Organizations as `organizations_list` shows them to the caller."""
    actor = reader_with(operation, "organizations:read")
    rows = organizations_visible(actor).filter(pk__in=ids)
    return by_id(OrganizationDetail(rows, many=True, context=context_for(operation, actor)).data)


class OrganizationOperation(RegistrationOperation):
    tag = "organizations"
    room = ROOM
    required_scopes = ("organizations:read",)
    output_serializer = OrganizationDetail


class OrganizationList(OrganizationOperation, RegistrationList):
    """Organizations in the caller's sight: staff's and one's own. Without contacts."""

    operation_id, summary = "organizations_list", "List organizations"
    filterset_class = OrganizationFilters
    orderings = ORDERINGS


class OrganizationRead(OrganizationOperation, RegistrationRead):
    """One organization with contacts. Reads by staff are logged."""

    operation_id, summary = "organizations_read", "Read an organization"
    contacts = CONTACTS


class OrganizationCreate(OrganizationOperation, RegistrationCreate):
    """Register an organization: a draft, by its owner or by staff on its behalf.
    Whoever names a hat of the bank's staff in `Acting-As` says so with `on_behalf_of`; it is `required` then."""

    operation_id, summary = "organizations_create", "Register an organization"
    required_scopes = ("organizations:write",)
    input_serializer = OrganizationInput

    def perform(self, parent: Bank) -> Organization:
        return organization_register(
            actor=self.caller(),
            bank=parent,
            fields=fields_of(self.values),
            on_behalf=on_behalf_of(self.values),
            consents=[str(kind) for kind in self.values.get("consents", ())],
            at=self.at,
        )


class OrganizationUpdate(OrganizationOperation, RegistrationUpdate):
    """Edit an organization. After the approval name, kana and 法人番号 wait for a coordinator."""

    operation_id, summary = "organizations_update", "Edit an organization"
    required_scopes = ("organizations:write",)
    input_serializer = OrganizationChangesInput
    writers = WRITERS

    def perform(self, row: Organization, *, expected_version: int) -> Organization:
        return organization_update(
            actor=self.caller(),
            organization_id=row.pk,
            expected_version=expected_version,
            changes=self.changes(),
            on_behalf=on_behalf_of(self.values),
            at=self.at,
        )


class OrganizationActions(RegistrationActions):
    """Every action with whether this caller may take it now and, if not, why."""

    operation_id, summary, tag = "organizations_actions", "Say what may be done with an organization", "organizations"
    room = ROOM
    required_scopes = ("organizations:read",)


class OrganizationEvents(RegistrationEvents):
    """The record of a registration, oldest step first, with roles and no names of staff."""

    operation_id, summary, tag = "organizations_events", "Read the record of an organization", "organizations"
    room = ROOM
    required_scopes = ("organizations:read",)


urlpatterns = [
    endpoint("organizations", get=OrganizationList, post=OrganizationCreate),
    endpoint("organizations/<uuid:id>", get=OrganizationRead, patch=OrganizationUpdate),
    endpoint("organizations/<uuid:id>/actions", get=OrganizationActions),
    endpoint("organizations/<uuid:id>/events", get=OrganizationEvents),
    *action_urls(ROOM, OrganizationDetail, name="Organization", resource="organizations"),
]
