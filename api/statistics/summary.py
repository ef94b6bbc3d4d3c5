"""Figures that anybody may read, with their definitions and as-of date."""

from __future__ import annotations

from typing import Any

from api.filters import WholeFilter
from api.statistics.figures import YEAR, BankFilters, YearFigures, count_field
from api.views import FactView
from talentbank.banks.selectors import bank_named
from talentbank.core.clock import day_of
from talentbank.statistics.definitions import DEFINITIONS
from talentbank.statistics.selectors import Summary, statistics_summary


class SummaryFilters(BankFilters):
    fiscal_year = WholeFilter(
        **YEAR, help_text="Matches and consultations of one fiscal year: 2024 is from 2024-04-01 to 2025-03-31."
    )


class StatisticsSummary(YearFigures):
    meanings = DEFINITIONS
    matches = count_field()
    repeats = count_field()
    individuals = count_field()
    organizations = count_field()
    consultations = count_field()


class SummaryRead(FactView):
    """The headline figures: matches made, individuals and organizations registered, consultations."""

    operation_id, summary, tag = ("statistics_summary", "Read the headline figures of a bank", "statistics")
    public = True
    filterset_class = SummaryFilters
    output_serializer = StatisticsSummary
    extra_statuses = frozenset({404})

    def answer(self, **ids: Any) -> Summary:
        return statistics_summary(
            bank=bank_named(self.parameters["bank"]),
            as_of=day_of(self.at),
            fiscal_year=self.parameters["fiscal_year"],
        )
