"""What is asked for and nobody offers, who offers and is never asked."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.serializers import StrictCharField, StrictIntegerField
from api.statistics.figures import BankFilters, DefinedFigures, FiguresRead, cell_field, count_field, share_field
from talentbank.ranking.exposure import TOP, Exposure
from talentbank.statistics.definitions import SUPPLY_AND_DEMAND
from talentbank.statistics.supply import SupplyAndDemand, statistics_supply_and_demand


class UnmetProblem(serializers.Serializer):
    code = StrictCharField(max_length=60)
    name_ja = StrictCharField(max_length=100)
    name_en = StrictCharField(max_length=200)


class UnmetNeeds(serializers.Serializer):
    """Needs without candidates of one problem (null: without a problem) in one area ("": without one, or together areas
    of fewer than 5)."""

    problem = UnmetProblem(allow_null=True)
    area = StrictCharField(max_length=100, allow_blank=True)
    needs = cell_field()


class ExposureBalance(serializers.Serializer):
    """Over the professionals who can be shown, who stands in the first `top` ranks, as `exposure` has it in full."""

    top = StrictIntegerField(minimum=1, maximum=100)
    can_be_shown = count_field()
    never_shown = count_field()
    share_never_shown = share_field()
    least_share_never_shown = share_field()
    gini = share_field()
    least_gini = share_field()


class StatisticsSupplyAndDemand(DefinedFigures):
    meanings = SUPPLY_AND_DEMAND
    needs_seeking = count_field()
    needs_ranked = count_field()
    needs_without_candidates = count_field()
    without_candidates = UnmetNeeds(many=True, allow_null=True, help_text="Null: none is shown.")
    professionals_available = count_field()
    professionals_never_proposed = count_field()
    share_never_proposed = share_field()
    exposure = ExposureBalance()
    model_version = StrictCharField(max_length=40)


def balance_shown(exposure: Exposure) -> dict[str, Any]:
    return {
        "top": TOP,
        "can_be_shown": len(exposure.times),
        "never_shown": exposure.never_shown,
        "share_never_shown": exposure.share_never_shown,
        "least_share_never_shown": exposure.least_share_never_shown,
        "gini": exposure.gini,
        "least_gini": exposure.least_gini,
    }


def supply_and_demand_shown(found: SupplyAndDemand) -> dict[str, Any]:
    exposure = found.exposure
    return {
        "bank": found.bank,
        "as_of": found.as_of,
        "needs_seeking": found.needs_seeking,
        "needs_ranked": exposure.needs,
        "needs_without_candidates": found.needs_without_candidates,
        "without_candidates": found.unmet,
        "professionals_available": found.available,
        "professionals_never_proposed": found.never_proposed,
        "share_never_proposed": found.share_never_proposed,
        "exposure": balance_shown(exposure),
        "model_version": exposure.model_version,
    }


class SupplyAndDemandRead(FiguresRead):
    """Needs without candidates by problem and area, professionals who were never proposed, and how evenly rankings show
    people. As things stand: ranked anew at each call, at most 1,000 needs. For analysts and coordinators."""

    operation_id, summary = "statistics_supply_and_demand", "Read where supply and demand do not meet"
    filterset_class = BankFilters
    output_serializer = StatisticsSupplyAndDemand

    def answer(self, **ids: Any) -> dict[str, Any]:
        return supply_and_demand_shown(statistics_supply_and_demand(bank=self.row, at=self.at))
