"""What the registration table must know of professionals."""

from __future__ import annotations

from uuid import UUID

from talentbank.core.actors import Side
from talentbank.core.errors import Refusal
from talentbank.professionals.claims import evidence_put
from talentbank.professionals.fields import COLUMNS, EDITABLE_FIELDS, LISTS, fields_missing
from talentbank.professionals.models import Professional
from talentbank.professionals.policies import hat_parts
from talentbank.professionals.selectors import professionals_visible
from talentbank.registrations.lifecycle import PROFESSIONAL_TABLE
from talentbank.registrations.models import RegistrationState
from talentbank.registrations.rooms import Room


def people(row: Professional) -> set[UUID]:
    """The holder, or everybody in the holding organization."""
    own = {row.user_id} if row.user_id else set()
    if row.organization is None:
        return own
    return own | set(row.organization.members.filter(ended_at__isnull=True).values_list("user_id", flat=True))


def account_clash(row: Professional) -> Refusal | None:
    """The account has another registration in this bank. Other banks are not looked at."""
    if row.user_id is None:
        return None
    others = Professional.objects.filter(bank_id=row.bank_id, user_id=row.user_id).exclude(pk=row.pk)
    running = others.exclude(registration_state=RegistrationState.WITHDRAWN)
    return Refusal("already_registered") if running.exists() else None


def pending_put(row: Professional) -> None:
    for name, value in row.pending_changes.items():
        if name == "evidence":
            evidence_put(row, value)
        else:
            setattr(row, name, value)


ROOM = Room(
    kind="professional",
    side=Side.PROFESSIONAL,
    model=Professional,
    table=PROFESSIONAL_TABLE,
    fields=EDITABLE_FIELDS,
    columns=frozenset({*COLUMNS, *LISTS}),
    visible=professionals_visible,
    hat_parts=hat_parts,
    people=people,
    missing=fields_missing,
    clash=account_clash,
    pending_put=pending_put,
)
