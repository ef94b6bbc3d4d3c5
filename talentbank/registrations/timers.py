"""The system's rows that wait for a day: run by the command `tick`."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db.models import Q

from talentbank.core.clock import day_of
from talentbank.core.timers import each
from talentbank.registrations.lifecycle import RegistrationAction
from talentbank.registrations.models import RegistrationState
from talentbank.registrations.rooms import Room
from talentbank.registrations.services import registration_tick


def registrations_tick(*, room: Room, due: dict[RegistrationAction, Q], at: datetime) -> dict[str, int]:
    """Take every row of the system's that is due; return how often each ran. Safe to run twice, also at once.

    `due` nets the rows of an action; the guards decide under the lock.
    """
    done: Counter[str] = Counter()
    for action, where in due.items():
        ids = list(room.model._default_manager.filter(where).order_by("pk").values_list("pk", flat=True))
        taken, failed = each(ids, partial(_take, room=room, action=action, at=at), what=f"{room.kind} {action}")
        done[action.value] += taken
        done["failed"] += failed
    return {action: count for action, count in done.items() if count}


def _take(id: UUID, *, room: Room, action: RegistrationAction, at: datetime) -> int:
    return int(registration_tick(room=room, id=id, action=action, at=at))


def expiring(at: datetime) -> Q:
    """Approved registrations whose last day has passed."""
    return Q(registration_state=RegistrationState.APPROVED, valid_until__lt=day_of(at))
