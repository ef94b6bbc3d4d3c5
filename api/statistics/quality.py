"""How good the matches are in the eyes of the two sides."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.serializers import StrictChoiceField, StrictFloatField
from api.statistics.figures import FiguresRead, YearFigures, cell_field, count_field, share_field
from talentbank.matches.codes import REASONS
from talentbank.matches.states import Action
from talentbank.statistics.definitions import QUALITY
from talentbank.statistics.quality import EarlyEnds, Quality, statistics_quality


class SideSatisfaction(serializers.Serializer):
    """Evaluations of one side that are open for reading. Mean and share are null under 5 of them, see
    `definitions.mean`."""

    evaluations = count_field()
    mean = StrictFloatField(minimum=1, maximum=5, allow_null=True)
    would_repeat = share_field()


class SatisfactionOfSides(serializers.Serializer):
    professional = SideSatisfaction()
    organization = SideSatisfaction()


class EarlyEndsBy(serializers.Serializer):
    professional = cell_field()
    organization = cell_field()
    coordinator = cell_field()


class EarlyEndReason(serializers.Serializer):
    """A reason, labelled in `codes/match-terminate-reasons`."""

    reason = StrictChoiceField(REASONS[Action.TERMINATE])
    matches = cell_field()


class EarlyEndsFigures(serializers.Serializer):
    ended = count_field()
    terminated = count_field()
    share = share_field()
    by = EarlyEndsBy()
    reasons = serializers.SerializerMethodField()

    def get_reasons(self, ends: EarlyEnds) -> list[dict[str, Any]]:
        return [{"reason": reason, "matches": count} for reason, count in ends.reasons.items()]


class StatisticsQuality(YearFigures):
    meanings = QUALITY
    satisfaction = SatisfactionOfSides()
    matches = count_field()
    repeats = count_field()
    repeat_rate = share_field()
    early_ends = EarlyEndsFigures()


class QualityRead(FiguresRead):
    """Satisfaction of both sides, how many matches are repeats, and which ended early, by whom and why. Evaluations
    count once they are open for reading. For analysts and coordinators."""

    operation_id, summary = "statistics_quality", "Read how content the sides are"
    output_serializer = StatisticsQuality

    def answer(self, **ids: Any) -> Quality:
        return statistics_quality(**self.asked())
