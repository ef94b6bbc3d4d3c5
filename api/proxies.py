"""Proxies (代理人): who may speak for a registration, about what, and until when."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.filters import FlagFilter, StrictFilterSet, UUIDsFilter
from api.routing import endpoint
from api.serializers import (
    CommonActionInput,
    OnBehalfInput,
    RowOutput,
    StepInput,
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictDateTimeField,
    StrictListField,
    StrictUUIDField,
    on_behalf_of,
)
from api.views import ActionView, CreateView, DetailView, ListView, Operation
from talentbank.core.actors import Channel, Role
from talentbank.core.audit import Step
from talentbank.core.clock import day_of
from talentbank.core.errors import named_at
from talentbank.organizations.room import ROOM as ORGANIZATION
from talentbank.privacy.models import Power, Proxy, ProxyKind, ProxyState
from talentbank.privacy.proxies import Mandate, proxies_running
from talentbank.professionals.room import ROOM as PROFESSIONAL
from talentbank.registrations.proxies import (
    proxies_visible,
    proxy_actions,
    proxy_get,
    registration_proxy_end,
    registration_proxy_record,
    require_holder,
)
from talentbank.registrations.rooms import Room
from talentbank.registrations.selectors import registration_get

ROOMS = {room.kind: room for room in (PROFESSIONAL, ORGANIZATION)}
EVIDENCE = 2000


class ProxyFilters(StrictFilterSet):
    subject = UUIDsFilter("subject_id")
    running = FlagFilter(method="by_running")

    def by_running(self, rows: QuerySet[Proxy], name: str, value: bool | None) -> QuerySet[Proxy]:
        runs = proxies_running(day_of(self.at))
        return rows if value is None else rows.filter(runs if value else ~runs)


class ProxyInput(OnBehalfInput):
    """Both days are included, a year at most. A desk has no name, a relative has one."""

    proxy = None  # type: ignore[assignment]  # nobody is named by somebody who was named
    subject_kind = StrictChoiceField(list(ROOMS), component="ProxySubjectKind")
    subject_id = StrictUUIDField()
    kind = StrictChoiceField(ProxyKind, component="ProxyKind")
    name = StrictCharField(max_length=100, required=False, allow_blank=True)
    relationship = StrictCharField(
        max_length=50, required=False, allow_blank=True, help_text="Of a relative to the subject: a daughter, a son."
    )
    phone = StrictCharField(max_length=40, required=False, allow_blank=True)
    powers = StrictListField(
        child=StrictChoiceField(Power, component="ProxyPower"),
        min_length=1,
        max_length=len(Power),
        unique=True,
        help_text="`needs` is for organizations alone.",
    )
    valid_from = StrictDateField(required=False, help_text="First day; today if absent.")
    valid_until = StrictDateField(help_text="Last day.")
    evidence = StrictCharField(
        max_length=EVIDENCE, help_text="What shows that the proxy may speak: a 委任状, an identity that was seen."
    )


class ProxyEndInput(CommonActionInput):
    """The subject says so itself, and owes nobody a reason."""

    proxy = reason_codes = None  # type: ignore[assignment]


class ProxyOutput(RowOutput):
    bank = StrictUUIDField(source="bank_id")
    subject_kind = StrictChoiceField(list(ROOMS), component="ProxySubjectKind")
    subject_id = StrictUUIDField()
    kind = StrictChoiceField(ProxyKind, component="ProxyKind")
    name = StrictCharField(max_length=100, allow_blank=True)
    relationship = StrictCharField(max_length=50, allow_blank=True)
    phone = StrictCharField(max_length=40, allow_blank=True)
    powers = StrictListField(child=StrictChoiceField(Power, component="ProxyPower"), max_length=len(Power))
    valid_from = StrictDateField()
    valid_until = StrictDateField()
    evidence = StrictCharField(max_length=EVIDENCE)
    state = serializers.SerializerMethodField()
    channel = StrictChoiceField(Channel)
    recorded_by_role = StrictChoiceField(Role)
    created_at = StrictDateTimeField()
    ended_on = StrictDateField(allow_null=True, help_text="From this day on it speaks no more.")
    ended_by_role = StrictCharField(max_length=20, allow_blank=True)
    allowed_actions = serializers.SerializerMethodField()

    @extend_schema_field(StrictChoiceField(ProxyState, component="ProxyState", help_text="Today."))
    def get_state(self, proxy: Proxy) -> str:
        return proxy.state_on(day_of(self.context["at"])).value

    def get_allowed_actions(self, proxy: Proxy) -> list[str]:
        return proxy_actions(self.context["actor"], proxy, self.get_state(proxy))


class ProxyOperation(Operation):
    tag = "proxies"
    required_scopes = ("consents:write",)
    output_serializer = ProxyOutput
    values: dict[str, Any]

    def step(self, sent: StepInput) -> Step:
        own = sent.channel and not sent.on_behalf
        actor = replace(self.actor, channel=sent.channel) if own else self.actor
        return Step(actor, self.at, on_behalf=sent.on_behalf, happened_on=sent.happened_on, note=sent.note)


class ProxyList(ProxyOperation, ListView):
    """Proxies of one's own registrations, ended ones too; a coordinator sees the bank's, a desk those of the people
    that it acts for."""

    operation_id, summary = "proxies_list", "List proxies"
    filterset_class = ProxyFilters
    orderings = ("-created_at", "created_at")

    def rows(self) -> QuerySet[Proxy]:
        return proxies_visible(self.actor, ROOMS.values())


class ProxyRead(ProxyOperation, DetailView):
    """One proxy."""

    operation_id, summary = "proxies_read", "Read a proxy"

    def find(self, **ids: Any) -> Proxy:
        return proxy_get(self.actor, ids["id"], ROOMS.values())


class ProxyCreate(ProxyOperation, CreateView):
    """Say who may speak for a registration, about what and until when. Its holder or owner does, or staff for them.

    A proxy has no account here and signs in nowhere: it speaks through staff, whose calls name it as `proxy` beside
    `on_behalf_of`. It is never edited: end it, and record a new one.
    """

    operation_id, summary = "proxies_create", "Record a proxy"
    extra_statuses = frozenset({404, 409})
    input_serializer = ProxyInput

    @property
    def room(self) -> Room:
        return ROOMS[self.values["subject_kind"]]

    def find(self, **ids: Any) -> Any:
        helping = bool(self.values.get("on_behalf_of"))
        with named_at("/subject_id"):
            return registration_get(self.room, self.actor, self.values["subject_id"], for_helper=helping)

    def permit(self, row: Any) -> None:
        require_holder(self.room, self.actor, row, on_behalf_of(self.values))

    def perform(self, parent: Any) -> Proxy:
        sent = StepInput(on_behalf=on_behalf_of(self.values), channel=self.values.get("channel"))
        return registration_proxy_record(room=self.room, id=parent.pk, mandate=self.mandate(), step=self.step(sent))

    def mandate(self) -> Mandate:
        given = self.values
        return Mandate(
            kind=ProxyKind(given["kind"]),
            powers=tuple(Power(power) for power in given["powers"]),
            valid_from=given.get("valid_from", day_of(self.at)),
            valid_until=given["valid_until"],
            evidence=given["evidence"],
            **{name: given[name] for name in ("name", "relationship", "phone") if name in given},
        )


class ProxyEnd(ProxyOperation, ActionView):
    """End a proxy: from today on it speaks no more, or from `happened_on`, the day on which its subject said so."""

    operation_id, summary = "proxies_end", "End a proxy"
    input_serializer = ProxyEndInput

    def find(self, **ids: Any) -> Proxy:
        helping = bool(self.values.get("on_behalf_of"))
        return proxy_get(self.actor, ids["id"], ROOMS.values(), for_helper=helping)

    def permit(self, row: Proxy) -> None:
        room, behalf = ROOMS[row.subject_kind], on_behalf_of(self.values)
        registration = registration_get(room, self.actor, row.subject_id, for_helper=behalf is not None)
        require_holder(room, self.actor, registration, behalf)

    def perform(self, row: Proxy, *, step: StepInput, expected_version: int) -> Proxy:
        return registration_proxy_end(
            room=ROOMS[row.subject_kind], proxy_id=row.pk, expected_version=expected_version, step=self.step(step)
        )


urlpatterns = [
    endpoint("proxies", get=ProxyList, post=ProxyCreate),
    endpoint("proxies/<uuid:id>", get=ProxyRead),
    endpoint("proxies/<uuid:id>/end", post=ProxyEnd),
]
