"""Who acts: hats (a role in a bank, or a side) and the actor who wears them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """A hat's role. `OWNER` and `MEMBER` belong to an organization, `PROFESSIONAL` to a registration's holder."""

    COORDINATOR = "coordinator"
    SUPPORT_DESK = "support_desk"
    ANALYST = "analyst"
    BANK_ADMIN = "bank_admin"
    PROFESSIONAL = "professional"
    OWNER = "owner"
    MEMBER = "member"
    SYSTEM = "system"


COORDINATORS = frozenset({Role.COORDINATOR, Role.BANK_ADMIN})
"""A bank_admin may everything a coordinator may."""
STAFF = COORDINATORS | {Role.SUPPORT_DESK, Role.ANALYST}
ORGANIZATION_ROLES = frozenset({Role.OWNER, Role.MEMBER})
HELPERS = COORDINATORS | {Role.SUPPORT_DESK}
"""Staff who may enter and answer on behalf of a person."""


class Side(StrEnum):
    PROFESSIONAL = "professional"
    ORGANIZATION = "organization"

    @property
    def other(self) -> Side:
        return Side.ORGANIZATION if self is Side.PROFESSIONAL else Side.PROFESSIONAL


class Channel(StrEnum):
    WEB = "web"
    LINE = "line"
    PHONE = "phone"
    COUNTER = "counter"
    POST = "post"
    PAPER = "paper"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Hat:
    """One role of an account. `id` is the bank's id for staff, the professional's or organization's id otherwise."""

    role: Role
    id: UUID
    bank_id: UUID

    def __str__(self) -> str:
        return f"{self.role}:{self.id}"


@dataclass(frozen=True, slots=True)
class OnBehalf:
    """Staff act for a side: whom for, how the person was reached, and what shows it.

    `proxy` is the proxy whom they listened to, where it was not the side itself.
    """

    side: Side
    channel: Channel
    evidence_note: str = ""
    proxy: UUID | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever makes a call: an account with its hats, a client's program, or the system.

    `acting_as` narrows the hats to one (header `Acting-As`). `channel` is how the call reached us. `banks` are those
    that approved the client; None without a client. The hats of other banks are not among `hats`.
    """

    user_id: UUID | None = None
    email: str = ""
    hats: tuple[Hat, ...] = ()
    acting_as: Hat | None = None
    client_id: str = ""
    scopes: frozenset[str] | None = None
    request_id: str = ""
    channel: Channel = Channel.WEB
    banks: frozenset[UUID] | None = None

    def reaches(self, bank_id: UUID) -> bool:
        """Whether this call may touch a bank at all."""
        return self.banks is None or bank_id in self.banks

    @property
    def worn(self) -> tuple[Hat, ...]:
        """The hats that count for this call."""
        return (self.acting_as,) if self.acting_as else self.hats

    def roles_in(self, bank_id: UUID) -> frozenset[Role]:
        """Staff roles worn in a bank."""
        return frozenset(hat.role for hat in self.worn if hat.role in STAFF and hat.bank_id == bank_id)

    def banks_as(self, roles: frozenset[Role]) -> frozenset[UUID]:
        """Banks in which one of `roles` is worn."""
        return frozenset(hat.bank_id for hat in self.worn if hat.role in roles)

    def ids_as(self, *roles: Role) -> frozenset[UUID]:
        """Ids of the registrations held under one of `roles`."""
        return frozenset(hat.id for hat in self.worn if hat.role in roles)

    def wears(self, role: Role, id: UUID) -> bool:
        return any(hat.role == role and hat.id == id for hat in self.worn)

    def is_coordinator_of(self, bank_id: UUID) -> bool:
        return bool(self.roles_in(bank_id) & COORDINATORS)

    def is_helper_of(self, bank_id: UUID) -> bool:
        return bool(self.roles_in(bank_id) & HELPERS)

    def as_hat(self, hat: Hat) -> Actor:
        return replace(self, acting_as=hat)


SYSTEM = Actor(hats=())
"""The system itself: timers and cascades."""
