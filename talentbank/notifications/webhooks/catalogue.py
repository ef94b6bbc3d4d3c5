"""The types of webhooks: one for every step that is told, named as what has happened to a record.

A topic of the outbox is `<kind>.<action>`; steps without a line here are told to nobody outside.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from talentbank.core.reasons import Words

PING = "webhook_endpoint.ping"
"""Sent on request only, to try an address."""
EVALUATION_DUE = "match.evaluation-due"
"""Topic of the reminder that a side has not evaluated yet; no step of the record."""
PATHS: Mapping[str, str] = MappingProxyType(
    {
        "professional": "/api/v1/professionals/",
        "organization": "/api/v1/organizations/",
        "need": "/api/v1/needs/",
        "match": "/api/v1/matches/",
        "webhook_endpoint": "/api/v1/webhook-endpoints/",
    }
)
"""Kind of record → where it is read."""

REGISTRATION_STEPS: Mapping[str, tuple[str, str, str]] = {
    "create": ("created", "登録の記入が始まった", "registration begun"),
    "update": ("updated", "登録内容が変わった", "registration changed"),
    "submit": ("submitted", "登録が申請された", "registration submitted"),
    "request-changes": ("changes_requested", "登録が差し戻された", "changes to the registration requested"),
    "approve": ("approved", "登録が承認された", "registration approved"),
    "reject": ("rejected", "登録が承認されなかった", "registration rejected"),
    "approve-changes": ("changes_approved", "登録の変更が承認された", "changes approved"),
    "reject-changes": ("changes_rejected", "登録の変更が承認されなかった", "changes rejected"),
    "mark-reviewed": ("reviewed", "登録の変更が確認された", "changes marked as reviewed"),
    "countersign": ("countersigned", "登録が事後確認された", "registration countersigned"),
    "suspend": ("suspended", "登録が停止された", "registration suspended"),
    "lift": ("lifted", "登録の停止が解かれた", "suspension lifted"),
    "expire": ("expired", "登録の期限が切れた", "registration expired"),
    "renew": ("renewed", "登録が更新された", "registration renewed"),
    "withdraw": ("withdrawn", "登録が取り下げられた", "registration withdrawn"),
    "reapply": ("reapplied", "登録をもう一度申請することになった", "registration taken up again"),
}
REFERRAL_STEPS: Mapping[str, tuple[str, str, str]] = {
    "pause": ("paused", "紹介が休止された", "referral paused"),
    "unpause": ("unpaused", "紹介が再開された", "referral taken up again"),
}
NEED_STEPS: Mapping[str, tuple[str, str, str]] = {
    "create": ("created", "記入が始まった", "begun"),
    "update": ("updated", "内容が変わった", "changed"),
    "submit": ("submitted", "申請された", "submitted"),
    "request-changes": ("changes_requested", "差し戻された", "changes requested"),
    "open": ("opened", "募集が始まった", "opened"),
    "agree-summary": ("summary_agreed", "公開用の要約に同意があった", "public summary agreed to"),
    "reject": ("rejected", "受け付けられなかった", "rejected"),
    "hold": ("held", "保留になった", "put on hold"),
    "resume": ("resumed", "再開された", "resumed"),
    "cancel": ("cancelled", "取り消された", "cancelled"),
    "reopen": ("reopened", "もう一度募集することになった", "reopened"),
    "start-progress": ("progress_started", "支援が始まることになった", "in progress"),
    "back-to-open": ("back_to_open", "募集中に戻った", "open again"),
    "fulfill": ("fulfilled", "充足した", "fulfilled"),
    "unfulfill": ("unfulfilled", "充足が取り消された", "fulfilment undone"),
    "close": ("closed", "終了した", "closed"),
    "expire": ("expired", "期限が切れた", "expired"),
    "hold-with-organization": (
        "held_with_organization",
        "事業者とともに保留になった",
        "put on hold with its organization",
    ),
    "cancel-with-organization": (
        "cancelled_with_organization",
        "事業者とともに取り消された",
        "cancelled with its organization",
    ),
    "hold-too-long": ("held_too_long", "保留が長く続いた", "on hold for too long"),
}
MATCH_STEPS: Mapping[str, tuple[str, str, str]] = {
    "create": ("created", "始まった", "begun"),
    "propose": ("proposed", "提案された", "proposed"),
    "accept": ("accepted", "承諾された", "accepted by a side"),
    "decline": ("declined", "辞退された", "declined by a side"),
    "postpone": ("postponed", "回答が保留された", "answer postponed"),
    "resume": ("resumed", "再開された", "resumed"),
    "approve": ("approved", "承認され、紹介された", "approved; the sides are introduced"),
    "reject": ("rejected", "紹介されなかった", "rejected"),
    "countersign": ("countersigned", "事後確認された", "countersigned"),
    "negotiate": ("negotiated", "条件調整が始まった", "negotiation begun"),
    "draft-terms": ("terms_drafted", "取引条件が書かれた", "terms drafted"),
    "confirm": ("confirmed", "取引条件が確認された", "terms confirmed by a side"),
    "start": ("started", "支援が始まった", "work started"),
    "amend": ("amended", "変更後の条件が確認された", "amended terms confirmed by a side"),
    "suspend": ("suspended", "中断された", "suspended"),
    "continue": ("continued", "支援が再開された", "continued"),
    "deliver": ("delivered", "完了が報告された", "delivered"),
    "return": ("returned", "差し戻された", "returned"),
    "complete": ("completed", "完了した", "completed"),
    "terminate": ("terminated", "途中で終了した", "terminated early"),
    "withdraw": ("withdrawn", "取り下げられた", "withdrawn by a side"),
    "cancel": ("cancelled", "取り消された", "cancelled"),
    "expire": ("expired", "回答がないまま終了した", "closed without an answer"),
    "cascade": ("closed", "ほかの事情で終了した", "closed because of something else"),
    "undo": ("undone", "元に戻された", "last step undone"),
    "agree-undo": ("undo_agreed", "元に戻すことに一方が同意した", "a side agrees to undo"),
    "correct": ("corrected", "記録が訂正された", "a record corrected"),
    "evaluate": ("evaluated", "評価が一件届いた", "evaluated by a side"),
    "evaluation-due": ("evaluation_due", "評価がまだ届いていない", "an evaluation is still out"),
}


def _types(kind: str, ja: str, en: str, steps: Mapping[str, tuple[str, str, str]]) -> dict[str, tuple[str, Words]]:
    return {
        f"{kind}.{action}": (f"{kind}.{name}", Words(f"{ja}: {told_ja}", f"{en}: {told_en}"))
        for action, (name, told_ja, told_en) in steps.items()
    }


_LINES = (
    _types("professional", "デジタル人材", "Professional", {**REGISTRATION_STEPS, **REFERRAL_STEPS})
    | _types("organization", "事業者", "Organization", REGISTRATION_STEPS)
    | _types("need", "支援依頼", "Need", NEED_STEPS)
    | _types("match", "マッチング案件", "Match", MATCH_STEPS)
)
TYPES: Mapping[str, str] = MappingProxyType({topic: type for topic, (type, _) in _LINES.items()})
"""Topic of the outbox → type of the webhook."""
LABELS: Mapping[str, Words] = MappingProxyType(
    {type: words for type, words in _LINES.values()} | {PING: Words("通知先: 試し送り", "Endpoint: ping")}
)
"""Type → its words. The ping is last: it is never chosen, only asked for."""
CHOOSABLE = tuple(type for type in LABELS if type != PING)
"""Types that an endpoint may ask for."""


def kind_of(type: str) -> str:
    """The kind of record that a type is about."""
    return type.partition(".")[0]
