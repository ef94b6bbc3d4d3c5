"""Mails to accounts: topic → subject and body, in Japanese with English below."""

from __future__ import annotations

from dataclasses import dataclass
from string import Template
from typing import Any

from talentbank.accounts.models import StaffRole


@dataclass(frozen=True, slots=True)
class Mail:
    subject: Template
    body: Template


_SWITCHED_OFF = (
    "$bank からの通知（Webhook）の送信を止めました。\n$why_ja\n\n"
    "宛先: $url\n説明: $description\n\n"
    "受け取る側を直してから、再開（enable）し、届かなかった分を再送（redeliver）してください。\n$endpoint\n\n"
    "Webhooks of $bank are no longer sent to this address. $why_en\n"
    "Once it is put right, enable the endpoint above and have what was missed delivered again.\n"
)


def _switched_off(why_ja: str, why_en: str) -> Mail:
    subject = Template("$bank 通知の送信を止めました / Webhooks switched off")
    return Mail(subject, Template(Template(_SWITCHED_OFF).safe_substitute(why_ja=why_ja, why_en=why_en)))


MAILS = {
    "webhook-failing": _switched_off("三日間、どの通知も届きませんでした。", "Nothing arrived for three days."),
    "webhook-gone": _switched_off("受け取る側が終了（410）を知らせました。", "The receiver answered 410 Gone."),
    "invitation": Mail(
        Template("$bank 職員登録のご案内 / Invitation"),
        Template(
            "$bank の職員（$role_ja）として招待されました。\n"
            "下のページを $days 日以内に開き、このメールアドレスでサインインしてください。\n\n$url\n\n"
            "お心当たりがなければ、このメールは捨ててください。\n\n"
            "You are invited to join $bank as $role_en. Open the page above within $days days.\n"
        ),
    ),
}


ROLES_EN = {
    StaffRole.COORDINATOR: "a coordinator",
    StaffRole.SUPPORT_DESK: "a member of the support desk",
    StaffRole.ANALYST: "an analyst",
    StaffRole.BANK_ADMIN: "a bank administrator",
}


def mail_text(topic: str, context: dict[str, Any]) -> tuple[str, str]:
    """Return subject and body of a mail.

    :raises KeyError: unknown topic, or the context lacks a placeholder.
    """
    mail = MAILS[topic]
    words = {**context, **_role_words(context["role"])} if "role" in context else context
    return mail.subject.substitute(words), mail.body.substitute(words)


def _role_words(code: str) -> dict[str, str]:
    """A role as people call it; the outbox keeps its code."""
    role = StaffRole(code)
    return {"role_ja": str(role.label), "role_en": ROLES_EN[role]}
