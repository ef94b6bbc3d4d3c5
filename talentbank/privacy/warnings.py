"""Warnings about contacts and names in texts that others will read. They inform, and never block."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from talentbank.privacy.contacts import ContactKind, contacts_find


class WarningCode(StrEnum):
    CONTACT = "contact_in_text"
    NAME = "name_in_text"


@dataclass(frozen=True, slots=True)
class TextWarning:
    """A contact or a name at `start:end`, in code points, of the text that `pointer` names in the shown record."""

    pointer: str
    code: WarningCode
    start: int
    end: int


def text_warnings(texts: Iterable[tuple[str, str]], known: Iterable[str]) -> list[TextWarning]:
    """What to warn of in texts, given as (JSON pointer, text), in their order."""
    names = list(known)
    return [
        TextWarning(
            pointer, WarningCode.NAME if each.kind is ContactKind.NAME else WarningCode.CONTACT, each.start, each.end
        )
        for pointer, text in texts
        for each in contacts_find(text, names)
    ]
