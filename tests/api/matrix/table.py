"""Reads the table: one row per operation and situation."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from tests.api.matrix.world import ACTORS

FILE = Path(__file__).with_name("table.csv")
STATUSES = frozenset({"400", "401", "403", "404", "409"})
ANSWERS = STATUSES | {"ok", "none"}


@dataclass(frozen=True, slots=True)
class Row:
    """What everybody is answered: `expected` maps an actor to one of `ANSWERS`."""

    operation: str
    on: str
    sends: str
    expected: dict[str, str]
    because: str

    def __str__(self) -> str:
        return " ".join(filter(None, (self.operation, self.on, self.sends)))


def rows() -> list[Row]:
    """The rows of the file.

    :raises ValueError: a row lacks a column, or says what is no answer.
    """
    lines = [line for line in FILE.read_text("utf-8").splitlines() if not line.startswith("#")]
    return [_row(fields) for fields in csv.DictReader(lines, skipinitialspace=True)]


def _row(fields: dict[str, str]) -> Row:
    values = {(name or "").strip(): (value or "").strip() for name, value in fields.items()}
    expected = {actor: values[actor] for actor in ACTORS}
    if wrong := set(expected.values()) - ANSWERS:
        raise ValueError(f"{values['operation']}: {sorted(wrong)} are no answers")
    if None in fields or not values["because"]:
        raise ValueError(f"{values['operation']}: too many columns, or no reason")
    return Row(values["operation"], values["on"], values["sends"], expected, values["because"])
