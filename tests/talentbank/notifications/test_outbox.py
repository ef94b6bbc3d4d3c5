"""The outbox: sent once, tried again with growing pauses, taken over from a worker that died."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction

from talentbank.notifications import services
from talentbank.notifications.mails import mail_text
from talentbank.notifications.models import OutboxMessage
from talentbank.notifications.services import LEASE, PAUSES, SENT_KEPT, mail_queue, outbox_drain, outbox_tick
from tests.factories import AT
from tests.mailbox import open_mailbox

pytestmark = pytest.mark.database
CONTEXT = {"bank": "あかつき市デジタル人材バンク", "role": "coordinator", "url": "https://x/invitations/t", "days": 14}


def queue(**more) -> OutboxMessage:
    return mail_queue(
        bank_id=UUID(int=1), topic="invitation", to="hanako@example.jp", context=CONTEXT, **{"at": AT, **more}
    )


@pytest.fixture
def smtp(settings):
    with open_mailbox() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 5
        yield server


@pytest.mark.django_db
def test_a_mail_is_sent_once_in_both_languages_and_its_words_are_forgotten(smtp):
    message = queue()

    assert (outbox_drain(at=AT), outbox_drain(at=AT + timedelta(days=1))) == (1, 0)

    (sent,) = smtp.messages
    assert sent["Subject"].strip() == "あかつき市デジタル人材バンク 職員登録のご案内 / Invitation"
    assert CONTEXT["url"] in sent.get_content() and "You are invited" in sent.get_content()
    message.refresh_from_db()
    assert (message.state, message.sent_at, message.context, message.attempts) == ("sent", AT, {}, 1)


@pytest.mark.django_db
def test_what_is_held_back_waits(smtp):
    queue(hold=timedelta(minutes=10))

    assert outbox_drain(at=AT + timedelta(minutes=9)) == 0
    assert outbox_drain(at=AT + timedelta(minutes=10)) == 1


@pytest.mark.django_db
def test_a_refused_mail_is_tried_again_with_growing_pauses_and_then_given_up(smtp):
    message, at = queue(), AT
    smtp.refuse = "450 mailbox busy"
    for n, pause in enumerate(PAUSES, start=1):
        assert outbox_drain(at=at) == 1
        message.refresh_from_db()
        assert (message.state, message.attempts, message.due_at) == ("waiting", n, at + pause)
        assert message.context == CONTEXT
        assert outbox_drain(at=at + pause - timedelta(seconds=1)) == 0
        at += pause
    outbox_drain(at=at)

    message.refresh_from_db()
    assert (message.state, message.last_error) == ("failed", "SMTPRecipientsRefused")
    assert message.context == {}, "a link that nobody was sent is not kept"
    assert outbox_drain(at=at + timedelta(days=365)) == 0 and smtp.messages == []
    assert list(PAUSES) == sorted(PAUSES)


@pytest.mark.django_db
def test_a_mail_that_failed_once_arrives_later(smtp):
    queue()
    smtp.refuse = "450 mailbox busy"
    outbox_drain(at=AT)
    smtp.refuse = ""

    outbox_drain(at=AT + PAUSES[0])

    assert len(smtp.messages) == 1


@pytest.mark.django_db
def test_one_bad_mail_does_not_hold_up_the_others(smtp):
    OutboxMessage.objects.filter(pk=queue().pk).update(topic="unknown")
    queue(at=AT + timedelta(seconds=1))

    assert outbox_drain(at=AT + timedelta(minutes=1)) == 2
    assert len(smtp.messages) == 1
    assert OutboxMessage.objects.get(topic="unknown").last_error == "KeyError"


@pytest.mark.django_db
def test_a_dead_workers_messages_are_taken_over_when_its_lease_ends(smtp, monkeypatch):
    message = queue()

    def die(message: OutboxMessage, at: object) -> None:
        raise SystemExit  # no Exception: nothing of the worker runs after it

    monkeypatch.setitem(services.SENDERS, "email", die)
    with pytest.raises(SystemExit):
        outbox_drain(at=AT)
    monkeypatch.undo()
    message.refresh_from_db()
    assert (message.state, message.leased_until) == ("waiting", AT + LEASE)

    assert outbox_drain(at=AT + LEASE - timedelta(seconds=1)) == 0
    assert outbox_drain(at=AT + LEASE) == 1 and len(smtp.messages) == 1


@pytest.mark.django_db
def test_what_was_sent_long_ago_is_forgotten_a_part_at_a_time(smtp, monkeypatch):
    monkeypatch.setattr(services, "FORGOTTEN_AT_ONCE", 2)
    sent = [queue(at=AT + timedelta(seconds=n)).pk for n in range(3)]
    outbox_drain(at=AT + timedelta(minutes=1))
    waiting, given_up = queue(), queue()
    OutboxMessage.objects.filter(pk=waiting.pk).update(channel="notice")
    OutboxMessage.objects.filter(pk=given_up.pk).update(state="failed")
    late = AT + SENT_KEPT + timedelta(minutes=1)

    early = outbox_tick(at=late)
    counts = [outbox_tick(at=late + timedelta(seconds=1))["forgotten"] for _ in range(3)]

    assert (early, counts) == ({"forgotten": 0}, [2, 1, 0])
    left = set(OutboxMessage.objects.values_list("pk", flat=True))
    assert left == {waiting.pk, given_up.pk} and not left & set(sent)


@pytest.mark.django_db
def test_a_rolled_back_step_sends_nothing(smtp):
    with transaction.atomic():
        queue()
        transaction.set_rollback(True)

    assert outbox_drain(at=AT) == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="an SQLite in memory has one connection")
def test_two_workers_at_once_send_each_mail_once(smtp):
    for _ in range(12):
        queue()
    go = threading.Barrier(3)

    def work() -> None:
        go.wait()
        while outbox_drain(at=AT):
            pass
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len(smtp.messages) == 12
    assert not OutboxMessage.objects.exclude(state="sent").exists()


def test_a_mail_without_its_facts_is_never_made():
    with pytest.raises(KeyError):
        mail_text("invitation", {"bank": "x"})
