"""Clients: third-party programs that a bank lets in, kept by its bank_admins."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.idp.oidc.models import Client
from django.db.models import QuerySet
from rest_framework import serializers

from api.catalogue import sentence
from api.filters import ChoicesFilter, StrictFilterSet, TextsFilter
from api.programs import KINDS, PROGRAM_FIELDS, ProgramFields, program_of
from api.routing import endpoint
from api.serializers import (
    RowOutput,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictEmailField,
    StrictListField,
    StrictSerializer,
    StrictUUIDField,
)
from api.staff_filters import BanksFilter
from api.views import ActionView, CreateView, DetailView, ListView, Operation, UpdateView
from talentbank.accounts.clients import (
    client_actions,
    client_approvals_visible,
    client_approve,
    client_ask,
    client_register,
    client_revoke,
    client_secret_renew,
    client_update,
)
from talentbank.accounts.models import ClientApproval, ClientState
from talentbank.accounts.programs import channel_of
from talentbank.banks.models import Bank
from talentbank.banks.selectors import bank_get
from talentbank.core.actors import Role
from talentbank.core.clock import day_of
from talentbank.core.errors import Forbidden, NotFound, invalid


class ClientFilters(StrictFilterSet):
    bank = BanksFilter()
    state = ChoicesFilter(ClientState, "state")
    client_id = TextsFilter("client_id")


class ClientFacts(StrictSerializer):
    """What a bank keeps about a client."""

    operator = StrictCharField(max_length=100, help_text="Who runs it and answers for it.")
    purpose = StrictCharField(max_length=500)
    contact = StrictEmailField()
    valid_until = StrictDateField(help_text="The last day on which the bank lets it in.")
    allowed_origins = StrictListField(
        child=StrictCharField(max_length=200),
        max_length=10,
        unique=True,
        required=False,
        help_text="Origins whose pages may call from a browser (CORS), such as https://app.example.",
    )


class ClientChangesInput(ClientFacts):
    """What may be changed. Another redirect address or scope is another client."""


class ClientInput(ClientFacts, ProgramFields):
    """A new client, or with `client_id` one that is registered already and asks further banks."""

    banks = StrictListField(child=StrictUUIDField(), min_length=1, max_length=50, unique=True)
    client_id = StrictCharField(max_length=100, required=False, help_text="Instead of name, kind and what follows.")

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        given = [name for name in PROGRAM_FIELDS if name in values]
        if "client_id" in values and given:
            raise serializers.ValidationError({name: [_detail("unknown_field")] for name in given})
        missing = [name for name in PROGRAM_FIELDS[:4] if name not in values]
        if "client_id" not in values and missing:
            raise serializers.ValidationError({name: [_detail("required")] for name in missing})
        return values


class StateField(StrictChoiceField):
    """The state as of the moment of the call."""

    def to_representation(self, row: ClientApproval) -> str:
        return row.state_on(day_of(self.context["at"]))


class ChannelField(StrictCharField):
    """The LINE channel that a client names; empty where it has none."""

    def to_representation(self, client: Client) -> str:
        return channel_of(client)


class ClientDetail(RowOutput):
    """A client in one bank."""

    bank = StrictUUIDField(source="bank_id")
    client_id = StrictCharField(max_length=100)
    name = StrictCharField(max_length=100, source="client.name")
    kind = StrictChoiceField(KINDS, component="ClientKind", source="client.type")
    scopes = StrictListField(child=StrictCharField(max_length=60), max_length=50, source="client.get_scopes")
    grant_types = StrictListField(child=StrictCharField(max_length=60), max_length=5, source="client.get_grant_types")
    redirect_uris = StrictListField(
        child=StrictCharField(max_length=500), max_length=10, source="client.get_redirect_uris"
    )
    line_channel_id = ChannelField(max_length=10, source="client", allow_blank=True)
    operator = StrictCharField(max_length=100)
    purpose = StrictCharField(max_length=500)
    contact = StrictCharField(max_length=254)
    valid_until = StrictDateField()
    allowed_origins = StrictListField(child=StrictCharField(max_length=200), max_length=10, source="origin_names")
    state = StateField(ClientState, source="*")
    is_home = StrictBooleanField(help_text="Whether this bank registered the client and hands out its secret.")
    last_used_on = StrictDateField(allow_null=True)
    allowed_actions = serializers.SerializerMethodField()

    def get_allowed_actions(self, row: ClientApproval) -> list[str]:
        return client_actions(self.context["actor"], row, day_of(self.context["at"]))


class ClientSecretOutput(ClientDetail):
    """A client with its new secret, told this once."""

    client_secret = StrictCharField(max_length=200, source="new_secret")


class ClientOperation(Operation):
    tag = "clients"
    required_scopes = ("bank:admin",)
    output_serializer = ClientDetail

    def approval(self, id: UUID) -> ClientApproval:
        found = client_approvals_visible(self.actor).filter(pk=id).first()
        if found is None:
            raise NotFound()
        return found


class ClientList(ClientOperation, ListView):
    """Clients of the banks that the caller administers, those that only asked too."""

    operation_id, summary = "clients_list", "List clients"
    filterset_class = ClientFilters

    def rows(self) -> QuerySet[ClientApproval]:
        return client_approvals_visible(self.actor)


class ClientCreate(ClientOperation, CreateView):
    """Register a client and ask every bank on its list; each bank's own admin approves it.

    The caller administers at least one of the banks. The answer is the row of that bank; a confidential client gets its
    secret by `clients_secret_renew`.
    """

    operation_id, summary = "clients_create", "Register a client"
    input_serializer = ClientInput

    def permit(self, row: None) -> None:
        if not any(Role.BANK_ADMIN in self.actor.roles_in(id) for id in self.values["banks"]):
            raise Forbidden()

    def perform(self, parent: None) -> ClientApproval:
        facts = {name: self.values[name] for name in ClientFacts().fields if name in self.values}
        banks = [_bank(n, id) for n, id in enumerate(self.values["banks"])]
        if "client_id" in self.values:
            made = client_ask(
                actor=self.actor, banks=banks, client_id=self.values["client_id"], facts=facts, at=self.at
            )
        else:
            program = program_of(self.values)
            made = client_register(actor=self.actor, banks=banks, program=program, facts=facts, at=self.at)
        return self.approval(made.pk)


class ClientRead(ClientOperation, DetailView):
    """One client in one bank."""

    operation_id, summary = "clients_read", "Read a client"

    def find(self, **ids: Any) -> ClientApproval:
        return self.approval(ids["id"])


class ClientUpdate(ClientOperation, UpdateView):
    """Change operator, purpose, contact, last day or origins."""

    operation_id, summary = "clients_update", "Change a client"
    input_serializer = ClientChangesInput

    def find(self, **ids: Any) -> ClientApproval:
        return self.approval(ids["id"])

    def perform(self, row: ClientApproval, *, expected_version: int) -> ClientApproval:
        client_update(actor=self.actor, approval=row, expected_version=expected_version, facts=self.values, at=self.at)
        return self.approval(row.pk)


class ClientAction(ClientOperation, ActionView):
    input_serializer = StrictSerializer

    def find(self, **ids: Any) -> ClientApproval:
        return self.approval(ids["id"])


class ClientApprove(ClientAction):
    """Let a client into the bank until its last day: its tokens count at the next call."""

    operation_id, summary = "clients_approve", "Approve a client"

    def perform(self, row: ClientApproval, *, step: Any, expected_version: int) -> ClientApproval:
        client_approve(actor=self.actor, approval=row, expected_version=expected_version, at=self.at)
        return self.approval(row.pk)


class ClientRevoke(ClientAction):
    """Shut a client out of the bank at once. With the last bank its tokens end for good."""

    operation_id, summary = "clients_revoke", "Revoke a client"

    def perform(self, row: ClientApproval, *, step: Any, expected_version: int) -> ClientApproval:
        client_revoke(actor=self.actor, approval=row, expected_version=expected_version, at=self.at)
        return self.approval(row.pk)


class ClientSecretRenew(ClientAction):
    """Give a confidential client a new secret; the one before ends at once. Only the bank that registered it.

    The answer is never kept, so an Idempotency-Key does not replay it; the If-Match of a repeat is stale.
    """

    operation_id, summary = "clients_secret_renew", "Renew a client's secret"
    output_serializer = ClientSecretOutput
    keeps_answer = False

    def perform(self, row: ClientApproval, *, step: Any, expected_version: int) -> Any:
        _, secret = client_secret_renew(actor=self.actor, approval=row, expected_version=expected_version, at=self.at)
        shown = self.approval(row.pk)
        shown.new_secret = secret
        return shown

    def render_row(self, row: Any) -> Any:
        """A stale version is told with the row as others see it: the secret is there only just after it was made."""
        if hasattr(row, "new_secret"):
            return super().render_row(row)
        return ClientDetail(row, context=self.output_context()).data


def _bank(position: int, id: UUID) -> Bank:
    try:
        return bank_get(id)
    except NotFound:
        raise invalid(f"/banks/{position}", "unknown_bank") from None


def _detail(code: str) -> serializers.ErrorDetail:
    return serializers.ErrorDetail(sentence(code), code)


urlpatterns = [
    endpoint("clients", get=ClientList, post=ClientCreate),
    endpoint("clients/<uuid:id>", get=ClientRead, patch=ClientUpdate),
    endpoint("clients/<uuid:id>/approve", post=ClientApprove),
    endpoint("clients/<uuid:id>/revoke", post=ClientRevoke),
    endpoint("clients/<uuid:id>/secret", post=ClientSecretRenew),
]
