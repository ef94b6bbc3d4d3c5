"""Bodies that both kinds of registration take: shapes only; what they mean is decided in `talentbank.registrations`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from api.catalogue import sentence
from api.matches.inputs import DecisionInput
from api.serializers import (
    ON_BEHALF_KEYS,
    CommonActionInput,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictListField,
)
from talentbank.banks.models import REQUIRED_TO_SUBMIT, TextKind
from talentbank.registrations.comments import COMMENT_LENGTH

CALL_KEYS = ON_BEHALF_KEYS | {"bank", "consents"}
"""Keys of a body that are no fields of the registration."""


def words(length: int = 10_000, **options: Any) -> StrictCharField:
    return StrictCharField(max_length=length, required=False, allow_blank=True, **options)


def undecided(choices: Any, *, required: bool = False) -> StrictChoiceField:
    """One of an enum's values, or "" while it is undecided. An output always has it, an input may lack it."""
    return StrictChoiceField(["", *choices], required=required, component=f"{choices.__name__}OrUndecided")


def flag(**options: Any) -> StrictBooleanField:
    return StrictBooleanField(required=False, **options)


ASKED_FOR = f"To be submitted a registration has {', '.join(REQUIRED_TO_SUBMIT)}; the others are free."


def consents() -> StrictListField:
    return StrictListField(
        child=StrictChoiceField(TextKind),
        max_length=len(TextKind.values),
        unique=True,
        required=False,
        help_text=f"Texts that the holder consents to, in the versions that hold now. {ASKED_FOR}",
    )


class CommentsField(serializers.DictField):
    """Comments by JSON pointer into the row, such as `/skills/0/level`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(child=StrictCharField(max_length=COMMENT_LENGTH), **options)

    def to_internal_value(self, value: Any) -> dict[str, str]:
        if not isinstance(value, dict):
            raise serializers.ValidationError(sentence("not_an_object"), code="not_an_object")
        return super().to_internal_value(value)


class RegistrationRequestChangesInput(CommonActionInput):
    comments = CommentsField()


class RegistrationDecisionInput(CommonActionInput):
    decision = DecisionInput(required=False)


class RegistrationConsentInput(CommonActionInput):
    consents = consents()


class RegistrationPauseInput(CommonActionInput):
    paused_from = StrictDateField(required=False, help_text="First day of rest; today if absent.")
    paused_until = StrictDateField(required=False, help_text="Last day of rest; it ends by itself.")
    pause_reason = words(200, help_text="For the bank; the other side never reads it.")


def fields_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The registration's own fields of a body, as plain values."""
    return {name: _plain(value) for name, value in values.items() if name not in CALL_KEYS}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, str) else value
