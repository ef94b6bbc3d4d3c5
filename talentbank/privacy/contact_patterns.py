"""What contacts look like in Japanese mixed with English. Pure patterns; every repetition is bounded.

All read a folded text (`folding.small`): NFKC, small letters. `PHONES` and `ADDRESSES` read it with kanji digits as
digits and every dash as `-`. A pattern starts only where a run of its characters starts, so that no text makes it slow.
"""

from __future__ import annotations

import re

DIGITS = str.maketrans("〇零○◯一二三四五六七八九ー‐‑‒–—―−－ｰ", "0000123456789" + "-" * 10)
"""One character to one character, so that offsets stay."""

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,62})"
_DOT = r"(?:\.|[ \t]?[\[({][ \t]?(?:dot|\.|ドット)[ \t]?[\])}][ \t]?)"
_AT_WORD = r"(?:at|@|あっと|アット(?:マーク)?|あっとまーく)"
_AT = rf"(?:[ \t]?[@★☆●◎■][ \t]?|[ \t]{{0,2}}[\[({{<【]{_AT_WORD}[\])}}>】][ \t]{{0,2}}|(?:アットマーク|あっとまーく))"
_LOCAL = r"(?<![a-z0-9._%+-])[a-z0-9._%+-]{1,64}"
EMAILS = (
    re.compile(rf"{_LOCAL}{_AT}(?:{_LABEL}{_DOT}){{1,5}}[a-z]{{2,24}}(?![a-z0-9])"),
    re.compile(rf"{_LOCAL}[ \t]at[ \t]{_LABEL}(?:[ \t]dot[ \t]{_LABEL}){{1,4}}(?![a-z0-9])"),
)

_ADDRESS_PART = r"[!#-;=?-~]"
_TLDS = (
    "jp|com|net|org|info|biz|io|dev|app|tv|tokyo|osaka|nagoya|xyz|site|online|shop|store|cloud|link|page|club|blog"
    "|website|tech|work|works|edu|gov|uk|eu|cn|kr|tw|de|fr"
)
_SHORT_HOSTS = (
    r"lin\.ee|line\.me|t\.me|m\.me|wa\.me|ig\.me|fb\.me|t\.co|youtu\.be|bit\.ly|goo\.gl|forms\.gle|zoom\.us|discord\.gg"
)
URLS = (
    re.compile(
        rf"(?<![a-z0-9])(?:h(?:tt|xx)ps?|ftp)[ \t]?:[ \t]?//(?:[ぁ-ゖァ-ヶー一-龠]{{1,30}}\.)?{_ADDRESS_PART}{{1,1000}}"
    ),
    re.compile(rf"(?<![a-z0-9.-])www\.{_LABEL}(?:\.{_LABEL}){{0,5}}(?:/{_ADDRESS_PART}{{0,500}})?"),
    re.compile(
        rf"(?<![a-z0-9@._-])(?:(?:{_LABEL}{_DOT}){{1,6}}(?:{_TLDS})|(?:{_LABEL}\.){{0,2}}(?:{_SHORT_HOSTS}))"
        rf"(?![a-z0-9-]|\.[a-z0-9])(?:/{_ADDRESS_PART}{{0,500}})?"
    ),
)
PRODUCTS = re.compile(
    r"(?:asp|vb|ado|ml|microsoft|paint|json|log4)\.net|socket\.io|draw\.io|booking\.com|monday\.com|salesforce\.com"
    r"|amazon\.(?:com|co\.jp)|\d+(?:\.\d+)*\.(?:dev|app)"
)
"""Names of products and shops that look like addresses, and versions such as 1.0.dev."""
TRAILING = ".,;:!?'~)]}"
"""Punctuation that ends a sentence, not an address."""

_NETWORKS = (
    "line|ライン|facebook|フェイスブック|instagram|インスタ(?:グラム)?|twitter|ツイッター|tiktok|skype|スカイプ|telegram"
    "|whatsapp|wechat|kakaotalk|カカオトーク|discord|messenger|threads|bluesky|chatwork|チャットワーク|slack"
)
_HANDLE = r"[a-z0-9_][a-z0-9._-]{1,38}[a-z0-9_]"
_CALLED = r"[ \t]?(?:の)?[ \t]?(?:id|アカウント(?:名)?|account|ユーザー名|username)"
ACCOUNTS = (
    re.compile(rf"(?<![a-z0-9])(?:{_NETWORKS}|x){_CALLED}[ \t]?(?:は|が|[:=→(「])[ \t]?[@「]?(?P<handle>{_HANDLE})"),
    re.compile(
        rf"(?<![a-z0-9])(?:{_NETWORKS})[ \t]?[:=→][ \t]?[@「]?"
        rf"(?P<handle>(?=[0-9._-]{{0,38}}[a-z]){_HANDLE})(?![a-z0-9])"
    ),
    re.compile(
        r"(?<![a-z0-9@._%+/-])@(?=[0-9.]{0,29}[a-z_])[a-z0-9_][a-z0-9_.]{1,28}[a-z0-9_](?![a-z0-9_@/(]|\.[a-z0-9_])"
    ),
    re.compile(
        r"(?<![a-z0-9])(?:zoom|ミーティング|meeting)[ \t]?id[ \t]?[:は]?[ \t]?[0-9]{3}[- ]?[0-9]{3,4}[- ]?[0-9]{3,4}"
    ),
)
NO_HANDLES = re.compile(
    "ads|apis?|apps?|beauty|bot|business|chat|clova|connect|facebook|graph|insights?|instagram|live|login|messaging"
    "|messenger|meta|mini|official|oauth|pay|pixel|sdk|shops?|sns|store|threads|twitter|web|webhook|works"
)
"""Words after `LINE:` that are features, not people."""

_SEP = r"[-\t ().]{0,3}"
PHONES = (
    re.compile(rf"(?<![0-9a-z+])\+[ \t]?81(?:{_SEP}\(0\))?(?:{_SEP}[0-9]){{9,10}}(?![0-9a-z])"),
    re.compile(rf"(?<![0-9a-z+])\+[1-9](?:{_SEP}[0-9]){{8,13}}(?![0-9a-z])"),
    re.compile(rf"(?<![0-9a-z])(?<![0-9][-.,:/])\(?0{_SEP}[25-9]{_SEP}0(?:{_SEP}[0-9]){{8}}(?![0-9a-z])"),
    re.compile(rf"(?<![0-9a-z])(?<![0-9][-.,:/])\(?0{_SEP}[1-9](?:{_SEP}[0-9]){{8}}(?![0-9a-z])"),
    re.compile(
        r"(?<![a-z])(?:tel|fax|電話|携帯|ファックス)(?:番号)?[ \t]?(?:は|[:.])?[ \t]?[0-9]{2,4}-[0-9]{4}(?![0-9a-z-])"
    ),
)

_UNITS = r"名|人|時|円|月|日|年|%|社|件|回|個|か|ヶ|カ|箇|つ|割|歳|才|万|本|台|点"
ADDRESSES = (
    re.compile(r"〒[ \t]?[0-9]{3}[- ]?[0-9]{4}(?![0-9])"),
    re.compile(r"(?<![0-9a-z-])[0-9]{3}-[0-9]{4}(?=[ \t]?[ぁ-ゖァ-ヶ一-龠]{1,6}[都道府県市郡])"),
    re.compile(r"(?<=[一-龠々ぁ-んァ-ヶ])[0-9]{1,3}丁目(?:[ \t]?[0-9]{1,4}(?:番地?の?|番|号|-)?){0,3}"),
    re.compile(r"(?<=[一-龠々ぁ-んァ-ヶ])[ \t]?[0-9]{1,5}番地(?:の?[0-9]{1,4})?"),
    re.compile(r"(?<=[一-龠々ぁ-んァ-ヶ])[ \t]?[0-9]{1,4}番[ \t]?[0-9]{1,4}号"),
    re.compile(rf"(?<=[町村])[ \t]?[0-9]{{1,4}}(?:-[0-9]{{1,4}}){{1,2}}(?![0-9-]|[ \t]?(?:{_UNITS}))"),
)
PLACE = re.compile(r"[一-龠々ァ-ヶ]")
"""A character of a place name, for what stands before a house number."""
MOST_PLACE = 24
IDIOM = "一丁目一番地"
"""Said of what matters most; nobody's address."""
