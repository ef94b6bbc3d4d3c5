"""Contacts and names in free text: finding them, and relaying the text without them. Pure, in linear time.

Who asks before the introduction must not be found behind the words, and people write telephone numbers in kanji.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from talentbank.core.names import without_legal_form
from talentbank.privacy import contact_patterns as patterns
from talentbank.privacy.folding import named, shadow_of, small


class ContactKind(StrEnum):
    EMAIL = "email"
    URL = "url"
    ACCOUNT = "account"
    PHONE = "phone"
    ADDRESS = "address"
    NAME = "name"


MASKS = {kind: "〔連絡先〕" for kind in ContactKind} | {ContactKind.ADDRESS: "〔住所〕", ContactKind.NAME: "〔名前〕"}
"""What stands in a relayed text instead."""
MASK = re.compile("|".join(sorted(set(MASKS.values()))))
BLANK = "〕"
"""Fills what was found already; no pattern and no name holds it."""
MOST_ROUNDS = 8
"""What was found may uncover its neighbour; then the rest is read again."""


@dataclass(frozen=True, slots=True)
class Found:
    """A contact in a text: `text[start:end]`, in code points of the text as it was given."""

    kind: ContactKind
    start: int
    end: int


def contacts_find(text: str, known: Iterable[str] = ()) -> list[Found]:
    """Find contacts, and the `known` names, in a text; in order, without overlaps.

    `known` are names (`person_forms`, `organization_forms`), in kanji, kana or Latin; they are found however they are
    spaced, in either kana and in any width. Names of one character, and kana of two, are too common to be looked for.
    """
    names = _names_known(known)
    rest = MASK.sub(lambda mask: BLANK * len(mask[0]), text)
    found: list[Found] = []
    for _ in range(MOST_ROUNDS):
        more = [*_contacts(rest)]
        rest = _blanked(rest, more)
        more += _names(rest, names)
        if not more:
            break
        rest = _blanked(rest, more)
        found += more
    return sorted(found, key=lambda each: each.start)


def person_forms(*names: str) -> list[str]:
    """The forms in which a person may stand in a text: the whole name, family name and given name."""
    return [form for name in names for form in (name, *name.split()) if form]


def organization_forms(*names: str) -> list[str]:
    """The forms in which an organization may stand in a text: with and without its legal form."""
    return [form for name in names for form in (name, without_legal_form(name)) if form]


def contacts_strip(text: str, known: Iterable[str] = (), *, mask: str = "") -> str:
    """Return the text with 〔連絡先〕, 〔住所〕 and 〔名前〕, or with `mask`, where contacts and names stood."""
    parts, at = [], 0
    for each in contacts_find(text, known):
        parts += [text[at : each.start], mask or MASKS[each.kind]]
        at = each.end
    return "".join([*parts, text[at:]])


TELLING_HIRAGANA = 5
"""Fewer hiragana in a row are words more often than a reading."""
KANA = re.compile(r"[ぁ-ゖー\u3099\u309a]+\Z")


@dataclass(frozen=True, slots=True)
class Name:
    """A name in the form in which it is looked for; `is_hiragana`: it was given so, and not as a reading."""

    folded: str
    is_hiragana: bool


def _names_known(known: Iterable[str]) -> list[Name]:
    """The names that tell somebody apart, the longest first."""
    names = {Name(shadow_of(each, named).text, _is_hiragana(each)) for each in known}
    telling = (name for name in names if len(name.folded) >= (3 if KANA.match(name.folded) else 2))
    return sorted(telling, key=lambda name: -len(name.folded))


def _contacts(text: str) -> Iterator[Found]:
    """One reading of the text; each kind reads what the kinds before it left."""
    shadow = shadow_of(text, small)
    for kind, read in READERS:
        spans = sorted({shadow.span(start, end) for start, end in read(shadow.text)})
        found = list(_apart(kind, spans))
        if found:
            yield from found
            text = _blanked(text, found)
            shadow = shadow_of(text, small)


def _apart(kind: ContactKind, spans: Iterable[tuple[int, int]]) -> Iterator[Found]:
    """Spans in order, those that overlap as one."""
    last: tuple[int, int] | None = None
    for start, end in spans:
        if last and start < last[1]:
            last = last[0], max(last[1], end)
            continue
        if last:
            yield Found(kind, *last)
        last = start, end
    if last:
        yield Found(kind, *last)


def _blanked(text: str, found: Sequence[Found]) -> str:
    parts, at = [], 0
    for each in sorted(found, key=lambda each: each.start):
        parts += [text[at : each.start], BLANK * (each.end - each.start)]
        at = each.end
    return "".join([*parts, text[at:]])


Spans = Iterator[tuple[int, int]]


def _urls(text: str) -> Spans:
    for match in (match for pattern in patterns.URLS for match in pattern.finditer(text)):
        end = match.start() + len(match[0].rstrip(patterns.TRAILING))
        if not patterns.PRODUCTS.fullmatch(text, match.start(), end):
            yield match.start(), end


def _emails(text: str) -> Spans:
    return (match.span() for pattern in patterns.EMAILS for match in pattern.finditer(text))


def _accounts(text: str) -> Spans:
    for match in (match for pattern in patterns.ACCOUNTS for match in pattern.finditer(text)):
        if not patterns.NO_HANDLES.fullmatch(match.groupdict().get("handle") or ""):
            yield match.span()


def _phones(text: str) -> Spans:
    digits = text.translate(patterns.DIGITS)
    for pattern in patterns.PHONES:
        for match in pattern.finditer(digits):
            if match[0][0] not in "(0" or _is_grouped(match[0]):
                opens = match[0].startswith("(") and ")" not in match[0]
                yield match.start() + opens, match.end()


def _is_grouped(number: str) -> bool:
    """Digits as people group a telephone number: 0245253784, 024-525-3784, or each for itself."""
    groups = re.findall(r"[0-9]+", number)
    if len(groups) == 1 or all(len(group) == 1 for group in groups):
        return True
    return len(groups) <= 4 and len(groups[0]) >= 2 and len(groups[-1]) >= 3


def _addresses(text: str) -> Spans:
    """House numbers with the place before them."""
    digits = text.replace(patterns.IDIOM, BLANK * len(patterns.IDIOM)).translate(patterns.DIGITS)
    for pattern in patterns.ADDRESSES:
        for match in pattern.finditer(digits):
            start = match.start()
            while start and match.start() - start < patterns.MOST_PLACE and patterns.PLACE.match(text, start - 1):
                start -= 1
            yield start, match.end()


READERS: tuple[tuple[ContactKind, Callable[[str], Spans]], ...] = (
    (ContactKind.EMAIL, _emails),
    (ContactKind.URL, _urls),
    (ContactKind.ACCOUNT, _accounts),
    (ContactKind.PHONE, _phones),
    (ContactKind.ADDRESS, _addresses),
)


def _names(text: str, names: Sequence[Name]) -> list[Found]:
    """The longest names first; a name inside what was found is not found again."""
    if not names:
        return []
    shadow, taken = shadow_of(text, named), []
    for name in names:
        at = shadow.text.find(name.folded)
        while at >= 0:
            start, end = shadow.span(at, at + len(name.folded))
            if BLANK not in text[start:end] and _stands_alone(name, text, start, end):
                taken.append((start, end))
            at = shadow.text.find(name.folded, at + len(name.folded))
    return list(_apart(ContactKind.NAME, sorted(taken)))


def _stands_alone(name: Name, text: str, start: int, end: int) -> bool:
    """Sato is not in satori, nor ナカ in ヤナカ; and なかの is mostly no ナカノ."""
    first, last = text[start], text[end - 1]
    if end - start < TELLING_HIRAGANA and not name.is_hiragana and _is_hiragana(text[start:end]):
        return False
    before, after = text[start - 1 : start], text[end : end + 1]
    return not any(
        (script(first) and script(before)) or (script(last) and script(after)) for script in (_is_latin, _is_katakana)
    )


def _is_latin(character: str) -> bool:
    folded = small(character) if character else ""
    return folded.isascii() and folded.isalnum()


def _is_katakana(character: str) -> bool:
    return bool(character) and "ァ" <= small(character) <= "ー"


def _is_hiragana(text: str) -> bool:
    return all("ぁ" <= each <= "ゖ" for each in text)
