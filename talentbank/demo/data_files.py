"""Reading the demo's data files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from talentbank.core.clock import TOKYO

DATA = Path(__file__).parent / "data"
WRITTEN_ON = date(2026, 11, 23)
"""The day the data was written: days that must lie in the future move on with the day of loading."""


@dataclass(frozen=True, slots=True)
class BankFolder:
    """The files of one demo bank."""

    path: Path

    @property
    def bank(self) -> dict[str, Any]:
        return dict(json.loads((self.path / "bank.json").read_text("utf-8")))

    def rows(self, name: str) -> list[dict[str, Any]]:
        """All rows of `<name>*.json`, in the order of the file names; none when there is no such file."""
        files = sorted(self.path.glob(f"{name}*.json"))
        return [row for file in files for row in json.loads(file.read_text("utf-8"))]


def bank_folders() -> list[BankFolder]:
    """The demo's banks; the first is the main one."""
    folders = [BankFolder(path.parent) for path in DATA.glob("*/bank.json")]
    return sorted(folders, key=lambda folder: folder.path.name)


def bank_texts() -> dict[str, dict[str, str]]:
    """The banks' texts: kind → language → body."""
    return dict(json.loads((DATA / "texts.json").read_text("utf-8")))


def morning(day: str | date, *, hour: int = 10, minute: int = 0) -> datetime:
    """A moment of a day in Japan."""
    when = day if isinstance(day, date) else date.fromisoformat(day)
    return datetime.combine(when, time(hour, minute), TOKYO)


def moved(day: str | None, today: date) -> date | None:
    """A day that lay ahead when the data was written, as far ahead of `today`."""
    return date.fromisoformat(day) + (today - WRITTEN_ON) if day else None


def days_after(at: datetime, days: int) -> datetime:
    return at + timedelta(days=days)
