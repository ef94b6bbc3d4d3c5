"""The sandbox: what would leave the house is captured instead and shown to everybody who develops against it."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import Message
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import QuerySet

from talentbank.banks.models import Bank
from talentbank.core.clock import now
from talentbank.core.errors import NotFound
from talentbank.notifications.models import SandboxChannel, SandboxMessage

FICTIONAL = frozenset({"akatsuki", "minakamino"})
"""Slugs of the demo's banks. Any other bank is real."""


def require_sandbox() -> None:
    """:raises NotFound: this installation is none."""
    if not settings.SANDBOX:
        raise NotFound()


def real_banks() -> list[str]:
    """Slugs of banks that are not the demo's."""
    return sorted(set(Bank.objects.values_list("slug", flat=True)) - FICTIONAL)


def sandbox_guard() -> None:
    """Ask before a process serves or sends.

    :raises ImproperlyConfigured: a sandbox, which shows every mail to everybody, would run on real data.
    """
    if settings.SANDBOX and not settings.SANDBOX_REAL_DATA and (found := real_banks()):
        raise ImproperlyConfigured(
            f"TALENTBANK_SANDBOX shows every mail to everybody, and {', '.join(found)} is no bank of the demo. "
            "Take it off, or say TALENTBANK_SANDBOX_REAL_DATA=1 if that is meant."
        )


def captured(
    *, channel: SandboxChannel, to: str, subject: str = "", body: str = "", headers: dict[str, str] | None = None
) -> SandboxMessage:
    """This function will keep what would have been sent."""
    return SandboxMessage.objects.create(
        channel=channel, to=to[:500], subject=subject[:500], body=body, headers=headers or {}, created_at=now()
    )


def messages_captured() -> QuerySet[SandboxMessage]:
    """Newest first.

    :raises NotFound: this installation is no sandbox.
    """
    require_sandbox()
    return SandboxMessage.objects.order_by("-id")


class CapturingBackend(BaseEmailBackend):
    """Django's way out for mail, into the table."""

    def send_messages(self, email_messages: Sequence[Any]) -> int:
        for message in email_messages:
            sent = message.message()
            headers = {name: str(sent[name]) for name in ("From", "To", "Reply-To") if sent[name]}
            for address in message.recipients():
                captured(
                    channel=SandboxChannel.EMAIL,
                    to=address,
                    subject=message.subject,
                    body=_text_of(sent) or message.body,
                    headers=headers,
                )
        return len(email_messages)


def _text_of(message: Message) -> str:
    """The plain text of a mail, as its reader sees it."""
    for part in message.walk():
        if part.get_content_type() == "text/plain":
            content = part.get_payload(decode=True)
            return content.decode(part.get_content_charset() or "utf-8") if isinstance(content, bytes) else ""
    return ""
