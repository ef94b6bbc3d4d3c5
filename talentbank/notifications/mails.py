"""Mails of sign-in and invitation: topic → subject and body, in Japanese with English below."""

from __future__ import annotations

from dataclasses import dataclass
from string import Template
from typing import Any


@dataclass(frozen=True, slots=True)
class Mail:
    subject: Template
    body: Template


MAILS = {
    "invitation": Mail(
        Template("$bank 職員登録のご案内 / Invitation"),
        Template(
            "$bank の職員（$role）として招待されました。\n"
            "下のページを $days 日以内に開き、このメールアドレスでサインインしてください。\n\n$url\n\n"
            "お心当たりがなければ、このメールは捨ててください。\n\n"
            "You are invited to join $bank as $role. Open the page above within $days days.\n"
        ),
    )
}


def mail_text(topic: str, context: dict[str, Any]) -> tuple[str, str]:
    """Return subject and body of a mail.

    :raises KeyError: unknown topic, or the context lacks a placeholder.
    """
    mail = MAILS[topic]
    return mail.subject.substitute(context), mail.body.substitute(context)
