"""Sending for sure: tried again for three days, switched off with a notice, sent anew on request, never lost."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection
from standardwebhooks import WebhookVerificationError

from talentbank.core.models import Event
from talentbank.core.sealing import SealBroken, seal, unseal
from talentbank.notifications.models import OutboxMessage, WebhookDelivery, WebhookEndpoint
from talentbank.notifications.webhooks import deliveries
from talentbank.notifications.webhooks.deliveries import LEASE, PATIENCE, PAUSES, fan_out, webhooks_drain, webhooks_tick
from talentbank.notifications.webhooks.redelivery import deliveries_redeliver, endpoint_ping
from talentbank.notifications.webhooks.services import (
    endpoint_disable,
    endpoint_enable,
    previous_secret_end,
    secret_rotate,
)
from tests import factories
from tests.factories import AT
from tests.receiver import answering, open_receiver

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def me(bank_admin):
    return factories.actor(bank_admin)


@pytest.fixture
def listening(listen, bank_admin):
    """The bank's own endpoint and its secret."""
    return listen(bank_admin)


def ping(me, endpoint, **later):
    return endpoint_ping(actor=me, endpoint=endpoint, at=AT + timedelta(**later))


def fresh(row):
    row.refresh_from_db()
    return row


def fail(endpoint, send, receiver, *, times):
    """Let the next tries fail, each when it is due; return the moment of the last."""
    receiver.answer = answering(500, b"out of order")
    waiting = WebhookDelivery.objects.get(endpoint=endpoint, state="waiting")
    at = waiting.due_at
    for _ in range(times):
        at = fresh(waiting).due_at
        send(seconds=(at - AT).total_seconds())
    return at


def test_a_failed_delivery_is_tried_again_with_growing_pauses_over_three_days(me, listening, send, receiver):
    endpoint, _ = listening
    delivery = ping(me, endpoint)
    receiver.answer = answering(500, b"out of order")
    at = AT
    for number, pause in enumerate(PAUSES, start=1):
        send(seconds=(at - AT).total_seconds())
        assert (fresh(delivery).state, delivery.attempts, delivery.due_at) == ("waiting", number, at + pause)
        assert webhooks_drain(at=at + pause - timedelta(seconds=1)) == 0
        at += pause

    assert list(PAUSES) == sorted(PAUSES) and sum(PAUSES, timedelta()) == timedelta(days=3)
    send(seconds=(at - AT).total_seconds())
    assert fresh(delivery).state in {"failed", "missed"} and len(receiver.received) == len(PAUSES) + 1
    assert len({each.headers["webhook-id"] for each in receiver.received}) == 1
    tries = delivery.tries.all()
    assert {(each.status, each.excerpt) for each in tries} == {(500, "out of order")} and len(tries) == len(PAUSES) + 1


def test_after_three_days_the_endpoint_is_switched_off_and_those_who_keep_it_are_told(
    bank, me, bank_admin, listening, send, receiver
):
    endpoint, _ = listening
    colleague = factories.make_staff(bank, "bank_admin")
    ping(me, endpoint)
    at = fail(endpoint, send, receiver, times=len(PAUSES))
    assert fresh(endpoint).state == "enabled"

    at = fail(endpoint, send, receiver, times=1)

    assert at - AT == PATIENCE and fresh(endpoint).state == "switched_off"
    assert sorted(each.to[0] for each in mail.outbox) == sorted([bank_admin.email, colleague.email])
    assert receiver.url.partition("?")[0] in mail.outbox[0].body and "from=bank" not in mail.outbox[0].body
    event = Event.objects.get(subject_id=endpoint.pk, action="switch-off")
    assert (event.actor_role, event.to_state, event.facts["why"]) == ("system", "switched_off", "failing")


def test_one_success_starts_the_three_days_anew(me, listening, send, receiver):
    endpoint, _ = listening
    ping(me, endpoint)
    at = fail(endpoint, send, receiver, times=3)
    assert fresh(endpoint).failing_since == AT
    receiver.answer = answering(204)
    send(seconds=(at - AT).total_seconds(), hours=2)

    assert fresh(endpoint).failing_since is None and endpoint.delivered_at == at + timedelta(hours=2)


def test_a_receiver_that_is_gone_is_not_tried_again(me, listening, send, receiver):
    endpoint, _ = listening
    ping(me, endpoint)
    receiver.answer = answering(410)
    send()
    send(days=10)

    assert fresh(endpoint).state == "switched_off" and len(receiver.received) == 1 and len(mail.outbox) == 1


def test_what_was_missed_while_it_was_off_is_sent_on_request_in_its_order(me, listening, send, receiver):
    endpoint, _ = listening
    ping(me, endpoint)
    stopped = endpoint_disable(actor=me, endpoint=endpoint, expected_version=1, at=AT)
    for version in (1, 2, 3):
        _told(endpoint, version)
    send()
    assert receiver.bodies == [] and {each.state for each in WebhookDelivery.objects.all()} == {"missed"}

    endpoint_enable(actor=me, endpoint=endpoint, expected_version=stopped.version, at=AT)
    send(minutes=1)
    assert receiver.bodies == []
    count = deliveries_redeliver(actor=me, endpoint=endpoint, since=AT, everything=False, at=AT + timedelta(minutes=2))
    send(minutes=2)

    assert count == 3 and [json.loads(body)["version"] for body in receiver.bodies] == [1, 2, 3]
    assert deliveries_redeliver(actor=me, endpoint=endpoint, since=AT, everything=False, at=AT) == 0
    assert deliveries_redeliver(actor=me, endpoint=endpoint, since=AT, everything=True, at=AT) == 3
    later = AT + timedelta(seconds=1)
    assert deliveries_redeliver(actor=me, endpoint=endpoint, since=later, everything=True, at=AT) == 0


def _told(endpoint, version, need=None):
    """Hand one step of a need to the subscriber, as the outbox does."""
    need = need or _need(endpoint)
    message = OutboxMessage.objects.create(
        bank_id=endpoint.bank_id,
        channel="event",
        topic="need.update",
        context={"subject": str(need.pk), "to_state": "open", "version": version},
        due_at=AT,
        created_at=AT,
        state="sent",
    )
    fan_out(message, AT)
    return message


def _need(endpoint):
    return factories.make_need(factories.make_organization(endpoint.bank))


def test_a_message_that_is_handed_out_twice_is_delivered_once(listening, send, receiver):
    endpoint, _ = listening
    fan_out(_told(endpoint, 1), AT)
    send()

    assert len(receiver.received) == 1


def test_while_a_secret_is_rotated_both_sign_and_then_the_new_one_alone(me, listening, send, receiver):
    endpoint, old = listening
    rotated, new = secret_rotate(actor=me, endpoint=endpoint, expected_version=1, overlap=timedelta(hours=24), at=AT)
    ping(me, endpoint)
    at = send()
    with time_machine.travel(at, tick=False):
        assert receiver.received[0].verified(old) == receiver.received[0].verified(new)
    assert receiver.received[0].headers["webhook-signature"].count("v1,") == 2

    ping(me, endpoint, hours=24)
    at = send(hours=24)
    with time_machine.travel(at, tick=False):
        receiver.received[1].verified(new)
        with pytest.raises(WebhookVerificationError):
            receiver.received[1].verified(old)
    assert webhooks_tick(at=at)["secrets_ended"] == 1 and fresh(rotated).previous_sealed == ""


def test_the_old_secret_may_be_ended_before_its_time(me, listening, send, receiver):
    endpoint, old = listening
    rotated, _ = secret_rotate(actor=me, endpoint=endpoint, expected_version=1, overlap=timedelta(hours=24), at=AT)
    previous_secret_end(actor=me, endpoint=endpoint, expected_version=rotated.version, at=AT)
    ping(me, endpoint)
    at = send()

    with time_machine.travel(at, tick=False), pytest.raises(WebhookVerificationError):
        receiver.received[0].verified(old)


def test_secrets_are_kept_sealed(listening, settings):
    _, secret = listening
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret_sealed FROM notifications_webhookendpoint")
        (kept,) = cursor.fetchone()

    assert secret not in kept and secret[6:20] not in kept and unseal(kept) == secret
    settings.WEBHOOK_SECRET_KEYS = ["a new key in front", *settings.WEBHOOK_SECRET_KEYS]
    assert unseal(kept) == secret and unseal(seal("x")) == "x"
    settings.WEBHOOK_SECRET_KEYS = ["another key"]
    with pytest.raises(SealBroken):
        unseal(kept)


def test_a_secret_that_no_key_opens_is_a_failed_try_and_holds_up_nobody(
    me, bank_admin, listening, listen, send, receiver, settings
):
    endpoint, _ = listening
    delivery = ping(me, endpoint)
    settings.WEBHOOK_SECRET_KEYS = ["another key"]
    other, _ = listen(bank_admin)
    ping(me, other)
    send()

    assert [each.error for each in delivery.tries.all()] == ["secret_unreadable"]
    assert [json.loads(body)["id"] for body in receiver.bodies] == [str(other.pk)]


def test_a_dead_workers_endpoint_is_served_again_when_its_lease_ends(me, listening, send, receiver, monkeypatch):
    endpoint, _ = listening
    delivery = ping(me, endpoint)

    def die(requests):
        raise SystemExit  # no Exception: nothing of the worker runs after it

    monkeypatch.setattr(deliveries, "transmit", die)
    with pytest.raises(SystemExit):
        webhooks_drain(at=AT)
    monkeypatch.undo()
    assert (fresh(delivery).state, fresh(endpoint).leased_until) == ("waiting", AT + LEASE)

    assert webhooks_drain(at=AT + LEASE - timedelta(seconds=1)) == 0
    send(seconds=LEASE.total_seconds())
    assert fresh(delivery).state == "delivered" and len(receiver.received) == 1


def test_one_worker_at_a_time_serves_an_endpoint_so_that_steps_keep_their_order(listening, receiver, monkeypatch):
    endpoint, _ = listening
    for version in (1, 2):
        _told(endpoint, version)
    second: list[int] = []
    real = deliveries.transmit

    def meanwhile(requests):
        if not second:
            second.append(0)
            second[0] = webhooks_drain(at=AT)
        return real(requests)

    monkeypatch.setattr(deliveries, "transmit", meanwhile)
    webhooks_drain(at=AT)

    assert second == [0] and [json.loads(body)["version"] for body in receiver.bodies] == [1]


def test_an_endpoint_that_does_not_answer_rests_and_holds_up_no_other(
    me, bank_admin, listening, listen, send, receiver
):
    with open_receiver() as dead:
        gone = dead.url
    silent, _ = listen(bank_admin, url=gone)
    first = ping(me, silent)
    ping(me, silent)
    ping(me, listening[0])
    send()

    assert [each.tries.count() for each in WebhookDelivery.objects.filter(endpoint=silent).order_by("id")] == [1, 0]
    assert first.tries.get().error == "unreachable" and len(receiver.received) == 1


def test_a_receiver_that_asks_for_a_pause_gets_it(me, listening, send, receiver):
    endpoint, _ = listening
    ping(me, endpoint)
    receiver.answer = answering(429, Retry_After="600")
    send()
    receiver.answer = answering(204)
    ping(me, endpoint, minutes=1)
    send(minutes=9)
    assert len(receiver.received) == 1
    send(minutes=10)
    assert len(receiver.received) == 3


def test_the_log_is_forgotten_after_thirty_days(me, listening, send, receiver):
    endpoint, _ = listening
    ping(me, endpoint)
    send()

    assert webhooks_tick(at=AT + timedelta(days=30))["forgotten"] == 0
    assert webhooks_tick(at=AT + timedelta(days=30, seconds=1))["forgotten"] == 1
    assert WebhookEndpoint.objects.exists()
