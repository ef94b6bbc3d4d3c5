"""What every record shows alike: its steps, and what may be done with it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.catalogue import language
from api.problems import refusal_told
from api.serializers import (
    StrictBooleanField,
    StrictCharField,
    StrictDateField,
    StrictDateTimeField,
    StrictListField,
    StrictUUIDField,
)
from talentbank.core.lifecycle import ActionAnswer
from talentbank.core.models import Event
from talentbank.core.reasons import Words


class ActionRefusal(serializers.Serializer):
    """Why not; `missing`: codes of the fields, consents or terms that lack."""

    code = StrictCharField(max_length=60)
    detail = StrictCharField(max_length=1000)
    missing = StrictListField(child=StrictCharField(max_length=100), max_length=100)


class ActionAnswerOutput(serializers.Serializer):
    """Whether this caller may take an action now, and if not why. `on_behalf`: only for somebody else."""

    action = StrictCharField(max_length=40)
    allowed = StrictBooleanField()
    on_behalf = StrictBooleanField()
    requires = StrictListField(child=StrictCharField(max_length=40), max_length=10)
    refusals = serializers.SerializerMethodField()

    @extend_schema_field(ActionRefusal(many=True))
    def get_refusals(self, answer: ActionAnswer) -> list[dict[str, Any]]:
        return [{"missing": [], **refusal_told(each)} for each in answer.refusals]


class EventOutput(serializers.Serializer):
    """Base of one step of a record: roles, never names of staff. Subclasses say who reads which of its texts."""

    id = StrictUUIDField()
    action = StrictCharField(max_length=40)
    from_state = StrictCharField(max_length=40, allow_blank=True)
    to_state = StrictCharField(max_length=40)
    at = StrictDateTimeField()
    happened_on = StrictDateField()
    actor_role = StrictCharField(max_length=20)
    on_behalf_of = StrictCharField(max_length=20, allow_blank=True)
    proxy = serializers.SerializerMethodField()
    channel = StrictCharField(max_length=20)
    reason_codes = serializers.SerializerMethodField()
    told = serializers.SerializerMethodField()
    texts = serializers.SerializerMethodField()
    hash = StrictCharField(max_length=64)

    @extend_schema_field(
        StrictUUIDField(allow_null=True, help_text="The proxy whom staff listened to; for staff and that side.")
    )
    def get_proxy(self, event: Event) -> str | None:
        return event.facts.get("proxy") if self.shows_proxy(event) else None

    def shows_proxy(self, event: Event) -> bool:
        """Whether this reader may know that a proxy spoke. Whoever reads a registration's record is of that side."""
        return True

    @extend_schema_field(StrictListField(child=StrictCharField(max_length=60), max_length=10))
    def get_reason_codes(self, event: Event) -> list[str]:
        return list(event.reason_codes)

    @extend_schema_field(StrictListField(child=StrictCharField(max_length=200), max_length=10))
    def get_told(self, event: Event) -> list[str]:
        """The polite words for the reasons of this step, for the side that reads."""
        return [str(getattr(words, language())) for words in self.polite(event)]

    def polite(self, event: Event) -> list[Words]:
        """Return what the reading side is told instead of reason codes; nothing for staff."""
        raise NotImplementedError

    def get_texts(self, event: Event) -> dict[str, Any]:
        text = getattr(event, "text", None)
        return self.readable(event, dict(text.content)) if text else {}

    def readable(self, event: Event, content: dict[str, Any]) -> dict[str, Any]:
        """Return what of an event's texts this reader may see."""
        raise NotImplementedError
