"""Answers as JSON: what orjson writes is what the framework's own renderer says."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.utils.translation import gettext_lazy
from rest_framework.renderers import JSONRenderer
from rest_framework.utils.serializer_helpers import ReturnDict

from api.rendering import JSON, fragment, written
from talentbank.core.actors import Side

VALUES: dict[str, Any] = {
    "nested": {"a": [1, 2.5, None, True, "x"], "b": {}},
    "a time": datetime(2026, 11, 2, 1, 0, tzinfo=UTC),
    "a day": date(2026, 11, 2),
    "an id": UUID(int=7),
    "a decimal": Decimal("1.50"),
    "an enum": Side.ORGANIZATION,
    "a lazy text": gettext_lazy("Sign In"),
    "texts": ["葛\U000e0100", "\U00020bb7", "ﾀｸﾐ", "\ue000", "👩\u200d🌾", "</script>", '"\\\n', "\u2028"],
    "numbers": [0, -1, 2**53 - 1, -(2**63), 1e-7, 0.1 + 0.2, 1e16],
    "a serializer's answer": ReturnDict({"x": 1}, serializer=None),
    "nothing in it": [],
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_it_says_what_the_frameworks_renderer_says(value: Any) -> None:
    assert json.loads(written(value)) == json.loads(JSONRenderer().render(value))


def test_texts_stand_as_they_are() -> None:
    assert written({"name": "葛\U000e0100西"}) == '{"name":"葛\U000e0100西"}'.encode()


def test_a_written_part_is_taken_as_it_is() -> None:
    assert written({"a": fragment([1, "二"]), "b": 3}) == '{"a":[1,"二"],"b":3}'.encode()


def test_no_content_is_no_body() -> None:
    assert JSON().render(None) == b""


def test_what_json_has_no_word_for_is_null_and_what_nobody_knows_is_an_error() -> None:
    assert written([float("nan")]) == b"[null]"
    with pytest.raises(TypeError):
        written({"x": object()})
