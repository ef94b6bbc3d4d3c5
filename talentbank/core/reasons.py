"""Reason codes as data: a label for who chooses one, and what each side is politely told.

Data files stand beside the tables they serve: `reasons.json`, code → label and, per side, Japanese and English words. A
code is never removed, only no longer offered.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from talentbank.core.actors import Side


@dataclass(frozen=True, slots=True)
class Words:
    """A text in Japanese and English."""

    ja: str
    en: str


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason. `told` never names a cause that is the other side's, or the staff's, own affair."""

    label: Words
    told: Mapping[Side, Words]

    @property
    def ja(self) -> str:
        return self.label.ja

    @property
    def en(self) -> str:
        return self.label.en


def reasons_read(beside: str, name: str = "reasons.json") -> dict[str, Reason]:
    """Read a file of reasons that stands beside a module (`__file__`).

    :raises KeyError: a code lacks its label or the words for a side.
    """
    found = json.loads(Path(beside).with_name(name).read_text("utf-8"))
    return {
        code: Reason(Words(**given["label"]), {side: Words(**given[side.value]) for side in Side})
        for code, given in found.items()
    }
