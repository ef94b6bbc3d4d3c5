"""Whoever deals with needs, and the calls they make."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from talentbank.accounts.models import User
from talentbank.core.actors import SYSTEM, Actor, Channel, Hat, OnBehalf, Role, Side
from talentbank.core.audit import Step
from talentbank.core.models import Event
from talentbank.needs.models import Need
from talentbank.needs.services import need_transition
from talentbank.organizations.models import Organization
from talentbank.professionals.models import Professional
from tests import factories
from tests.factories import AT

FOR_ORGANIZATION = OnBehalf(Side.ORGANIZATION, Channel.PHONE, "電話で確認")
INPUT: dict[str, dict[str, Any]] = {
    "reopen": {"deadline": date(2027, 6, 30)},
    "request-changes": {"comments": {"/own_words": "もう少し詳しくお書きください。"}},
}
REASONS = {"reject": ("out_of_scope",)}


def hat_actor(user: User, role: Role, id: Any, bank_id: Any) -> Actor:
    """An actor with one hat, whatever gives hats in the rooms above."""
    return Actor(user_id=user.pk, email=user.email, hats=(Hat(role, id, bank_id),), request_id="test")


def owner_actor(organization: Organization, role: Role = Role.OWNER) -> Actor:
    user = factories.owner_of(organization) if role is Role.OWNER else factories.make_user()
    return hat_actor(user, role, organization.pk, organization.bank_id)


def professional_actor(professional: Professional) -> Actor:
    assert professional.user
    return hat_actor(professional.user, Role.PROFESSIONAL, professional.pk, professional.bank_id)


def step_of(actor: Actor, action: str = "", **fields: Any) -> Step:
    values = {"input": INPUT.get(action, {}), "reason_codes": REASONS.get(action, ()), "at": AT, **fields}
    return Step(actor=actor, **values)


def move(need: Need, action: str, actor: Actor, **fields: Any) -> Need:
    """One step of a need by somebody, without a version check."""
    return need_transition(need_id=need.pk, action=action, expected_version=None, step=step_of(actor, action, **fields))


def actions_of(need: Need) -> list[str]:
    rows = Event.objects.filter(subject_kind="need", subject_id=need.pk).order_by("position")
    return list(rows.values_list("action", flat=True))


@pytest.fixture
def actors(
    organization: Organization, coordinator: User, bank_admin: User, desk: User, analyst: User
) -> Callable[[str], Actor]:
    """Name of a part → its actor."""
    made = {
        "owner": owner_actor(organization),
        "member": owner_actor(organization, Role.MEMBER),
        "coordinator": factories.actor(coordinator),
        "bank_admin": factories.actor(bank_admin),
        "desk": factories.actor(desk),
        "analyst": factories.actor(analyst),
        "stranger": factories.actor(factories.make_user()),
        "system": SYSTEM,
    }
    return made.__getitem__
