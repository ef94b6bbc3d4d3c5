"""The steps of matches that stand: what was undone did not happen, and a match that was a mistake has no steps."""

from __future__ import annotations

from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, UUIDField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Replace

from talentbank.banks.models import Bank
from talentbank.core.models import Event
from talentbank.matches.models import Match
from talentbank.matches.states import TAKING, Action, ClosedReason, State
from talentbank.statistics.periods import Period

PUT_FORWARD = frozenset({State.AWAITING_PROFESSIONAL, State.AWAITING_ORGANIZATION})
BOTH_AGREED = frozenset({State.AWAITING_APPROVAL})
INTRODUCED = frozenset({State.INTRODUCED, State.NEGOTIATING, *TAKING})
WORKED = frozenset({State.ACTIVE, State.SUSPENDED, State.DELIVERED, State.COMPLETED})
STEPS = frozenset(Action) - {Action.UNDO}


def steps_standing(bank: Bank) -> QuerySet[Any]:
    """Events of the steps of the bank's matches that nobody undid, each with the `origin` of its match."""
    undoing = Event.objects.filter(bank_id=bank.pk, subject_kind="match", action=Action.UNDO, facts__has_key="undoes")
    # An id within facts is text with dashes; SQLite keeps the ids of rows without.
    undone = undoing.values_list(Cast(Replace(KT("facts__undoes"), Value("-"), Value("")), UUIDField()))
    meant = Match.objects.exclude(closed_reason=ClosedReason.MISTAKEN)
    steps = Event.objects.filter(bank_id=bank.pk, subject_kind="match", action__in=sorted(STEPS))
    steps = steps.annotate(origin=Subquery(meant.filter(pk=OuterRef("subject_id")).values("origin")))
    return steps.filter(origin__isnull=False).exclude(pk__in=undone).order_by()


def moves_standing(bank: Bank) -> QuerySet[Any]:
    """Those of them that led into another state."""
    return steps_standing(bank).exclude(from_state=F("to_state"))


def matches_made(bank: Bank, period: Period) -> QuerySet[Match]:
    """Distinct matches that reached contracted, and were not undone, by the day on which they did."""
    made = Match.objects.filter(period.covers("made_on"), bank=bank)
    return made.exclude(closed_reason=ClosedReason.MISTAKEN)


def into(*groups: frozenset[State]) -> Q:
    """Moves into one of these states."""
    return Q(to_state__in=sorted(frozenset[State]().union(*groups)))
