"""Hats of an account. Upper rooms that give hats (organizations, professionals) register a source here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from talentbank.accounts.models import StaffMembership
from talentbank.banks.policy import StaffSecondFactor
from talentbank.core.actors import Hat, Role
from talentbank.core.clock import day_of
from talentbank.core.prepared import Prepared

HatSource = Callable[[UUID], Iterable[Hat]]
"""`source(user_id)`: the hats this room gives to an account."""

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""Second factors proper; recovery codes only stand in for one."""
_sources: list[HatSource] = []


def register_hat_source(source: HatSource) -> None:
    """Called from an upper room's `AppConfig.ready`."""
    if source not in _sources:
        _sources.append(source)


def staff_hats(user_id: UUID, at: datetime) -> list[Hat]:
    """Staff roles that hold on the day of `at` and count now."""
    return [hat for hat, asks, has_one in _staff_roles(user_id, at) if has_one or not asks]


def hats_held_back(user_id: UUID, at: datetime) -> list[Hat]:
    """Staff roles that count once the account has a second factor: their bank, or the installation, asks for one."""
    return [hat for hat, asks, has_one in _staff_roles(user_id, at) if asks and not has_one]


def roles_asking_for_second_factor(user_id: UUID, at: datetime) -> list[Hat]:
    """Staff roles that count for an account with a second factor alone, whether it has one or not."""
    return [hat for hat, asks, _ in _staff_roles(user_id, at) if asks]


def _staff_roles(user_id: UUID, at: datetime) -> list[tuple[Hat, bool, bool]]:
    """Return (hat, whether it asks for a second factor, whether the account has one)."""
    everywhere: bool = settings.STAFF_SECOND_FACTOR_REQUIRED
    return [
        (Hat(Role(role), bank_id, bank_id), everywhere or policy == StaffSecondFactor.REQUIRED, has_one)
        for role, bank_id, policy, has_one in _staff_rows(user_id=user_id, today=day_of(at))
    ]


def _staff_query(user_id: UUID, today: date) -> QuerySet[StaffMembership, Any]:
    rows = StaffMembership.objects.filter(user_id=user_id, ended_at__isnull=True, valid_from__lte=today)
    rows = rows.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=today)).order_by("bank_id", "role")
    factors = Authenticator.objects.filter(user_id=OuterRef("user_id"), type__in=FACTORS)
    return rows.values_list("role", "bank_id", "bank__policy_json__staff_second_factor", Exists(factors))


_staff_rows = Prepared(_staff_query, user_id=UUID, today=date)


def hats_of(user_id: UUID, at: datetime) -> tuple[Hat, ...]:
    """All hats of an account at `at`: staff first, then sides."""
    return (*staff_hats(user_id, at), *(hat for source in _sources for hat in source(user_id)))
