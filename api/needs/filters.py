"""Query parameters of need lists. None reaches what the caller may not see."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from api.filters import ChoicesFilter, FlagFilter, TextFilter, TextsFilter, UpdatedSince, UUIDsFilter
from api.staff_filters import BanksFilter, looked_after
from talentbank.core.actors import HELPERS
from talentbank.core.clock import day_of
from talentbank.core.errors import Forbidden
from talentbank.core.search import rows_with
from talentbank.needs.models import Need, NeedState
from talentbank.needs.selectors import need_reader, needs_in_detail, needs_taking
from talentbank.professionals.models import EngagementType

ORDERINGS = ("-created_at", "created_at", "-updated_at", "updated_at", "deadline", "-deadline")
SEARCHED = (
    "title",
    "own_words",
    "public_summary",
    "reference",
    "organization__name",
    "organization__kana",
)


class NeedFilters(UpdatedSince):
    """A hidden organization is not found by its id, and hidden words not by `q`."""

    bank = BanksFilter()
    state = ChoicesFilter(NeedState, "state")
    problem = TextsFilter(method="by_problem", help_text="Codes of problems.")
    area = TextsFilter("area", help_text="Where the work is, as written in the need.")
    engagement_type = ChoicesFilter(EngagementType, "engagement_type")
    accepting = FlagFilter(method="by_accepting", help_text="Is open or in progress, and takes new candidates today.")
    organization = UUIDsFilter(method="by_organization")
    coordinator = TextsFilter(method="by_coordinator", help_text="Account that looks after it, or `me`. For staff.")
    q = TextFilter(
        method="by_words",
        help_text="Staff: words of the need, reference, organization's name or phone, in any script and spacing.",
    )

    def by_coordinator(self, rows: QuerySet[Need], name: str, values: list[str] | None) -> QuerySet[Need]:
        return rows.filter(looked_after(values, self.actor)) if values else rows

    def by_problem(self, rows: QuerySet[Need], name: str, codes: list[str] | None) -> QuerySet[Need]:
        if not codes:
            return rows
        named = Need.problems.through._default_manager.filter(problem__code__in=codes)
        return rows.filter(pk__in=named.values("need_id"))

    def by_accepting(self, rows: QuerySet[Need], name: str, value: bool | None) -> QuerySet[Need]:
        if value is None:
            return rows
        taking = needs_taking(day_of(self.at))
        return rows.filter(taking if value else ~taking)

    def by_organization(self, rows: QuerySet[Need], name: str, ids: list[UUID] | None) -> QuerySet[Need]:
        if not ids:
            return rows
        named = Q(anonymous=False) | needs_in_detail(need_reader(self.actor))
        return rows.filter(named, organization_id__in=ids)

    def by_words(self, rows: QuerySet[Need], name: str, text: str | None) -> QuerySet[Need]:
        """:raises Forbidden: the caller is no staff."""
        if text is None:
            return rows
        if not self.actor.banks_as(HELPERS):
            raise Forbidden()
        found = rows_with(text, words=SEARCHED, numbers=("organization__contact_phone",))
        return rows.filter(found & needs_in_detail(need_reader(self.actor)))
