"""Bases of inputs and outputs. No ModelSerializer: what a caller may send or see is written down, never inherited."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from rest_framework import serializers

from api.catalogue import sentence
from api.fields import (
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictDateTimeField,
    StrictDecimalField,
    StrictEmailField,
    StrictField,
    StrictFloatField,
    StrictIntegerField,
    StrictListField,
    StrictUUIDField,
)
from api.preconditions import etag_of
from talentbank.core.actors import Channel, OnBehalf, Side

NOTE_LENGTH = 2000
ON_BEHALF_KEYS = frozenset({"on_behalf_of", "channel", "evidence_note", "proxy"})


class StrictSerializer(serializers.Serializer):
    """Base of every input: a JSON object whose unknown keys are refused, nested ones too."""

    sent_only = False
    """A PATCH: absent keys are left alone. DRF's `partial` would let nested objects come without required keys."""
    always: tuple[str, ...] = ()
    """Keys that a PATCH must bring too."""

    @property
    def _writable_fields(self) -> Iterator[serializers.Field]:
        for each in super()._writable_fields:
            if not self.sent_only or each.field_name in self.initial_data or each.field_name in self.always:
                yield each

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if data is not serializers.empty and data is not None and not isinstance(data, Mapping):
            raise serializers.ValidationError(sentence("not_an_object"), code="not_an_object")
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> Any:
        writable = {name for name, each in self.fields.items() if not each.read_only}
        text = sentence("unknown_field")
        unknown = {key: [serializers.ErrorDetail(text, "unknown_field")] for key in data if key not in writable}
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**error.detail, **unknown}) from None
        if unknown:
            raise serializers.ValidationError(unknown)
        return values


ADDED = frozenset({"etag", "expanded"})
"""Members of a row that are made from the rest of it."""


class RowOutput(serializers.Serializer):
    """Base of an output that stands for one row with a version.

    `etag` is last: it holds the row's version and a digest of everything else in this representation. `expanded`, where
    a subclass declares it, is added by `api.expansion`.
    """

    id = StrictUUIDField(read_only=True)
    etag = StrictCharField(max_length=80, read_only=True, help_text="For If-Match.")

    @cached_property
    def _content(self) -> list[tuple[str, serializers.Field]]:
        return [(each.field_name, each) for each in self._readable_fields if each.field_name not in ADDED]

    def to_representation(self, instance: Any) -> dict[str, Any]:
        values = {name: _shown(each, instance) for name, each in self._content}
        return {**values, "etag": etag_of(instance.version, values)}


def _shown(each: serializers.Field, instance: Any) -> Any:
    value = each.get_attribute(instance)
    return None if value is None else each.to_representation(value)


@dataclass(frozen=True, slots=True)
class StepInput:
    """What a caller brings to an action: the common keys, and `input`, the action's own."""

    on_behalf: OnBehalf | None = None
    channel: Channel | None = None
    happened_on: date | None = None
    reason_codes: tuple[str, ...] = ()
    note: str = ""
    input: dict[str, Any] = field(default_factory=dict)


class OnBehalfInput(StrictSerializer):
    """The keys of a call that staff may make for somebody."""

    on_behalf_of = StrictChoiceField(
        Side, required=False, help_text="The side that staff act for; a token then needs the scope `desk:act` too."
    )
    channel = StrictChoiceField(Channel, required=False, help_text="How the person was reached.")
    evidence_note = StrictCharField(
        max_length=NOTE_LENGTH, required=False, allow_blank=True, help_text="What shows it: a letter, a call, a visit."
    )
    proxy = StrictUUIDField(
        required=False,
        help_text="The proxy whom staff listened to, instead of the side itself; its own evidence is on record.",
    )

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        if "on_behalf_of" in values and "channel" not in values:
            raise serializers.ValidationError({"channel": [_detail("needs_channel")]})
        lonely = [name for name in ("evidence_note", "proxy") if values.get(name) and "on_behalf_of" not in values]
        if lonely:
            raise serializers.ValidationError({name: [_detail("needs_on_behalf_of")] for name in lonely})
        return values


def on_behalf_of(values: Mapping[str, Any]) -> OnBehalf | None:
    """Whom a body says that staff act for, and whom they listened to."""
    side = values.get("on_behalf_of")
    if not side:
        return None
    return OnBehalf(Side(side), values["channel"], values.get("evidence_note", ""), values.get("proxy"))


def reasons(**options: Any) -> StrictListField:
    child = StrictCharField(max_length=60)
    return StrictListField(child=child, max_length=10, unique=True, help_text="See /codes.", **options)


class CommonActionInput(OnBehalfInput):
    """The keys that every action takes; subclasses add the action's own."""

    happened_on = StrictDateField(required=False, help_text="The day it really happened; today if absent.")
    reason_codes = reasons(required=False)
    note = StrictCharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)


class ReasonedInput(CommonActionInput):
    """An action that nobody takes without a reason."""

    reason_codes = reasons(min_length=1)


def step_of(values: Mapping[str, Any]) -> StepInput:
    """Split validated input into the common keys and the action's own."""
    own = {name: value for name, value in values.items() if name not in ON_BEHALF_KEYS}
    return StepInput(
        on_behalf=on_behalf_of(values),
        channel=values.get("channel"),
        happened_on=own.pop("happened_on", None),
        reason_codes=tuple(own.pop("reason_codes", ())),
        note=own.pop("note", ""),
        input=own,
    )


def _detail(code: str) -> serializers.ErrorDetail:
    return serializers.ErrorDetail(sentence(code), code)


__all__ = [
    "ON_BEHALF_KEYS",
    "CommonActionInput",
    "OnBehalfInput",
    "ReasonedInput",
    "RowOutput",
    "StepInput",
    "StrictBooleanField",
    "StrictCharField",
    "StrictChoiceField",
    "StrictDateField",
    "StrictDateTimeField",
    "StrictDecimalField",
    "StrictEmailField",
    "StrictField",
    "StrictFloatField",
    "StrictIntegerField",
    "StrictListField",
    "StrictSerializer",
    "StrictUUIDField",
    "on_behalf_of",
    "reasons",
    "step_of",
]
