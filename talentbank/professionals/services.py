"""Writing professionals: register, edit, move along the registration table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from talentbank.accounts.policies import require_reach
from talentbank.banks.models import Bank
from talentbank.core.actors import Actor, OnBehalf, Role
from talentbank.core.audit import Step
from talentbank.core.clock import day_of
from talentbank.core.errors import Conflict, FieldError, Forbidden, InvalidInput, invalid
from talentbank.core.lifecycle import Part
from talentbank.core.models import lock
from talentbank.organizations.models import Organization
from talentbank.organizations.selectors import organizations_visible
from talentbank.organizations.services import holder_account, require_given
from talentbank.privacy.proxies import proxy_heard
from talentbank.professionals.claims import Claim, claims_check, claims_live, claims_merge, claims_put
from talentbank.professionals.fields import STAFF_ONLY, WAITING, fields_check
from talentbank.professionals.hours import hours_release, hours_reserve, proposed_keep
from talentbank.professionals.models import HolderKind, Professional, ReferralStatus
from talentbank.professionals.policies import WRITERS
from talentbank.professionals.room import ROOM
from talentbank.registrations.lifecycle import REVIEWED, RegistrationAction
from talentbank.registrations.moves import case_of
from talentbank.registrations.policies import helper_role, part_for
from talentbank.registrations.services import (
    Changes,
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

HOLDER_FIELDS = ("holder_kind", "organization", "account_email")
"""What a registration says of its holder, once and for all."""


class AlreadyRegistered(Conflict):
    """The account has a registration in this bank."""

    code = "already_registered"


@transaction.atomic
def professional_register(
    *,
    actor: Actor,
    bank: Bank,
    fields: Mapping[str, Any],
    on_behalf: OnBehalf | None,
    at: datetime,
    consents: Iterable[str] = (),
) -> Professional:
    """This function will draft a professional's registration in a bank.

    A signed-in account registers itself, an owner the organization named in `fields["organization"]` (its id). Staff
    enter somebody on behalf; `fields["account_email"]` names the account, and without it the person has none.

    :raises Forbidden: nobody is signed in, the actor is no helper of the bank, or no owner of the organization.
    :raises InvalidInput: with a pointer for everything that is wrong.
    :raises AlreadyRegistered: the account is registered in this bank.
    """
    if actor.user_id is None:
        raise Forbidden()
    require_reach(actor, bank.pk)
    role = helper_role(ROOM, actor, bank.pk, on_behalf) if on_behalf else Role.PROFESSIONAL
    given = dict(fields)
    holder = {name: given.pop(name) for name in HOLDER_FIELDS if given.get(name) is not None}
    given = {name: value for name, value in given.items() if name not in HOLDER_FIELDS}
    if not on_behalf:
        _require_own_fields(given, STAFF_ONLY)
    require_given(given, ("name",))
    values, claims = _checked(given, Professional(), at)
    row = Professional(bank=bank, **values)
    if not _hold(row, holder, actor, on_behalf):
        role = Role.OWNER if not on_behalf else role
    if ROOM.clash(row):
        raise AlreadyRegistered()
    step = Step(actor=actor, at=at, role=role, on_behalf=on_behalf)
    registration_draft(row, step)
    row.save(force_insert=True)
    claims_put(row, claims or [], claims_merge(claims or [], {}, {}, reviewed=False)[0])
    registration_created(ROOM, row, step=step, consents=consents, fields=[*given, *holder])
    return row


def _hold(row: Professional, holder: Mapping[str, Any], actor: Actor, on_behalf: OnBehalf | None) -> bool:
    """Put the holder on a new row; True for a person, False for an organization, which is locked.

    :raises InvalidInput: the holder is unclear, or no organization or account that the actor may name.
    :raises Forbidden: the actor does not own the organization.
    """
    organization_id = holder.get("organization")
    kind = holder.get("holder_kind") or (HolderKind.ORGANIZATION if organization_id else HolderKind.PERSON)
    if kind not in HolderKind.values:
        raise invalid("/holder_kind", "invalid_choice")
    row.holder_kind = kind
    if kind == HolderKind.PERSON:
        if organization_id:
            raise invalid("/organization", "not_for_a_person")
        row.user_id = holder_account(actor, holder.get("account_email", ""), on_behalf)
        return True
    if organization_id is None:
        raise invalid("/organization", "required")
    in_bank = Organization.objects if on_behalf else organizations_visible(actor)
    found = in_bank.filter(pk=organization_id, bank_id=row.bank_id).first()
    if found is None:
        raise invalid("/organization", "unknown_organization")
    if not on_behalf and not actor.wears(Role.OWNER, found.pk):
        raise Forbidden()
    row.organization = lock(Organization, found.pk)
    return False


@transaction.atomic
def professional_update(
    *,
    actor: Actor,
    professional_id: UUID,
    expected_version: int | None,
    changes: Mapping[str, Any],
    on_behalf: OnBehalf | None,
    at: datetime,
) -> Professional:
    """This function will edit a professional. After the approval name, kana, residency and evidence wait.

    :raises NotFound: absent, or out of the actor's scope.
    :raises Forbidden: the actor may not write this registration, or not these fields.
    :raises StaleVersion: somebody changed it since the caller looked.
    :raises InvalidInput: with a pointer for everything that is wrong.
    :raises RegistrationNotEditable: it is under review, rejected or withdrawn.
    """
    require_visible(ROOM, actor, professional_id, on_behalf)
    row = lock(Professional, professional_id)
    parts, role = part_for(ROOM, actor, row, WRITERS | {Part.COORDINATOR}, on_behalf)
    step = Step(actor=actor, at=at, role=role, on_behalf=on_behalf)
    proxy_heard(about=ROOM.kind, whose=ROOM.subject(row), step=step)
    require_version(row, expected_version)
    values, claims = _checked(changes, row, at)
    edit = changes_of(row, values, WAITING)
    if not on_behalf:
        foreign = STAFF_ONLY if Part.HOLDER in parts else frozenset(changes) - STAFF_ONLY
        _require_own_fields({*edit.live, *edit.waiting(row), *(() if claims is None else ("skills",))}, foreign)
    require_editable(row)
    if claims is not None:
        _claims_edit(row, claims, edit)
    case = case_of(ROOM, row, step, parts)
    changes_put(case, edit)
    return row


def _claims_edit(row: Professional, claims: list[Claim], edit: Changes) -> None:
    """Write the claims, and note in `edit` what that changes and which evidence waits."""
    before = claims_live(row)
    waiting = row.pending_changes.get("evidence", {})
    after, held_back = claims_merge(claims, before, waiting, reviewed=row.registration_state in REVIEWED)
    edit.pending.pop("evidence", None)
    if held_back:
        edit.pending["evidence"] = held_back
    if after != before:
        claims_put(row, claims, after)
        edit.live["skills"], edit.before["skills"] = after, before


def professional_transition(
    *, professional_id: UUID, action: str, expected_version: int | None, step: Step
) -> Professional:
    """This function will move a professional along the table; see `registration_transition`."""
    row: Professional = registration_transition(
        room=ROOM, id=professional_id, action=action, expected_version=expected_version, step=step
    )
    return row


def professionals_tick(*, at: datetime) -> dict[str, int]:
    """Expire registrations and end pauses whose last day has passed; return how often each."""
    rested = Q(referral_status=ReferralStatus.PAUSED, paused_until__lt=day_of(at), registration_state__in=REVIEWED)
    due = {RegistrationAction.EXPIRE: expiring(at), RegistrationAction.UNPAUSE: rested}
    return registrations_tick(room=ROOM, due=due, at=at)


def _checked(given: Mapping[str, Any], row: Professional, at: datetime) -> tuple[dict[str, Any], list[Claim] | None]:
    """:raises InvalidInput: with a pointer for everything that is wrong."""
    errors: list[FieldError] = []
    values = fields_check(given, row, errors)
    claims = claims_check(given["skills"], day_of(at), errors) if "skills" in given else None
    if errors:
        raise InvalidInput(errors)
    return values, claims


def _require_own_fields(given: Iterable[str], foreign: frozenset[str]) -> None:
    """:raises Forbidden: a field that this part does not write."""
    if wrong := sorted(foreign.intersection(given)):
        raise Forbidden(fields=wrong)


__all__ = [
    "AlreadyRegistered",
    "hours_release",
    "hours_reserve",
    "professional_register",
    "professional_transition",
    "professional_update",
    "professionals_tick",
    "proposed_keep",
]
