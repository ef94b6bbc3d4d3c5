"""Fields that take a JSON value of their own type or refuse it; nothing is coerced, trimmed or normalized."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.validators import validate_email
from rest_framework import serializers

from api.catalogue import sentence

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})\Z"
)
CANONICAL_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
UNSEEN = (
    r"\u0000-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f"
    r"\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
)
"""Controls, spaces and fillers of every kind, marks of direction and of variants: a class of characters that regular
expressions of all languages read alike. Those that Unicode knows as Default_Ignorable_Code_Point, but for planes beyond
the first, and the blank of Braille."""
VISIBLE = re.compile(f"[^{UNSEEN}]")
ANY_TEXT = r"^[^\u0000]*$"
SOME_TEXT = rf"^[^\u0000]*[^{UNSEEN}][^\u0000]*$"
MOMENT = serializers.DateTimeField()
YEARS = range(1900, 3000)
"""Years outside overflow when a time zone is applied."""


class StrictField(serializers.Field):
    """Base of the strict fields: an error is a code with facts, said in the words of the catalogue."""

    component_name = ""

    def fail(self, key: str, **facts: Any) -> None:
        raise serializers.ValidationError(sentence(key, **facts), code=key)

    def json_schema(self) -> dict[str, Any]:
        """The JSON Schema of a value."""
        raise NotImplementedError

    def to_representation(self, value: Any) -> Any:
        return value


class StrictCharField(StrictField):
    """A text of at most `max_length` characters. What nobody sees counts as blank; NUL is never taken.

    form : the code of the refusal of a text without the `pattern`
    """

    def __init__(
        self,
        *,
        max_length: int,
        min_length: int = 0,
        allow_blank: bool = False,
        pattern: str = "",
        form: str = "invalid",
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.max_length, self.min_length, self.allow_blank = max_length, min_length, allow_blank
        self.pattern, self.form = re.compile(pattern) if pattern else None, form

    def to_internal_value(self, value: Any) -> str:
        if not isinstance(value, str):
            self.fail("not_a_string")
        if len(value) > self.max_length:
            self.fail("max_length", maximum=self.max_length)
        if not VISIBLE.search(value):
            if not self.allow_blank:
                self.fail("blank")
            if value and self.pattern:
                self.fail(self.form)
            return value
        if len(value) < self.min_length or (self.pattern and not self.pattern.fullmatch(value)):
            self.fail(self.form)
        return value

    def to_representation(self, value: Any) -> str:
        return str(value)

    def json_schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "string", "maxLength": self.max_length}
        if least := self.min_length or (0 if self.allow_blank else 1):
            schema["minLength"] = least
        if self.pattern:
            return {**schema, "pattern": f"^(?:{self.pattern.pattern}){'?' if self.allow_blank else ''}$"}
        return {**schema, "pattern": ANY_TEXT if self.allow_blank else SOME_TEXT}


class StrictEmailField(StrictCharField):
    """An address in plain ASCII, so that no look-alike letter can pose as another."""

    def __init__(self, *, max_length: int = 254, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)

    def to_internal_value(self, value: Any) -> str:
        text = super().to_internal_value(value)
        if not text:
            return text
        try:
            validate_email(text)
        except DjangoValidationError:
            self.fail("email")
        if not text.isascii():
            self.fail("email")
        return text

    def json_schema(self) -> dict[str, Any]:
        schema = super().json_schema()
        return schema if self.allow_blank else {**schema, "format": "email"}


class StrictIntegerField(StrictField):
    """A whole number between `minimum` and `maximum`, both stated so that no database decides them.

    1.0 is one, as JSON Schema has it.
    """

    def __init__(self, *, minimum: int, maximum: int, **options: Any) -> None:
        super().__init__(**options)
        self.minimum, self.maximum = minimum, maximum

    def to_internal_value(self, value: Any) -> int:
        if isinstance(value, bool) or not (isinstance(value, int) or (isinstance(value, float) and value.is_integer())):
            self.fail("integer")
        if value < self.minimum:
            self.fail("min_value", minimum=self.minimum)
        if value > self.maximum:
            self.fail("max_value", maximum=self.maximum)
        return int(value)

    def json_schema(self) -> dict[str, Any]:
        wide = {"format": "int64"} if self.maximum >= 2**31 or self.minimum < -(2**31) else {}
        return {"type": "integer", **wide, "minimum": self.minimum, "maximum": self.maximum}


class StrictFloatField(StrictField):
    """A finite JSON number between `minimum` and `maximum`."""

    def __init__(self, *, minimum: float, maximum: float, **options: Any) -> None:
        super().__init__(**options)
        self.minimum, self.maximum = minimum, maximum

    def to_internal_value(self, value: Any) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
            self.fail("not_a_number")
        if value < self.minimum:
            self.fail("min_value", minimum=self.minimum)
        if value > self.maximum:
            self.fail("max_value", maximum=self.maximum)
        return float(value)

    def to_representation(self, value: Any) -> float:
        return float(value)

    def json_schema(self) -> dict[str, Any]:
        return {"type": "number", "minimum": self.minimum, "maximum": self.maximum}


class StrictDecimalField(StrictFloatField):
    """A JSON number kept exactly, with at most `places` digits after the point."""

    def __init__(self, *, minimum: float, maximum: float, places: int, **options: Any) -> None:
        super().__init__(minimum=minimum, maximum=maximum, **options)
        self.places = places

    def to_internal_value(self, value: Any) -> Decimal:  # type: ignore[override]
        super().to_internal_value(value)
        try:
            exact = Decimal(repr(value))
            rounded = exact.quantize(Decimal(1).scaleb(-self.places))
        except InvalidOperation:
            self.fail("max_digits")
        if rounded != exact:
            self.fail("max_digits")
        return rounded


class StrictBooleanField(StrictField):
    """`true` or `false`."""

    def to_internal_value(self, value: Any) -> bool:
        if not isinstance(value, bool):
            self.fail("not_a_boolean")
        return bool(value)

    def json_schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


class StrictDateField(StrictField):
    """A day as `YYYY-MM-DD`; week dates and the basic format are not taken."""

    def to_internal_value(self, value: Any) -> date:
        if not isinstance(value, str) or not DAY.match(value):
            self.fail("date")
        try:
            day = date.fromisoformat(value)
        except ValueError:
            self.fail("date")
        if day.year not in YEARS:
            self.fail("date_out_of_range", first=YEARS[0], last=YEARS[-1])
        return day

    def to_representation(self, value: date) -> str:
        return value.isoformat()

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}


class StrictDateTimeField(StrictField):
    """A moment in RFC 3339 with its offset."""

    def to_internal_value(self, value: Any) -> datetime:
        if not isinstance(value, str) or not INSTANT.match(value):
            self.fail("datetime")
        try:
            at = datetime.fromisoformat(value.upper())
        except ValueError:
            self.fail("datetime")
        if at.year not in YEARS:
            self.fail("date_out_of_range", first=YEARS[0], last=YEARS[-1])
        return at

    def to_representation(self, value: datetime) -> str:
        return MOMENT.to_representation(value) or ""

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}


class StrictUUIDField(StrictField):
    """A UUID in its canonical form with hyphens."""

    def to_internal_value(self, value: Any) -> UUID:
        if not isinstance(value, str) or not CANONICAL_UUID.match(value):
            self.fail("uuid")
        return UUID(value)

    def to_representation(self, value: UUID) -> str:
        return str(value)

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "uuid"}


class StrictChoiceField(StrictField):
    """One of an enum's values, or of a list of strings. An enum becomes a component of the spec by its name."""

    def __init__(self, choices: type[Enum] | Iterable[str], *, component: str = "", **options: Any) -> None:
        super().__init__(**options)
        self.enum = choices if isinstance(choices, type) else None
        self.values = [str(each.value if isinstance(each, Enum) else each) for each in choices]
        self.component_name = component or (self.enum.__name__ if self.enum else "")

    def to_internal_value(self, value: Any) -> Any:
        if not isinstance(value, str) or value not in self.values:
            self.fail("invalid_choice")
        return self.enum(value) if self.enum else value

    def to_representation(self, value: Any) -> str:
        return str(value.value if isinstance(value, Enum) else value)

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": self.values}


class StrictListField(serializers.ListField):
    """A JSON array of at most `max_length` items, each checked by `child`; `unique` refuses repeated items."""

    def __init__(self, *, max_length: int, unique: bool = False, **options: Any) -> None:
        self.unique, self.most, self.least = unique, max_length, options.pop("min_length", 0)
        super().__init__(**options)

    def to_internal_value(self, value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise serializers.ValidationError(sentence("not_a_list"), code="not_a_list")
        if len(value) > self.most:
            raise serializers.ValidationError(sentence("max_items", maximum=self.most), code="max_items")
        if len(value) < self.least:
            raise serializers.ValidationError(sentence("min_items", minimum=self.least), code="min_items")
        items = super().to_internal_value(value)
        if self.unique and len({repr(item) for item in items}) < len(items):
            raise serializers.ValidationError(sentence("duplicate_item"), code="duplicate_item")
        return items
