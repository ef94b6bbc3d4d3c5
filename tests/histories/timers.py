"""The phases of the timers: two `tick`s at once, with answers in between, and one that is killed half-way."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from talentbank.core.models import Event
from talentbank.matches.models import Match
from talentbank.notifications.models import OutboxMessage
from talentbank.worklist.models import Reminder
from tests.histories.calls import VOLLEY
from tests.histories.checker import answers_check
from tests.histories.phases import Run, sure
from tests.histories.servers import kill, manage

OVERDUE_DAYS, WAITED_DAYS = 3, 21
KILLED = 3 * VOLLEY
"""Matches overdue when a run of the timers is killed: enough for it to be in the middle of them."""


def ticks(run: Run, count: int) -> Iterator[str]:
    """Two runs of the timers at once, and answers that come meanwhile: nothing happens twice, no answer is lost."""
    for _ in range(count):
        matches, waiting = _overdue(run, VOLLEY), _waiting(run)
        both = [manage(run.database_url, "tick") for _ in range(2)]
        _until(both[0], matches, expired=1 if run.generator.random.random() < 0.5 else 0)
        answers = run.volley([sure(run, match, "accept") for match in matches])
        yield from _ended(both)
        yield from answers_check(answers)
        for match, answer in zip(matches, answers, strict=True):
            actions = _steps(match)
            if actions not in (["accept"], ["expire"]) or answer.acted != (actions == ["accept"]):
                yield f"match {match.pk}: {actions}, and the answer was {answer.status}"
        yield from _reminded_once(waiting)


def dead_ticks(run: Run, count: int) -> Iterator[str]:
    """A run of the timers is killed half-way; two others at once go on where it stopped, and nothing is done twice."""
    halfway = 0
    for _ in range(count * 3):
        if halfway == count:
            break
        matches, waiting = _overdue(run, KILLED), _waiting(run)
        killed = manage(run.database_url, "tick")
        _until(killed, matches, expired=1 + run.generator.random.randrange(KILLED // 2))
        kill(killed.pid)
        killed.communicate()
        halfway += 0 < _expired(matches) < KILLED
        yield from _ended([manage(run.database_url, "tick") for _ in range(2)])
        for match in matches:
            if (actions := _steps(match)) != ["expire"]:
                yield f"match {match.pk} after a killed tick and two more: {actions}"
        yield from _reminded_once(waiting)
    run.plugs["tick half-way"] += halfway
    if halfway < count:
        yield f"only {halfway} of {count} ticks were killed half-way"


def _overdue(run: Run, count: int) -> list[Match]:
    day = (timezone.now() - timedelta(days=OVERDUE_DAYS)).date()
    return [run.world.match("awaiting_professional", due_on=day) for _ in range(count)]


def _waiting(run: Run) -> list[Match]:
    """Matches whose answer is awaited for long and not overdue: every rung of the ladder is due at once."""
    since, due_on = timezone.now() - timedelta(days=WAITED_DAYS), (timezone.now() + timedelta(days=30)).date()
    return [run.world.match("awaiting_professional", state_since=since, due_on=due_on) for _ in range(VOLLEY)]


def _until(tick: subprocess.Popen[Any], matches: Sequence[Match], *, expired: int) -> None:
    """Return once the timers expired so many, or ended."""
    while tick.poll() is None and _expired(matches) < expired:
        time.sleep(0.002)


def _expired(matches: Sequence[Match]) -> int:
    return Event.objects.filter(subject_id__in=[match.pk for match in matches], action="expire").count()


def _ended(processes: Sequence[subprocess.Popen[Any]]) -> Iterator[str]:
    for process in processes:
        output, _ = process.communicate()
        if process.returncode:
            yield f"tick ended with {process.returncode}: {output.decode()[-300:]}"


def _steps(match: Match) -> list[str]:
    return sorted(Event.objects.filter(subject_id=match.pk).exclude(action="create").values_list("action", flat=True))


def _reminded_once(matches: Sequence[Match]) -> Iterator[str]:
    """All three rungs are on record, each once, and only the highest was told."""
    for match in matches:
        rungs = Reminder.objects.filter(subject_id=match.pk).count()
        notices = OutboxMessage.objects.filter(channel="notice", context__subject=str(match.pk)).count()
        if (rungs, notices) != (3, 1):
            yield f"match {match.pk} climbed {rungs} rungs and was told of {notices} times"
