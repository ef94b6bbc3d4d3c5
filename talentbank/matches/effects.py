"""What each action does to the match itself. One small function an action; rows of other rooms follow in services."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import date, timedelta

from talentbank.banks.calendar import calendar_of
from talentbank.core.actors import Side
from talentbank.core.audit import canonical
from talentbank.core.clock import day_of
from talentbank.core.errors import invalid
from talentbank.core.models import Event
from talentbank.matches.case import Case
from talentbank.matches.guards import fact_of, last_step, recorded_by_actor
from talentbank.matches.models import Match
from talentbank.matches.states import Action, ClosedReason, State

RESTORED = (
    "state",
    "due_on",
    "first_asked",
    "professional_answer",
    "organization_answer",
    "professional_answer_by_id",
    "organization_answer_by_id",
    "resume_state",
    "postponed_until",
    "introduced_at",
    "introduced_by_id",
    "countersign_pending",
    "decision",
    "made_on",
    "started_on",
    "ended_on",
    "hours_worked",
    "ended_at",
    "closed_reason",
    "closed_by",
    "reason_codes",
    "keep_as_reserve",
    "agreed_terms_version",
)
"""Fields whose value before a step its event keeps, so that `undo` puts them back exactly.

Not `state_since`: a match that comes back begins to wait anew."""


def values(match: Match) -> dict[str, object]:
    return {name: getattr(match, name) for name in RESTORED}


def restore(match: Match, event: Event) -> None:
    """Put back the fields that a step changed."""
    for name, value in event.facts.get("before", {}).items():
        field = Match._meta.get_field(name.removesuffix("_id"))
        setattr(match, name, value if field.is_relation or value is None else field.to_python(value))  # type: ignore[union-attr]


def ask(case: Case, side: Side) -> None:
    if not case.answer(side):
        setattr(case.match, f"{side}_answer", "asked")
    case.match.due_on = due_from(case)


def due_from(case: Case) -> date | None:
    """The last day of the state that was just entered: by its ladder's business days, a prospect's calendar days.

    From the day on which it is on record: what is typed in late leaves as much time to answer, and every reminder.
    """
    today = day_of(case.step.at)
    if case.match.state == State.PROSPECT:
        return today + timedelta(days=case.policy.prospect_days)
    days = case.policy.rungs(case.match.state).get("close")
    return calendar_of(case.bank.pk).after(today, days) if days is not None else None


def due_anew(case: Case) -> None:
    """A match that comes back after its last day waits anew, or the next tick would close it again."""
    waits_on_day = case.match.state != State.POSTPONED
    if waits_on_day and case.match.due_on and case.match.due_on < day_of(case.step.at):
        case.match.due_on = due_from(case)


def answer(case: Case, side: Side, word: str) -> None:
    setattr(case.match, f"{side}_answer", word)
    setattr(case.match, f"{side}_answer_by_id", case.step.actor.user_id)


def propose(case: Case) -> None:
    side = Side(case.match.state.removeprefix("awaiting_"))
    case.match.first_asked = side
    if batch := case.step.input.get("batch"):
        case.facts["batch"] = batch
    ask(case, side)


def accept(case: Case) -> None:
    assert case.side
    answer(case, case.side, "yes")
    case.match.due_on = None
    if case.match.state != State.AWAITING_APPROVAL:
        ask(case, case.side.other)


def decline(case: Case) -> None:
    assert case.side
    answer(case, case.side, "no")
    case.match.keep_as_reserve = False
    case.facts["shared"] = bool(case.step.input.get("share_reason"))
    _close(case, ClosedReason.DECLINED)


def postpone(case: Case) -> None:
    assert case.side
    today = day_of(case.step.at)  # what was said on another day is put off from now
    limit = case.need.deadline or today + timedelta(days=case.policy.postpone_days)
    until: date = case.step.input["until"]
    if not today < until <= limit:
        raise invalid("/until", "out_of_range", after=str(today), until=str(limit))
    answer(case, case.side, "later")
    case.match.resume_state = f"awaiting_{case.side}"
    case.match.postponed_until = until
    case.match.due_on = until


def resume(case: Case) -> None:
    side = Side(case.match.state.removeprefix("awaiting_"))
    setattr(case.match, f"{side}_answer", "asked")
    case.match.resume_state, case.match.postponed_until = "", None
    ask(case, side)


def approve(case: Case) -> None:
    case.match.introduced_at = case.step.at
    case.match.introduced_by_id = case.step.actor.user_id
    case.match.countersign_pending = recorded_by_actor(case) and case.policy.four_eyes == "countersign"
    case.match.decision = json.loads(canonical(case.step.input.get("decision")))


def reject(case: Case) -> None:
    _close(case, _rejection(case.step.reason_codes))


REJECTIONS = (ClosedReason.REJECTED, ClosedReason.CONFLICT_OF_INTEREST)


def _rejection(codes: Iterable[str]) -> ClosedReason:
    return ClosedReason.CONFLICT_OF_INTEREST if "conflict_of_interest" in codes else ClosedReason.REJECTED


def countersign(case: Case) -> None:
    case.match.countersign_pending = False


def confirm(case: Case) -> None:
    terms = case.terms()
    assert terms and case.side
    setattr(terms, f"{case.side}_confirmed_at", case.step.at)
    terms.paper_kept_at = case.step.input.get("paper_kept_at") or terms.paper_kept_at
    terms.save_step(at=case.step.at)
    case.facts["terms"] = terms.number
    if terms.professional_confirmed_at and terms.organization_confirmed_at:
        case.match.agreed_terms_version = terms.number
        if case.match.made_on is None:
            case.match.made_on = case.step.day


def start(case: Case) -> None:
    case.match.started_on = case.step.input.get("started_on") or case.step.day


def suspend(case: Case) -> None:
    case.facts["requested_by"] = case.step.input["requested_by"]


def deliver(case: Case) -> None:
    case.texts["report"] = case.step.input["report"]


def give_back(case: Case) -> None:
    case.texts["missing"] = case.step.input["missing"]


def complete(case: Case) -> None:
    _end(case)


def terminate(case: Case) -> None:
    _end(case)
    case.facts["notice_given_on"] = case.step.input.get("notice_given_on")
    _close(case, ClosedReason.TERMINATED)


def withdraw(case: Case) -> None:
    _close(case, ClosedReason.WITHDRAWN)


def cancel(case: Case) -> None:
    _close(case, ClosedReason(case.step.input.get("closed_reason") or ClosedReason.CANCELLED))


def expire(case: Case) -> None:
    waited = str(case.facts["from"]).startswith("awaiting_")
    _close(case, ClosedReason.UNREACHABLE if waited else ClosedReason.LAPSED)


def cascade(case: Case) -> None:
    case.facts["cause"] = str(case.step.input["cause"])
    case.match.keep_as_reserve = case.step.input["closed_reason"] == ClosedReason.FILLED and (
        case.match.professional_answer == "yes"
    )
    _close(case, case.step.input["closed_reason"])


def undo(case: Case) -> None:
    event = last_step(case.match)
    assert event
    case.facts["undoes"] = str(event.pk)
    if case.facts.get("awaits_agreement"):
        agreed = case.match.undo_agreed if case.match.undo_agreed.get("event") == str(event.pk) else {}
        sides = sorted({*agreed.get("sides", []), str(case.side)})
        case.match.undo_agreed = {"event": str(event.pk), "sides": sides}
        return
    restore(case.match, event)
    due_anew(case)
    case.match.undo_agreed = {}
    if event.action in {Action.CONFIRM, Action.AMEND}:
        _unconfirm(case, event)
    if event.action in {Action.COMPLETE, Action.TERMINATE}:
        _void_evaluations(case)


def correct(case: Case) -> None:
    field, new = case.step.input["field"], case.step.input["new"]
    case.facts |= {"field": field, "old": fact_of(case.match, field), "new": new}
    if field != "reason":
        setattr(case.match, field, new)
        return
    case.match.reason_codes = [new]
    if case.match.closed_reason in REJECTIONS:
        case.match.closed_reason = _rejection([new])


def _void_evaluations(case: Case) -> None:
    """What was said of an end that was none does not count; the next end is evaluated anew."""
    for evaluation in case.match.evaluations.filter(voided_at__isnull=True):
        evaluation.voided_at = case.step.at
        evaluation.save_step(at=case.step.at)


def _unconfirm(case: Case, event: Event) -> None:
    side = event.facts["side"]
    terms = case.match.terms.get(number=event.facts["terms"])
    setattr(terms, f"{side}_confirmed_at", None)
    terms.save_step(at=case.step.at)


def _end(case: Case) -> None:
    case.match.ended_on = case.step.input["ended_on"]
    case.match.hours_worked = case.step.input.get("hours_worked")
    case.match.ended_at = case.step.at


def _close(case: Case, reason: ClosedReason) -> None:
    case.match.closed_reason = reason
    case.facts["closed_reason"] = str(reason)
    case.match.reason_codes = list(case.step.reason_codes)
    case.match.closed_by = case.side or case.part
    case.match.ended_at = case.step.at
    case.match.due_on = None


EFFECTS: dict[str, Callable[[Case], None]] = {
    Action.PROPOSE: propose,
    Action.ACCEPT: accept,
    Action.DECLINE: decline,
    Action.POSTPONE: postpone,
    Action.RESUME: resume,
    Action.APPROVE: approve,
    Action.REJECT: reject,
    Action.COUNTERSIGN: countersign,
    Action.CONFIRM: confirm,
    Action.START: start,
    Action.AMEND: confirm,
    Action.SUSPEND: suspend,
    Action.DELIVER: deliver,
    Action.RETURN: give_back,
    Action.COMPLETE: complete,
    Action.TERMINATE: terminate,
    Action.WITHDRAW: withdraw,
    Action.CANCEL: cancel,
    Action.EXPIRE: expire,
    Action.CASCADE: cascade,
    Action.UNDO: undo,
    Action.CORRECT: correct,
}
