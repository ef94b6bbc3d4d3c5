"""Saying a code in the language of the answer, with the facts of the error by their labels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import get_language

from api.codes import code_lists
from api.wording import words

FALLBACK = "error"
"""The code whose sentence serves a code without words."""


class Fact:
    """A fact within a sentence: `{name}` says it as it is, `{name:list}` by its label in that list of codes.

    Several are joined. A code that the list does not know is said as it is.
    """

    def __init__(self, value: Any) -> None:
        self.values = list(value) if isinstance(value, list | tuple | set | frozenset) else [value]

    def __format__(self, name: str) -> str:
        labels = {code.code: str(getattr(code, language())) for code in code_lists().get(name, ())}
        return listed(labels.get(str(value), str(value)) for value in self.values)


class Facts(dict[str, Fact]):
    """Facts of an error; a sentence may name one that the error does not carry, which then reads `…`."""

    def __missing__(self, name: str) -> Fact:
        return Fact("…")


def language() -> str:
    """The language of this answer: `en` where it was asked for, `ja` otherwise."""
    return "en" if (get_language() or "ja").startswith("en") else "ja"


def sentence(code: str, **facts: Any) -> str:
    """Say a code in the language of this answer."""
    entry = words().get(code) or words()[FALLBACK]
    said = Facts((name, Fact(fact)) for name, fact in {"code": code, **facts}.items())
    return entry[language()].format_map(said)


def listed(parts: Iterable[str]) -> str:
    """Join words as the language of this answer lists them."""
    return (", " if language() == "en" else "、").join(parts)
