"""Warnings about contacts and names in free text, as the records of needs and professionals carry them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.catalogue import sentence
from api.serializers import StrictCharField, StrictChoiceField, StrictIntegerField
from talentbank.privacy.warnings import TextWarning, WarningCode

OFFSET = {"minimum": 0, "maximum": 1_000_000}


class TextWarningOutput(serializers.Serializer):
    """A contact or a name in a text that others will read. `start` and `end` count its code points.

    Nothing is refused because of it.
    """

    pointer = StrictCharField(max_length=200)
    code = StrictChoiceField(WarningCode, component="TextWarningCode")
    detail = serializers.SerializerMethodField()
    start = StrictIntegerField(**OFFSET)
    end = StrictIntegerField(**OFFSET)

    def get_detail(self, warning: TextWarning) -> str:
        return sentence(warning.code)


def warnings_shown(warnings: list[TextWarning]) -> list[dict[str, Any]]:
    return list(TextWarningOutput(warnings, many=True).data)
