"""Ladders: every rung once, in business days, and none for what has moved on."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from talentbank.banks.models import BankClosure
from talentbank.core.clock import TOKYO
from talentbank.core.models import Event
from talentbank.matches.models import Evaluation, Match
from talentbank.notifications.models import OutboxMessage
from talentbank.worklist import ladders
from talentbank.worklist.ladders import ladders_tick
from talentbank.worklist.models import Reminder
from talentbank.worklist.timers import tick
from tests import factories
from tests.factories import AT, TODAY
from tests.talentbank.matches.steps import move

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def need(organization):
    return factories.make_need(organization)


@pytest.fixture
def waiting(need, professional):
    """Asked on Monday 2 November 2026; Tuesday is a holiday."""
    return factories.make_match(need, professional, "awaiting_professional")


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=TOKYO)


def told() -> list[str]:
    return list(OutboxMessage.objects.filter(channel="notice").order_by("id").values_list("topic", flat=True))


def test_the_rungs_come_on_their_business_days_and_once(waiting):
    for day in ("2026-11-05", "2026-11-06", "2026-11-06", "2026-11-10", "2026-11-13", "2026-11-20"):
        ladders_tick(at=noon(day))

    assert told() == ["match.nudge", "match.other_channel", "match.call"]
    days = dict(Reminder.objects.values_list("rung", "at"))
    assert {rung: at.astimezone(TOKYO).date().isoformat() for rung, at in days.items()} == {
        "nudge": "2026-11-06",
        "other_channel": "2026-11-10",
        "call": "2026-11-13",
    }


def test_a_late_run_tells_of_the_highest_rung_alone(waiting):
    ladders_tick(at=noon("2026-11-13"))

    assert told() == ["match.call"]
    assert Reminder.objects.count() == 3


def test_a_closed_office_moves_the_rungs(waiting, bank):
    BankClosure.create(at=AT, bank=bank, day=TODAY + timedelta(days=2))

    assert ladders_tick(at=noon("2026-11-06"))["matches"] == 0
    assert ladders_tick(at=noon("2026-11-09"))["matches"] == 1


def test_an_answer_begins_a_new_ladder(waiting, professional):
    ladders_tick(at=noon("2026-11-13"))
    move(waiting, "accept", professional.user, at=noon("2026-11-13"))

    assert ladders_tick(at=noon("2026-11-13"))["matches"] == 0
    assert ladders_tick(at=noon("2026-11-19"))["matches"] == 1
    assert told() == ["match.call", "match.nudge"]


@pytest.mark.parametrize(
    ("state", "topics"),
    [
        ("awaiting_approval", ["match.escalate"]),
        ("introduced", ["match.call"]),
        ("negotiating", ["match.call"]),
        ("contracted", ["match.call"]),
        ("active", []),
        ("postponed", []),
    ],
)
def test_what_is_in_peoples_hands_is_called_about_and_never_closed(need, professional, state, topics):
    until = TODAY + timedelta(days=80)
    extra = {"postponed_until": until, "due_on": until} if state == "postponed" else {}
    match = factories.make_match(need, professional, state, **extra)

    tick(at=noon("2026-12-25"))

    assert told() == topics
    assert Match.objects.get(pk=match.pk).state == state


def test_the_last_rung_closes_and_a_match_that_comes_back_waits_anew(waiting, coordinator):
    move(waiting, "decline", waiting.professional.user)
    back = move(waiting, "undo", coordinator, at=noon("2026-12-01"))

    assert back.state == "awaiting_professional" and back.due_on is None  # the factory gave it no day
    Match.objects.filter(pk=back.pk).update(due_on=TODAY)
    tick(at=noon("2026-12-02"))
    assert Match.objects.get(pk=back.pk).closed_reason == "unreachable"

    reopened = move(waiting, "undo", coordinator, at=noon("2026-12-03"))
    assert reopened.due_on.isoformat() == "2026-12-17"
    tick(at=noon("2026-12-04"))
    assert Match.objects.get(pk=back.pk).state == "awaiting_professional"


def test_a_registration_is_noticed_60_30_and_7_days_before_its_end(professional):
    type(professional).objects.filter(pk=professional.pk).update(valid_until=TODAY + timedelta(days=65))
    for days in (0, 4, 5, 6, 35, 36, 58, 65):
        ladders_tick(at=AT + timedelta(days=days))

    assert told() == ["professional.expiry-60", "professional.expiry-30", "professional.expiry-7"]


def test_a_renewed_registration_begins_anew(professional):
    rows = type(professional).objects.filter(pk=professional.pk)
    rows.update(valid_until=TODAY + timedelta(days=7))
    ladders_tick(at=AT)
    rows.update(valid_until=TODAY + timedelta(days=60))
    ladders_tick(at=AT)

    assert told() == ["professional.expiry-7", "professional.expiry-60"]


def test_a_deadline_is_noticed_a_week_before(organization):
    factories.make_need(organization, deadline=TODAY + timedelta(days=8))

    assert [ladders_tick(at=AT + timedelta(days=days))["needs"] for days in (0, 1, 2)] == [0, 1, 0]


def test_evaluations_are_asked_for_until_both_are_in(need, professional):
    match = factories.make_match(need, professional, "completed", ended_at=AT)

    assert [ladders_tick(at=AT + timedelta(days=days))["evaluations"] for days in (2, 3)] == [0, 1]
    for side in ("professional", "organization"):
        fields = {"score": 5, "would_repeat": True, "outcome": "reached", "channel": "web"}
        Evaluation.create(at=AT, match=match, side=side, **fields)
    assert ladders_tick(at=AT + timedelta(days=10))["evaluations"] == 0


def test_a_reminder_and_its_notice_stand_or_fall_together(waiting, monkeypatch):
    def broken(**_: object) -> None:
        raise RuntimeError("the outbox is full")

    monkeypatch.setattr(ladders, "notice_queue", broken)
    counts = ladders_tick(at=noon("2026-11-13"))

    assert counts["failed"] == 1 and not Reminder.objects.exists()
    monkeypatch.undo()
    assert ladders_tick(at=noon("2026-11-13"))["matches"] == 1


def test_one_broken_row_does_not_stop_the_others_and_the_command_says_so(need, bank, monkeypatch):
    matches = [
        factories.make_match(need, factories.make_professional(bank), "awaiting_professional", due_on=TODAY)
        for _ in range(3)
    ]
    from talentbank.matches import timers

    sound = timers.match_transition

    def breaks(**given: object) -> object:
        if given["match_id"] == matches[1].pk:
            raise RuntimeError("broken")
        return sound(**given)  # type: ignore[arg-type]

    monkeypatch.setattr(timers, "match_transition", breaks)
    with pytest.raises(CommandError, match="1 rows failed"):
        call_command("tick", at="2026-11-10", stdout=StringIO())

    states = [Match.objects.get(pk=match.pk).state for match in matches]
    assert states == ["closed", "awaiting_professional", "closed"]


def test_a_rehearsal_tells_and_takes_everything_back(waiting):
    Match.objects.filter(pk=waiting.pk).update(due_on=TODAY)
    before = Event.objects.count()
    out = StringIO()

    call_command("tick", at="2026-11-13", dry_run=True, stdout=out)

    assert f"match {waiting.pk} expire -> closed" in out.getvalue()
    assert Match.objects.get(pk=waiting.pk).state == "awaiting_professional"
    assert Event.objects.count() == before and not Reminder.objects.exists()
