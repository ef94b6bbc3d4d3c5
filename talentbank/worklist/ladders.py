"""Ladders: what waits is reminded of in steps, each taken once however often the timers run.

A rung that was climbed is a `Reminder`, by which staff's worklist goes; its notice is written into the outbox in the
same transaction and waits there, for nothing sends notices to people yet. Rungs that a late run finds passed are
recorded too, but only the highest has a notice: nobody is nudged for last week.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q

from talentbank.banks.calendar import Calendar, calendar_of
from talentbank.banks.models import Bank
from talentbank.banks.policy import LADDERS
from talentbank.core.clock import day_of
from talentbank.core.models import lock
from talentbank.core.timers import each
from talentbank.matches.dues import waits_since
from talentbank.matches.models import Evaluation, Match
from talentbank.matches.states import AWAITING_ANSWER, ClosedReason, State
from talentbank.needs.models import Need, NeedState
from talentbank.notifications.services import due_announce, notice_queue
from talentbank.notifications.webhooks.catalogue import EVALUATION_DUE
from talentbank.organizations.models import Organization
from talentbank.professionals.models import Professional
from talentbank.registrations.models import Registration, RegistrationState
from talentbank.worklist.models import Reminder

CLOSE = "close"
"""The rung that is no reminder: `matches.timers` closes the match."""
EXPIRY_DAYS = (60, 30, 7)
DEADLINE_DAYS = 7
EVALUATION_DAYS = (3, 10)
"""Calendar days before a registration's last day, before a need's deadline, and after the end of a match."""


def ladders_tick(*, at: datetime) -> dict[str, int]:
    """Climb every ladder as of `at`; return how many notices were queued, and how many rows failed."""
    counts = {"matches": 0, "registrations": 0, "needs": 0, "evaluations": 0, "failed": 0}
    for bank in Bank.objects.order_by("pk"):
        ladders = {
            "matches": (_waiting(bank), partial(match_climb, calendar=calendar_of(bank.pk), at=at)),
            "registrations": (_expiring(bank, at), partial(expiry_climb, at=at)),
            "needs": (_ending(bank, at), partial(deadline_climb, at=at)),
            "evaluations": (_unevaluated(bank, at), partial(evaluation_climb, at=at)),
        }
        for name, (ids, climb) in ladders.items():
            told, failed = each(ids, climb, what=name)
            counts[name] += told
            counts["failed"] += failed
    return counts


@transaction.atomic
def match_climb(id: UUID, *, calendar: Calendar, at: datetime) -> int:
    """This function will climb the rungs of a match's waiting state that are due; 1 if a notice is queued, else 0."""
    match = lock(Match, id)
    if match.state in AWAITING_ANSWER and match.need.state == NeedState.ON_HOLD:
        return 0  # nobody can say yes now, so nobody is reminded
    since = waits_since([match])[match.pk]
    days = match.bank.policy.rungs(match.state)
    passed = calendar.passed(day_of(since), day_of(at))
    due = [rung for rung, after in days.items() if after <= passed and rung != CLOSE]
    return _climb("match", match, anchor=match_anchor(match, since), due=due, at=at)


def match_anchor(match: Match, since: datetime) -> str:
    """What the ladder of a match's state began with; `since`: when it began to wait (`waits_since`)."""
    return f"{match.state} {since.isoformat()}"


@transaction.atomic
def expiry_climb(id: UUID, *, at: datetime) -> int:
    """This function will queue the notice that a registration ends soon; 1 if it does, else 0."""
    kind, row = _registration(id)
    left = (row.valid_until - day_of(at)).days if row.valid_until else None
    if not row.is_approved or left is None or left < 0:
        return 0
    due = [f"expiry-{days}" for days in EXPIRY_DAYS if left <= days]
    return _climb(kind, row, anchor=str(row.valid_until), due=due, at=at)


@transaction.atomic
def deadline_climb(id: UUID, *, at: datetime) -> int:
    """This function will queue the notice that a need's deadline is near; 1 if it does, else 0."""
    need = lock(Need, id)
    near = need.state == NeedState.OPEN and need.deadline and _near(need.deadline, at)
    return _climb("need", need, anchor=str(need.deadline), due=["deadline"] if near else [], at=at)


@transaction.atomic
def evaluation_climb(id: UUID, *, at: datetime) -> int:
    """This function will announce evaluations that are still out, and queue the notice; 1 if it does, else 0."""
    match = lock(Match, id)
    given = Evaluation.objects.filter(match=match, voided_at__isnull=True).count()
    if match.ended_at is None or given >= 2:
        return 0
    passed = (day_of(at) - day_of(match.ended_at)).days
    due = [f"evaluation-{days}" for days in EVALUATION_DAYS if days <= passed]
    told = _climb("match", match, anchor=match.ended_at.isoformat(), due=due, at=at)
    if told:
        due_announce(
            bank_id=match.bank_id,
            topic=EVALUATION_DUE,
            subject_id=match.pk,
            state=match.state,
            version=match.version,
            at=at,
        )
    return told


def _climb(kind: str, row: Any, *, anchor: str, due: Iterable[str], at: datetime) -> int:
    """Record the due rungs that were not climbed yet; queue a notice of the highest. The caller holds the lock."""
    rungs = list(due)
    seen = Reminder.objects.filter(subject_kind=kind, subject_id=row.pk, anchor=anchor).values_list("rung", flat=True)
    climbed = set(seen)
    fresh = [rung for rung in rungs if rung not in climbed]
    for rung in fresh:
        Reminder.objects.create(
            bank_id=row.bank_id, subject_kind=kind, subject_id=row.pk, anchor=anchor, rung=rung, at=at
        )
    if not fresh or rungs[-1] not in fresh:
        return 0
    notice_queue(bank_id=row.bank_id, topic=f"{kind}.{rungs[-1]}", context={"subject": str(row.pk)}, at=at)
    return 1


def _registration(id: UUID) -> tuple[str, Registration]:
    kinds: Mapping[str, type[Registration]] = {"professional": Professional, "organization": Organization}
    for kind, model in kinds.items():
        row: Registration | None = model._default_manager.select_for_update(of=("self",)).filter(pk=id).first()
        if row is not None:
            return kind, row
    raise models.ObjectDoesNotExist(str(id))


def _near(deadline: date, at: datetime) -> bool:
    return timedelta() <= deadline - day_of(at) <= timedelta(days=DEADLINE_DAYS)


def _waiting(bank: Bank) -> list[UUID]:
    rows = Match.objects.filter(bank=bank, state__in=list(LADDERS))
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _expiring(bank: Bank, at: datetime) -> list[UUID]:
    today = day_of(at)
    last = Q(valid_until__gte=today, valid_until__lte=today + timedelta(days=max(EXPIRY_DAYS)))
    where = Q(bank=bank, registration_state=RegistrationState.APPROVED) & last
    ids: list[UUID] = []
    for model in (Professional, Organization):
        ids += model._default_manager.filter(where).order_by("pk").values_list("pk", flat=True)
    return ids


def _ending(bank: Bank, at: datetime) -> list[UUID]:
    today = day_of(at)
    near = Q(deadline__gte=today, deadline__lte=today + timedelta(days=DEADLINE_DAYS))
    return list(Need.objects.filter(near, bank=bank, state=NeedState.OPEN).order_by("pk").values_list("pk", flat=True))


def _unevaluated(bank: Bank, at: datetime) -> list[UUID]:
    """Matches that ended within the days of evaluation and lack one."""
    ended = Q(state=State.COMPLETED) | Q(state=State.CLOSED, closed_reason=ClosedReason.TERMINATED)
    since = at - timedelta(days=bank.policy.evaluation_days)
    both = [
        Exists(Evaluation.objects.filter(match=OuterRef("pk"), side=side, voided_at__isnull=True))
        for side in ("professional", "organization")
    ]
    rows = Match.objects.filter(ended, bank=bank, ended_at__gte=since).exclude(*both)
    return list(rows.order_by("pk").values_list("pk", flat=True))
