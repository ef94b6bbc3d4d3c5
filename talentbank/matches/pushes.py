"""Needs without takers, pointed out once a week to professionals whom nobody has proposed yet.

A push is no match: it asks nobody, and either side may go on without it. It shows at `me/pushes` and in the worklist;
its notice waits in the outbox, for nothing sends notices to people yet. Needs are pointed out to those alone who
consent to messages, at most three needs each, and no need to more than three in a week.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet

from talentbank.banks.models import Bank, TextKind
from talentbank.core.actors import ORGANIZATION_ROLES, SYSTEM, Actor, Role
from talentbank.core.audit import Step, Subject, event_record
from talentbank.core.clock import TOKYO, day_of
from talentbank.core.models import Event
from talentbank.core.timers import FAILED, each
from talentbank.matches.models import Match, Push
from talentbank.matches.states import CLOSED_STATES
from talentbank.needs.lifecycle import SEEKING
from talentbank.needs.models import Confidentiality, Need
from talentbank.needs.selectors import needs_taking
from talentbank.notifications.services import notice_queue
from talentbank.privacy.selectors import subjects_consenting
from talentbank.professionals.models import Professional
from talentbank.ranking.eligibility import hides
from talentbank.ranking.services import candidates_for_professional
from talentbank.registrations.models import RegistrationState

MOST_FOR_A_PROFESSIONAL = 3
MOST_OF_A_NEED = 3
FROM_HOUR = 9
"""Hour of the Monday from which messages may go out: nobody is woken."""

Pair = tuple[UUID, UUID]
"""Ids of a professional and a need."""


def pushes_tick(*, at: datetime) -> dict[str, int]:
    """Point out needs in every bank that has not done so this week; return how often.

    A bank that fails, as where the ranking is away, has its turn at the next run.
    """
    week = week_of(at)
    if week is None:
        return {"pushed": 0}
    banks = Bank.objects.order_by("pk").values_list("pk", flat=True)
    pushed, failed = each(list(banks), lambda bank_id: bank_push(bank_id=bank_id, week=week, at=at), what="pushes")
    return {"pushed": pushed, FAILED: failed} if failed else {"pushed": pushed}


def week_of(at: datetime) -> date | None:
    """The Monday of the week of `at`; None before its first working hour."""
    local = at.astimezone(TOKYO)
    monday = local.date() - timedelta(days=local.weekday())
    return None if local.date() == monday and local.hour < FROM_HOUR else monday


def bank_push(*, bank_id: UUID, week: date, at: datetime) -> int:
    """Point out a week's needs in one bank; return how many pairs. Two runs at once act once.

    The ranking is read before the transaction, for it takes its time, and the bank would be locked all the while; what
    may have changed meanwhile is read again under the lock.
    """
    if _has_pushed(bank_id, week):
        return 0
    planned = pushes_planned(bank_id, at)
    with transaction.atomic():
        # NO KEY: rows that merely refer to the bank are written meanwhile.
        Bank.objects.select_for_update(of=("self",), no_key=True).get(pk=bank_id)
        if _has_pushed(bank_id, week):
            return 0
        professionals = set(_professionals(bank_id, at).values_list("pk", flat=True))
        needs = set(_needs(bank_id, at).values_list("pk", flat=True))
        pairs = [pair for pair in planned if pair[0] in professionals and pair[1] in needs]
        _write(bank_id, pairs, week, at)
    return len(pairs)


def pushes_planned(bank_id: UUID, at: datetime) -> list[Pair]:
    """Who shall hear of which needs: whoever was told least recently chooses first, the best fitting need first."""
    room = dict.fromkeys(_needs(bank_id, at).values_list("pk", flat=True), MOST_OF_A_NEED)
    told: set[Pair] = set(Push.objects.filter(bank_id=bank_id).values_list("professional_id", "need_id"))
    limit = Need.objects.filter(bank_id=bank_id, state__in=SEEKING).count()
    planned: list[Pair] = []
    for professional in _professionals(bank_id, at):
        if not any(room.values()):
            break
        ranking = candidates_for_professional(professional=professional, limit=limit, at=at, for_sides=True)
        fitting = (found.need.pk for found in ranking.results if found.strength is not None)
        free = [id for id in fitting if room.get(id) and (professional.pk, id) not in told][:MOST_FOR_A_PROFESSIONAL]
        for need_id in free:
            room[need_id] -= 1
            planned.append((professional.pk, need_id))
    return planned


def pushes_visible(actor: Actor) -> QuerySet[Push]:
    """Needs that were pointed out to the actor's professionals and that they may still see."""
    own = Q(professional_id__in=actor.ids_as(Role.PROFESSIONAL))
    own |= Q(professional__organization_id__in=actor.ids_as(*ORGANIZATION_ROLES))
    rows = Push.objects.filter(
        own,
        professional__registration_state=RegistrationState.APPROVED,
        need__state__in=[state.value for state in SEEKING],
    )
    rows = rows.exclude(need__confidentiality=Confidentiality.COORDINATORS)
    rows = rows.select_related("need__organization", "professional")
    hidden = [push.pk for push in rows if hides(push.professional, push.need.organization)]
    return rows.exclude(pk__in=hidden)


def _professionals(bank_id: UUID, at: datetime) -> QuerySet[Professional]:
    """Approved, never proposed, and willing to get messages; whoever was told least recently comes first."""
    rows = Professional.objects.filter(bank_id=bank_id, registration_state=RegistrationState.APPROVED)
    rows = rows.filter(last_proposed_at__isnull=True, matches__isnull=True)
    rows = rows.filter(pk__in=subjects_consenting(bank_id, "professional", TextKind.MESSAGES, at))
    return rows.annotate(told_last=Max("pushes__week")).order_by(F("told_last").asc(nulls_first=True), "pk")


def _needs(bank_id: UUID, at: datetime) -> QuerySet[Need]:
    """Open to candidates, not for coordinators only, and without an open match."""
    taken = Match.objects.filter(need=OuterRef("pk")).exclude(state__in=[state.value for state in CLOSED_STATES])
    rows = Need.objects.filter(needs_taking(day_of(at)), ~Exists(taken), bank_id=bank_id)
    return rows.exclude(confidentiality=Confidentiality.COORDINATORS).order_by("pk")


def _has_pushed(bank_id: UUID, week: date) -> bool:
    return Event.objects.filter(
        subject_kind="bank", subject_id=bank_id, action="push-needs", facts__week=str(week)
    ).exists()


def _write(bank_id: UUID, pairs: Sequence[Pair], week: date, at: datetime) -> None:
    """Keep the pushes, queue their notices, and record that the week is done."""
    for professional_id, need_id in pairs:
        push = Push.create(at=at, bank_id=bank_id, need_id=need_id, professional_id=professional_id, week=week)
        context = {"push": str(push.pk), "need": str(need_id), "professional": str(professional_id)}
        notice_queue(bank_id=bank_id, topic="push.need", context=context, at=at)
    event_record(
        Subject("bank", bank_id, bank_id),
        Step(actor=SYSTEM, at=at),
        action="push-needs",
        from_state="",
        to_state="",
        facts={"week": str(week), "pushes": len(pairs)},
    )
