"""Query parameters of match lists. None reaches what the caller may not see."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from api.filters import ChoiceFilter, ChoicesFilter, DayFilter, TextsFilter, UpdatedSince, UUIDsFilter
from api.staff_filters import BanksFilter, looked_after
from talentbank.core.actors import COORDINATORS, ORGANIZATION_ROLES, Role
from talentbank.matches.models import Match
from talentbank.matches.selectors import waiting_on
from talentbank.matches.states import Origin, State

ORDERINGS = ("-created_at", "created_at", "-updated_at", "updated_at")
WAITING_ON = (
    "Matches that wait for the caller: for its side's answer, put off too; for its side to confirm the newest terms, "
    "of an organization by owners; for the organization to take a delivery; for coordinators to propose or to decide. "
    "What waits beside a match, and for desks, is at `/api/v1/me/worklist`."
)


class MatchFilters(UpdatedSince):
    """A side filters by the other side's id only where it has been introduced."""

    bank = BanksFilter()
    need = UUIDsFilter("need_id")
    professional = UUIDsFilter(method="by_professional")
    organization = UUIDsFilter(method="by_organization")
    state = ChoicesFilter(State, "state")
    origin = ChoicesFilter(Origin, "origin")
    waiting_on = ChoiceFilter(["me"], method="by_waiting", help_text=WAITING_ON)
    due_before = DayFilter("due_on", lookup_expr="lt")
    reference = TextsFilter("reference")
    coordinator = TextsFilter(method="by_coordinator", help_text="Account that looks after it, or `me`. For staff.")

    def by_coordinator(self, rows: QuerySet[Match], name: str, values: list[str] | None) -> QuerySet[Match]:
        return rows.filter(looked_after(values, self.actor)) if values else rows

    def by_professional(self, rows: QuerySet[Match], name: str, ids: list[UUID] | None) -> QuerySet[Match]:
        if not ids:
            return rows
        known = Q(professional_id__in=self.actor.ids_as(Role.PROFESSIONAL)) | self._staff_or_introduced()
        return rows.filter(known, professional_id__in=ids)

    def by_organization(self, rows: QuerySet[Match], name: str, ids: list[UUID] | None) -> QuerySet[Match]:
        if not ids:
            return rows
        mine = Q(need__organization_id__in=self.actor.ids_as(*ORGANIZATION_ROLES))
        return rows.filter(mine | self._staff_or_introduced(), need__organization_id__in=ids)

    def by_waiting(self, rows: QuerySet[Match], name: str, value: str | None) -> QuerySet[Match]:
        return rows.filter(waiting_on(self.actor)) if value else rows

    def _staff_or_introduced(self) -> Q:
        return Q(bank_id__in=self.actor.banks_as(COORDINATORS)) | Q(introduced_at__isnull=False)
