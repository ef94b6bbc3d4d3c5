"""Endpoints of webhooks: where other programs want to be told what happens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from api.filters import ChoicesFilter, StrictFilterSet
from api.routing import endpoint
from api.serializers import (
    RowOutput,
    StrictCharField,
    StrictChoiceField,
    StrictDateTimeField,
    StrictIntegerField,
    StrictListField,
    StrictSerializer,
    StrictUUIDField,
)
from api.staff_filters import BanksFilter
from api.views import ActionView, CreateView, DetailView, ListView, Operation, RemoveView, UpdateView
from talentbank.banks.models import Bank
from talentbank.banks.selectors import bank_named
from talentbank.notifications.models import EndpointState, WebhookEndpoint
from talentbank.notifications.webhooks.addresses import URL_LENGTH
from talentbank.notifications.webhooks.catalogue import CHOOSABLE
from talentbank.notifications.webhooks.policies import (
    endpoint_actions,
    require_keeper,
    require_keeper_or_admin,
    require_may_create,
)
from talentbank.notifications.webhooks.selectors import endpoint_get, endpoints_visible
from talentbank.notifications.webhooks.services import (
    endpoint_create,
    endpoint_disable,
    endpoint_enable,
    endpoint_remove,
    endpoint_update,
    previous_secret_end,
    secret_rotate,
)

DESCRIPTION_LENGTH = 200
OVERLAP_HOURS = 24
MOST_OVERLAP_HOURS = 168


def types_field(**options: Any) -> StrictListField:
    """Types of events, each once."""
    child = StrictChoiceField(CHOOSABLE, component="WebhookEventType")
    return StrictListField(child=child, min_length=0, max_length=len(CHOOSABLE), unique=True, **options)


class EndpointFilters(StrictFilterSet):
    bank = BanksFilter()
    state = ChoicesFilter(EndpointState, "state")


class WebhookEndpointInput(StrictSerializer):
    bank = StrictCharField(max_length=100, required=False, help_text="Id or slug; the default bank if absent.")
    url = StrictCharField(max_length=URL_LENGTH, help_text="https only; no private address, no redirect.")
    event_types = types_field(required=False, help_text="Only these; all if absent or empty. See /codes.")
    description = StrictCharField(max_length=DESCRIPTION_LENGTH, required=False, allow_blank=True)


class WebhookEndpointUpdateInput(StrictSerializer):
    url = StrictCharField(max_length=URL_LENGTH)
    event_types = types_field()
    description = StrictCharField(max_length=DESCRIPTION_LENGTH, allow_blank=True)


class RotateSecretInput(StrictSerializer):
    overlap_hours = StrictIntegerField(
        minimum=0,
        maximum=MOST_OVERLAP_HOURS,
        required=False,
        help_text=f"So long the old secret signs beside the new one; {OVERLAP_HOURS} if absent.",
    )


class WebhookEndpointOutput(RowOutput):
    """`owner` and `client` are whose rights decide what is told. The secret is shown at creation and rotation only."""

    bank = StrictUUIDField(source="bank_id")
    url = StrictCharField(max_length=URL_LENGTH)
    description = StrictCharField(max_length=DESCRIPTION_LENGTH, allow_blank=True)
    event_types = types_field()
    state = StrictChoiceField(EndpointState, component="WebhookEndpointState")
    owner = StrictUUIDField(source="owner_id", allow_null=True)
    client = StrictCharField(max_length=100, allow_blank=True, source="client_id")
    previous_secret_until = StrictDateTimeField(allow_null=True, source="previous_until")
    failing_since = StrictDateTimeField(allow_null=True)
    delivered_at = StrictDateTimeField(allow_null=True, help_text="When something arrived last.")
    allowed_actions = serializers.SerializerMethodField()
    created_at = StrictDateTimeField()
    updated_at = StrictDateTimeField()

    def get_allowed_actions(self, row: WebhookEndpoint) -> list[str]:
        return endpoint_actions(self.context["actor"], row, self.context["at"])


class WebhookEndpointWithSecret(WebhookEndpointOutput):
    """An endpoint with its signing secret. Keep it now: it is never shown again."""

    secret = StrictCharField(max_length=60)


@dataclass(frozen=True, slots=True)
class WithSecret:
    """A row and what is shown beside it once."""

    endpoint: WebhookEndpoint
    secret: str


class EndpointOperation(Operation):
    tag = "webhooks"
    required_scopes = ("webhooks:manage",)
    output_serializer = WebhookEndpointOutput

    def find(self, **ids: Any) -> WebhookEndpoint:
        return endpoint_get(self.actor, ids["id"])


class Kept(EndpointOperation):
    """An endpoint that its keeper changes, tries or replays."""

    def permit(self, row: WebhookEndpoint) -> None:
        require_keeper(self.actor, row)


class KeptOrAdministered(EndpointOperation):
    """An endpoint that its keeper, or a bank_admin of the bank, stops or removes."""

    def permit(self, row: WebhookEndpoint) -> None:
        require_keeper_or_admin(self.actor, row)


class ShowsSecret(EndpointOperation):
    """Answers with an endpoint and its new secret. The ETag is that of the endpoint alone, as a GET shows it."""

    output_serializer = WebhookEndpointWithSecret
    shows_secret = True

    def render_row(self, row: WithSecret | WebhookEndpoint) -> Any:
        if isinstance(row, WebhookEndpoint):
            return WebhookEndpointOutput(row, context=self.output_context()).data
        return {**self.render_row(row.endpoint), "secret": row.secret}


class EndpointList(EndpointOperation, ListView):
    """Endpoints that the calling client made, and all those of banks that the caller administers."""

    operation_id, summary = "webhook_endpoints_list", "List webhook endpoints"
    filterset_class = EndpointFilters

    def rows(self) -> QuerySet[WebhookEndpoint]:
        return endpoints_visible(self.actor)


class EndpointCreate(ShowsSecret, CreateView):
    """Have a URL told what happens in a bank, as far as the caller may read it: the token's scopes and the roles count
    at each sending. For bank_admins, and for clients. The answer alone shows the secret that signs (Standard Webhooks).
    """

    operation_id, summary = "webhook_endpoints_create", "Create a webhook endpoint"
    input_serializer = WebhookEndpointInput
    extra_statuses = frozenset({404})

    def find(self, **ids: Any) -> Bank:
        return bank_named(self.values.get("bank"))

    def permit(self, row: Bank) -> None:
        require_may_create(self.actor, row.pk, self.at)

    def perform(self, parent: Bank) -> WithSecret:
        row, secret = endpoint_create(
            actor=self.actor,
            bank=parent,
            url=self.values["url"],
            event_types=self.values.get("event_types", ()),
            description=self.values.get("description", ""),
            at=self.at,
        )
        return WithSecret(row, secret)

    def location(self, row: WithSecret) -> str:
        return f"{self.request.path}/{row.endpoint.pk}"


class EndpointRead(EndpointOperation, DetailView):
    """One endpoint."""

    operation_id, summary = "webhook_endpoints_read", "Read a webhook endpoint"


class EndpointUpdate(Kept, UpdateView):
    """Change where and what is told. A bank's own endpoint is then told what the caller may read."""

    operation_id, summary = "webhook_endpoints_update", "Change a webhook endpoint"
    input_serializer = WebhookEndpointUpdateInput

    def perform(self, row: WebhookEndpoint, *, expected_version: int) -> WebhookEndpoint:
        return endpoint_update(
            actor=self.actor, endpoint=row, expected_version=expected_version, changes=self.values, at=self.at
        )


class EndpointRemove(KeptOrAdministered, RemoveView):
    """Remove an endpoint with its log. A bank_admin may remove any of the bank."""

    operation_id, summary = "webhook_endpoints_remove", "Remove a webhook endpoint"

    def perform(self, row: WebhookEndpoint, *, expected_version: int) -> None:
        endpoint_remove(actor=self.actor, endpoint=row, expected_version=expected_version, at=self.at)


class EndpointDisable(KeptOrAdministered, ActionView):
    """Stop sending. What happens meanwhile is kept as missed. A bank_admin may stop any endpoint of the bank."""

    operation_id, summary = "webhook_endpoints_disable", "Stop a webhook endpoint"
    input_serializer = StrictSerializer

    def perform(self, row: WebhookEndpoint, *, step: Any, expected_version: int) -> WebhookEndpoint:
        return endpoint_disable(actor=self.actor, endpoint=row, expected_version=expected_version, at=self.at)


class EndpointEnable(Kept, ActionView):
    """Send again, after a stop or after the switch-off that follows three days without an arrival."""

    operation_id, summary = "webhook_endpoints_enable", "Enable a webhook endpoint"
    input_serializer = StrictSerializer

    def perform(self, row: WebhookEndpoint, *, step: Any, expected_version: int) -> WebhookEndpoint:
        return endpoint_enable(actor=self.actor, endpoint=row, expected_version=expected_version, at=self.at)


class SecretRotate(ShowsSecret, Kept, ActionView):
    """Make a new secret, shown this once. Until the overlap is over, each webhook carries two signatures."""

    operation_id, summary = "webhook_endpoints_rotate_secret", "Rotate the secret of a webhook endpoint"
    input_serializer = RotateSecretInput

    def perform(self, row: WebhookEndpoint, *, step: Any, expected_version: int) -> WithSecret:
        hours = step.input.get("overlap_hours", OVERLAP_HOURS)
        rotated, secret = secret_rotate(
            actor=self.actor,
            endpoint=row,
            expected_version=expected_version,
            overlap=timedelta(hours=hours),
            at=self.at,
        )
        return WithSecret(rotated, secret)


class PreviousSecretEnd(Kept, ActionView):
    """End the old secret before its overlap is over."""

    operation_id, summary = "webhook_endpoints_end_previous_secret", "End the previous secret of a webhook endpoint"
    input_serializer = StrictSerializer

    def perform(self, row: WebhookEndpoint, *, step: Any, expected_version: int) -> WebhookEndpoint:
        return previous_secret_end(actor=self.actor, endpoint=row, expected_version=expected_version, at=self.at)


def _id(route: str = "") -> str:
    return f"webhook-endpoints/<uuid:id>{route}"


urlpatterns = [
    endpoint("webhook-endpoints", get=EndpointList, post=EndpointCreate),
    endpoint(_id(), get=EndpointRead, patch=EndpointUpdate, delete=EndpointRemove),
    endpoint(_id("/disable"), post=EndpointDisable),
    endpoint(_id("/enable"), post=EndpointEnable),
    endpoint(_id("/rotate-secret"), post=SecretRotate),
    endpoint(_id("/end-previous-secret"), post=PreviousSecretEnd),
]
