"""What the thesaurus shows: groups, what stands beside them, and what a change would do."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.catalogue import sentence
from api.previews import RankingPreviewOutput
from api.serializers import (
    RowOutput,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictDateTimeField,
    StrictListField,
    StrictUUIDField,
)
from api.thesaurus.inputs import NOTE
from talentbank.ranking.previews import ThesaurusPreview, namesakes
from talentbank.skills.models import GroupOrigin, GroupSource, ThesaurusGroup

SHARED_ELSEWHERE = "form_in_several_groups"
READ_FORM = 300
"""Of a form: the general synonyms hold some long names."""
READ_FORMS = 1_000


def _forms() -> StrictListField:
    return StrictListField(child=StrictCharField(max_length=READ_FORM), max_length=READ_FORMS)


class SharedGroupOutput(serializers.Serializer):
    """The shared group as it is, which the bank's own stands in for."""

    id = StrictUUIDField(source="pk")
    code = StrictCharField(max_length=60)
    forms_ja = _forms()
    forms_en = _forms()


class ThesaurusGroupOutput(RowOutput):
    """Words of one meaning. `silent` forms are found for others, but look nothing up themselves."""

    bank = StrictUUIDField(source="bank_id", allow_null=True, help_text="Null where all banks share it.")
    origin = StrictChoiceField(GroupOrigin)
    source = StrictChoiceField(GroupSource)
    code = StrictCharField(max_length=60, allow_blank=True)
    area = StrictCharField(max_length=200, allow_blank=True)
    forms_ja = _forms()
    forms_en = _forms()
    silent = _forms()
    note = StrictCharField(max_length=NOTE, allow_blank=True)
    active = StrictBooleanField()
    shared = SharedGroupOutput(allow_null=True)
    updated_at = StrictDateTimeField()


class NamesakeGroup(serializers.Serializer):
    id = StrictUUIDField()
    origin = StrictChoiceField(GroupOrigin)
    first_form = StrictCharField(max_length=READ_FORM)


class ThesaurusWarning(serializers.Serializer):
    """A form that other groups of the bank hold too: where it stands, each meaning gets a share of it."""

    code = StrictChoiceField([SHARED_ELSEWHERE], component="ThesaurusWarningCode")
    detail = StrictCharField(max_length=1000)
    form = StrictCharField(max_length=READ_FORM)
    groups = NamesakeGroup(many=True)


class ThesaurusGroupDetail(ThesaurusGroupOutput):
    """A group with what to mind about it. Nothing is refused because of a warning."""

    warnings = serializers.SerializerMethodField()

    @extend_schema_field(ThesaurusWarning(many=True))
    def get_warnings(self, group: ThesaurusGroup) -> list[dict[str, Any]]:
        bank_id = group.bank_id or self.context["bank_id"]
        return warnings_shown(namesakes(bank_id, group))


def warnings_shown(found: Any) -> list[dict[str, Any]]:
    return [
        {
            "code": SHARED_ELSEWHERE,
            "detail": sentence(SHARED_ELSEWHERE, form=form, groups=[group.forms[0] for group in groups]),
            "form": form,
            "groups": [
                {"id": str(group.pk), "origin": str(group.origin), "first_form": group.forms[0]} for group in groups
            ],
        }
        for form, groups in found.items()
    ]


class PreviewedGroup(serializers.Serializer):
    """The group as it would be saved."""

    area = StrictCharField(max_length=200, allow_blank=True)
    forms_ja = _forms()
    forms_en = _forms()
    active = StrictBooleanField()


class ThesaurusPreviewOutput(serializers.Serializer):
    """What the change would do; `group` is null where it would be gone."""

    group = PreviewedGroup(allow_null=True)
    warnings = serializers.SerializerMethodField()
    ranking = RankingPreviewOutput()

    @extend_schema_field(ThesaurusWarning(many=True))
    def get_warnings(self, preview: ThesaurusPreview) -> list[dict[str, Any]]:
        return warnings_shown(preview.namesakes)
