"""Reading what registrations share: scope, what may be done, the steps so far."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from talentbank.banks.policy import FourEyes
from talentbank.core.actors import COORDINATORS, SYSTEM, Actor, OnBehalf, Role
from talentbank.core.audit import Step
from talentbank.core.errors import ActingAsRequired, ActionRefused, Forbidden, NotFound
from talentbank.core.lifecycle import ActionAnswer, Part
from talentbank.core.models import Event
from talentbank.registrations.guards import written_by_actor
from talentbank.registrations.inputs import REQUIRED
from talentbank.registrations.lifecycle import RegistrationAction, actions_of
from talentbank.registrations.models import RegistrationHelper
from talentbank.registrations.moves import case_of, row_for
from talentbank.registrations.policies import ON_BEHALF, part_for, parts_of
from talentbank.registrations.rooms import Room

DECIDING = frozenset({RegistrationAction.APPROVE, RegistrationAction.REJECT})
FOUR_EYED = DECIDING | {RegistrationAction.APPROVE_CHANGES, RegistrationAction.REJECT_CHANGES}
ASSUMED: dict[str, Any] = {"comments": {}, "decision": {"document_number": "-"}}
"""Input that is taken as given where a caller asks what may be done."""


def staff_scope(actor: Actor, kind: str) -> Q:
    """Registrations that the actor sees as staff: coordinators their bank's, desks those they entered or act for."""
    where = Q(bank_id__in=actor.banks_as(COORDINATORS))
    desks = actor.banks_as(frozenset({Role.SUPPORT_DESK}))
    if desks and actor.user_id:
        helped = RegistrationHelper.objects.filter(user_id=actor.user_id, subject_kind=kind)
        mine = Q(entered_by_id=actor.user_id) | Q(pk__in=helped.values("subject_id"))
        where |= Q(bank_id__in=desks) & mine
    return where


def registration_get(room: Room, actor: Actor, id: UUID, *, for_helper: bool = False) -> Any:
    """Return a registration the actor sees. `for_helper`: staff about to act on behalf of the holder see it too.

    :raises NotFound: absent or out of sight.
    """
    row = room.visible(actor).filter(pk=id).first()
    if row is None and for_helper:
        banks = frozenset(hat.bank_id for hat in actor.worn if actor.is_helper_of(hat.bank_id))
        row = room.model._default_manager.filter(pk=id, bank_id__in=banks).select_related("bank").first()
    if row is None:
        raise NotFound()
    return row


def registration_events(room: Room, row: Any) -> QuerySet[Event]:
    """The steps of a registration, oldest first, with their texts."""
    return Event.objects.filter(subject_kind=room.kind, subject_id=row.pk).select_related("text").order_by("position")


def require_record(room: Room, actor: Actor, row: Any) -> None:
    """The steps of a registration are for its holder, those who act for them, and the bank's coordinators.

    :raises Forbidden: the actor sees the registration as somebody else.
    """
    helper = actor.is_helper_of(row.bank_id)
    if not helper and Part.HOLDER not in parts_of(room, actor, row):
        raise Forbidden()


def allowed_actions(room: Room, actor: Actor, row: Any) -> list[str]:
    """Actions open to the actor by state and role alone; guards are not asked. A desk acts for the holder."""
    parts = parts_of(room, actor, row)
    if not parts and actor.is_helper_of(row.bank_id):
        parts = ON_BEHALF
    return room.table.allowed(row.registration_state, parts - {Part.SYSTEM})


def registration_actions(room: Room, actor: Actor, row: Any, at: datetime) -> list[ActionAnswer]:
    """Answer for every action that is not the system's. Staff who could only act on behalf are told so."""
    return [_answer(room, actor, row, action, at) for action in actions_of(room.table)]


def _answer(room: Room, actor: Actor, row: Any, action: RegistrationAction, at: datetime) -> ActionAnswer:
    parts_here = room.table.parts_for(action)
    own = bool(parts_of(room, actor, row) & parts_here)
    helper = actor is not SYSTEM and actor.is_helper_of(row.bank_id) and bool(ON_BEHALF & parts_here)
    on_behalf = OnBehalf(room.side, actor.channel) if helper and not own else None
    requires = _requires(room, actor, row, action, at)
    try:
        parts, role = part_for(room, actor, row, parts_here, on_behalf)
        row_for(case_of(room, row, Step(actor, at, role, on_behalf, note="-", input=ASSUMED), parts), action)
    except ActionRefused as refused:
        return ActionAnswer(action, False, refused.refusals, requires, on_behalf is not None)
    except (Forbidden, ActingAsRequired) as error:
        return ActionAnswer(action, False, (error,), requires)
    return ActionAnswer(action, True, (), requires, on_behalf is not None)


def _requires(room: Room, actor: Actor, row: Any, action: RegistrationAction, at: datetime) -> tuple[str, ...]:
    """Input without which the action is refused: a decision on paper, the reason of a countersigned one."""
    policy = row.bank.policy
    decision = ("decision",) if action in DECIDING and policy.decision_required else ()
    signed = action in FOUR_EYED and policy.four_eyes is FourEyes.COUNTERSIGN
    case = case_of(room, row, Step(actor, at), frozenset())
    note = ("note",) if signed and written_by_actor(case) else ()
    return (*REQUIRED.get(action, ()), *decision, *note)
