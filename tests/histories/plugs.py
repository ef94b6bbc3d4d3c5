"""The phases in which a plug is pulled: of a worker, of PostgreSQL, of the worker that runs a key's first call."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from django.db import connections, transaction

from talentbank.core.models import lock
from talentbank.matches.models import Match
from tests.histories.calls import VOLLEY, Call, Story
from tests.histories.phases import Run, sure
from tests.histories.servers import Postgres, kill
from tests.histories.stories import left_events, stories_check

TRIES_A_PULL = 3
"""A plug that was pulled when nothing was going on proves nothing and is not counted; so often it may happen."""
HELD_SECONDS = 0.4


def worker_kills(run: Run, count: int) -> Iterator[str]:
    yield from _kills(run, count, "worker", run.server.kill_worker, lambda: None)


def postgres_kills(run: Run, count: int, postgres: Postgres | None) -> Iterator[str]:
    if postgres is not None:
        yield from _kills(run, count, "postgresql", postgres.kill, postgres.restart)


def _kills(run: Run, count: int, what: str, pull: Callable[[], None], recover: Callable[[], None]) -> Iterator[str]:
    """Pull a plug inside a volley, `count` times. Every second volley is legal throughout, the others are mixed."""
    pace, inside = 0.3, 0
    for number in range(count * TRIES_A_PULL):
        if inside == count:
            break
        legal = number % 2 == 0
        calls = _legal_volley(run) if legal else run.generator.volley(run.generator.match())
        plug = _later(run.generator.random.random() * pace, lambda: (pull(), recover()))
        started = time.monotonic()
        stories = run.settled(calls)
        plug.join()
        hit = any(story.first.status in (0, 503) for story in stories)
        inside += hit
        pace = pace if hit else time.monotonic() - started
        connections.close_all()
        run.server.wait()
        yield from stories_check(stories, all_legal=legal)
        yield from _replays(run, stories)
        run.caller.hang_up()
    run.plugs[f"{what} inside a volley"] += inside
    if inside < count:
        yield f"only {inside} of {count} plugs were pulled inside a volley"


def _legal_volley(run: Run) -> list[Call]:
    return [sure(run, run.world.match("awaiting_professional"), "accept") for _ in range(VOLLEY)]


def _replays(run: Run, stories: Sequence[Story]) -> Iterator[str]:
    """What was acknowledged under a key is told again in the same words."""
    for story in stories:
        if story.last.done and story.call.key:
            late = run.late(story.call)
            if not late.replayed or (late.status, late.body) != (story.last.status, story.last.body):
                yield f"a late repeat of {story.call.key} answered {late.status} {late.body[:200]!r}"


def _later(seconds: float, call: Callable[[], object]) -> threading.Timer:
    timer = threading.Timer(seconds, call)
    timer.start()
    return timer


def deaths(run: Run, count: int) -> Iterator[str]:
    """The worker that runs the first call under a key dies in it; eight clients with that key act once in all."""
    died = 0
    for number in range(count * TRIES_A_PULL):
        if died == count:
            break
        match = run.world.match("awaiting_professional")
        stories = _death(run, match, held=number % 2 == 1)
        run.enter(stories)
        first = stories[0].first
        died += first.status == 0
        run.plugs["first call died, and was kept"] += first.status == 0 and left_events(first.call.id)
        yield from stories_check(stories, all_legal=True)
        yield from _replays(run, stories[:1])
        run.caller.hang_up()
    run.plugs["first call died"] += died
    if died < count:
        yield f"only {died} of {count} first calls died"


def _death(run: Run, match: Match, *, held: bool) -> list[Story]:
    """One call and its seven copies, while its worker dies. `held`: it cannot end before it dies, only begin."""
    call = sure(run, match, "accept")
    copies = [replace(call, id=f"{call.id}-{n}") for n in range(1, VOLLEY)]
    run.server.wait()
    worker = run.server.workers()[0]
    run.caller.dial(0, lambda port: run.server.serves(worker, port))
    pause = HELD_SECONDS if held else run.generator.random.random() * 0.1
    with ThreadPoolExecutor(2) as threads:
        with _held(match) if held else contextlib.nullcontext():
            first = threads.submit(run.caller.settled, [call])
            time.sleep(pause)
            kill(worker)
            others = threads.submit(run.caller.settled, copies, first_slot=1)
            time.sleep(pause)
        return [*first.result(), *others.result()]


@contextlib.contextmanager
def _held(match: Match) -> Iterator[None]:
    """Hold a match (on SQLite: the database) so that a call at it cannot end."""
    with transaction.atomic():
        lock(Match, match.pk)
        yield
