"""Which banks let a client in today: asked at each of its calls."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from talentbank.accounts.models import ClientApproval, ClientOrigin, ClientState
from talentbank.core.memo import Memo
from talentbank.core.prepared import Prepared

_noted: Memo[tuple[str, frozenset[UUID], date], bool] = Memo(1_000)


def client_banks(client_id: str, day: date) -> frozenset[UUID]:
    """Banks that let a client in on a day."""
    return frozenset(bank_id for (bank_id,) in _client_banks(client_id=client_id, day=day))


def origin_is_allowed(origin: str, day: date) -> bool:
    """Whether some client that a bank lets in on that day listed this origin."""
    return ClientOrigin.objects.filter(origin=origin, approval__in=_running(day)).exists()


def _running(day: date) -> QuerySet[ClientApproval]:
    return ClientApproval.objects.filter(state=ClientState.APPROVED, valid_until__gte=day)


def _client_banks_query(client_id: str, day: date) -> QuerySet[ClientApproval, Any]:
    return _running(day).filter(client_id=client_id).values_list("bank_id")


_client_banks = Prepared(_client_banks_query, client_id=str, day=date)


def client_used(*, client_id: str, banks: Collection[UUID], day: date) -> None:
    """This function will note the day on which a client last came into banks: at most one write a day, and one look."""
    noted = (client_id, frozenset(banks), day)
    if _noted.get(noted):
        return
    rows = ClientApproval.objects.filter(client_id=client_id, bank_id__in=banks)
    if rows.exclude(last_used_on=day).exists():
        rows.exclude(last_used_on=day).update(last_used_on=day)
    if not connection.in_atomic_block:  # what is rolled back is noted by the next call
        _noted.put(noted, True)
