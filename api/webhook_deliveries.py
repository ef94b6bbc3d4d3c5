"""The log of what an endpoint was sent, and sending it again."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from api.filters import ChoicesFilter, InstantFilter, StrictFilterSet
from api.routing import endpoint
from api.serializers import (
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictDateTimeField,
    StrictIntegerField,
    StrictSerializer,
    StrictUUIDField,
)
from api.views import CommandView, CreateView, FactView, ListView
from api.webhook_endpoints import EndpointOperation, Kept
from talentbank.notifications.models import DeliveryState, WebhookDelivery, WebhookEndpoint
from talentbank.notifications.webhooks.catalogue import LABELS
from talentbank.notifications.webhooks.policies import delivery_actions
from talentbank.notifications.webhooks.redelivery import deliveries_redeliver, delivery_redeliver, endpoint_ping
from talentbank.notifications.webhooks.selectors import deliveries_of, delivery_get

MILLISECONDS = {"minimum": 0, "maximum": 600_000}


class DeliveryFilters(StrictFilterSet):
    state = ChoicesFilter(DeliveryState, "state")
    type = ChoicesFilter(tuple(LABELS), "type")
    since = InstantFilter("happened_at", lookup_expr="gte", help_text="Only what happened at or after this time.")


class WebhookAttemptOutput(serializers.Serializer):
    """One try: the receiver's status, or why there was none, and how its answer began."""

    at = StrictDateTimeField()
    status = StrictIntegerField(minimum=100, maximum=999, allow_null=True)
    error = StrictCharField(max_length=60, allow_blank=True)
    latency_ms = StrictIntegerField(**MILLISECONDS)
    excerpt = StrictCharField(max_length=500, allow_blank=True)


class WebhookDeliveryOutput(serializers.Serializer):
    """What was told: which record, in which state and version the step left it. `webhook_id` stays the same."""

    id = StrictUUIDField()
    webhook_id = serializers.SerializerMethodField()
    type = StrictChoiceField(tuple(LABELS), component="WebhookType")
    subject = StrictUUIDField(source="subject_id")
    subject_state = StrictCharField(max_length=40)
    subject_version = StrictIntegerField(minimum=1, maximum=2**31 - 1)
    happened_at = StrictDateTimeField()
    state = StrictChoiceField(DeliveryState, component="WebhookDeliveryState")
    due_at = StrictDateTimeField()
    delivered_at = StrictDateTimeField(allow_null=True)
    allowed_actions = serializers.SerializerMethodField()
    created_at = StrictDateTimeField()
    attempts = WebhookAttemptOutput(many=True, source="tries")

    def get_webhook_id(self, delivery: WebhookDelivery) -> str:
        return f"msg_{delivery.pk.hex}"

    def get_allowed_actions(self, delivery: WebhookDelivery) -> list[str]:
        return delivery_actions(self.context["actor"], delivery)


class RedeliverInput(StrictSerializer):
    since = StrictDateTimeField(help_text="What happened at or after this time; the log reaches back 30 days.")
    all = StrictBooleanField(required=False, help_text="Also what has arrived already. Otherwise failed and missed.")


class RedeliverOutput(serializers.Serializer):
    """How many deliveries wait now."""

    count = StrictIntegerField(minimum=0, maximum=10_000_000)


class DeliveryList(EndpointOperation, ListView):
    """What an endpoint was sent in the last 30 days, the newest first, with each try."""

    operation_id, summary = "webhook_deliveries_list", "List the deliveries of a webhook endpoint"
    output_serializer = WebhookDeliveryOutput
    filterset_class = DeliveryFilters
    orderings = ("-created_at", "created_at")

    def rows(self) -> QuerySet[WebhookDelivery]:
        return deliveries_of(self.find(**self.kwargs))


class DeliveryRead(EndpointOperation, FactView):
    """One delivery with each try."""

    operation_id, summary = "webhook_deliveries_read", "Read a delivery of a webhook endpoint"
    output_serializer = WebhookDeliveryOutput

    def answer(self, **ids: Any) -> WebhookDelivery:
        return delivery_get(self.row, ids["delivery"])


class EndpointPing(Kept, CreateView):
    """Send a webhook that tells of the endpoint itself. It leaves within seconds; `Location` tells what came of it."""

    operation_id, summary = "webhook_endpoints_ping", "Send a test webhook"
    input_serializer = StrictSerializer
    output_serializer = WebhookDeliveryOutput
    has_etag = False

    def perform(self, parent: WebhookEndpoint) -> WebhookDelivery:
        return endpoint_ping(actor=self.actor, endpoint=parent, at=self.at)

    def location(self, row: WebhookDelivery) -> str:
        return f"{self.request.path.removesuffix('/ping')}/deliveries/{row.pk}"


class EndpointRedeliver(Kept, CommandView):
    """Send again what failed or was missed since a time, oldest first; with `all`, what has arrived as well."""

    operation_id, summary = "webhook_endpoints_redeliver", "Send again what an endpoint missed since a time"
    input_serializer = RedeliverInput
    output_serializer = RedeliverOutput

    def perform(self, parent: WebhookEndpoint) -> dict[str, int]:
        count = deliveries_redeliver(
            actor=self.actor,
            endpoint=parent,
            since=self.values["since"],
            everything=self.values.get("all", False),
            at=self.at,
        )
        return {"count": count}


class DeliveryRedeliver(Kept, CommandView):
    """Send one delivery again, whatever came of it, under the same `webhook-id`."""

    operation_id, summary = "webhook_deliveries_redeliver", "Send a delivery again"
    input_serializer = StrictSerializer
    output_serializer = WebhookDeliveryOutput

    def perform(self, parent: WebhookEndpoint) -> WebhookDelivery:
        delivery = delivery_get(parent, self.kwargs["delivery"])
        return delivery_redeliver(actor=self.actor, endpoint=parent, delivery=delivery, at=self.at)


_ONE = "webhook-endpoints/<uuid:id>"
urlpatterns = [
    endpoint(f"{_ONE}/ping", post=EndpointPing),
    endpoint(f"{_ONE}/redeliver", post=EndpointRedeliver),
    endpoint(f"{_ONE}/deliveries", get=DeliveryList),
    endpoint(f"{_ONE}/deliveries/<uuid:delivery>", get=DeliveryRead),
    endpoint(f"{_ONE}/deliveries/<uuid:delivery>/redeliver", post=DeliveryRedeliver),
]
