"""The commands of the worker: one round, and the timers as of a moment."""

from __future__ import annotations

import signal
import threading
from datetime import timedelta
from io import StringIO
from uuid import UUID

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import OperationalError, transaction

from matching.cluster import IndexUnavailable
from talentbank.core.models import Event
from talentbank.matches import pushes
from talentbank.matches.models import Match, Push
from talentbank.notifications.models import OutboxMessage
from talentbank.notifications.services import mail_queue
from talentbank.ranking.services import candidates_for_professional
from talentbank.worklist import timers
from talentbank.worklist.management.commands import work
from tests import factories
from tests.factories import AT, TODAY
from tests.talentbank.matches.test_pushes import consent
from tests.talentbank.ranking.samples import make_shop_need, make_shopkeeper

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def waiting(organization, professional):
    """A match whose answer is due on 16 November."""
    need = factories.make_need(organization)
    with transaction.atomic():
        return factories.make_match(need, professional, "awaiting_professional", due_on=TODAY + timedelta(days=14))


def tick(at: str) -> dict[str, int]:
    out = StringIO()
    call_command("tick", at=at, stdout=out)
    return {name: int(count) for name, count in (each.rsplit(" ", 1) for each in out.getvalue().strip().split(", "))}


def test_tick_deletes_mails_that_were_sent_long_ago():
    mail_queue(bank_id=UUID(int=1), topic="invitation", to="hanako@example.jp", context={}, at=AT)
    OutboxMessage.objects.update(state="sent", sent_at=AT)

    assert [tick(at)["outbox_forgotten"] for at in ("2026-12-02T09:59", "2026-12-02T10:01")] == [0, 1]


def test_tick_closes_what_is_overdue_on_that_day_and_only_once(waiting):
    assert tick("2026-11-16T23:59")["matches_expired"] == 0
    assert tick("2026-11-17")["matches_expired"] == 1
    assert tick("2026-11-17")["matches_expired"] == 0

    waiting.refresh_from_db()
    assert (waiting.state, waiting.closed_reason, waiting.closed_by) == ("closed", "unreachable", "system")
    event = Event.objects.get(subject_id=waiting.pk, action="expire")
    assert (event.actor_id, event.actor_role, event.to_state) == (None, "system", "closed")


def test_a_day_without_offset_is_japans(waiting):
    assert tick("2026-11-16T15:00:00+00:00")["matches_expired"] == 1


def test_tick_resumes_what_was_postponed_until_that_day(organization, professional):
    need = factories.make_need(organization)
    fields = {"postponed_until": TODAY, "due_on": TODAY}
    match = factories.make_match(need, professional, "postponed", **fields)

    assert tick("2026-11-02")["matches_resumed"] == 1
    assert Match.objects.get(pk=match.pk).state == "awaiting_professional"


@pytest.mark.parametrize("text", ["tomorrow", "2026-13-01"])
def test_tick_refuses_what_is_no_moment(text):
    with pytest.raises(CommandError, match="not a date or time"):
        call_command("tick", at=text)


def test_in_production_a_time_to_come_is_rehearsed_alone(waiting, settings, clock_at):
    settings.PRODUCTION = True
    clock_at(AT)
    with pytest.raises(CommandError, match="--dry-run"):
        call_command("tick", at="2026-11-17", stdout=StringIO())
    call_command("tick", at="2026-11-17", dry_run=True, stdout=StringIO())
    assert Match.objects.get(pk=waiting.pk).state == "awaiting_professional"

    clock_at(AT + timedelta(days=30))
    assert tick("2026-11-17")["matches_expired"] == 1


@pytest.mark.django_db(transaction=True)  # the worker closes connections that are not in autocommit
def test_one_round_of_work_sends_mails_and_runs_the_timers(waiting, clock_at):
    clock_at(AT + timedelta(days=30))
    for n in range(12):
        context = {"bank": "x", "role": "coordinator", "url": f"https://x/{n}", "days": 14}
        mail_queue(bank_id=UUID(int=1), topic="invitation", to="a@example.jp", context=context, at=AT)

    call_command("work", once=True)

    assert len(mail.outbox) == 12
    assert Match.objects.get(pk=waiting.pk).state == "closed"


def test_a_database_that_is_away_for_a_moment_does_not_end_the_worker(monkeypatch):
    def away(**_: object) -> int:
        raise OperationalError("the connection is lost")

    monkeypatch.setattr(work, "outbox_drain", away)

    call_command("work", once=True)


@pytest.mark.django_db(transaction=True)  # the worker closes connections that are not in autocommit
def test_a_ranking_that_is_away_ends_neither_the_worker_nor_the_timers_after_it(bank, organization, monkeypatch):
    with transaction.atomic():
        make_shop_need(organization)
        consent(make_shopkeeper(bank))
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT)
    monkeypatch.setattr(pushes, "candidates_for_professional", ranking_away)
    after = []
    monkeypatch.setattr(timers, "TIMERS", (*timers.TIMERS, lambda *, at: after.append(at) or {}))

    call_command("work", once=True)

    assert after == [AT] and not Push.objects.exists()
    monkeypatch.setattr(pushes, "candidates_for_professional", candidates_for_professional)
    call_command("work", once=True)
    assert Push.objects.count() == 1


def ranking_away(**_: object) -> None:
    raise IndexUnavailable("a shard does not answer")


def broken_tick(*, at: object) -> dict[str, int]:
    raise RuntimeError("broken")


def test_a_timer_that_fails_stops_no_other_and_the_command_says_so(waiting, monkeypatch):
    monkeypatch.setattr(timers, "TIMERS", (broken_tick, *timers.TIMERS))

    with pytest.raises(CommandError, match="1 rows failed"):
        call_command("tick", at="2026-11-17", stdout=(out := StringIO()))

    assert "broken_failed 1, " in out.getvalue() and "matches_expired 1, " in out.getvalue()
    assert Match.objects.get(pk=waiting.pk).state == "closed"


def test_a_database_that_is_away_ends_the_run(monkeypatch):
    def away(*, at: object) -> dict[str, int]:
        raise OperationalError("the connection is lost")

    monkeypatch.setattr(timers, "TIMERS", (away, *timers.TIMERS))

    with pytest.raises(OperationalError):
        timers.tick(at=AT)


def test_the_worker_goes_round_until_it_is_told_to_stop(monkeypatch):
    rounds, builds, stops = [], [], []
    monkeypatch.setattr(work, "OUTBOX_SECONDS", 0.01)
    monkeypatch.setattr(work, "TICK_SECONDS", 0.02)
    monkeypatch.setattr(work, "BUILD_SECONDS", 0.02)
    monkeypatch.setattr(work.Building, "turn", lambda self, *, at: builds.append(at))
    monkeypatch.setattr(work.Building, "stop", lambda self: stops.append(len(builds)))
    monkeypatch.setattr(work.Command, "round", lambda self, *, tick_too: rounds.append(tick_too))
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    threading.Timer(0.3, signal.raise_signal, [signal.SIGTERM]).start()
    try:
        call_command("work")
    finally:
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGINT, before[1])

    assert len(rounds) > 3 and rounds[0] and rounds.count(True) < len(rounds)
    assert stops == [len(builds)] and 1 < len(builds) < len(rounds)


@pytest.fixture
def clock_at(monkeypatch):
    return lambda at: monkeypatch.setattr("django.utils.timezone.now", lambda: at)
