"""What each action needs to be told, checked before anything moves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from talentbank.core.actors import Channel
from talentbank.core.audit import Step
from talentbank.core.clock import day_of
from talentbank.core.errors import FieldError, InvalidInput
from talentbank.core.models import Event
from talentbank.core.reasons import Reason
from talentbank.matches.codes import REASON_REQUIRED, REASONS
from talentbank.matches.models import Match
from talentbank.matches.states import Action, ClosedReason

REQUIRED: dict[str, tuple[str, ...]] = {
    Action.POSTPONE: ("until",),
    Action.CONFIRM: ("terms_version",),
    Action.AMEND: ("terms_version",),
    Action.SUSPEND: ("requested_by",),
    Action.DELIVER: ("report",),
    Action.RETURN: ("missing",),
    Action.COMPLETE: ("ended_on",),
    Action.TERMINATE: ("ended_on",),
    Action.CORRECT: ("field", "new"),
}
CORRECTABLE = {"made_on": date, "started_on": date, "ended_on": date, "hours_worked": float, "reason": str}
"""Recorded facts that `correct` may change, with their kind."""
ENDED_BY: dict[str, Action] = {
    ClosedReason.DECLINED: Action.DECLINE,
    ClosedReason.WITHDRAWN: Action.WITHDRAW,
    ClosedReason.REJECTED: Action.REJECT,
    ClosedReason.CONFLICT_OF_INTEREST: Action.REJECT,
    ClosedReason.CANCELLED: Action.CANCEL,
    ClosedReason.MISTAKEN: Action.CANCEL,
    ClosedReason.DUPLICATE: Action.CANCEL,
    ClosedReason.UNREACHABLE: Action.CANCEL,
    ClosedReason.TERMINATED: Action.TERMINATE,
}
"""Closed reason → the action whose reason codes explain it."""
MOST_HOURS = 100_000
DAY, HOURS = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}"), re.compile(r"[0-9]{1,6}(\.[0-9]{1,2})?")
DAYS_OF_STEPS = ("started_on", "ended_on", "notice_given_on")
"""Days that an action may be told, in the order in which `_order_errors` reads them."""


def input_check(action: str, step: Step) -> None:
    """Check what an action is told, as far as it does not depend on the match: reason codes, required values, days.

    :raises InvalidInput: with a pointer for everything that is wrong.
    """
    required = [*REQUIRED.get(action, ()), *_required_on_paper(action, step)]
    errors = [FieldError(f"/{name}", "required") for name in required if step.input.get(name) in (None, "")]
    errors += _reason_errors(action, step)
    errors += _future_errors(step)
    if errors:
        raise InvalidInput(errors)


def record_check(action: str, step: Step, match: Match, last: Event | None) -> None:
    """Check a step against what is on record: it did not happen before the last one, and its days are in their order.

    :raises InvalidInput: with a pointer for everything that is wrong.
    """
    errors = []
    if last and step.happened_on and step.happened_on < last.happened_on:
        errors.append(FieldError("/happened_on", "before_last_step", {"last": str(last.happened_on)}))
    errors += _order_errors(step, match)
    if action == Action.CORRECT and not errors:
        errors += _correction_errors(step, match)
    if errors:
        raise InvalidInput(errors)


def _required_on_paper(action: str, step: Step) -> list[str]:
    """Whoever types a signature on paper in says where the paper is kept."""
    on_paper = step.on_behalf is not None and step.on_behalf.channel == Channel.PAPER
    return ["paper_kept_at"] if on_paper and action in {Action.CONFIRM, Action.AMEND} else []


def _reason_errors(action: str, step: Step) -> list[FieldError]:
    known: Mapping[str, Reason] = REASONS.get(Action(action), {}) if action in set(Action) else {}
    if action in REASON_REQUIRED and not step.reason_codes:
        return [FieldError("/reason_codes", "required")]
    return [
        FieldError(f"/reason_codes/{n}", "unknown_reason_code", {"known": sorted(known)})
        for n, code in enumerate(step.reason_codes)
        if code not in known
    ]


def _future_errors(step: Step) -> list[FieldError]:
    days = {"happened_on": step.day, **{name: step.input.get(name) for name in DAYS_OF_STEPS}}
    today = day_of(step.at)
    return [
        FieldError(f"/{name}", "in_the_future") for name, day in days.items() if isinstance(day, date) and day > today
    ]


def _order_errors(step: Step, match: Match) -> list[FieldError]:
    """Work begins on the day of the contract or later, and does not end before it begins or before the notice."""
    started, ended, noticed = (step.input.get(name) for name in DAYS_OF_STEPS)
    errors = []
    if started and match.made_on and started < match.made_on:
        errors.append(FieldError("/started_on", "before_contract", {"made_on": str(match.made_on)}))
    begun = match.started_on or match.made_on
    if ended and begun and ended < begun:
        errors.append(FieldError("/ended_on", "before_start"))
    if ended and noticed and noticed > ended:
        errors.append(FieldError("/notice_given_on", "after_end"))
    return errors


def _correction_errors(step: Step, match: Match) -> list[FieldError]:
    """The right value is a day that has come and fits the others, possible hours, or a reason of the same action."""
    values: dict[str, Any] = step.input
    kind = CORRECTABLE.get(values["field"])
    if kind is None:
        return [FieldError("/field", "not_correctable", {"known": sorted(CORRECTABLE)})]
    if kind is str:
        known = REASONS[ENDED_BY[match.closed_reason]] if match.closed_reason in ENDED_BY else {}
        wrong = known and values["new"] not in known
        return [FieldError("/new", "unknown_reason_code", {"known": sorted(known)})] if wrong else []
    given, code = str(values["new"]), "date" if kind is date else "not_a_number"
    if not (DAY if kind is date else HOURS).fullmatch(given):
        return [FieldError("/new", code)]
    try:
        new = values["new"] = date.fromisoformat(given) if kind is date else float(given)
    except ValueError:
        return [FieldError("/new", code)]
    if isinstance(new, date):
        return _date_errors(values["field"], new, match, day_of(step.at))
    return [] if new <= MOST_HOURS else [FieldError("/new", "max_value", {"maximum": MOST_HOURS})]


def _date_errors(field: str, new: date, match: Match, today: date) -> list[FieldError]:
    """A corrected day has come, the bank was open, and the days stay in their order: made, started, ended."""
    if new > today:
        return [FieldError("/new", "in_the_future")]
    if new < match.need.bank.opened_on:
        return [FieldError("/new", "before_opening", {"opened_on": str(match.need.bank.opened_on)})]
    days = [new if name == field else getattr(match, name) for name in ("made_on", "started_on", "ended_on")]
    known = [day for day in days if day is not None]
    return [] if known == sorted(known) else [FieldError("/new", "out_of_order")]
