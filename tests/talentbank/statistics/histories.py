"""Matches with a history of given days, written as the services write it."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from talentbank.banks.models import Bank
from talentbank.core.actors import Actor, Channel, OnBehalf, Role, Side
from talentbank.core.audit import Step, Subject, event_record
from talentbank.core.clock import TOKYO
from talentbank.core.models import Event
from talentbank.matches.models import Match
from talentbank.needs.models import Need
from talentbank.professionals.models import Professional
from tests import factories


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), TOKYO)


def took(
    row: Any, kind: str, action: str, before: str, after: str, day: date, *, role: str = "system", phone_for: str = ""
) -> Event:
    """One event of a record. `phone_for`: the side for which staff acted, on the phone."""
    behalf = OnBehalf(Side(phone_for), Channel.PHONE) if phone_for else None
    step = Step(actor=Actor(), at=noon(day), role=Role(role), on_behalf=behalf)
    return event_record(Subject(kind, row.pk, row.bank_id), step, action=action, from_state=before, to_state=after)


def match_with(
    bank: Bank,
    *moves: tuple[str, str, date],
    need: Need | None = None,
    professional: Professional | None = None,
    **fields: Any,
) -> Match:
    """A match that took these moves: (action, state that it led to, day)."""
    need = need or factories.make_need(factories.make_organization(bank), headcount=20)
    professional = professional or factories.make_professional(bank)
    match = factories.make_match(need, professional, moves[-1][1], **{"made_on": None, **fields})
    Event.objects.filter(subject_id=match.pk).delete()
    before = ""
    for action, after, day in moves:
        took(match, "match", action, before, after, day)
        before = after
    return match
