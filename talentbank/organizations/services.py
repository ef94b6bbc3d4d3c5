"""Writing organizations: register, edit, move along the registration table. Members stand in `members.py`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from talentbank.accounts.models import User
from talentbank.accounts.policies import require_reach
from talentbank.banks.models import Bank
from talentbank.core.actors import Actor, OnBehalf, Role
from talentbank.core.audit import Step
from talentbank.core.errors import Conflict, FieldError, Forbidden, InvalidInput, invalid
from talentbank.core.models import lock
from talentbank.organizations.fields import WAITING, fields_check
from talentbank.organizations.models import MemberRole, Organization, OrganizationMember
from talentbank.organizations.policies import WRITERS
from talentbank.organizations.room import ROOM
from talentbank.privacy.proxies import proxy_heard
from talentbank.registrations.lifecycle import RegistrationAction
from talentbank.registrations.moves import case_of
from talentbank.registrations.policies import helper_role, part_for
from talentbank.registrations.services import (
    changes_of,
    changes_put,
    registration_created,
    registration_draft,
    registration_transition,
    require_editable,
    require_version,
    require_visible,
)
from talentbank.registrations.timers import expiring, registrations_tick

NEEDED = ("name", "kind")
"""Fields without which there is nothing to keep."""


class CorporateNumberTaken(Conflict):
    """Another registration of this bank has the 法人番号."""

    code = "corporate_number_taken"


@transaction.atomic
def organization_register(
    *,
    actor: Actor,
    bank: Bank,
    fields: Mapping[str, Any],
    on_behalf: OnBehalf | None,
    at: datetime,
    consents: Iterable[str] = (),
) -> Organization:
    """This function will draft an organization's registration in a bank.

    A signed-in account becomes its owner. Staff enter one on behalf; `fields["account_email"]` then names an account
    that becomes the owner, and without it the organization has none yet.

    :raises Forbidden: nobody is signed in, or the actor is no helper of the bank.
    :raises InvalidInput: with a pointer for everything that is wrong.
    :raises CorporateNumberTaken: the bank has this organization already.
    """
    if actor.user_id is None:
        raise Forbidden()
    require_reach(actor, bank.pk)
    role = helper_role(ROOM, actor, bank.pk, on_behalf) if on_behalf else Role.OWNER
    given = dict(fields)
    owner_id = holder_account(actor, given.pop("account_email", ""), on_behalf)
    require_given(given, NEEDED)
    row = Organization(bank=bank, **fields_check(given))
    require_number_free(row)
    step = Step(actor=actor, at=at, role=role, on_behalf=on_behalf)
    registration_draft(row, step)
    row.save(force_insert=True)
    if owner_id:
        OrganizationMember.create(at=at, organization=row, user_id=owner_id, role=MemberRole.OWNER)
    registration_created(ROOM, row, step=step, consents=consents, fields=given)
    return row


@transaction.atomic
def organization_update(
    *,
    actor: Actor,
    organization_id: UUID,
    expected_version: int | None,
    changes: Mapping[str, Any],
    on_behalf: OnBehalf | None,
    at: datetime,
) -> Organization:
    """This function will edit an organization. After the approval name, kana and 法人番号 wait for a coordinator.

    :raises NotFound: absent, or out of the actor's scope.
    :raises Forbidden: the actor is neither owner nor member, nor staff on their behalf.
    :raises StaleVersion: somebody changed it since the caller looked.
    :raises InvalidInput: with a pointer for everything that is wrong.
    :raises RegistrationNotEditable: it is under review, rejected or withdrawn.
    :raises CorporateNumberTaken: another registration of the bank has the number.
    """
    require_visible(ROOM, actor, organization_id, on_behalf)
    row = lock(Organization, organization_id)
    parts, role = part_for(ROOM, actor, row, WRITERS, on_behalf)
    step = Step(actor=actor, at=at, role=role, on_behalf=on_behalf)
    proxy_heard(about=ROOM.kind, whose=ROOM.subject(row), step=step)
    require_version(row, expected_version)
    values = fields_check(changes)
    require_editable(row)
    if "corporate_number" in values:
        require_number_free(row, values["corporate_number"])
    case = case_of(ROOM, row, step, parts)
    changes_put(case, changes_of(row, values, WAITING))
    return row


def organization_transition(
    *, organization_id: UUID, action: str, expected_version: int | None, step: Step
) -> Organization:
    """This function will move an organization along the table; see `registration_transition`."""
    row: Organization = registration_transition(
        room=ROOM, id=organization_id, action=action, expected_version=expected_version, step=step
    )
    return row


def organizations_tick(*, at: datetime) -> dict[str, int]:
    """Expire registrations whose last day has passed; return how often."""
    return registrations_tick(room=ROOM, due={RegistrationAction.EXPIRE: expiring(at)}, at=at)


def holder_account(actor: Actor, email: str, on_behalf: OnBehalf | None) -> UUID | None:
    """The account that will hold a registration: the actor's own, or the one that staff name, None where they do not.

    :raises InvalidInput: there is no such account, or somebody else than staff names one.
    """
    if on_behalf is None:
        if email:
            raise invalid("/account_email", "needs_on_behalf_of")
        return actor.user_id
    if not email:
        return None
    user = User.objects.filter(email=str(email).lower(), is_active=True).first()
    if user is None:
        raise invalid("/account_email", "unknown_account")
    return user.pk


def require_given(fields: Mapping[str, Any], names: Iterable[str]) -> None:
    """:raises InvalidInput: a field without which there is nothing to keep is absent."""
    if errors := [FieldError(f"/{name}", "required") for name in names if name not in fields]:
        raise InvalidInput(errors)


def require_number_free(row: Organization, number: str | None = None) -> None:
    """:raises CorporateNumberTaken: another registration of the same bank has it."""
    probe = Organization(pk=row.pk, bank_id=row.bank_id, corporate_number=row.corporate_number)
    if number is not None:
        probe.corporate_number = number
    if ROOM.clash(probe):
        raise CorporateNumberTaken()
