"""How far matches come."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.serializers import StrictChoiceField
from api.statistics.figures import FiguresRead, YearFigures, cell_field, count_field
from talentbank.statistics.definitions import FUNNEL
from talentbank.statistics.funnel import Funnel, Stage, statistics_funnel


class FunnelOrigins(serializers.Serializer):
    prospect = cell_field()
    apply = cell_field()
    invite = cell_field()
    repeat = cell_field()


class FunnelStage(serializers.Serializer):
    """Matches that first reached a stage within the period; `matches` is always shown."""

    stage = StrictChoiceField(Stage)
    matches = count_field()
    by_origin = FunnelOrigins()


class StatisticsFunnel(YearFigures):
    meanings = FUNNEL
    needs_submitted = count_field()
    needs_opened = count_field()
    stages = FunnelStage(many=True)


class FunnelRead(FiguresRead):
    """Needs that were submitted and opened, and how many matches reached each stage, in total and by origin. Each match
    counts once at a stage, by the day on which it first came so far; `contracted` is the headline's number of matches.
    For analysts and coordinators."""

    operation_id, summary = "statistics_funnel", "Read how many matches reach each stage"
    output_serializer = StatisticsFunnel

    def answer(self, **ids: Any) -> Funnel:
        return statistics_funnel(**self.asked())
