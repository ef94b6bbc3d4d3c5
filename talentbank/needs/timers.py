"""The system's rows that wait for a day: run by the command `tick`."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from talentbank.core.actors import SYSTEM
from talentbank.core.audit import Step
from talentbank.core.clock import day_of
from talentbank.core.lifecycle import Part
from talentbank.core.timers import each
from talentbank.needs.lifecycle import NeedAction
from talentbank.needs.models import Need, NeedClosedReason, NeedState
from talentbank.needs.moves import case_of, need_lock, need_step, system_row
from talentbank.registrations.dependents import dependents_prepare
from talentbank.registrations.models import RegistrationState

TIMED = (NeedAction.CANCEL_WITH_ORGANIZATION, NeedAction.EXPIRE, NeedAction.CLOSE, NeedAction.HOLD_TOO_LONG)
GONE = {
    RegistrationState.EXPIRED.value: NeedClosedReason.ORGANIZATION_EXPIRED,
    RegistrationState.WITHDRAWN.value: NeedClosedReason.ORGANIZATION_WITHDRAWN,
}
"""States of an organization with which its needs end, and the reason they carry."""


def needs_tick(*, at: datetime) -> dict[str, int]:
    """Take every system row that is due; return how often each action ran. Safe to run twice, also at once."""
    done: Counter[str] = Counter()

    def act(need_id: UUID) -> int:
        if action := need_tick(need_id=need_id, at=at):
            done[action] += 1
        return 0

    _, failed = each(needs_due(at), act, what="needs")
    return {**done, **({"failed": failed} if failed else {})}


def needs_due(at: datetime) -> list[UUID]:
    """Ids of needs that a day may move, by id: a wide net, the guards decide under the lock."""
    today = day_of(at)
    past = Q(state=NeedState.OPEN, deadline__lt=today)
    resting = Q(state__in=[NeedState.FULFILLED, NeedState.ON_HOLD])
    return list(Need.objects.filter(past | resting).order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def need_tick(*, need_id: UUID, at: datetime) -> str | None:
    """This function will take the first system row that is due for one need; None when none is."""
    dependents_prepare("need", need_id)
    need = need_lock(need_id)
    gone = GONE.get(need.organization.registration_state)
    for action in TIMED:
        if action is NeedAction.CANCEL_WITH_ORGANIZATION and gone is None:
            continue
        step = Step(actor=SYSTEM, at=at, input={"closed_reason": gone} if gone else {})
        case = case_of(need, step, frozenset({Part.SYSTEM}))
        if row := system_row(case, action):
            need_step(case, row)
            return action.value
    return None
