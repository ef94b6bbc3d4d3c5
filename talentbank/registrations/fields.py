"""Checks of what people write into a registration: columns by their own truth, lists by their shape."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models

from talentbank.core.errors import FieldError
from talentbank.registrations.models import Registration

Check = Callable[[Any], str | None]
"""`check(value)`: None, or the code of what is wrong."""
TEXT_LENGTH = 10_000
MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])\Z")
CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]\Z|24:00\Z")
MOST_ITEMS = 100


def text(length: int, *, blank: bool = False) -> Check:
    """A text of at most `length` characters."""

    def check(value: Any) -> str | None:
        if not isinstance(value, str):
            return "not_a_string"
        if not blank and not value.strip():
            return "blank"
        return "max_length" if len(value) > length else None

    return check


def matching(pattern: re.Pattern[str]) -> Check:
    """A text of a pattern, or empty."""
    return lambda value: None if isinstance(value, str) and (not value or pattern.match(value)) else "invalid"


def one_of(values: Collection[str]) -> Check:
    return lambda value: None if isinstance(value, str) and value in values else "invalid_choice"


@dataclass(frozen=True, slots=True)
class Shape:
    """An object of a list: a check for each key, and the keys that must be there. Of two `ordered` keys the first is
    not greater; `disorder` is the code of the refusal where it is."""

    keys: Mapping[str, Check]
    required: tuple[str, ...] = ()
    ordered: tuple[str, str] | None = None
    disorder: str = "before_start"

    def errors(self, pointer: str, value: Any) -> list[FieldError]:
        if not isinstance(value, Mapping):
            return [FieldError(pointer, "not_an_object")]
        errors = [FieldError(f"{pointer}/{name}", "unknown_field") for name in value if name not in self.keys]
        errors += [FieldError(f"{pointer}/{name}", "required") for name in self.required if name not in value]
        errors += [
            FieldError(f"{pointer}/{name}", code)
            for name, check in self.keys.items()
            if name in value and (code := check(value[name]))
        ]
        if not errors and self.ordered:
            first, last = (value.get(name) or "" for name in self.ordered)
            if first and last and first > last:
                errors.append(FieldError(f"{pointer}/{self.ordered[1]}", self.disorder))
        return errors


def list_errors(name: str, value: Any, each: Check | Shape) -> list[FieldError]:
    """Check a list of texts or of objects."""
    if not isinstance(value, list):
        return [FieldError(f"/{name}", "not_a_list")]
    if len(value) > MOST_ITEMS:
        return [FieldError(f"/{name}", "max_items", {"maximum": MOST_ITEMS})]
    errors: list[FieldError] = []
    for n, item in enumerate(value):
        if isinstance(each, Shape):
            errors += each.errors(f"/{name}/{n}", item)
        elif code := each(item):
            errors.append(FieldError(f"/{name}/{n}", code))
    return errors


def column_errors(
    model: type[Registration], name: str, value: Any, bounds: Mapping[str, tuple[int, int]]
) -> list[FieldError]:
    """Check one column by its type, its choices and `bounds`."""
    pointer, column = f"/{name}", model._meta.get_field(name)
    assert isinstance(column, models.Field)
    if value is None:
        return [] if column.null else [FieldError(pointer, "null")]
    if isinstance(column, models.BooleanField):
        return [] if isinstance(value, bool) else [FieldError(pointer, "not_a_boolean")]
    if name in bounds:
        return _number_errors(pointer, value, *bounds[name])
    if not isinstance(value, str):
        return [FieldError(pointer, "not_a_string")]
    if not column.blank and not value.strip():
        return [FieldError(pointer, "blank")]
    if value and column.choices and value not in {choice for choice, _ in column.flatchoices}:
        return [FieldError(pointer, "invalid_choice")]
    most = column.max_length or TEXT_LENGTH
    return [FieldError(pointer, "max_length", {"maximum": most})] if len(value) > most else []


def _number_errors(pointer: str, value: Any, low: int, high: int) -> list[FieldError]:
    if isinstance(value, bool) or not isinstance(value, int):
        return [FieldError(pointer, "integer")]
    if value < low:
        return [FieldError(pointer, "min_value", {"minimum": low})]
    return [FieldError(pointer, "max_value", {"maximum": high})] if value > high else []


def email_errors(name: str, value: Any) -> list[FieldError]:
    """Check an e-mail address; empty is none."""
    if not isinstance(value, str) or not value:
        return []
    try:
        validate_email(value)
    except ValidationError:
        return [FieldError(f"/{name}", "email")]
    return []
