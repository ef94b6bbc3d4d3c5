"""What a change would do to the candidates of a bank's open needs: one shape for synonyms and for weights."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.serializers import (
    StrictCharField,
    StrictChoiceField,
    StrictDateTimeField,
    StrictFloatField,
    StrictIntegerField,
    StrictUUIDField,
)
from talentbank.ranking.previews import LOOKED_AT, Place, Preview

COUNT = {"minimum": 0, "maximum": 1_000_000_000}
RANK = {"minimum": 1, "maximum": LOOKED_AT}
SCORE = {"minimum": 0, "maximum": 1}


class PreviewProfessional(serializers.Serializer):
    id = StrictUUIDField(source="pk")
    reference = StrictCharField(max_length=30, allow_blank=True)
    name = StrictCharField(max_length=200)


class PreviewNeed(serializers.Serializer):
    id = StrictUUIDField(source="pk")
    reference = StrictCharField(max_length=30, allow_blank=True)
    title = StrictCharField(max_length=200)


class PreviewPlace(serializers.Serializer):
    """Ranks count from 1 and are null beyond the first ten; a score is null where there is nothing to judge by."""

    professional = serializers.SerializerMethodField()
    rank_before = StrictIntegerField(**RANK, allow_null=True)
    rank_after = StrictIntegerField(**RANK, allow_null=True)
    score_before = StrictFloatField(**SCORE, allow_null=True)
    score_after = StrictFloatField(**SCORE, allow_null=True)

    @extend_schema_field(PreviewProfessional)
    def get_professional(self, place: Place) -> Any:
        return PreviewProfessional(self.context["professionals"][place.professional]).data


class PreviewMeeting(serializers.Serializer):
    """A word of the need and the word of a profile that it meets."""

    need_term = StrictCharField(max_length=1000)
    profile_term = StrictCharField(max_length=1000)
    relation = StrictChoiceField(["same", "synonym", "near", "skill"], component="TermRelation")


class PreviewChange(serializers.Serializer):
    """What changes among the first ten candidates of a need. `met` and `lost`: words that meet only after or before."""

    need = PreviewNeed()
    entered = PreviewPlace(many=True)
    left = PreviewPlace(many=True)
    moved = PreviewPlace(many=True)
    met = PreviewMeeting(many=True)
    lost = PreviewMeeting(many=True)


class RankingPreviewOutput(serializers.Serializer):
    """Open needs with a change among their first ten candidates. Nothing is saved.

    Of a large bank not all is compared: needs that say one of the words come first, then the latest opened.
    """

    revision = StrictIntegerField(**COUNT)
    model_version = StrictCharField(max_length=40, help_text="Of the ranking as it is now.")
    as_of = StrictDateTimeField(source="at")
    needs_compared = StrictIntegerField(**COUNT)
    needs_left_out = StrictIntegerField(**COUNT)
    professionals_compared = StrictIntegerField(**COUNT)
    professionals_left_out = StrictIntegerField(**COUNT)
    changes = serializers.SerializerMethodField()

    @extend_schema_field(PreviewChange(many=True))
    def get_changes(self, preview: Preview) -> Any:
        context = {**self.context, "professionals": preview.professionals}
        return PreviewChange(preview.changes, many=True, context=context).data
