"""What callers may ask of the thesaurus, and what they may write into it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from rest_framework import serializers

from api.catalogue import sentence
from api.filters import ChoicesFilter, FlagFilter, StrictFilterSet, TextFilter, TextsFilter, UpdatedSince
from api.serializers import (
    StrictBooleanField,
    StrictCharField,
    StrictListField,
    StrictSerializer,
    StrictUUIDField,
)
from talentbank.skills.models import GroupOrigin, GroupSource, ThesaurusGroup
from talentbank.skills.occurrences import folded
from talentbank.skills.thesaurus import LONGEST_FORM, MOST_FORMS

NOTE = 200
BANK_HELP = "Id or slug; the default bank if absent."
ORIGIN_ROWS = {
    GroupOrigin.SHARED: Q(bank__isnull=True),
    GroupOrigin.CHANGED: Q(shared__isnull=False),
    GroupOrigin.OWN: Q(bank__isnull=False, shared__isnull=True),
}

Rows = QuerySet[ThesaurusGroup]


class OfBankFilters(StrictFilterSet):
    """`bank`, which the view has read: without a bank there are no rows to filter."""

    bank = TextFilter(method="of_bank", help_text=BANK_HELP)

    def of_bank(self, rows: Rows, name: str, bank: str | None) -> Rows:
        return rows


class ThesaurusFilters(OfBankFilters, UpdatedSince):
    origin = ChoicesFilter(GroupOrigin, method="by_origin")
    source = ChoicesFilter(GroupSource, "source")
    area = TextsFilter("area", max_length=200)
    active = FlagFilter("active")
    q = TextFilter(method="by_words", help_text="Part of a form; width and case do not matter.")

    def by_origin(self, rows: Rows, name: str, origins: list[GroupOrigin] | None) -> Rows:
        wanted = Q()
        for origin in origins or ():
            wanted |= ORIGIN_ROWS[origin]
        return rows.filter(wanted)

    def by_words(self, rows: Rows, name: str, text: str | None) -> Rows:
        return rows if text is None else rows.filter(folded_forms__contains=folded(text).strip())


def _forms(**options: Any) -> StrictListField:
    return StrictListField(child=StrictCharField(max_length=LONGEST_FORM), max_length=MOST_FORMS, **options)


class ThesaurusGroupInput(StrictSerializer):
    """At least two forms, each of at least two characters. With `shared`, what is absent is taken over from it."""

    bank = StrictCharField(max_length=100, required=False, help_text=BANK_HELP)
    shared = StrictUUIDField(required=False, help_text="The shared group that this one stands in for, in this bank.")
    area = StrictCharField(
        max_length=60, required=False, allow_blank=True, help_text="An area of problems, or of ours."
    )
    forms_ja = _forms(required=False, help_text="As written in Japanese texts, also such as SEO.")
    forms_en = _forms(required=False)
    note = StrictCharField(max_length=NOTE, required=False, allow_blank=True, help_text="Why; for colleagues.")
    active = StrictBooleanField(required=False, help_text="False switches the group off.")


class ThesaurusGroupPatch(StrictSerializer):
    area = StrictCharField(max_length=60, allow_blank=True)
    forms_ja = _forms()
    forms_en = _forms()
    note = StrictCharField(max_length=NOTE, allow_blank=True)
    active = StrictBooleanField()


class ThesaurusPreviewInput(ThesaurusGroupInput):
    """A group to add, as for a create; or with `group` the change of one, as for a PATCH, or its removal."""

    group = StrictUUIDField(required=False, help_text="The bank's own group that would be changed or removed.")
    remove = StrictBooleanField(required=False)

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        if "group" in values and values.keys() & {"shared", "bank"}:
            raise serializers.ValidationError({"group": [_error("group_or_shared")]})
        if values.get("remove") and "group" not in values:
            raise serializers.ValidationError({"group": [_error("required")]})
        return values


def _error(code: str) -> serializers.ErrorDetail:
    return serializers.ErrorDetail(sentence(code), code)
