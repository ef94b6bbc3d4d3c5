"""Forms under which two facts that people write differently are the same: names, numbers, addresses. Pure.

Every function answers "" where there is nothing to compare by.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

from talentbank.ranking.names import comparable

SHARED_DOMAINS_FILE = Path(__file__).resolve().parent / "data" / "shared_mail_domains.txt"
TITLE = re.compile(
    r"代表取締役(?:社長|会長|専務|常務)?|取締役(?:社長|会長)?|代表社員|業務執行社員|代表理事|副?理事長|監査役"
    r"|(?:専務|常務)?理事|執行役員|代表者?|専務|常務|監事|副?社長|副?会長|店主|院長|所長"
)
VARIANTS = str.maketrans("髙﨑嵜邊邉齋齊斎濵濱澤廣國櫻德眞惠嶋", "高崎崎辺辺斉斉斉浜浜沢広国桜徳真恵島")
"""Characters of family names with their everyday form: 髙橋 and 高橋 may be one person."""
SMALL_KANA = str.maketrans("ヶヵ", "ケカ")
HIRAGANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
PUNCTUATION = re.compile(r"[・.,'’\"()\-‐‑–—]")
DEPARTMENT = re.compile(r"\s+\S*(?:部|課|室|係|店|支社|支店|営業所|事業所|工場|本社|センター)$")
EXTENSION = re.compile(r"(?:内線|ext\.?|x)\s*\d+.*$", re.IGNORECASE)
NOBODYS_NUMBER = "0000000"
"""The end of a number that was typed to get past the field."""
DASHES = re.compile(r"(?<=\d)\s*[‐‑‒–—―−ー~-]\s*(?=\d)")
POSTAL_CODE = re.compile(r"^\s*〒?\s*\d{3}-?\d{4}(?!\d)\s*")
PREFECTURE = re.compile(r"^(?:東京都|北海道|京都府|大阪府|[^\d\s]{2,3}県)")
KANJI_NUMBER = re.compile(r"[一二三四五六七八九十]{1,3}(?=丁目|番|号)")
BLOCK = re.compile(
    r"^(?P<place>\D+?)(?P<numbers>\d+(?:(?:丁目|番地の|番地|番|号|[-のノ之])+\d+)*)(?P<unit>番地|番|号)?"
)


def plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def name_form(name: str) -> str:
    """An organization's or a person's name: 株式会社こけし, ㈱ コケシ; 佐藤　匠, 佐藤匠."""
    kana = comparable(name).translate(HIRAGANA).translate(SMALL_KANA).translate(VARIANTS)
    return PUNCTUATION.sub("", kana)


def person_form(name: str) -> str:
    """A person's name without an office: 代表取締役 佐藤匠 is 佐藤匠."""
    bare = plain(name)
    found = TITLE.match(bare)
    return name_form(bare[found.end() :] if found and found.end() < len(bare) else bare)


def employer_form(name: str) -> str:
    """An employer without the department: 株式会社こけし 営業部 is コケシ."""
    bare = plain(name)
    while (shorter := DEPARTMENT.sub("", bare)) != bare:
        bare = shorter
    return name_form(bare)


def number_form(text: str) -> str:
    """The 13 digits of a 法人番号, also where an invoice number (T and 13 digits) holds it."""
    digits = re.sub(r"[\s-]", "", plain(text)).upper().removeprefix("T")
    return digits if len(digits) == 13 and digits.isascii() and digits.isdecimal() else ""


def phone_form(text: str) -> str:
    """Digits as dialled within Japan, without an extension."""
    digits = re.sub(r"[^\d+]", "", EXTENSION.sub("", plain(text)))
    digits = re.sub(r"^(?:\+|00|010)81(?:0(?=\d))?", "0", digits).replace("+", "")
    return digits if len(digits) >= 9 and not digits.endswith(NOBODYS_NUMBER) else ""


def mail_form(address: str) -> str:
    """A mailbox: small, without a `+tag`."""
    name, at, domain = plain(address).casefold().rpartition("@")
    return f"{name.partition('+')[0]}@{domain}" if at and name and domain else ""


def domain_form(address: str) -> str:
    """The domain of a mail address, "" for one that many people share."""
    domain = mail_form(address).rpartition("@")[2]
    parents = {domain.split(".", n)[-1] for n in range(domain.count(".") + 1)}
    return "" if parents & shared_domains() else domain


def address_form(address: str) -> str:
    """A postal address down to its block, such as 福島市五老内町3-1; "" for one that ends at a town or a 丁目."""
    text = DASHES.sub("-", POSTAL_CODE.sub("", plain(address)))
    text = KANJI_NUMBER.sub(lambda found: str(_kanji_number(found[0])), re.sub(r"(?<!\d)\s+", "", text))
    found = BLOCK.match(PREFECTURE.sub("", text))
    if found is None:
        return ""
    numbers = re.findall(r"\d+", found["numbers"])
    if len(numbers) < 2 and not found["unit"]:
        return ""
    return re.sub("大?字", "", found["place"].translate(SMALL_KANA)) + "-".join(numbers)


def _kanji_number(text: str) -> int:
    """二十三 → 23."""
    tens, ten, ones = text.rpartition("十")
    digit = {"": 0, **{kanji: n for n, kanji in enumerate("一二三四五六七八九", start=1)}}
    return (digit.get(tens, 1) or 1) * 10 * bool(ten) + digit.get(ones, 0)


@cache
def shared_domains() -> frozenset[str]:
    """Domains of providers, where anybody may have an address."""
    lines = SHARED_DOMAINS_FILE.read_text("utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))
