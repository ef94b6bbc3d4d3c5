"""Writing and draining the outbox: lease, send, retry with growing pauses."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.mail import send_mail
from django.db import connection, transaction
from django.db.models import Q

from talentbank.accounts.line import NO_ADDRESS
from talentbank.core.models import Event
from talentbank.notifications.mails import mail_text
from talentbank.notifications.models import OutboxMessage, OutboxState

logger = logging.getLogger(__name__)
LEASE = timedelta(minutes=5)
"""Longer than a batch takes with a mail server that answers slowly, or a second worker would send it again."""
BATCH = 5
SENT_KEPT = timedelta(days=30)
FORGOTTEN_AT_ONCE = 5_000
"""Of messages that were sent long ago; the rest goes with the next rounds, so that no round holds up the worker."""
EVENT = "event"
"""Channel of steps on record: each is handed to the subscribers once it may leave."""
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480, 1440))
"""Pauses after each failed attempt; after the last the message has failed."""


def mail_queue(
    *, bank_id: UUID, topic: str, to: str, context: dict[str, Any], at: datetime, hold: timedelta = timedelta()
) -> OutboxMessage:
    """Write a mail into the outbox, in the caller's transaction. `hold` keeps it back (undo recalls it till then)."""
    return OutboxMessage.objects.create(
        bank_id=bank_id, channel="email", topic=topic, to=to, context=context, due_at=at + hold, created_at=at
    )


def notice_queue(
    *,
    bank_id: UUID,
    topic: str,
    context: dict[str, Any],
    at: datetime,
    hold: timedelta = timedelta(),
    event_id: UUID | None = None,
) -> OutboxMessage:
    """Write a notice into the outbox, in the caller's transaction. Whom it reaches, and how, is found at sending.

    Nothing sends notices yet: the part that tells people by mail, LINE and print is still to come, and joins `SENDERS`.
    Until then they wait.
    """
    return OutboxMessage.objects.create(
        bank_id=bank_id,
        channel="notice",
        topic=topic,
        context=context,
        event_id=event_id,
        due_at=at + hold,
        created_at=at,
    )


def event_announce(event: Event, *, version: int, hold: timedelta = timedelta()) -> OutboxMessage:
    """Write that a step was taken into the outbox, in the transaction of the step itself.

    `version` is the record's after the step. `hold` keeps it back as long as the step may be undone by a slip of the
    hand. Holds ids only: whom it is told, and in which words, is decided when it leaves.
    """
    return OutboxMessage.objects.create(
        bank_id=event.bank_id,
        channel=EVENT,
        topic=f"{event.subject_kind}.{event.action}",
        event_id=event.pk,
        context={"subject": str(event.subject_id), "to_state": event.to_state, "version": version},
        due_at=event.at + hold,
        created_at=event.at,
    )


def due_announce(
    *, bank_id: UUID, topic: str, subject_id: UUID, state: str, version: int, at: datetime
) -> OutboxMessage:
    """Write that something is due into the outbox, for the subscribers; no step was taken, so there is no event."""
    return OutboxMessage.objects.create(
        bank_id=bank_id,
        channel=EVENT,
        topic=topic,
        context={"subject": str(subject_id), "to_state": state, "version": version},
        due_at=at,
        created_at=at,
    )


def event_recall(event_id: UUID) -> int:
    """Take back what was written of an undone step and has not left yet; return how many messages."""
    waiting = OutboxMessage.objects.filter(event_id=event_id, channel=EVENT, state=OutboxState.WAITING)
    return waiting.update(state=OutboxState.RECALLED)


Subscriber = Callable[[OutboxMessage, datetime], None]
_subscribers: list[Subscriber] = []


def register_subscriber(subscriber: Subscriber) -> None:
    """Join those who are handed every step that leaves: people's messages and webhooks, each once it exists."""
    _subscribers.append(subscriber)


def _hand_out(message: OutboxMessage, at: datetime) -> None:
    for subscriber in _subscribers:
        subscriber(message, at)


def _send_mail(message: OutboxMessage, at: datetime) -> None:
    if message.to.endswith(NO_ADDRESS):
        return
    subject, body = mail_text(message.topic, message.context)
    send_mail(subject, body, None, [message.to])


SENDERS: dict[str, Callable[[OutboxMessage, datetime], None]] = {"email": _send_mail, EVENT: _hand_out}
"""Channel → sender, handed the message and the moment. Notices have none yet; webhooks subscribe to `EVENT`."""


OUTBOX_LATE = timedelta(hours=1)
"""A message due for longer was not even tried: no worker runs. A failed try moves it to a later time."""


def outbox_is_late(*, at: datetime) -> bool:
    """Tell whether a message waits for longer than `OUTBOX_LATE` past its time."""
    due = OutboxMessage.objects.filter(state=OutboxState.WAITING, due_at__lt=at - OUTBOX_LATE, channel__in=SENDERS)
    return due.exists()


def outbox_tick(*, at: datetime) -> dict[str, int]:
    """Forget messages that were sent more than 30 days ago, the oldest first, some at a time; return how many.

    What waits stays, and so does what failed for good: somebody may want to see to it.
    """
    limit = at - SENT_KEPT
    # Nothing is sent before it is due: the first condition lets the index find the few that the second decides on.
    sent = OutboxMessage.objects.filter(due_at__lt=limit, state=OutboxState.SENT, sent_at__lt=limit)
    oldest = sent.order_by("due_at", "id")[:FORGOTTEN_AT_ONCE]
    forgotten, _ = OutboxMessage.objects.filter(pk__in=oldest.values("pk")).delete()
    return {"forgotten": forgotten}


def outbox_drain(*, at: datetime) -> int:
    """Send what is due; return how many messages were tried. Any number of workers may run this at once."""
    messages = _leased(at)
    for message in messages:
        _deliver(message, at)
    return len(messages)


@transaction.atomic
def _leased(at: datetime) -> list[OutboxMessage]:
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=at)
    due = OutboxMessage.objects.filter(free, state=OutboxState.WAITING, due_at__lte=at, channel__in=SENDERS)
    skip = connection.features.has_select_for_update_skip_locked
    messages = list(due.select_for_update(skip_locked=skip).order_by("due_at", "id")[:BATCH])
    OutboxMessage.objects.filter(pk__in=[message.pk for message in messages]).update(leased_until=at + LEASE)
    return messages


def _deliver(message: OutboxMessage, at: datetime) -> None:
    try:
        SENDERS[message.channel](message, at)
    except Exception as error:  # whatever a channel throws, the message stays and is tried again
        logger.warning("outbox %s %s failed: %s", message.topic, message.pk, type(error).__name__)
        _postpone(message, error, at)
    else:
        OutboxMessage.objects.filter(pk=message.pk).update(
            state=OutboxState.SENT, sent_at=at, leased_until=None, attempts=message.attempts + 1, context={}
        )


def _postpone(message: OutboxMessage, error: Exception, at: datetime) -> None:
    """Try again later, or give up: then the words go as after sending, for there may be a link with a token in them."""
    spent = message.attempts >= len(PAUSES)
    OutboxMessage.objects.filter(pk=message.pk).update(
        state=OutboxState.FAILED if spent else OutboxState.WAITING,
        due_at=at if spent else at + PAUSES[message.attempts],
        attempts=message.attempts + 1,
        leased_until=None,
        last_error=type(error).__name__,
        context={} if spent else message.context,
    )
