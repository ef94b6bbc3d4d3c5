"""Days and amounts as Japanese documents write them."""

from __future__ import annotations

from datetime import date

ERAS = ((date(2019, 5, 1), "令和"), (date(1989, 1, 8), "平成"), (date(1926, 12, 25), "昭和"))


def wareki(day: date) -> str:
    """A day in the era's years with the common era beside it: 令和8年11月23日（2026年）. The first year is 元年."""
    begun, era = next((each for each in ERAS if each[0] <= day), ERAS[-1])
    year = day.year - begun.year + 1
    return f"{era}{'元' if year == 1 else year}年{day.month}月{day.day}日（{day.year}年）"


def yen(amount: int) -> str:
    return f"{amount:,}円"
