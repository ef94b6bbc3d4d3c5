"""Query parameters: declared, typed, and nothing else. Built on django-filter.

A repeated parameter means OR where the filter is plural (`ChoicesFilter`, `UUIDsFilter`, `TextsFilter`);
anywhere else it is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import Enum
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict
from rest_framework import serializers

from api.fields import (
    YEARS,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictDateTimeField,
    StrictField,
    StrictIntegerField,
    StrictUUIDField,
)
from talentbank.core.errors import FieldError, InvalidInput

PLAIN_INTEGER_LENGTH = 18


class ParameterWidget(forms.Widget):
    """Hands over every value of a parameter as sent."""

    def value_from_datadict(self, data: QueryDict, files: Any, name: str) -> list[str] | None:
        return data.getlist(name) if name in data else None


REPLACED = "\ufffd"
"""What Django puts in place of bytes of an address that are no UTF-8."""


class ParameterField(forms.Field):
    """A query parameter whose values are read by a strict field."""

    widget = ParameterWidget

    def __init__(self, *, strict: StrictField, plural: bool, **options: Any) -> None:
        options = {name: value for name, value in options.items() if name in {"required", "label", "help_text"}}
        super().__init__(**options)
        self.strict, self.plural = strict, plural

    def clean(self, values: list[str] | None) -> Any:
        if not values:
            if self.required:
                raise ValidationError("", code="required")
            return None
        if len(values) > 1 and not self.plural:
            raise ValidationError("", code="duplicate_parameter")
        cleaned = [self._read(value) for value in values]
        return cleaned if self.plural else cleaned[0]

    def _read(self, text: str) -> Any:
        if "\x00" in text:
            raise ValidationError("", code="nul_character")
        if REPLACED in text:
            raise ValidationError("", code="not_utf8")
        try:
            return self.strict.run_validation(self._typed(text))
        except serializers.ValidationError as error:
            leaf = error.detail[0]
            raise ValidationError(str(leaf), code=leaf.code) from None

    def _typed(self, text: str) -> Any:
        """A parameter is text; the strict field wants the JSON type."""
        if isinstance(self.strict, StrictIntegerField):
            digits = text.removeprefix("-")
            plain = digits.isascii() and digits.isdecimal() and len(digits) <= PLAIN_INTEGER_LENGTH
            return int(text) if plain else text
        if isinstance(self.strict, StrictBooleanField):
            return {"true": True, "false": False}.get(text, text)
        return text


class Parameter(django_filters.Filter):
    """A filter on one declared query parameter. `strict` reads a value and describes it in the spec."""

    field_class = ParameterField
    plural = False

    def __init__(self, field_name: str | None = None, *, strict: StrictField, **options: Any) -> None:
        self.strict = strict
        super().__init__(field_name, strict=strict, plural=self.plural, **options)


class PluralParameter(Parameter):
    """A parameter that may be repeated: a row fits if one of the values fits."""

    plural = True

    def __init__(self, field_name: str | None = None, *, strict: StrictField, **options: Any) -> None:
        options.setdefault("lookup_expr", "in")
        super().__init__(field_name, strict=strict, **options)


class ChoicesFilter(PluralParameter):
    """Values of an enum or of a list; repeated means OR."""

    def __init__(self, choices: type[Enum] | Iterable[str], field_name: str | None = None, **options: Any) -> None:
        super().__init__(field_name, strict=StrictChoiceField(choices), **options)


class UUIDsFilter(PluralParameter):
    """Ids; repeated means OR."""

    def __init__(self, field_name: str | None = None, **options: Any) -> None:
        super().__init__(field_name, strict=StrictUUIDField(), **options)


class TextsFilter(PluralParameter):
    """Exact texts, such as codes and references; repeated means OR."""

    def __init__(self, field_name: str | None = None, *, max_length: int = 100, **options: Any) -> None:
        super().__init__(field_name, strict=StrictCharField(max_length=max_length), **options)


class TextFilter(Parameter):
    """One text, such as `q`; give `method=` where it is no plain comparison."""

    def __init__(self, field_name: str | None = None, *, max_length: int = 100, **options: Any) -> None:
        super().__init__(field_name, strict=StrictCharField(max_length=max_length), **options)


class ChoiceFilter(Parameter):
    """One value of an enum or of a list."""

    def __init__(self, choices: type[Enum] | Iterable[str], field_name: str | None = None, **options: Any) -> None:
        super().__init__(field_name, strict=StrictChoiceField(choices), **options)


class FlagFilter(Parameter):
    """`true` or `false`."""

    def __init__(self, field_name: str | None = None, **options: Any) -> None:
        super().__init__(field_name, strict=StrictBooleanField(), **options)


class WholeFilter(Parameter):
    """A whole number."""

    def __init__(self, field_name: str | None = None, *, minimum: int, maximum: int, **options: Any) -> None:
        super().__init__(field_name, strict=StrictIntegerField(minimum=minimum, maximum=maximum), **options)


class DayFilter(Parameter):
    """A day as YYYY-MM-DD."""

    def __init__(self, field_name: str | None = None, **options: Any) -> None:
        super().__init__(field_name, strict=StrictDateField(), **options)


class InstantFilter(Parameter):
    """A moment with its offset (`+` is sent as `%2B`)."""

    def __init__(self, field_name: str | None = None, **options: Any) -> None:
        super().__init__(field_name, strict=StrictDateTimeField(), **options)


class StrictFilterSet(django_filters.FilterSet):
    """Base of the declared parameters of an operation. Not tied to a model; name the `field_name`s.

    `actor` and `at` are there for `method=` filters such as `waiting_on=me`.
    """

    def __init__(self, data: QueryDict, queryset: QuerySet[Any], *, actor: Any = None, at: Any = None) -> None:
        super().__init__(data, queryset)
        self.actor, self.at = actor, at


class UpdatedSince(StrictFilterSet):
    """`updated_since`, for clients that keep a copy."""

    updated_since = InstantFilter(
        "updated_at",
        lookup_expr="gte",
        help_text="Rows changed at or after this time. A change bears the time its call began: ask from minutes ago.",
    )


def read_parameters(filterset: type[StrictFilterSet] | None, query: QueryDict, common: Iterable[str]) -> dict[str, Any]:
    """Return the declared parameters with their typed values, None where absent.

    :raises InvalidInput: a parameter is unknown, repeated against its kind, or has a wrong value.
    """
    declared = filterset.base_filters if filterset else {}
    errors = [
        FieldError(f"/query/{_escaped(name)}", "unknown_parameter")
        for name in query
        if name not in declared and name not in common
    ]
    values: dict[str, Any] = {}
    for name, each in declared.items():
        try:
            values[name] = each.field.clean(query.getlist(name) if name in query else None)
        except ValidationError as error:
            code = error.code or "invalid"
            errors.append(FieldError(f"/query/{name}", code, _limits(each.strict)))
    if errors:
        raise InvalidInput(errors)
    return values


def _limits(strict: StrictField) -> dict[str, Any]:
    if isinstance(strict, StrictCharField):
        return {"maximum": strict.max_length}
    if isinstance(strict, StrictIntegerField):
        return {"minimum": strict.minimum, "maximum": strict.maximum}
    if isinstance(strict, StrictDateField | StrictDateTimeField):
        return {"first": YEARS[0], "last": YEARS[-1]}
    return {}


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1").replace("\x00", "\ufffd")


def filtered(
    filterset: type[StrictFilterSet] | None, rows: QuerySet[Any], values: dict[str, Any], *, actor: Any, at: datetime
) -> QuerySet[Any]:
    """Apply validated parameters to rows."""
    if filterset is None:
        return rows
    bound = filterset(QueryDict(), rows, actor=actor, at=at)
    for name, value in values.items():
        rows = bound.filters[name].filter(rows, value)
    return rows
