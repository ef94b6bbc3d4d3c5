"""Effects of the registration table: what a row does to the registration besides its state, before it is saved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from talentbank.banks.policy import FourEyes
from talentbank.core.references import ReferenceKind, reference_next
from talentbank.registrations.guards import written_by_actor
from talentbank.registrations.rooms import RegistrationCase


def years_from(day: date, years: int) -> date:
    """The last day of so many years that begin on `day`: two years from 2026-11-02 end on 2028-11-01."""
    try:
        return day.replace(year=day.year + years) - timedelta(days=1)
    except ValueError:  # 29 February
        return date(day.year + years, 2, 28)


def take_in(case: RegistrationCase) -> None:
    """Give the reference at the first submission; later ones keep it."""
    row = case.row
    row.submitted_at = case.step.at
    if not row.reference:
        row.reference = reference_next(row.bank_id, ReferenceKind.REGISTRATION, case.step.at)


def keep_comments(case: RegistrationCase) -> None:
    case.row.review_comments = dict(case.step.input["comments"])
    case.texts["comments"] = case.row.review_comments


def decide(case: RegistrationCase) -> None:
    """Keep who decided, and on which paper. Fresh eyes end what waited for a countersignature."""
    case.row.countersign_pending = _countersign(case)
    case.row.decided_by_id = case.step.actor.user_id
    case.row.decision = _decision(case)
    case.row.review_comments = {}
    if case.row.decision:
        case.texts["decision"] = case.row.decision


def decide_changes(case: RegistrationCase) -> None:
    """A decision on changes alone leaves an earlier countersignature waiting."""
    case.facts["fields"] = sorted(case.row.pending_changes)
    if _countersign(case):
        case.row.countersign_pending, case.row.decided_by_id = True, case.step.actor.user_id


def _countersign(case: RegistrationCase) -> bool:
    waits = case.bank.policy.four_eyes is FourEyes.COUNTERSIGN and written_by_actor(case)
    if waits:
        case.facts["countersign"] = True
    return waits


def _decision(case: RegistrationCase) -> dict[str, object] | None:
    given = case.step.input.get("decision")
    return {name: str(value) for name, value in given.items()} if given else None


def approve(case: RegistrationCase) -> None:
    case.row.approved_at = case.step.at
    case.row.changed_since_review = []
    prolong(case)


def prolong(case: RegistrationCase) -> None:
    """Valid for the bank's years from the day of the step; renewals do not add up."""
    case.row.valid_until = years_from(case.step.day, case.bank.policy.registration_valid_years)
    case.facts["valid_until"] = str(case.row.valid_until)


def put_changes(case: RegistrationCase) -> None:
    case.room.pending_put(case.row)
    drop_changes(case)


def drop_changes(case: RegistrationCase) -> None:
    case.row.pending_changes, case.row.pending_by_id = {}, None


def review(case: RegistrationCase) -> None:
    case.facts["fields"] = list(case.row.changed_since_review)
    case.row.changed_since_review = []


def countersign(case: RegistrationCase) -> None:
    case.row.countersign_pending = False


def start_anew(case: RegistrationCase) -> None:
    """A draft again: what an earlier review left behind is history, the reference stays."""
    case.row.changed_since_review, case.row.review_comments = [], {}
    case.row.decision = None


def pause(case: RegistrationCase) -> None:
    """From a day to a day, both included; without an end until somebody unpauses."""
    row, given = case.row, case.step.input
    row.referral_status = "paused"
    row.paused_from = given.get("paused_from") or case.step.day
    row.paused_until = given.get("paused_until")
    row.pause_reason = given.get("pause_reason", "")
    case.facts |= {"paused_from": str(row.paused_from), "paused_until": str(row.paused_until or "")}
    case.texts["pause_reason"] = row.pause_reason


def unpause(case: RegistrationCase) -> None:
    row = case.row
    row.referral_status, row.pause_reason = "available", ""
    row.paused_from = row.paused_until = None


EFFECTS: dict[str, Callable[[RegistrationCase], None]] = {
    effect.__name__: effect
    for effect in (
        take_in,
        keep_comments,
        decide,
        decide_changes,
        approve,
        prolong,
        put_changes,
        drop_changes,
        review,
        countersign,
        start_anew,
        pause,
        unpause,
    )
}
