"""How long people wait."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.serializers import StrictIntegerField
from api.statistics.figures import FiguresRead, YearFigures, count_field
from talentbank.statistics.definitions import SPEED
from talentbank.statistics.speed import Speed, statistics_speed

DAYS = {"minimum": 0, "maximum": 100_000, "allow_null": True}


class WaitedDays(serializers.Serializer):
    """Waits that ended within the period, in business days. Days are null under 5 cases, see
    `definitions.median_days`."""

    cases = count_field()
    median_days = StrictIntegerField(**DAYS)
    ninth_decile_days = StrictIntegerField(**DAYS)


class StatisticsSpeed(YearFigures):
    meanings = SPEED
    review = WaitedDays()
    first_proposal = WaitedDays()
    first_answer = WaitedDays()
    contract = WaitedDays()
    opening_to_contract = WaitedDays()


class SpeedRead(FiguresRead):
    """How many business days people wait for a review, a first proposal, a first answer and a contract: the median and
    the ninth decile, with the number of cases. For analysts and coordinators."""

    operation_id, summary = "statistics_speed", "Read how long people wait"
    output_serializer = StatisticsSpeed

    def answer(self, **ids: Any) -> Speed:
        return statistics_speed(**self.asked())
