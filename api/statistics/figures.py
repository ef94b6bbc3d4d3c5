"""What all figures share: of which bank, as of when, of which year, and what each of them means."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.catalogue import language
from api.filters import StrictFilterSet, TextFilter, WholeFilter
from api.serializers import StrictCharField, StrictDateField, StrictFloatField, StrictIntegerField, StrictUUIDField
from api.views import FactView
from talentbank.banks.models import Bank
from talentbank.banks.selectors import bank_named
from talentbank.core.clock import day_of
from talentbank.statistics.definitions import Definitions
from talentbank.statistics.policies import require_reader

COUNT = {"minimum": 0, "maximum": 1_000_000_000}
YEAR = {"minimum": 2000, "maximum": 2999}
NOT_SHOWN = "Null: not shown, see `definitions.hidden`."


class BankFilters(StrictFilterSet):
    bank = TextFilter(help_text="Id or slug; the default bank answers, and is named, without it.")


class FigureFilters(BankFilters):
    fiscal_year = WholeFilter(**YEAR, help_text="One fiscal year alone: 2024 is from 2024-04-01 to 2025-03-31.")


class BankName(serializers.Serializer):
    id = StrictUUIDField()
    slug = StrictCharField(max_length=40)
    name = StrictCharField(max_length=100)


class DefinedFigures(serializers.Serializer):
    """Base of answers with figures. `meanings` are those of the answer's own fields."""

    meanings: Definitions = {}
    bank = BankName()
    as_of = StrictDateField()
    definitions = serializers.SerializerMethodField()

    def get_fields(self) -> dict[str, Any]:
        """Figures first, what they mean last."""
        fields = super().get_fields()
        return {name: fields[name] for name in sorted(fields, key=lambda name: name == "definitions")}

    def get_definitions(self, figures: Any) -> dict[str, str]:
        return {name: words[language()] for name, words in self.meanings.items()}


class YearFigures(DefinedFigures):
    fiscal_year = StrictIntegerField(**YEAR, allow_null=True)


def count_field(**options: Any) -> StrictIntegerField:
    return StrictIntegerField(**COUNT, **options)


def cell_field(**options: Any) -> StrictIntegerField:
    """A cell of a cross-table."""
    return count_field(allow_null=True, help_text=NOT_SHOWN, **options)


def share_field(**options: Any) -> StrictFloatField:
    """A share in [0, 1]; null where there is nothing to divide by, or where it is not shown."""
    return StrictFloatField(minimum=0, maximum=1, allow_null=True, **options)


class FiguresRead(FactView):
    """Base of the figures that analysts and coordinators read, and nobody else."""

    tag = "statistics"
    required_scopes = ("statistics:read",)
    filterset_class: type[StrictFilterSet] = FigureFilters
    extra_statuses = frozenset({404})

    def find(self, **ids: Any) -> Bank:
        return bank_named(self.parameters["bank"])

    def permit(self, row: Bank) -> None:
        require_reader(self.actor, row.pk)

    def asked(self) -> dict[str, Any]:
        """The bank, the day and the year that a selector counts for."""
        return {"bank": self.row, "as_of": day_of(self.at), "fiscal_year": self.parameters["fiscal_year"]}
