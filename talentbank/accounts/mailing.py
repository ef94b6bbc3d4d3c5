"""How accounts send mail: `notifications`, a room above, registers its outbox here when it is ready."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID


class MailQueue(Protocol):
    """Writes a mail into the outbox, in the caller's transaction."""

    def __call__(self, *, bank_id: UUID, topic: str, to: str, context: dict[str, Any], at: datetime) -> object: ...


_registered: list[MailQueue] = []


def register_mail_queue(queue: MailQueue) -> None:
    """Called from `notifications`' `AppConfig.ready`."""
    _registered[:] = [queue]


def mail_queue(*, bank_id: UUID, topic: str, to: str, context: dict[str, Any], at: datetime) -> None:
    """Queue a mail.

    :raises LookupError: no outbox has registered.
    """
    if not _registered:
        raise LookupError("no outbox has registered")
    _registered[0](bank_id=bank_id, topic=topic, to=to, context=context, at=at)
