"""Strict fields take their own JSON type and nothing else; pointers lead to what is wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest
from rest_framework.exceptions import ValidationError

from api import fields
from api.errors import leaves
from api.serializers import CommonActionInput, StrictSerializer, step_of
from talentbank.core.actors import Channel, OnBehalf, Side
from tests.api.foundation.resource import ThingInput

ID = "0198c0de-0000-7000-8000-000000000001"


class Color(StrEnum):
    RED = "red"
    BLUE = "blue"


TEXT = fields.StrictCharField(max_length=5)
WHOLE = fields.StrictIntegerField(minimum=0, maximum=10)


def listed(**options: Any) -> fields.StrictListField:
    return fields.StrictListField(child=fields.StrictCharField(max_length=5), max_length=2, **options)


EXACT = fields.StrictDecimalField(minimum=0, maximum=100, places=1)


@pytest.mark.parametrize(
    ("field", "value", "read"),
    [
        (TEXT, " 葛󠄀 ", " 葛󠄀 "),
        (fields.StrictCharField(max_length=5, allow_blank=True), "", ""),
        (WHOLE, 10, 10),
        (WHOLE, 10.0, 10),
        (fields.StrictFloatField(minimum=0, maximum=1), 1, 1.0),
        (fields.StrictBooleanField(), False, False),
        (fields.StrictDateField(), "2024-02-29", date(2024, 2, 29)),
        (fields.StrictDateTimeField(), "2024-02-29T00:00:00Z", datetime(2024, 2, 29, tzinfo=UTC)),
        (fields.StrictUUIDField(), ID, UUID(ID)),
        (fields.StrictEmailField(), "a@example.jp", "a@example.jp"),
        (fields.StrictChoiceField(Color), "red", Color.RED),
        (fields.StrictChoiceField(["1"]), "1", "1"),
        (listed(), ["a", "a"], ["a", "a"]),
    ],
)
def test_a_field_takes_its_own_type(field: Any, value: Any, read: Any) -> None:
    assert field.run_validation(value) == read


def test_a_decimal_keeps_its_digits() -> None:
    assert str(EXACT.run_validation(12.5)) == "12.5"


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        (TEXT, 1, "not_a_string"),
        (TEXT, True, "not_a_string"),
        (TEXT, [], "not_a_string"),
        (TEXT, {}, "not_a_string"),
        (TEXT, None, "null"),
        (TEXT, "", "blank"),
        (TEXT, "\u3000 ", "blank"),
        (TEXT, "\x1c\x7f\u2028", "blank"),
        (TEXT, "\u200b\u2060\ufeff\u3164", "blank"),
        (TEXT, "\u2800\ufe0f\u00ad", "blank"),
        (TEXT, "123456", "max_length"),
        (fields.StrictCharField(max_length=5, allow_blank=True), " " * 6, "max_length"),
        (fields.StrictCharField(max_length=5, pattern="[0-9]+"), "12a", "invalid"),
        (fields.StrictCharField(max_length=5, pattern="[0-9]+"), "12\n", "invalid"),
        (WHOLE, "1", "integer"),
        (WHOLE, True, "integer"),
        (WHOLE, 1.5, "integer"),
        (WHOLE, float("nan"), "integer"),
        (WHOLE, float("inf"), "integer"),
        (WHOLE, 1e300, "max_value"),
        (WHOLE, -1, "min_value"),
        (WHOLE, 11, "max_value"),
        (EXACT, "1.5", "not_a_number"),
        (EXACT, float("nan"), "not_a_number"),
        (EXACT, 1.25, "max_digits"),
        (fields.StrictBooleanField(), "true", "not_a_boolean"),
        (fields.StrictBooleanField(), 1, "not_a_boolean"),
        (fields.StrictDateField(), "20240229", "date"),
        (fields.StrictDateField(), "2024-W09-4", "date"),
        (fields.StrictDateField(), "2023-02-29", "date"),
        (fields.StrictDateField(), "0001-01-01", "date_out_of_range"),
        (fields.StrictDateField(), "3000-01-01", "date_out_of_range"),
        (fields.StrictDateField(), "２０２４-01-01", "date"),
        (fields.StrictDateTimeField(), "2024-02-29T00:00:00", "datetime"),
        (fields.StrictDateTimeField(), "2024-02-29", "datetime"),
        (fields.StrictDateTimeField(), "2024-02-29T24:30:00Z", "datetime"),
        (fields.StrictDateTimeField(), "2024-02-29T00:00:00+99:00", "datetime"),
        (fields.StrictUUIDField(), ID.replace("-", ""), "uuid"),
        (fields.StrictUUIDField(), "{" + ID + "}", "uuid"),
        (fields.StrictUUIDField(), 1, "uuid"),
        (fields.StrictEmailField(), "аdmin@example.jp", "email"),
        (fields.StrictEmailField(), "a\u200b@example.jp", "email"),
        (fields.StrictEmailField(), "ａ@example.jp", "email"),
        (fields.StrictEmailField(), "a@例え.jp", "email"),
        (fields.StrictChoiceField(["1"]), 1, "invalid_choice"),
        (fields.StrictChoiceField(Color), "RED", "invalid_choice"),
        (fields.StrictChoiceField(Color), ["red"], "invalid_choice"),
        (listed(), "ab", "not_a_list"),
        (listed(), {"a": 1}, "not_a_list"),
        (listed(), ["a"] * 3, "max_items"),
        (listed(unique=True), ["a", "a"], "duplicate_item"),
    ],
)
def test_a_field_refuses_everything_else(field: Any, value: Any, code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        field.run_validation(value)

    assert caught.value.detail[0].code == code


def pointers(serializer: StrictSerializer) -> dict[str, str]:
    assert not serializer.is_valid()
    return {pointer: leaf.code for pointer, leaf in leaves(serializer.errors)}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {"/name": "required"}),
        ({"name": "x", "state": "open"}, {"/state": "unknown_field"}),
        ({"nam/e~": 1}, {"/name": "required", "/nam~1e~0": "unknown_field"}),
        ({"name": "x", "parts": [{"label": "a", "weight": 1, "extra": 1}]}, {"/parts/0/extra": "unknown_field"}),
        ({"name": "x", "parts": [{"label": "a", "weight": 1}, 7]}, {"/parts/1": "not_an_object"}),
        ({"name": "x", "parts": {"0": {}}}, {"/parts": "not_a_list"}),
        ({"name": "x", "parts": None}, {"/parts": "null"}),
        ({"name": "x", "tags": ["a", 2]}, {"/tags/1": "not_a_string"}),
    ],
)
def test_errors_point_at_what_is_wrong(body: Any, expected: dict[str, str]) -> None:
    assert pointers(ThingInput(data=body)) == expected


def test_a_patch_reads_only_what_was_sent_but_nested_objects_whole() -> None:
    absent = ThingInput(data={})
    absent.sent_only = True
    assert absent.is_valid()
    assert absent.validated_data == {}

    nested = ThingInput(data={"parts": [{"label": "a"}]})
    nested.sent_only = True
    assert pointers(nested) == {"/parts/0/weight": "required"}


def test_the_common_keys_of_an_action_become_one_value() -> None:
    body = {"on_behalf_of": "professional", "channel": "phone", "evidence_note": "電話", "note": "承諾"}
    serializer = CommonActionInput(data=body)
    assert serializer.is_valid()

    step = step_of(serializer.validated_data)

    assert step.on_behalf == OnBehalf(Side.PROFESSIONAL, Channel.PHONE, "電話")
    assert (step.note, step.input) == ("承諾", {})


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"on_behalf_of": "organization"}, {"/channel": "needs_channel"}),
        ({"evidence_note": "x"}, {"/evidence_note": "needs_on_behalf_of"}),
        ({"on_behalf_of": "coordinator", "channel": "web"}, {"/on_behalf_of": "invalid_choice"}),
        ({"happened_on": "20240101"}, {"/happened_on": "date"}),
        ({"reason_codes": "x"}, {"/reason_codes": "not_a_list"}),
    ],
)
def test_the_common_keys_are_checked(body: Any, expected: dict[str, str]) -> None:
    assert pointers(CommonActionInput(data=body)) == expected
