"""What each action of the table needs to be told, checked before anything moves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from talentbank.core.audit import Step
from talentbank.core.clock import day_of
from talentbank.core.errors import FieldError, InvalidInput
from talentbank.core.models import Event
from talentbank.registrations.codes import REASONS
from talentbank.registrations.comments import comment_errors
from talentbank.registrations.lifecycle import RegistrationAction
from talentbank.registrations.rooms import Room

REQUIRED: dict[str, tuple[str, ...]] = {RegistrationAction.REQUEST_CHANGES: ("comments",)}
"""Input without which an action is not understood."""
DECISION_KEYS = ("document_number", "decided_on", "decided_by_title")


def input_check(room: Room, action: str, step: Step) -> None:
    """Check what an action is told, as far as it does not depend on the row.

    :raises InvalidInput: with a pointer for everything that is wrong.
    """
    errors = [FieldError(f"/{name}", "required") for name in REQUIRED.get(action, ()) if not step.input.get(name)]
    known = REASONS.get(action, {})
    errors += [
        FieldError(f"/reason_codes/{n}", "unknown_reason_code", {"known": sorted(known)})
        for n, code in enumerate(step.reason_codes)
        if code not in known
    ]
    if step.day > day_of(step.at):
        errors.append(FieldError("/happened_on", "in_the_future"))
    if action == RegistrationAction.REQUEST_CHANGES:
        errors += comment_errors(step.input.get("comments") or {}, room.fields)
    if decision := step.input.get("decision"):
        errors += _decision_errors(decision, step)
    if action == RegistrationAction.PAUSE:
        errors += _pause_errors(step)
    if errors:
        raise InvalidInput(errors)


def day_check(room: Room, row: Any, step: Step) -> None:
    """Check that a step did not happen before the row's last one.

    :raises InvalidInput: it did.
    """
    if step.happened_on is None:
        return
    last = Event.objects.filter(subject_kind=room.kind, subject_id=row.pk).order_by("-position").first()
    if last and step.happened_on < last.happened_on:
        raise InvalidInput([FieldError("/happened_on", "before_last_step", {"last": str(last.happened_on)})])


def _decision_errors(decision: Any, step: Step) -> list[FieldError]:
    if not isinstance(decision, Mapping):
        return [FieldError("/decision", "invalid")]
    errors = [FieldError(f"/decision/{name}", "unknown_field") for name in decision if name not in DECISION_KEYS]
    errors += [FieldError(f"/decision/{name}", "required") for name in DECISION_KEYS if not decision.get(name)]
    decided_on = decision.get("decided_on")
    if decided_on and not isinstance(decided_on, date):
        errors.append(FieldError("/decision/decided_on", "date"))
    elif decided_on and decided_on > day_of(step.at):
        errors.append(FieldError("/decision/decided_on", "in_the_future"))
    return errors


def _pause_errors(step: Step) -> list[FieldError]:
    begin = step.input.get("paused_from") or step.day
    until = step.input.get("paused_until")
    if until and until < begin:
        return [FieldError("/paused_until", "before_start")]
    return [FieldError("/paused_until", "in_the_past")] if until and until < day_of(step.at) else []
