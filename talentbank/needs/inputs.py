"""What each action of the table needs to be told, checked before anything moves."""

from __future__ import annotations

from datetime import date

from talentbank.core.audit import Step
from talentbank.core.clock import day_of
from talentbank.core.errors import FieldError, InvalidInput
from talentbank.core.models import Event
from talentbank.needs.codes import REASON_REQUIRED, REASONS
from talentbank.needs.fields import EDITABLE_FIELDS, STAFF_ONLY
from talentbank.needs.lifecycle import NeedAction
from talentbank.needs.models import Need
from talentbank.registrations.comments import comment_errors

REQUIRED: dict[str, tuple[str, ...]] = {NeedAction.REQUEST_CHANGES: ("comments",), NeedAction.REOPEN: ("deadline",)}
"""Input without which an action is not understood."""
COMMENTED = frozenset(EDITABLE_FIELDS) - STAFF_ONLY
"""Fields that the organization is asked to change."""
ASK_QUESTION, ANSWER_QUESTION = "ask", "answer-question"
TALKS = (ASK_QUESTION, ANSWER_QUESTION)
"""Recorded beside the table: no step waits for them, and none must have happened after them."""


def input_check(action: str, step: Step) -> None:
    """Check what an action is told, as far as it does not depend on the need.

    :raises InvalidInput: with a pointer for everything that is wrong.
    """
    errors = [FieldError(f"/{name}", "required") for name in REQUIRED.get(action, ()) if not step.input.get(name)]
    errors += _reason_errors(action, step)
    if step.day > day_of(step.at):
        errors.append(FieldError("/happened_on", "in_the_future"))
    if action == NeedAction.REQUEST_CHANGES:
        errors += comment_errors(step.input.get("comments") or {}, COMMENTED)
    deadline = step.input.get("deadline")
    if isinstance(deadline, date) and deadline < day_of(step.at):
        errors.append(FieldError("/deadline", "in_the_past"))
    if errors:
        raise InvalidInput(errors)


def day_check(need: Need, step: Step) -> None:
    """Check that a step did not happen before the need's last one.

    :raises InvalidInput: it did.
    """
    if step.happened_on is None:
        return
    steps = Event.objects.filter(subject_kind="need", subject_id=need.pk).exclude(action__in=TALKS)
    last = steps.order_by("-position").first()
    if last and step.happened_on < last.happened_on:
        raise InvalidInput([FieldError("/happened_on", "before_last_step", {"last": str(last.happened_on)})])


def _reason_errors(action: str, step: Step) -> list[FieldError]:
    known = REASONS.get(action, {})
    if action in REASON_REQUIRED and not step.reason_codes:
        return [FieldError("/reason_codes", "required")]
    return [
        FieldError(f"/reason_codes/{n}", "unknown_reason_code", {"known": sorted(known)})
        for n, code in enumerate(step.reason_codes)
        if code not in known
    ]
