"""Places as people write them: whether somebody who names these goes to that one. Only what is sure is a no."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from talentbank.banks.models import Bank

REMEMBERED = 4_096
"""Writings of places; a bank knows few, and asks them of each need and each professional."""
ANYWHERE = frozenset({"全国", "日本全国", "国内", "どこでも"})
WITHIN_PREFECTURE = re.compile(r"県(?:内|全域|下)(?:全域)?|[都道府][内下](?:全域)?")
WITHIN_MUNICIPALITY = re.compile(r"[市区町村]内(?:全域)?")
PREFECTURES = (
    *("北海道", "青森県", "岩手県", "宮城県", "秋田県", "山形県", "福島県", "茨城県", "栃木県", "群馬県", "埼玉県"),
    *("千葉県", "東京都", "神奈川県", "新潟県", "富山県", "石川県", "福井県", "山梨県", "長野県", "岐阜県", "静岡県"),
    *("愛知県", "三重県", "滋賀県", "京都府", "大阪府", "兵庫県", "奈良県", "和歌山県", "鳥取県", "島根県", "岡山県"),
    *("広島県", "山口県", "徳島県", "香川県", "愛媛県", "高知県", "福岡県", "佐賀県", "長崎県", "熊本県", "大分県"),
    *("宮崎県", "鹿児島県", "沖縄県"),
)
"""In the order of JIS X 0401, whose numbers begin the municipality codes (全国地方公共団体コード)."""
BY_NUMBER = {f"{number:02}": name for number, name in enumerate(PREFECTURES, start=1)}
MUNICIPALITY = re.compile(r"(?:.+?郡)?(?P<name>.+?[市区町村])")


@dataclass(frozen=True, slots=True)
class Place:
    """What a written place says: parts that it does not name are empty."""

    prefecture: str = ""
    municipality: str = ""


def reaches(areas: Iterable[str], area: str, *, bank: Bank) -> bool | None:
    """Whether who goes to `areas` goes to `area`; None where the words cannot tell.

    Two cities of different names are apart. A ward, town or village may lie in a city, and a quarter anywhere, so they
    are apart from nothing but their like; nobody is left out for a way of writing.
    """
    return _answer(tuple(areas), area, bank.municipality_code, bank.municipality_name)


@lru_cache(maxsize=REMEMBERED)
def _answer(areas: tuple[str, ...], area: str, code: str, municipality: str) -> bool | None:
    home = Place(BY_NUMBER.get(code[:2], ""), _plain(municipality))
    answers = {_reaches(_plain(each), _plain(area), home) for each in areas if each.strip()}
    return True if True in answers else None if None in answers or not answers else False


def _reaches(offered: str, area: str, home: Place) -> bool | None:
    if offered in ANYWHERE or offered == area:
        return True
    place, wanted = _place(offered, home), _place(area, home)
    if place.prefecture and wanted.prefecture and place.prefecture != wanted.prefecture:
        return False
    if place.municipality and wanted.municipality:
        if place.municipality == wanted.municipality:
            return True
        return False if _is_city(place) == _is_city(wanted) else None
    return True if place.prefecture and not place.municipality and wanted.prefecture else None


def _place(plain: str, home: Place) -> Place:
    """The bank's own municipality is known to lie in the bank's prefecture; of others only what is written."""
    if WITHIN_MUNICIPALITY.fullmatch(plain):
        return home
    if WITHIN_PREFECTURE.fullmatch(plain):
        return Place(home.prefecture)
    prefecture = next((name for name in PREFECTURES if plain.startswith(name)), "")
    found = MUNICIPALITY.match(plain.removeprefix(prefecture))
    municipality = found["name"] if found else ""
    if not prefecture and municipality == home.municipality:
        prefecture = home.prefecture
    return Place(prefecture, municipality)


def _is_city(place: Place) -> bool:
    return place.municipality.endswith("市")


def _plain(written: str) -> str:
    return "".join(unicodedata.normalize("NFKC", written).split())
