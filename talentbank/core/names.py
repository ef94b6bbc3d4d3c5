"""Names of organizations and their legal forms."""

from __future__ import annotations

import re

LEGAL_FORM = re.compile(
    r"株式会社|有限会社|合同会社|合名会社|合資会社|(?:一般|公益)?(?:社団|財団)法人|特定非営利活動法人|NPO法人"
    r"|医療法人(?:社団|財団)?|社会福祉法人|学校法人|農事組合法人"
    r"|[(（](?:株|有|同|名|資|一社|一財|公社|公財|特非|医|福|学)[)）]|[㈱㈲]"
    r"|(?:カブシキ|ユウゲン|ゴウドウ|ゴウメイ|ゴウシ)[ガカ]イシャ"
    r"|[,\s]\s*(?:Co\.?,?\s*Ltd|Company,?\s+Limited|Corp(?:oration)?|Inc|Ltd|K\.?K|G\.?K|L\.?L\.?C)\.?\s*$",
    re.IGNORECASE,
)


def without_legal_form(name: str) -> str:
    """株式会社こけし, ㈱こけし and こけし（株） are こけし; Kokeshi Co., Ltd. is Kokeshi."""
    return LEGAL_FORM.sub("", name).strip()
