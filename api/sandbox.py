"""The sandbox: what would have been sent, the way back to the beginning, and what a developer does alone.

Every operation is 404 where the installation is no sandbox (`TALENTBANK_SANDBOX`).
"""

from __future__ import annotations

from typing import Any

from allauth.idp.oidc.models import Client
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request

from api.clients import ClientDetail
from api.filters import ChoicesFilter, StrictFilterSet, TextsFilter
from api.programs import PROGRAM_FIELDS, ProgramFields, program_of
from api.routing import endpoint
from api.serializers import (
    StrictCharField,
    StrictChoiceField,
    StrictDateTimeField,
    StrictEmailField,
    StrictListField,
    StrictSerializer,
    StrictUUIDField,
)
from api.views import CommandView, CreateView, ListView, Operation
from talentbank.accounts.line_sandbox import id_token_make
from talentbank.accounts.models import ClientApproval
from talentbank.accounts.programs import channel_of
from talentbank.accounts.registering import client_register_alone
from talentbank.banks.models import Bank
from talentbank.banks.selectors import banks
from talentbank.core.errors import invalid
from talentbank.notifications.beginning import sandbox_reset
from talentbank.notifications.models import SandboxChannel, SandboxMessage
from talentbank.notifications.sandbox import messages_captured, require_sandbox


class SandboxMessageFilters(StrictFilterSet):
    channel = ChoicesFilter(SandboxChannel, "channel")
    to = TextsFilter("to")


class SandboxMessageOutput(serializers.Serializer):
    """What would have left the house. A webhook's `body` and `headers` are those that its receiver would have got."""

    id = StrictUUIDField()
    channel = StrictChoiceField(SandboxChannel)
    to = StrictCharField(max_length=500, help_text="An address, or the URL of a webhook.")
    subject = StrictCharField(max_length=500, allow_blank=True)
    body = StrictCharField(max_length=1_000_000, allow_blank=True)
    headers = serializers.DictField(child=serializers.CharField())
    created_at = StrictDateTimeField()


class SandboxResetOutput(serializers.Serializer):
    reset_at = StrictDateTimeField()


class SandboxClientInput(ProgramFields):
    """A program, let in at once."""

    banks = StrictListField(
        child=StrictUUIDField(),
        min_length=1,
        max_length=50,
        unique=True,
        required=False,
        help_text="Every bank of the sandbox where none is named.",
    )
    allowed_origins = StrictListField(child=StrictCharField(max_length=200), max_length=10, unique=True, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in PROGRAM_FIELDS[:4]:
            self.fields[name].required = True


class SandboxClientOutput(ClientDetail):
    """A client in the first of its banks, with the secret of a confidential one, told this once."""

    client_secret = StrictCharField(max_length=200, source="new_secret", allow_blank=True)


class LineTokenInput(StrictSerializer):
    """Whom the token shall speak of."""

    client_id = StrictCharField(max_length=100, help_text="A client with a `line_channel_id`.")
    subject = StrictCharField(max_length=100, help_text="LINE's user id: the same one is the same person.")
    name = StrictCharField(max_length=100, required=False)
    email = StrictEmailField(required=False)
    nonce = StrictCharField(max_length=200, required=False)


class LineTokenOutput(serializers.Serializer):
    id_token = StrictCharField(max_length=5000, help_text="As `liff.getIDToken()` would answer; lasts an hour.")


class InSandbox(Operation):
    """404 before anything else is looked at, where the installation is no sandbox."""

    tag = "sandbox"
    public = True
    extra_statuses = frozenset({404})

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        require_sandbox()


class SandboxMessages(InSandbox, ListView):
    """Mails and webhooks that were captured, newest first. Nothing leaves a sandbox."""

    operation_id, summary = "sandbox_messages_list", "List what was captured"
    output_serializer = SandboxMessageOutput
    filterset_class = SandboxMessageFilters
    orderings = ("-created_at",)

    def rows(self) -> QuerySet[SandboxMessage]:
        return messages_captured()


class SandboxReset(InSandbox, CommandView):
    """Put every row back as it was when the demo had been loaded. Registered clients stay; tokens of the demo too."""

    operation_id, summary = "sandbox_reset", "Begin anew"
    extra_statuses = frozenset({404, 409})
    keeps_answer = False
    input_serializer = StrictSerializer
    output_serializer = SandboxResetOutput

    def perform(self, parent: None) -> dict[str, Any]:
        return {"reset_at": sandbox_reset(at=self.at)}


class SandboxClientCreate(InSandbox, CreateView):
    """Register a client alone: every bank of the sandbox lets it in at once."""

    operation_id, summary = "sandbox_clients_create", "Register a client alone"
    keeps_answer = False
    input_serializer = SandboxClientInput
    output_serializer = SandboxClientOutput

    def perform(self, parent: None) -> ClientApproval:
        row, secret = client_register_alone(
            program=program_of(self.values),
            banks=self._banks(),
            origins=self.values.get("allowed_origins", ()),
            at=self.at,
        )
        row.new_secret = secret
        return row

    def _banks(self) -> list[Bank]:
        known = {bank.pk: bank for bank in banks()}
        named = self.values.get("banks", list(known))
        for n, id in enumerate(named):
            if id not in known:
                raise invalid(f"/banks/{n}", "unknown_bank")
        return [known[id] for id in named]

    def location(self, row: ClientApproval) -> str:
        return f"/api/v1/clients/{row.pk}"


class SandboxLineToken(InSandbox, CommandView):
    """An ID token of LINE for a mini-app's client, signed by the sandbox: no LINE is asked here."""

    operation_id, summary = "sandbox_line_tokens_create", "Make an ID token of LINE"
    input_serializer = LineTokenInput
    output_serializer = LineTokenOutput

    def perform(self, parent: None) -> dict[str, str]:
        client = Client.objects.filter(pk=self.values["client_id"]).first()
        if client is None or not channel_of(client):
            raise invalid("/client_id", "unknown_client")
        said = {name: self.values.get(name, "") for name in ("name", "email", "nonce")}
        subject = self.values["subject"]
        return {"id_token": id_token_make(channel_id=channel_of(client), subject=subject, **said, at=self.at)}


urlpatterns = [
    endpoint("sandbox/messages", get=SandboxMessages),
    endpoint("sandbox/reset", post=SandboxReset),
    endpoint("sandbox/clients", post=SandboxClientCreate),
    endpoint("sandbox/line-tokens", post=SandboxLineToken),
]
