"""A small bank for rankings: one need that sells online, and people who can or cannot help."""

from __future__ import annotations

from typing import Any

from talentbank.banks.models import Bank
from talentbank.core.revision import revision_bump
from talentbank.needs.models import Need
from talentbank.organizations.models import Organization
from talentbank.professionals.models import Professional
from tests.factories import make_need, make_professional, make_skill

EMPTY = {"headline": "", "summary": "", "experiences": [], "skills": []}


def make_shop_skill() -> None:
    make_skill(
        "ec-site", name_ja="ECサイト構築", name_en="Online shop building", aliases_ja=["ネットショップ", "通販サイト"]
    )


def make_shop_need(organization: Organization, **fields: Any) -> Need:
    make_shop_skill()
    return make_need(organization, **{"title": "ネットショップを始めたい", "skills": ["ec-site"], **fields})


def make_shopkeeper(bank: Bank, **fields: Any) -> Professional:
    """Somebody whose words and skills fit the shop need well."""
    make_shop_skill()
    values = {
        "headline": "ECサイトの構築と運用",
        "summary": "食品の通信販売を立ち上げから手伝います。",
        "skills": [{"skill": "ec-site", "level": 4, "years": 5, "evidence": "開設した店の一覧"}],
    }
    return make_professional(bank, **{**values, **fields})


def make_bookkeeper(bank: Bank, **fields: Any) -> Professional:
    """Somebody whose words touch the shop need but little."""
    values = {"headline": "会計ソフトの導入", "summary": "請求書と給与計算。通信販売の売上の記帳も。"}
    return make_professional(bank, **{**values, **fields})


def edit(row: Professional | Need, **fields: Any) -> None:
    """What a service does to a row that ranking must see."""
    for name, value in fields.items():
        setattr(row, name, value)
    row.revision = revision_bump(row.bank_id)
    row.save()
