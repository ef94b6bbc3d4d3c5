"""How long people wait: medians and ninth deciles in the bank's business days."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import accumulate
from uuid import UUID

from django.db.models import Min, Q

from talentbank.banks.calendar import Calendar, calendar_of
from talentbank.banks.models import Bank
from talentbank.core.clock import fiscal_year as fiscal_year_of
from talentbank.core.models import Event
from talentbank.matches.models import Match
from talentbank.matches.states import Action
from talentbank.needs.models import NeedState
from talentbank.registrations.lifecycle import RegistrationAction
from talentbank.statistics.funnel import OPENING
from talentbank.statistics.periods import period_of
from talentbank.statistics.steps import BOTH_AGREED, INTRODUCED, PUT_FORWARD, into, moves_standing
from talentbank.statistics.suppression import can_be_measured

ANSWERS = (Action.ACCEPT, Action.DECLINE, Action.POSTPONE)
DECISIONS = (RegistrationAction.REQUEST_CHANGES, RegistrationAction.APPROVE, RegistrationAction.REJECT)
HALF, NINE_TENTHS = Fraction(1, 2), Fraction(9, 10)
Span = tuple[date, date]
"""From the day on which somebody began to wait to the day on which the wait ended."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Waits that ended within the period. Days are None where they would tell of a few people."""

    cases: int
    median_days: int | None
    ninth_decile_days: int | None


@dataclass(frozen=True, slots=True)
class Speed:
    """Waits in business days; 0 is the same day.

    review : a registration's submission → the decision on it
    first_proposal : a need's first opening → somebody put before a side for it
    first_answer : a match put before a side → that side's first answer
    contract : introduction → contract
    opening_to_contract : a need's opening, the newest before the match began → its contract
    """

    bank: Bank
    as_of: date
    fiscal_year: int | None
    review: Wait
    first_proposal: Wait
    first_answer: Wait
    contract: Wait
    opening_to_contract: Wait


@dataclass(frozen=True, slots=True)
class Course:
    """The days on which a match came to what people wait for."""

    need_id: UUID
    began_on: date
    proposed_on: date | None
    answered_on: date | None
    introduced_on: date | None
    made_on: date | None


def statistics_speed(*, bank: Bank, as_of: date, fiscal_year: int | None = None) -> Speed:
    """Measure the waits that ended within a period."""
    period = period_of(as_of=as_of, fiscal_year=fiscal_year)
    calendar = calendar_of(bank.pk)
    openings, courses = _openings(bank), _courses(bank)

    def wait(pairs: Iterable[tuple[date | None, date | None]]) -> Wait:
        return _wait([(since, until) for since, until in pairs if since and until and until in period], calendar)

    return Speed(
        bank=bank,
        as_of=as_of,
        fiscal_year=fiscal_year,
        review=wait(_reviews(bank)),
        first_proposal=wait((openings[id][0], day) for id, day in _first_proposals(courses).items() if id in openings),
        first_answer=wait((each.proposed_on, each.answered_on) for each in courses),
        contract=wait((each.introduced_on, each.made_on) for each in courses),
        opening_to_contract=wait((_opened_before(each, openings), each.made_on) for each in courses),
    )


def quantile(days: Sequence[int], share: Fraction) -> int:
    """The least of the values that at least this share of them does not exceed (nearest rank).

    days : rising, not empty
    """
    return days[math.ceil(share * len(days)) - 1]


def _wait(spans: Sequence[Span], calendar: Calendar) -> Wait:
    if not can_be_measured(Counter(fiscal_year_of(until) for _, until in spans).values()):
        return Wait(len(spans), None, None)
    days = sorted(business_days(spans, calendar))
    return Wait(len(spans), quantile(days, HALF), quantile(days, NINE_TENTHS))


def business_days(spans: Sequence[Span], calendar: Calendar) -> list[int]:
    """`Calendar.passed` of many spans at once: each day between the first and the last is asked for once."""
    first, last = min(map(min, spans)).toordinal(), max(map(max, spans)).toordinal()
    is_open = (calendar.is_business_day(date.fromordinal(day)) for day in range(first + 1, last + 1))
    passed = list(accumulate(is_open, initial=0))
    # A date that was put right afterwards may lie before the step that it followed.
    return [max(0, passed[until.toordinal() - first] - passed[since.toordinal() - first]) for since, until in spans]


def _reviews(bank: Bank) -> list[Span]:
    """Each submission with the next decision on it; one that was withdrawn, or waits, has none."""
    steps = Event.objects.filter(bank_id=bank.pk, subject_kind__in=["professional", "organization"])
    steps = steps.filter(action__in=[RegistrationAction.SUBMIT, *DECISIONS]).order_by("subject_id", "position")
    spans, submitted = [], dict[UUID, date]()
    for id, action, day in steps.values_list("subject_id", "action", "happened_on"):
        if action == RegistrationAction.SUBMIT:
            submitted[id] = day
        elif id in submitted:
            spans.append((submitted.pop(id), day))
    return spans


def _openings(bank: Bank) -> dict[UUID, list[date]]:
    """Need to the days on which it was opened, rising: one for each round."""
    steps = Event.objects.filter(bank_id=bank.pk, subject_kind="need", action__in=OPENING, to_state=NeedState.OPEN)
    found: dict[UUID, list[date]] = {}
    for id, day in steps.order_by("happened_on").values_list("subject_id", "happened_on"):
        found.setdefault(id, []).append(day)
    return found


def _opened_before(course: Course, openings: Mapping[UUID, list[date]]) -> date | None:
    days = openings.get(course.need_id, [])
    before = bisect_right(days, course.began_on)
    return days[before - 1] if before else None


def _courses(bank: Bank) -> list[Course]:
    days = {
        "began": Min("happened_on"),
        "proposed": Min("happened_on", filter=into(PUT_FORWARD, BOTH_AGREED, INTRODUCED)),
        "answered": Min("happened_on", filter=Q(action__in=ANSWERS)),
        "introduced": Min("happened_on", filter=into(INTRODUCED)),
    }
    rows = moves_standing(bank).values_list("subject_id").annotate(**days)
    matches = {match.pk: match for match in Match.objects.filter(bank=bank).only("need_id", "made_on").order_by()}
    return [
        Course(matches[id].need_id, began, proposed, answered, introduced, matches[id].made_on)
        for id, began, proposed, answered, introduced in rows
    ]


def _first_proposals(courses: Iterable[Course]) -> dict[UUID, date]:
    """Need to the day on which somebody was first put before a side for it."""
    first: dict[UUID, date] = {}
    for each in courses:
        if each.proposed_on:
            first[each.need_id] = min(each.proposed_on, first.get(each.need_id, each.proposed_on))
    return first
