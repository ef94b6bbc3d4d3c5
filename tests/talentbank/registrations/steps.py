"""Steps of tests: one call of a transition in few words, for both kinds of registration."""

from __future__ import annotations

from typing import Any

from talentbank.accounts.models import User
from talentbank.core.actors import SYSTEM, Channel, OnBehalf
from talentbank.core.audit import Step
from talentbank.core.errors import ActionRefused
from talentbank.core.models import Event
from talentbank.organizations.room import ROOM as ORGANIZATIONS
from talentbank.professionals.room import ROOM as PROFESSIONALS
from talentbank.registrations.services import registration_transition
from tests import factories
from tests.factories import AT

ROOMS = {"professional": PROFESSIONALS, "organization": ORGANIZATIONS}
INPUTS: dict[str, dict[str, Any]] = {"request-changes": {"comments": {"/name": "本人確認書類とそろえてください。"}}}


def room_of(row: Any) -> Any:
    return ROOMS[row._meta.model_name]


def move(row: Any, action: str, user: User | None, *, helping: bool = False, at: Any = AT, **values: Any) -> Any:
    """Take one step as `user` (None: the system), with the input that the action needs by default."""
    room = room_of(row)
    fresh = room.model.objects.get(pk=row.pk)
    version = values.pop("expected_version", fresh.version)
    step = Step(
        actor=factories.actor(user, values.pop("acting_as", "")) if user else SYSTEM,
        at=at,
        on_behalf=OnBehalf(room.side, Channel.PHONE, "電話で本人に確認") if helping else None,
        happened_on=values.pop("happened_on", None),
        reason_codes=values.pop("reason_codes", ()),
        note=values.pop("note", ""),
        input={**INPUTS.get(action, {}), **values},
    )
    return registration_transition(
        room=room, id=row.pk, action=action, expected_version=version if user else None, step=step
    )


def refusal_codes(*args: Any, **kwargs: Any) -> list[str]:
    """Codes of the guards that refuse a step; a step that is allowed fails the test."""
    try:
        move(*args, **kwargs)
    except ActionRefused as refused:
        return [refusal.code for refusal in refused.refusals]
    raise AssertionError("the step was allowed")


def events_of(row: Any) -> list[Event]:
    return list(Event.objects.filter(subject_id=row.pk).order_by("position"))
