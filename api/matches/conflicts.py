"""Conflicts of interest: what the rules find, and what is decided in writing. For coordinators alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from api.filters import FlagFilter, StrictFilterSet, UUIDsFilter
from api.matches.inputs import ConflictInput
from api.matches.outputs import ConflictOutput, ConflictScanOutput
from api.staff_filters import BanksFilter
from api.views import CreateView, FactView, ListView, Operation, WholeListView
from talentbank.accounts.policies import require_coordinator
from talentbank.core.audit import Step
from talentbank.matches.models import ConflictDecision, Match
from talentbank.matches.policies import require_coordinator_apart
from talentbank.matches.selectors import conflicts_found, conflicts_standing, match_get
from talentbank.matches.services import conflict_decide


class ConflictOperation(Operation):
    tag = "matches"
    required_scopes = ("matches:decide",)
    output_serializer = ConflictOutput

    def match(self, id: UUID) -> Match:
        """:raises NotFound: the caller does not see the match."""
        return match_get(self.actor, id)


class ConflictFilters(StrictFilterSet):
    bank = BanksFilter("match__bank")
    match = UUIDsFilter("match_id")
    decided = FlagFilter(method="by_decided", help_text="Whether a coordinator has decided about the newest scan.")

    def by_decided(self, rows: QuerySet[ConflictDecision], name: str, value: bool | None) -> QuerySet[ConflictDecision]:
        return rows if value is None else rows.filter(decided_at__isnull=not value)


class ConflictsOfBank(ConflictOperation, ListView):
    """The newest scan or decision of every match of the banks that the caller coordinates and is no side of."""

    operation_id, summary, tag = "conflicts_list", "List scans for conflicts of interest", "conflicts"
    filterset_class = ConflictFilters
    orderings = ("-created_at", "created_at")

    def rows(self) -> QuerySet[ConflictDecision]:
        return conflicts_standing(self.actor)


class ConflictList(ConflictOperation, WholeListView):
    """Scans for conflicts of interest and what was decided. For coordinators who are no side of the match."""

    operation_id, summary = "matches_conflicts_list", "List conflict decisions"

    def items(self) -> Any:
        match = self.match(self.kwargs["id"])
        self.require_scopes()
        require_coordinator_apart(self.actor, match)
        return match.conflicts.order_by("created_at", "id")


class ConflictScan(ConflictOperation, FactView):
    """What the rules find now, with the caller as the acting coordinator, and what no decision covers yet.
    For coordinators who are no side of the match."""

    operation_id, summary = "matches_conflict_scan", "Scan for conflicts of interest"
    output_serializer = ConflictScanOutput

    def find(self, **ids: Any) -> Match:
        return self.match(ids["id"])

    def permit(self, row: Match) -> None:
        require_coordinator_apart(self.actor, row)

    def answer(self, **ids: Any) -> dict[str, Any]:
        findings, uncovered = conflicts_found(self.row, self.actor, self.at)
        return {"findings": findings, "uncovered": [finding.code for finding in uncovered]}


class ConflictDecide(ConflictOperation, CreateView):
    """Scan again and record in writing what is decided about what was found, also when nothing was.

    `none` is refused where something was found; approving asks for a decision about everything found at that moment.
    """

    operation_id, summary = ("matches_conflicts_decide", "Decide on conflicts of interest")
    input_serializer = ConflictInput

    def find(self, **ids: Any) -> Match:
        return self.match(ids["id"])

    def permit(self, row: Match) -> None:
        require_coordinator(self.actor, row.bank_id)

    def perform(self, parent: Match) -> ConflictDecision:
        return conflict_decide(
            match_id=parent.pk,
            outcome=self.values["outcome"],
            reason=self.values.get("reason", ""),
            seen=self.values.get("findings"),
            step=Step(actor=self.actor, at=self.at),
        )

    def location(self, row: ConflictDecision) -> str:
        return f"{self.request.path}#{row.pk}"
