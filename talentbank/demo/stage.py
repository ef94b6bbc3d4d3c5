"""The stage that the demo's people stand on: one bank, its staff, and who is there so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from talentbank.accounts.models import User
from talentbank.accounts.selectors import actor_for
from talentbank.banks.models import Bank
from talentbank.core.actors import Actor
from talentbank.needs.models import Need
from talentbank.organizations.models import Organization
from talentbank.professionals.models import Professional


@dataclass(slots=True)
class Stage:
    """Rows by the keys of the data files. `at` is the moment of loading."""

    bank: Bank
    at: datetime
    staff: dict[str, User] = field(default_factory=dict)
    organizations: dict[str, Organization] = field(default_factory=dict)
    professionals: dict[str, Professional] = field(default_factory=dict)
    needs: dict[str, Need] = field(default_factory=dict)

    @property
    def desk(self) -> User:
        return self.staff["support_desk"]

    def actor(self, user: User, at: datetime) -> Actor:
        return actor_for(user, at=at)

    def owner_of(self, organization: Organization) -> User:
        """The owner's account, or the desk where the organization has none."""
        member = organization.members.filter(ended_at__isnull=True).order_by("role").last()
        return member.user if member else self.desk
