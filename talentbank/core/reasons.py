"""Reason codes as data: a label for who chooses one, and what each side is politely told.

Data files stand beside the tables they serve: `reasons.json`, code → label and, per side, Japanese and English words. A
code is never removed, only no longer offered. Its words tell of a request that will not go on; `steps.json`, action →
words per side, holds what is told of actions that those do not fit, but for the codes that it shall `keep`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

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


def reasons_by_action(beside: str, offered: Mapping[str, Iterable[str]]) -> dict[str, dict[str, Reason]]:
    """What each action offers, with what the sides are told of that action.

    :raises KeyError: an unknown code is offered, or words for a side are lacking.
    """
    reasons, path = reasons_read(beside), Path(beside).with_name("steps.json")
    steps = json.loads(path.read_text("utf-8"))
    return {
        action: {code: _told(reasons[code], code, steps.get(action)) for code in codes}
        for action, codes in offered.items()
    }


def _told(reason: Reason, code: str, step: Mapping[str, Any] | None) -> Reason:
    if step is None or code in step["keep"]:
        return reason
    return replace(reason, told={side: Words(**step[side.value]) for side in Side})


def told_of(
    offered: Mapping[str, Mapping[str, Reason]],
    every: Mapping[str, Reason],
    action: str,
    codes: Iterable[str],
    side: Side,
) -> list[Words]:
    """What a side is told of a step for these reasons; a code that is no longer offered keeps its words."""
    return [(offered.get(action, {}).get(code) or every[code]).told[side] for code in codes]
