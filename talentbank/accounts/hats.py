"""Hats of an account. Upper rooms that give hats (organizations, professionals) register a source here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from talentbank.accounts.models import StaffMembership
from talentbank.core.actors import Hat, Role
from talentbank.core.clock import day_of

HatSource = Callable[[UUID], Iterable[Hat]]
"""`source(user_id)`: the hats this room gives to an account."""

_sources: list[HatSource] = []


def register_hat_source(source: HatSource) -> None:
    """Called from an upper room's `AppConfig.ready`."""
    if source not in _sources:
        _sources.append(source)


def staff_hats(user_id: UUID, at: datetime) -> list[Hat]:
    """Staff roles that hold on the day of `at`."""
    today = day_of(at)
    rows = StaffMembership.objects.filter(user_id=user_id, ended_at__isnull=True, valid_from__lte=today)
    rows = rows.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=today)).order_by("bank_id", "role")
    return [Hat(Role(role), bank_id, bank_id) for role, bank_id in rows.values_list("role", "bank_id")]


def hats_of(user_id: UUID, at: datetime) -> tuple[Hat, ...]:
    """All hats of an account at `at`: staff first, then sides."""
    return (*staff_hats(user_id, at), *(hat for source in _sources for hat in source(user_id)))
