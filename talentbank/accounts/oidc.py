"""The OpenID Connect provider's adapter: our scopes, our accounts."""

from __future__ import annotations

from typing import Any

from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from django.utils.translation import get_language

TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
"""RFC 8693; allauth has no such grant, `console.line` answers it."""
SCOPES = {
    "professionals:read": "登録情報の閲覧",
    "professionals:write": "登録情報の入力",
    "organizations:read": "事業者情報の閲覧",
    "organizations:write": "事業者情報の入力",
    "needs:read": "支援依頼の閲覧",
    "needs:write": "支援依頼の入力",
    "matches:read": "マッチングの閲覧",
    "matches:write": "マッチングへの回答",
    "matches:decide": "マッチングの提案と承認",
    "contacts:read": "紹介後の連絡先の閲覧",
    "consents:write": "同意の記録",
    "desk:act": "窓口での代行入力",
    "me:read": "自分の情報の閲覧",
    "me:write": "自分の情報の変更",
    "bank:admin": "人材バンクの管理",
    "vocabulary:write": "用語の編集",
    "statistics:read": "統計の閲覧",
    "webhooks:manage": "通知先の管理",
}
"""The scopes with the words shown on the consent page."""
SCOPES_EN = {
    "professionals:read": "Read registrations of professionals",
    "professionals:write": "Fill in registrations of professionals",
    "organizations:read": "Read organizations",
    "organizations:write": "Fill in organizations",
    "needs:read": "Read needs",
    "needs:write": "Fill in needs",
    "matches:read": "Read matches",
    "matches:write": "Answer matches",
    "matches:decide": "Propose and approve matches",
    "contacts:read": "Read contacts after the introduction",
    "consents:write": "Record consents",
    "desk:act": "Enter for people at the desk",
    "me:read": "Read one's own account",
    "me:write": "Change one's own account",
    "bank:admin": "Administer the bank",
    "vocabulary:write": "Edit the vocabulary",
    "statistics:read": "Read statistics",
    "webhooks:manage": "Manage webhooks",
}

OPENID_WORDS = {"openid": "あなたがどなたかの確認", "profile": "お名前の閲覧", "email": "メールアドレスの閲覧"}
OPENID_WORDS_EN = {"openid": "Know who you are", "profile": "Read your name", "email": "Read your e-mail address"}
"""The scopes of OpenID Connect itself, which open nothing of the API."""


def scope_words() -> dict[str, str]:
    """What each scope is called, in the language of the page."""
    english = (get_language() or "").startswith("en")
    return {**SCOPES_EN, **OPENID_WORDS_EN} if english else {**SCOPES, **OPENID_WORDS}


def scope_label(scope: str) -> str:
    """A scope in the words of the page's language."""
    return scope_words()[scope]


class OIDCAdapter(DefaultOIDCAdapter):  # type: ignore[misc]
    """allauth's provider with the talent bank's scopes."""

    @property
    def scope_display(self) -> dict[str, str]:
        """What the consent page calls each scope."""
        return scope_words()

    def populate_server_metadata(self, data: dict[str, Any]) -> None:
        """Add our scopes and our grant to the discovery document, which allauth fills with its own alone."""
        super().populate_server_metadata(data)
        data["grant_types_supported"] = [*data["grant_types_supported"], TOKEN_EXCHANGE]
        data["scopes_supported"] = [*data["scopes_supported"], *SCOPES]
