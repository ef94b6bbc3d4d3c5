"""When an answer is late: not while nobody can give one."""

from __future__ import annotations

from talentbank.banks.calendar import calendar_of
from talentbank.core.clock import day_of
from talentbank.core.models import Event
from talentbank.matches.case import Case
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
    steps = Event.objects.filter(subject_kind="need", subject_id=case.need.pk, action=NeedAction.RESUME)
    taken_up = steps.filter(at__gt=case.match.state_since).order_by("-position").values_list("at", flat=True).first()
    if taken_up is None:
        return False
    days = case.policy.rungs(case.match.state)["close"]
    return calendar_of(case.bank.pk).after(day_of(taken_up), days) >= case.step.day
