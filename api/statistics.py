"""Figures that anybody may read, with their definitions and as-of date."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.catalogue import language
from api.filters import StrictFilterSet, TextFilter, WholeFilter
from api.routing import endpoint
from api.serializers import StrictCharField, StrictDateField, StrictIntegerField, StrictUUIDField
from api.views import FactView
from talentbank.banks.selectors import bank_default, bank_get
from talentbank.core.clock import day_of
from talentbank.statistics.definitions import DEFINITIONS
from talentbank.statistics.selectors import Summary, statistics_summary

COUNT = {"minimum": 0, "maximum": 1_000_000_000}


class SummaryFilters(StrictFilterSet):
    bank = TextFilter(help_text="Id or slug; the default bank answers, and is named, without it.")
    fiscal_year = WholeFilter(
        minimum=2000,
        maximum=2999,
        help_text="Matches and consultations of one fiscal year: 2024 is from 2024-04-01 to 2025-03-31.",
    )


class BankName(serializers.Serializer):
    id = StrictUUIDField()
    slug = StrictCharField(max_length=40)
    name = StrictCharField(max_length=100)


class StatisticsSummary(serializers.Serializer):
    bank = BankName()
    as_of = StrictDateField()
    fiscal_year = StrictIntegerField(minimum=2000, maximum=2999, allow_null=True)
    matches = StrictIntegerField(**COUNT)
    repeats = StrictIntegerField(**COUNT)
    individuals = StrictIntegerField(**COUNT)
    organizations = StrictIntegerField(**COUNT)
    consultations = StrictIntegerField(**COUNT)
    definitions = serializers.SerializerMethodField()

    def get_definitions(self, summary: Summary) -> dict[str, str]:
        return {name: words[language()] for name, words in DEFINITIONS.items()}


class SummaryRead(FactView):
    """The headline figures: matches made, individuals and organizations registered, consultations."""

    operation_id, summary, tag = ("statistics_summary", "Read the headline figures of a bank", "statistics")
    public = True
    filterset_class = SummaryFilters
    output_serializer = StatisticsSummary
    extra_statuses = frozenset({404})

    def answer(self, **ids: Any) -> Summary:
        named = self.parameters["bank"]
        return statistics_summary(
            bank=bank_get(named) if named else bank_default(),
            as_of=day_of(self.at),
            fiscal_year=self.parameters["fiscal_year"],
        )


urlpatterns = [endpoint("statistics/summary", get=SummaryRead)]
