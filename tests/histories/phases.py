"""The phases of a run in which no plug is pulled: volleys, rushes, repeats. Each yields what it found wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from django.utils import timezone

from talentbank.matches.models import Match
from tests.histories.calls import VOLLEY, Answer, Call, Caller, Story
from tests.histories.checker import answers_check, keys_kept_check, record_check, world_check
from tests.histories.generator import Generator
from tests.histories.servers import Server
from tests.histories.stories import Ledger
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
    plugs: Counter[str] = field(default_factory=Counter)
    """What was pulled, how often in the middle of something, and how often the dead call turned out to be kept."""
    ledger: Ledger = field(default_factory=Ledger)

    def volley(self, calls: list[Call]) -> list[Answer]:
        answers = self.caller.volley(calls)
        self.statuses.update(answer.status for answer in answers)
        self.ledger.enter(answers)
        return answers

    def settled(self, calls: list[Call]) -> list[Story]:
        """A volley of clients who ask until they know."""
        stories = self.caller.settled(calls)
        self.enter(stories)
        return stories

    def enter(self, stories: Sequence[Story]) -> None:
        heard = [answer for story in stories for answer in story.heard]
        self.while_killed.update(answer.status for answer in heard)
        self.ledger.enter(heard)

    def late(self, call: Call) -> Answer:
        """What a client hears that asks once more when all is over."""
        story = self.caller.settle(replace(call, id=f"{call.id}-late"))
        self.ledger.enter(story.heard)
        return story.last


def volleys(run: Run, count: int) -> Iterator[str]:
    """Volleys of eight legal and illegal calls at one match; a new match every few volleys."""
    match = run.generator.match()
    for number in range(count):
        if number % VOLLEYS_A_MATCH == 0:
            match = run.generator.match()
        match.refresh_from_db()
        yield from answers_check(run.volley(run.generator.volley(match)))


def rushes(run: Run, count: int) -> Iterator[str]:
    """Eight approvals, eight second confirmations, or some of both at once, on one or two places."""
    for number in range(count):
        places = 1 + number // 3 % 2
        confirming = (0, VOLLEY, places)[number % 3]
        need = run.world.need(headcount=places)
        calls = []
        for place in range(VOLLEY):
            match = run.world.match("negotiating" if place < confirming else "awaiting_approval", need)
            if place < confirming:
                match.terms.update(organization_confirmed_at=timezone.now())
            calls.append(sure(run, match, "confirm" if place < confirming else "approve"))
        run.generator.random.shuffle(calls)
        yield from answers_check(run.volley(calls))


def sure(run: Run, match: Match, action: str) -> Call:
    """A call that its own match would allow, under a key."""
    who = run.world.staff[0] if action == "approve" else run.world.holders[match.professional_id]
    call = run.generator.call(match, action, who)
    call.body.pop("on_behalf_of", None), call.body.pop("channel", None)
    call.if_match, call.stale = f'"{match.version}.{"0" * 16}"', False
    call.key = call.key or f"sure-{call.id}"
    return call


def repeats(run: Run, count: int) -> Iterator[str]:
    """One call eight times at once with one key: it acts once, and all hear the same."""
    for _ in range(count):
        call = sure(run, run.world.match("awaiting_professional"), "accept")
        answers = run.volley([replace(call, id=f"{call.id}-{n}") for n in range(VOLLEY)])
        yield from answers_check(answers)
        late = run.late(call)
        if not late.replayed or late.status != 200:
            yield f"a late repeat of {call.key} answered {late.status}"
        if sum(answer.acted for answer in answers) != 1:
            yield f"key {call.key} acted {sum(answer.acted for answer in answers)} times"


def audits(run: Run, count: int) -> Iterator[str]:
    """The record is verified while it is written: a step in between is no tampering."""
    for _ in range(count):
        calls = [sure(run, run.world.match("awaiting_professional"), "accept") for _ in range(VOLLEY)]
        with ThreadPoolExecutor(1) as thread:
            writing = thread.submit(run.volley, calls)
            while not writing.done():
                yield from record_check(run.world)
        yield from answers_check(writing.result())


def end(run: Run) -> Iterator[str]:
    """The replay of everything."""
    yield from world_check(run.world)
    yield from run.ledger.check(run.world)
    yield from keys_kept_check()
    asked = sum(run.statuses.values())
    if run.statuses[503] > max(1, asked / 1000):  # of a short run, one call says nothing about one in a thousand
        yield f"{run.statuses[503]} of {asked} calls were answered 503"
