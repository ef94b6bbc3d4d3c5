"""Effects of the need table: what a row does to the need besides its state. Run by the service before it saves."""

from __future__ import annotations

from collections.abc import Callable

from talentbank.core.references import ReferenceKind, reference_next
from talentbank.needs.case import NeedCase
from talentbank.needs.models import NeedClosedReason


def take_in(case: NeedCase) -> None:
    """Give the reference at the first submission; later ones keep it."""
    need = case.need
    need.submitted_at = case.step.at
    if not need.reference:
        need.reference = reference_next(need.bank_id, ReferenceKind.NEED, case.step.at)


def keep_comments(case: NeedCase) -> None:
    case.need.review_comments = dict(case.step.input["comments"])
    case.texts["comments"] = case.need.review_comments


def open(case: NeedCase) -> None:
    case.need.opened_at = case.step.at
    if case.need.coordinator_id is None:  # who opens a need looks after it until it is handed over
        case.need.coordinator_id = case.step.actor.user_id
    case.need.review_comments = {}


def agree_summary(case: NeedCase) -> None:
    case.need.summary_agreed_at = case.step.at
    case.texts["public_summary"] = case.need.public_summary


def refuse(case: NeedCase) -> None:
    case.need.closed_reason = NeedClosedReason.NON_COMPLIANT


def cancel(case: NeedCase) -> None:
    case.need.closed_reason = case.step.input.get("closed_reason", NeedClosedReason.CANCELLED)


def new_round(case: NeedCase) -> None:
    """A new round: places are free again, the history stays."""
    need = case.need
    need.round += 1
    need.taken = need.introducing = need.running = need.completed = need.evaluated = 0
    need.closed_reason, need.accepting = "", True
    need.deadline = case.step.input["deadline"]
    case.facts |= {"round": need.round, "deadline": str(need.deadline)}


EFFECTS: dict[str, Callable[[NeedCase], None]] = {
    effect.__name__: effect for effect in (take_in, keep_comments, open, agree_summary, refuse, cancel, new_round)
}
