"""Query parameters that both kinds of registration take."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from api.filters import ChoicesFilter, TextFilter, TextsFilter, UpdatedSince
from api.staff_filters import BanksFilter
from talentbank.core.actors import HELPERS
from talentbank.core.errors import Forbidden
from talentbank.registrations.models import RegistrationState

ORDERINGS = ("-created_at", "created_at", "-updated_at", "updated_at", "valid_until", "-valid_until")


class RegistrationFilters(UpdatedSince):
    """`q` finds within what the caller sees as staff."""

    bank = BanksFilter()
    registration_state = ChoicesFilter(RegistrationState, "registration_state")
    reference = TextsFilter("reference", max_length=30)
    q = TextFilter(
        method="by_words",
        help_text="Staff: part of a name, kana, phone or reference, in any script and spacing.",
    )

    def by_words(self, rows: QuerySet[Any], name: str, text: str | None) -> QuerySet[Any]:
        """:raises Forbidden: the caller is no staff."""
        if text is None:
            return rows
        if not self.actor.banks_as(HELPERS):
            raise Forbidden()
        return self.search(rows, text)

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        raise NotImplementedError
