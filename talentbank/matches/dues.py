"""When an answer is late: not while nobody can give one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Max

from talentbank.banks.calendar import calendar_of
from talentbank.core.clock import day_of
from talentbank.core.models import Event
from talentbank.matches.case import Case
from talentbank.matches.models import Match
from talentbank.matches.states import AWAITING_ANSWER
from talentbank.needs.lifecycle import NeedAction
from talentbank.needs.models import NeedState


def answer_rests(case: Case) -> bool:
    """Tell whether a match that awaits an answer, or was postponed, has its days yet to come.

    While the need is on hold nobody can say yes; once it is taken up again the side has its business days anew, and
    what was postponed until then is asked again (`resume`, which the timers try first).
    """
    if case.need.state == NeedState.ON_HOLD:
        return True
    if case.match.state not in AWAITING_ANSWER:
        return False
    since = waits_since([case.match])[case.match.pk]
    if since == case.match.state_since:
        return False
    days = case.policy.rungs(case.match.state)["close"]
    return calendar_of(case.bank.pk).after(day_of(since), days) >= case.step.day


def waits_since(matches: Iterable[Match]) -> dict[UUID, datetime]:
    """Match → since when it waits in its state; an answer waits anew once the need was taken up again."""
    rows = list(matches)
    asked = {match.need_id for match in rows if match.state in AWAITING_ANSWER}
    steps = Event.objects.filter(subject_kind="need", subject_id__in=asked, action=NeedAction.RESUME)
    taken_up = dict(steps.order_by().values_list("subject_id").annotate(Max("at")))
    return {match.pk: _later(match, taken_up.get(match.need_id)) for match in rows}


def _later(match: Match, taken_up: datetime | None) -> datetime:
    asked = match.state in AWAITING_ANSWER
    return max(match.state_since, taken_up) if asked and taken_up else match.state_since
