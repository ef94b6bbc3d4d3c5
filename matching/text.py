"""Japanese mixed with English, turned into terms that still know where they stood.

Steps: NFKC and casefold with a map back to the original characters; protected technical terms by longest match;
Sudachi's normalized forms (サーバ = サーバー, Web = ウェブ) for the rest, content words only; English folded (`latin`);
beside each word the parts of a compound (`compounds`) and the stem of an English word.

Time is linear in the text, and no text raises.

Source: Unicode UAX #15 (NFKC, stream-safe length of 30 marks).
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import version
from operator import itemgetter
from typing import Any, NamedTuple

from matching import compounds, latin
from matching.dictionary import sudachi
from matching.terms import GLUED, PROTECTED, STOP_WORDS

TOKENIZER_NAME = "sudachi-core-c-5"
"""Raised by hand when a rule of this file, of `hiragana` or of `negation` changes; with the tables and package versions
it makes the model version."""

CHUNK_CHARACTERS = 2_000
"""Sudachi refuses input above 49,149 bytes; 2,000 characters are at most 8,000 bytes and bound the work on one word."""

CONTENT_CLASSES = frozenset({"名詞", "動詞", "形容詞", "形状詞", "副詞"})
"""Parts of speech that carry a topic; particles, auxiliaries, symbols, affixes and pronouns do not."""
INFLECTED_CLASSES = frozenset({"動詞", "形容詞"})
JOINING = frozenset({"て", "で"})

LONGEST_CLUSTER = 32
BLANK = "q"

_SIMPLE = r"\t\n\r -~、。「」ぁ-ゖァ-ヺ・ー一-鿿"
_SIMPLE_RUN = re.compile(rf"[{_SIMPLE}]+(?=[{_SIMPLE}]|\Z)")
_MARKS_THAT_JOIN = re.compile("[\uff9e\uff9f\u1160-\u11ff]")
_VARIATION = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Selectors of a glyph."""
_SEPARATOR = re.compile(r"[\s。、．，！？!?,;；）)」』]")
_LONE_KANA = re.compile("[ぁ-ゖァ-ヺ]")
_VERSION = r"[a-z]{3,}[0-9]+(?![a-z0-9])|[a-z]+[0-9]+(?=[台名人件個枚本社回年月日時分円万点])"
"""Letters and digits that are two words written without a space: Excel2019, PC3台."""
_MIXED = r"(?:[a-z]+[0-9][a-z0-9]*|[0-9]+[a-z][a-z0-9]*)(?![a-z0-9])"
_MIXED_RUN = rf"(?<![a-z0-9])(?:[23]d(?=[a-z]{{2}})|(?!{_VERSION}){_MIXED})"

_KATAKANA_MISTYPED = re.compile(
    "(?<=[ァ-ヺ])(?:[-‐−–—―─━](?![-‐−–—―─━0-9a-z])|一(?=[ァ-ヺ])(?![カケヵヶ]))|(?<=[ァ-ヺー])[べぺり](?=[ァ-ヺー])"
)
"""A dash or 一 for the long mark ー, but not 一カ月; hiragana that looks like its katakana, but not the particle へ."""
_AS_KATAKANA = dict(zip("べぺり", "ベペリ", strict=True))


STEM_MARK = "\ue002"
"""Begins the term of a stem; a private-use character, which `normalize` lets into no token."""


class Layer(StrEnum):
    """What kind of term it is. Words carry the weight; the others say the same of fewer or more texts."""

    WORD = "word"
    PART = "part"
    STEM = "stem"
    CONCEPT = "concept"


class Token(NamedTuple):
    """A term and the characters [start, end) of the original text it came from.

    `form` is the word behind a stem or a concept: equal terms of two forms are near, or synonyms. `base` is an
    inflected word as dictionaries write it (つく for つか), for people to read; "" where it stands so already.
    """

    term: str
    start: int
    end: int
    form: str
    layer: Layer = Layer.WORD
    base: str = ""


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A text put otherwise; character i came from [starts[i], ends[i]) of the original."""

    text: str
    starts: list[int]
    ends: list[int]


def normalize(text: str) -> Rewritten:
    """Fold width, compatibility forms and case. Invisible marks vanish; what no analyzer accepts becomes a space."""
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    position = 0
    while position < len(text):
        run = _SIMPLE_RUN.match(text, position)
        if run:
            pieces.append(run.group().lower())
            starts.extend(range(position, run.end()))
            ends.extend(range(position + 1, run.end() + 1))
            position = run.end()
            continue
        end = _cluster_end(text, position)
        cluster = _fold(text[position:end])
        pieces.append(cluster)
        starts.extend([position] * len(cluster))
        ends.extend([end] * len(cluster))
        position = end
    folded = _KATAKANA_MISTYPED.sub(lambda found: _AS_KATAKANA.get(found.group(), "ー"), "".join(pieces))
    return Rewritten(folded, starts, ends)


def _cluster_end(text: str, start: int) -> int:
    """End of a base character with the marks that compose with it; capped, as ordering marks is quadratic."""
    end = start + 1
    limit = min(len(text), start + LONGEST_CLUSTER)
    while end < limit and (unicodedata.combining(text[end]) or _MARKS_THAT_JOIN.match(text[end])):
        end += 1
    return end


def _fold(cluster: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", cluster).casefold())
    return "".join(_visible(character) for character in folded)


def _visible(character: str) -> str:
    if _VARIATION.match(character):
        return ""
    match unicodedata.category(character):
        case "Cf":
            return " " if character == "\u200b" else ""
        case "Cc" | "Cs" | "Co" | "Cn":
            return " "
        case _:
            return character


def _protected_pattern() -> re.Pattern[str]:
    """Longest form first; a form must not go on with a letter or digit, unless it is glued (ExcelVBA)."""
    before = {right: left for left, right in GLUED}
    after = dict(GLUED)
    forms = []
    for form in sorted(PROTECTED, key=lambda form: (-len(form), form)):
        head = r"(?<![a-z0-9])" if form[0].isascii() else ""
        tail = r"(?![a-z0-9])" if form[-1].isascii() and form[-1].isalnum() else r"(?![a-z0-9+#])"
        if re.fullmatch("[a-z]{3,}", form):  # Excel2019
            tail = r"(?![a-z]|[0-9]+[a-z])"
        if form == "r":  # R&D, O'R, a.r are no language
            head, tail = r"(?<![a-z0-9&.'’/-])", r"(?![a-z0-9&.'’/-])"
        if form in before:
            head = rf"(?:{head}|(?<={before[form]}))"
        if form in after:
            tail = rf"(?:{tail}|(?={after[form]}))"
        forms.append(f"{head}{re.escape(form)}{tail}")
    return re.compile("|".join([*forms, _MIXED_RUN]))


_PROTECTED = _protected_pattern()


class _Found(NamedTuple):
    """A term at characters [start, end) of the normalized text."""

    term: str
    start: int
    end: int
    form: str
    layer: Layer
    base: str = ""


def tokenize(text: str) -> tuple[Token, ...]:
    """Terms of the text in order, each with its span in the original; stop words left out.

    A word comes before its own parts and stem, which lie within it.
    """
    normalized = normalize(text)
    starts, ends = normalized.starts, normalized.ends
    return tuple(
        Token(term, starts[start], ends[end - 1], form, layer, base)
        for term, start, end, form, layer, base in _terms(normalized.text)
    )


def _terms(text: str) -> list[_Found]:
    """Protected terms and the other words; Sudachi reads a noun-like blank for the former, to judge what follows."""
    protected = list(_PROTECTED.finditer(text))
    terms = [_whole(PROTECTED.get(found.group(), found.group()), found.start(), found.end()) for found in protected]
    words = _words(_PROTECTED.sub(_blank, text) if protected else text)
    taken = iter([*((each.start, each.end) for each in terms), (len(text), len(text))])
    start, end = next(taken)
    rest = []
    for word in words:
        while end <= word.start and end < len(text):
            start, end = next(taken)
        if word.end <= start:
            rest.append(word)
    return sorted(terms + rest, key=itemgetter(1))


def _blank(found: re.Match[str]) -> str:
    """A noun to Sudachi; a space before a letter (3D|CAD), with which it would be one word."""
    after = found.string[found.end() : found.end() + 1]
    return (" " if after.isascii() and after.isalpha() else BLANK) * len(found.group())


def _whole(term: str, start: int, end: int, base: str = "") -> _Found:
    return _Found(term, start, end, term, Layer.WORD, base)


def _words(text: str) -> Iterator[_Found]:
    """Content words in Sudachi's normalized form, lower-cased because it keeps case in some, with parts and stems."""
    start = 0
    while start < len(text):
        stop = _chunk_end(text, start)
        previous: _Found | None = None
        joining = False
        for morpheme in sudachi().tokenize(text[start:stop]):
            surface, helps = morpheme.surface(), joining
            joining = morpheme.part_of_speech()[1] == "接続助詞" and surface in JOINING
            word = None if _only_helps(morpheme, behind_joining=helps) else _word(morpheme, surface, start)
            if word is None:
                continue
            yield word
            if latin.WORD.match(surface):
                yield _Found(STEM_MARK + latin.folded(surface).stem, word.start, word.end, word.term, Layer.STEM)
            else:
                yield from _parts(morpheme, word)
                if previous and previous.end == word.start and compounds.KATAKANA.match(surface):
                    run = text[previous.start : word.end]
                    if compounds.KATAKANA.match(run):  # a run that the dictionary cut: チェン|ジャー
                        yield _Found(run, previous.start, word.end, run, Layer.PART)
            previous = word
        start = stop


def _only_helps(morpheme: Any, *, behind_joining: bool) -> bool:
    """Whether it is a verb that helps the one before it: 取り扱って|おり, 作って|みる."""
    word_class = morpheme.part_of_speech()
    helping = word_class[1] == "非自立可能" and word_class[0] in INFLECTED_CLASSES
    return helping and (behind_joining or morpheme.dictionary_form() == "おる")


def _word(morpheme: Any, surface: str, offset: int) -> _Found | None:
    """The word's term; None for what carries no topic."""
    word_class = morpheme.part_of_speech()[0]
    if word_class not in CONTENT_CLASSES:
        return None
    term = morpheme.normalized_form().casefold()
    if surface in STOP_WORDS or term in STOP_WORDS or _is_stray(surface):
        return None
    if latin.WORD.match(surface):
        term = latin.folded(surface).term
    base = morpheme.dictionary_form() if word_class in INFLECTED_CLASSES else surface
    return _whole(term, offset + morpheme.begin(), offset + morpheme.end(), "" if base == surface else base)


def _parts(morpheme: Any, word: _Found) -> Iterator[_Found]:
    for part in compounds.parts(morpheme):
        told = not part.word_class or part.word_class in CONTENT_CLASSES
        surface = morpheme.surface()[part.start : part.end]
        if told and part.term != word.term and part.term not in STOP_WORDS and not _is_stray(surface):
            yield _Found(part.term, word.start + part.start, word.start + part.end, part.term, Layer.PART)


def _is_stray(surface: str) -> bool:
    """A mark or a lone kana is noise. A lone letter is not: C, R and X are names."""
    return not any(map(str.isalnum, surface)) or _LONE_KANA.fullmatch(surface) is not None


def _chunk_end(text: str, start: int) -> int:
    """The last separator within the limit, so that no word is cut; the limit itself where there is none."""
    limit = start + CHUNK_CHARACTERS
    if limit >= len(text):
        return len(text)
    for position in range(limit, start + CHUNK_CHARACTERS // 2, -1):
        if _SEPARATOR.match(text[position - 1]):
            return position
    return limit


def tokenizer_version() -> str:
    """Name, packages and Unicode tables that decide what a text becomes."""
    packages = (f"{name}={version(name)}" for name in ("sudachipy", "sudachidict-core", "snowballstemmer"))
    return "|".join([TOKENIZER_NAME, *packages, f"unicode={unicodedata.unidata_version}"])
