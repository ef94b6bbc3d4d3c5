"""The phases of a run: volleys, rushes, repeats, kills, ticks. Each yields what it found wrong."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import close_old_connections, connections
from django.utils import timezone

from talentbank.core.models import Event
from talentbank.matches.models import Match
from tests.histories.calls import VOLLEY, Answer, Call, Caller
from tests.histories.checker import answers_check, keys_kept_check, world_check
from tests.histories.generator import Generator
from tests.histories.servers import Postgres, Server, manage
from tests.histories.world import World

VOLLEYS_A_MATCH = 4


@dataclass(slots=True)
class Run:
    """What a run works with, and what it counted."""

    world: World
    generator: Generator
    server: Server
    caller: Caller
    database_url: str
    statuses: Counter[int] = field(default_factory=Counter)
    while_killed: Counter[int] = field(default_factory=Counter)
    acted: int = 0

    def volley(self, calls: list[Call]) -> list[Answer]:
        answers = self.caller.volley(calls)
        self.statuses.update(answer.status for answer in answers)
        self.acted += sum(answer.acted for answer in answers)
        return answers


def volleys(run: Run, count: int) -> Iterator[str]:
    """Volleys of eight legal and illegal calls at one match; a new match every few volleys."""
    match = run.generator.match()
    for number in range(count):
        if number % VOLLEYS_A_MATCH == 0:
            match = run.generator.match()
        match.refresh_from_db()
        yield from answers_check(run.volley(run.generator.volley(match)))


def rushes(run: Run, count: int) -> Iterator[str]:
    """Eight approvals, or eight second confirmations, at once on one or two places."""
    for number in range(count):
        action, state = (("approve", "awaiting_approval"), ("confirm", "negotiating"))[number % 2]
        need = run.world.need(headcount=1 + number // 2 % 2)
        matches = [run.world.match(state, need) for _ in range(VOLLEY)]
        if action == "confirm":
            for match in matches:
                match.terms.update(organization_confirmed_at=timezone.now())
        calls = [_sure(run, match, action) for match in matches]
        yield from answers_check(run.volley(calls))


def _sure(run: Run, match: Match, action: str) -> Call:
    """A call that its own match would allow."""
    who = run.world.staff[0] if action == "approve" else run.world.holders[match.professional_id]
    call = run.generator.call(match, action, who)
    call.body.pop("on_behalf_of", None), call.body.pop("channel", None)
    call.if_match, call.stale = f'"{match.version}.{"0" * 16}"', False
    return call


def repeats(run: Run, count: int) -> Iterator[str]:
    """One call eight times at once with one key: it acts once, and all hear the same."""
    for _ in range(count):
        match = run.world.match("awaiting_professional")
        call = _sure(run, match, "accept")
        call.key = call.key or f"repeat-{call.id}"
        copies = [_copy(call, f"{call.id}-{n}") for n in range(VOLLEY)]
        answers = run.volley(copies)
        yield from answers_check(answers)
        later = run.caller.one(_copy(call, f"{call.id}-late"))
        if not later.replayed or later.status != 200:
            yield f"a late repeat of {call.key} answered {later.status}"
        if sum(answer.acted for answer in answers) != 1:
            yield f"key {call.key} acted {sum(answer.acted for answer in answers)} times"


def _copy(call: Call, id: str) -> Call:
    return Call(
        id,
        call.principal,
        call.token,
        call.path,
        call.body,
        call.match,
        call.action,
        call.if_match,
        call.key,
        call.stale,
    )


def kills(run: Run, count: int, pull: Callable[[], None], recover: Callable[[], None]) -> Iterator[str]:
    """Pull a plug in the middle of a volley; then say again, under the same key, what nobody knows about."""
    for number in range(count):
        matches = [run.world.match("awaiting_professional") for _ in range(VOLLEY)]
        calls = [_sure(run, match, "accept") for match in matches]
        for call in calls:
            call.key = call.key or f"killed-{call.id}"
        timer = _later(0.01 + 0.3 * (number % 10) / 10, pull)
        answers = run.caller.volley(calls)
        run.while_killed.update(answer.status for answer in answers)
        timer.join()
        recover()
        yield from answers_check(answers)
        for answer in answers:
            if answer.acted:
                continue
            again = run.caller.one(_copy(answer.call, f"{answer.call.id}-again"))
            ids = (answer.call.id, again.call.id)
            left = Event.objects.filter(request_id__in=ids).exclude(actor_role="system").count()
            if again.status != 200 or left != 1:
                yield f"{answer.call.id} died, said again: {again.status}, and left {left} events"


def _later(seconds: float, call: Callable[[], None]) -> threading.Timer:
    timer = threading.Timer(seconds, call)
    timer.start()
    return timer


def worker_kills(run: Run, count: int) -> Iterator[str]:
    yield from kills(run, count, run.server.kill_worker, run.server.wait)


def postgres_kills(run: Run, count: int, postgres: Postgres | None) -> Iterator[str]:
    if postgres is None:
        return

    def recover() -> None:
        postgres.restart()
        connections.close_all()
        close_old_connections()
        run.server.wait()

    yield from kills(run, count, postgres.kill, recover)


def ticks(run: Run, count: int) -> Iterator[str]:
    """Two runs of the timers at once, and answers that come meanwhile: nothing happens twice, no answer is lost."""
    overdue = (timezone.now() - timedelta(days=3)).date()
    for _ in range(count):
        matches = [run.world.match("awaiting_professional", due_on=overdue) for _ in range(VOLLEY)]
        both = [manage(run.database_url, "tick") for _ in range(2)]
        time.sleep(0.8)
        answers = run.volley([_sure(run, match, "accept") for match in matches])
        for process in both:
            output, _ = process.communicate()
            if process.returncode:
                yield f"tick ended with {process.returncode}: {output.decode()[-300:]}"
        yield from answers_check(answers)
        for match, answer in zip(matches, answers, strict=True):
            steps = Event.objects.filter(subject_id=match.pk).exclude(action="create")
            actions = sorted(steps.values_list("action", flat=True))
            if actions not in (["accept"], ["expire"]) or answer.acted != (actions == ["accept"]):
                yield f"match {match.pk}: {actions}, and the answer was {answer.status}"


def end(run: Run) -> Iterator[str]:
    """The replay of everything."""
    yield from world_check(run.world)
    yield from keys_kept_check()
    asked = sum(run.statuses.values())
    if run.statuses[503] > max(1, asked / 1000):  # of a short run, one call says nothing about one in a thousand
        yield f"{run.statuses[503]} of {asked} calls were answered 503"
