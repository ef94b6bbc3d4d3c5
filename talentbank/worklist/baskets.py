"""The baskets, in the order in which they are shown: who has them, what lies in them, which calls settle it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from talentbank.core.actors import COORDINATORS, HELPERS, ORGANIZATION_ROLES, Role
from talentbank.worklist import sides, staff
from talentbank.worklist.items import Reader, Waiting

SIDES = ORGANIZATION_ROLES | {Role.PROFESSIONAL}


@dataclass(frozen=True, slots=True)
class Basket:
    """One basket. `settles`: actions of the API that take an item out of it."""

    name: str
    roles: frozenset[Role]
    find: Callable[[Reader], Iterator[Waiting]]
    settles: tuple[str, ...] = ()

    @property
    def of_staff(self) -> bool:
        return bool(self.roles & HELPERS)


ADMIN = frozenset({Role.BANK_ADMIN})
DESK = frozenset({Role.SUPPORT_DESK})
OWNER = frozenset({Role.OWNER})
PROFESSIONAL = frozenset({Role.PROFESSIONAL})
HOLDERS = OWNER | PROFESSIONAL
"""Who may bind a side: a professional, and of an organization its owners."""


def _helped(find: Callable[..., Iterator[Waiting]]) -> Callable[[Reader], Iterator[Waiting]]:
    """What waits for the people that a desk acts for; where it acts for both sides of a row, once."""

    def found(reader: Reader) -> Iterator[Waiting]:
        return iter({waiting.id: waiting for waiting in find(reader, sides.helped)}.values())

    return found


BASKETS = (
    # For the city, what is late first.
    Basket("escalations", ADMIN, staff.escalations, ("approve", "reject")),
    Basket("answers_overdue", COORDINATORS, staff.answers_overdue, ("accept", "decline", "cancel")),
    Basket("calls_to_make", COORDINATORS, staff.calls_to_make, ("notes",)),
    Basket("approvals", COORDINATORS, staff.approvals, ("approve", "reject")),
    Basket("registrations", COORDINATORS, staff.registrations, ("approve", "request-changes", "reject")),
    Basket("needs", COORDINATORS, staff.needs, ("open", "request-changes", "reject")),
    Basket("pending_changes", COORDINATORS, staff.pending_changes, ("approve-changes", "reject-changes")),
    Basket("changed_since_review", COORDINATORS, staff.changed_since_review, ("mark-reviewed",)),
    Basket("countersignatures", ADMIN, staff.countersignatures, ("countersign",)),
    Basket("starts_to_confirm", COORDINATORS, staff.starts_to_confirm, ("start",)),
    Basket("evaluations_due", COORDINATORS, staff.evaluations_due, ("evaluations",)),
    Basket("deadlines", COORDINATORS, staff.deadlines),
    Basket("red_flags", COORDINATORS, staff.red_flags),
    Basket("complaints_to_give", ADMIN, staff.complaints_to_give, ("take",)),
    Basket("complaints_to_settle", COORDINATORS, staff.complaints_to_settle, ("resolve", "dismiss")),
    Basket("never_proposed", COORDINATORS, staff.never_proposed, ("GET candidates",)),
    Basket("needs_without_candidates", COORDINATORS, staff.needs_without_candidates, ("GET candidates",)),
    Basket("answers_to_collect", DESK, _helped(sides.answers), ("accept", "decline", "postpone")),
    Basket("confirmations_to_collect", DESK, _helped(sides.terms_to_confirm), ("confirm",)),
    Basket("amendments_to_collect", DESK, _helped(sides.terms_to_amend), ("amend",)),
    Basket("starts_to_collect", DESK, _helped(sides.starts), ("start",)),
    Basket("reports_to_collect", DESK, _helped(sides.work_reports), ("confirm", "return")),
    Basket("deliveries_to_collect", DESK, _helped(sides.deliveries), ("complete", "return")),
    Basket("evaluations_to_collect", DESK, _helped(sides.evaluations), ("evaluations",)),
    Basket("unfinished", HELPERS, staff.unfinished, ("submit",)),
    # For the sides.
    Basket("answers", SIDES, sides.answers, ("accept", "decline", "postpone")),
    Basket("terms_to_confirm", HOLDERS, sides.terms_to_confirm, ("confirm",)),
    Basket("terms_to_amend", HOLDERS, sides.terms_to_amend, ("amend",)),
    Basket("questions", SIDES, sides.questions, ("answer",)),
    Basket("need_questions", ORGANIZATION_ROLES, sides.need_questions, ("answer",)),
    Basket("work_reports", ORGANIZATION_ROLES, sides.work_reports, ("confirm", "return")),
    Basket("reports_returned", PROFESSIONAL, sides.reports_returned, ("work-reports",)),
    Basket("deliveries", ORGANIZATION_ROLES, sides.deliveries, ("complete", "return")),
    Basket("starts", SIDES, sides.starts, ("start",)),
    Basket("evaluations", SIDES, sides.evaluations, ("evaluations",)),
    Basket("changes_requested", SIDES, sides.changes_requested, ("submit",)),
    Basket("renewals", HOLDERS, sides.renewals, ("renew",)),
    Basket("consents", HOLDERS, sides.consents, ("/consents",)),
    Basket("summaries", OWNER, sides.summaries, ("agree-summary",)),
    Basket("pushes", PROFESSIONAL, sides.pushes, ("POST /matches",)),
)
"""All baskets in the order in which they are shown; `api.codes` has their labels."""
POSITIONS = {basket.name: position for position, basket in enumerate(BASKETS)}
