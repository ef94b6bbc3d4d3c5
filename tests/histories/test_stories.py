"""The checker itself: it accuses what is lost, doubled or invented, and nobody who merely heard nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest

from talentbank.core.actors import Actor, Role
from talentbank.core.audit import Step, Subject, event_record
from talentbank.core.models import IdempotencyRecord
from tests.factories import AT
from tests.histories import calls
from tests.histories.calls import Answer, Call, Caller, Story
from tests.histories.stories import Ledger, stories_check

pytestmark = [pytest.mark.django_db, pytest.mark.database]
BANK = UUID("01930000-0000-7000-8000-000000000001")
WORLD = SimpleNamespace(bank=SimpleNamespace(pk=BANK))
RETRY = {"retry-after": "0"}


def call(**fields) -> Call:
    given = {"match": str(uuid4()), "action": "accept", "if_match": '"1.0"', "key": "key", **fields}
    return Call(id="c", principal="user", token="", path="/accept", body={}, **given)


def step_of(call: Call, *, id: str = "") -> None:
    """Leave the event that this call would leave."""
    step = Step(actor=Actor(request_id=id or call.id), at=AT, role=Role.PROFESSIONAL)
    subject = Subject("match", UUID(call.match), BANK)
    event_record(subject, step, action=call.action, from_state="awaiting", to_state="next")


def answered(call: Call, *answers: tuple[int, dict[str, str]], body: bytes = b"{}") -> Story:
    tries = [replace(call, id=f"{call.id}.{n}" if n else call.id) for n in range(len(answers))]
    heard = [Answer(each, *answer, body) for each, answer in zip(tries, answers, strict=True)]
    return Story(call, heard)


DIED, AWAY, RUNNING = (0, {}), (503, RETRY), (409, RETRY)
DONE, REPLAYED = (200, {}), (200, {"idempotency-replayed": "true"})


@pytest.mark.parametrize("kept_by", ["c", "c.1", "c.3"])
def test_whoever_heard_nothing_at_first_and_then_that_it_is_done_is_content(kept_by):
    story = answered(call(), DIED, AWAY, RUNNING, DONE if kept_by == "c.3" else REPLAYED)
    step_of(story.call, id=kept_by)

    assert list(stories_check([story], all_legal=True)) == []


@pytest.mark.parametrize("events", [0, 2])
def test_what_was_acknowledged_and_is_lost_or_doubled_is_found(events):
    story = answered(call(), DIED, DONE)
    for _ in range(events):
        step_of(story.call)

    assert f"left {events} events" in "".join(stories_check([story]))


def test_a_call_that_acted_again_for_a_copy_is_found():
    one, other = answered(call(), DONE), answered(replace(call(), id="d"), DONE)
    other.call = replace(one.call, id="d")
    step_of(one.call)

    assert "acted 2 times" in "".join(stories_check([one, other]))


@pytest.mark.parametrize(
    ("story", "said"),
    [
        (answered(call(), DIED, AWAY), "never heard"),
        (answered(call(), AWAY, (409, {})), "was legal and answered"),
        (answered(call(), (500, {})), "status 500"),
        (answered(call(), (503, {})), "without Retry-After"),
    ],
)
def test_what_no_client_may_hear_in_the_end_is_found(story, said):
    assert said in "".join(stories_check([story], all_legal=True))


def test_a_refusal_that_left_a_step_is_found():
    story = answered(call(), DIED, (412, {}))
    step_of(story.call)

    assert "answered [0, 412] and left 1 events" in "".join(stories_check([story]))


def test_a_call_that_nobody_repeats_may_have_been_kept_or_not():
    story = answered(call(key=""), DIED)
    assert list(stories_check([story])) == []

    step_of(story.call)

    assert list(stories_check([story])) == []


def ledger_of(*stories: Story) -> Ledger:
    ledger = Ledger()
    for story in stories:
        ledger.enter(story.heard)
    return ledger


def test_the_ledger_finds_the_step_that_is_gone_and_the_one_nobody_called_for():
    lost, honest = answered(call(key=""), DONE), answered(replace(call(key=""), id="d"), DONE)
    ledger = ledger_of(lost, honest)
    step_of(honest.call)
    step_of(call(), id="nobody")

    found = "; ".join(ledger.check(WORLD))

    assert "c accept was acknowledged, and 0 events are left of it" in found
    assert "was called for by nobody" in found and " d " not in found


def test_the_ledger_wants_the_answer_of_each_key_kept():
    story = answered(call(), DONE)
    step_of(story.call)
    assert "0 answers are kept" in "".join(ledger_of(story).check(WORLD))

    IdempotencyRecord.objects.create(principal="user", key="key", request_hash="x", status=200, created_at=AT)

    assert list(ledger_of(story).check(WORLD)) == []


class Scripted(Caller):
    """Answers from a list."""

    def __init__(self, *answers: tuple[int, dict[str, str]]) -> None:
        super().__init__("http://127.0.0.1:1")
        self.script: Iterator[tuple[int, dict[str, str]]] = iter(answers)

    def one(self, call: Call, *, slot: int = 0, method: str = "POST") -> Answer:
        return Answer(call, *next(self.script))


def test_a_client_asks_again_under_its_key_until_it_knows(monkeypatch):
    monkeypatch.setattr(calls, "PAUSE_SECONDS", 0)

    story = Scripted(DIED, AWAY, RUNNING, REPLAYED, DONE).settle(call())

    assert [answer.status for answer in story.heard] == [0, 503, 409, 200]
    assert {answer.call.key for answer in story.heard} == {"key"}
    assert len({answer.call.id for answer in story.heard}) == 4


def test_a_client_without_a_key_asks_once():
    assert len(Scripted(DIED, DONE).settle(call(key="")).heard) == 1
