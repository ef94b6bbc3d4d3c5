"""References (受付番号): short numbers that can be read over the phone, per bank and fiscal year."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from talentbank.core.clock import day_of, fiscal_year, reiwa_year
from talentbank.core.models import ReferenceCounter


class ReferenceKind(StrEnum):
    REGISTRATION = "登"
    NEED = "依"
    MATCH = "案"


def reference_next(bank_id: UUID, kind: ReferenceKind, at: datetime) -> str:
    """Give out the next reference, such as `R8-登-0012`. Locks the bank's counter of that kind."""
    year = fiscal_year(day_of(at))
    counter, _ = ReferenceCounter.objects.get_or_create(bank_id=bank_id, fiscal_year=year, kind=kind.value)
    counter = ReferenceCounter.objects.select_for_update(of=("self",)).get(pk=counter.pk)
    counter.value += 1
    counter.save(update_fields=["value"])
    return f"R{reiwa_year(year)}-{kind}-{counter.value:04d}"
