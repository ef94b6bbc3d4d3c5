"""What terms must state, as versioned data: one JSON file a version, named by the day from which it holds.

A city adds a version by adding a file; terms keep the version under which they were drafted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the terms: its labels, and its kind (text, yen, day, hours, recommission)."""

    name: str
    ja: str
    en: str
    kind: str


@dataclass(frozen=True, slots=True)
class RequiredSet:
    """What one kind of engagement must state."""

    name: str
    ja: str
    en: str
    required: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """One version. Days of the arithmetic are calendar days: see `terms_check`."""

    version: str
    valid_from: date
    about: str
    items: Mapping[str, Item]
    sets: Mapping[str, RequiredSet]
    payment_days: int
    recommission_days: int
    notice_days: int
    long_months: int


@cache
def rules_all() -> tuple[Rules, ...]:
    """Every version, the oldest first."""
    return tuple(sorted(map(_read, FOLDER.glob("*.json")), key=lambda rules: rules.valid_from))


def rules_on(day: date) -> Rules:
    """The version that holds on a day; the first one before all of them."""
    return next((rules for rules in reversed(rules_all()) if rules.valid_from <= day), rules_all()[0])


def rules_of(version: str) -> Rules:
    """The version of that name; terms from before versions were kept count as the first.

    :raises KeyError: there is no such version.
    """
    if not version:
        return rules_all()[0]
    return {rules.version: rules for rules in rules_all()}[version]


def _read(path: Path) -> Rules:
    found = json.loads(path.read_text("utf-8"))
    return Rules(
        version=path.stem,
        valid_from=date.fromisoformat(found["valid_from"]),
        about=found["about"],
        items={name: Item(name, **item) for name, item in found["items"].items()},
        sets={
            name: RequiredSet(name, each["ja"], each["en"], tuple(each["required"]))
            for name, each in found["sets"].items()
        },
        **found["arithmetic"],
    )
