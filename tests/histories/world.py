"""A small bank, written straight into the database that the servers share, and tokens for everybody in it."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from allauth.idp.oidc.models import Client, Token
from django.utils import timezone

from talentbank.accounts.models import User
from talentbank.accounts.oidc import SCOPES
from talentbank.banks.models import Bank
from talentbank.core.clock import day_of
from talentbank.matches.models import Match
from talentbank.needs.models import Need
from talentbank.professionals.models import Professional
from tests import factories

FIRMS, PROFESSIONALS = 6, 24
INTRODUCTIONS_PER_PLACE = 2


@dataclass(slots=True)
class World:
    """Who there is. `tokens`: name of a principal to its bearer token."""

    bank: Bank
    needs: list[Need] = field(default_factory=list)
    professionals: list[Professional] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)
    owners: dict[Any, str] = field(default_factory=dict)
    holders: dict[Any, str] = field(default_factory=dict)
    staff: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()

    def match(self, state: str, need: Need | None = None, **fields: Any) -> Match:
        """A new match in `state`, of a pair that has no open one, with conflicts decided and terms complete."""
        need = need or self.need(headcount=1)
        taken = Match.objects.filter(need=need).values_list("professional_id", flat=True)
        professional = next(each for each in self.professionals if each.pk not in set(taken))
        match = factories.make_match(need, professional, state, **fields)
        factories.decide_conflict(match)
        factories.make_terms(match)
        return match

    def need(self, *, headcount: int) -> Need:
        """A new need of one of the firms, open for so many; nobody's hours run out on it."""
        firm = random.choice(self.needs).organization
        need = factories.make_need(firm, headcount=headcount, hours_per_week=0)
        self.owners[need.pk] = self.owners[firm.pk]
        return need


def world_make() -> World:
    """Write a bank with two coordinators, a bank_admin, firms with owners, professionals and people of another bank."""
    factories.AT = timezone.now() - timedelta(minutes=1)
    factories.TODAY = day_of(factories.AT)
    bank = factories.make_bank(policy={"introductions_per_place": INTRODUCTIONS_PER_PLACE})
    world = World(bank)
    numbers = itertools.count()

    def known(user: User) -> str:
        name = f"user-{next(numbers)}"
        world.tokens[name] = token_make(user, name)
        return name

    world.staff = tuple(
        known(factories.make_staff(bank, role)) for role in ("coordinator", "coordinator", "bank_admin")
    )
    for _ in range(FIRMS):
        firm = factories.make_organization(bank)
        world.owners[firm.pk] = known(factories.owner_of(firm))
        need = factories.make_need(firm, hours_per_week=0)
        world.owners[need.pk] = world.owners[firm.pk]
        world.needs.append(need)
    for _ in range(PROFESSIONALS):
        professional = factories.make_professional(bank, hours_per_week=40)
        world.holders[professional.pk] = known(professional.user)
        world.professionals.append(professional)
    other = factories.make_bank()
    outsiders = [
        factories.make_staff(other, "coordinator"),
        factories.make_staff(bank, "analyst"),
        factories.make_user(),
    ]
    world.strangers = tuple(known(user) for user in outsiders)
    return world


def token_make(user: User, name: str) -> str:
    """An access token with every scope, good for a day."""
    client = Client.objects.create(name=name)
    factories.let_in(client, *Bank.objects.all())
    token = Token(type=Token.Type.ACCESS_TOKEN, client=client, user=user, expires_at=timezone.now() + timedelta(days=1))
    value = f"history-{user.pk}"
    token.set_value(value)
    token.set_scopes(list(SCOPES))
    token.save()
    return value
