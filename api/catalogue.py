"""The words of every code, in Japanese and English: `api/words/*.json`, one file per resource.

A file maps a code to `{"ja": …, "en": …}`; `{names}` in a sentence are filled from the facts of the error.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import get_language

WORDS_DIR = Path(__file__).resolve().parent / "words"
FALLBACK = "error"
"""The code whose sentence serves a code without words."""


class Facts(dict[str, Any]):
    """Facts of an error; a sentence may name one that the error does not carry, which then reads `…`."""

    def __missing__(self, name: str) -> str:
        return "…"


@cache
def words() -> dict[str, dict[str, str]]:
    """Every code with its sentences.

    :raises ValueError: two files give words to one code.
    """
    merged: dict[str, dict[str, str]] = {}
    for path in sorted(WORDS_DIR.glob("*.json")):
        entries = json.loads(path.read_text("utf-8"))
        if twice := merged.keys() & entries.keys():
            raise ValueError(f"{path.name} repeats {sorted(twice)}")
        merged.update(entries)
    return merged


def language() -> str:
    """The language of this answer: `en` where it was asked for, `ja` otherwise."""
    return "en" if (get_language() or "ja").startswith("en") else "ja"


def sentence(code: str, **facts: Any) -> str:
    """Say a code in the language of this answer."""
    entry = words().get(code) or words()[FALLBACK]
    return entry[language()].format_map(Facts(code=code, **{name: _plain(fact) for name, fact in facts.items()}))


def _plain(fact: Any) -> Any:
    return listed(map(str, fact)) if isinstance(fact, list | tuple | set | frozenset) else fact


def listed(words: Iterable[str]) -> str:
    """Join words as the language of this answer lists them."""
    return (", " if language() == "en" else "、").join(words)
