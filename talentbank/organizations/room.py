"""What the registration table must know of organizations."""

from __future__ import annotations

from uuid import UUID

from talentbank.core.actors import Side
from talentbank.core.errors import Refusal
from talentbank.organizations.fields import COLUMNS, EDITABLE_FIELDS, LISTS, fields_missing
from talentbank.organizations.models import Organization
from talentbank.organizations.policies import hat_parts
from talentbank.organizations.selectors import organizations_visible
from talentbank.registrations.lifecycle import ORGANIZATION_TABLE
from talentbank.registrations.models import RegistrationState
from talentbank.registrations.rooms import Room

FREEING = (RegistrationState.WITHDRAWN.value, RegistrationState.REJECTED.value)
"""States in which a registration leaves its 法人番号 to others."""


def people(row: Organization) -> set[UUID]:
    return set(row.members.filter(ended_at__isnull=True).values_list("user_id", flat=True))


def number_clash(row: Organization) -> Refusal | None:
    """Another registration of the same bank has this 法人番号. Other banks are not looked at."""
    number = row.pending_changes.get("corporate_number", row.corporate_number)
    if not number:
        return None
    others = Organization.objects.filter(bank_id=row.bank_id, corporate_number=number).exclude(pk=row.pk)
    return Refusal("corporate_number_taken") if others.exclude(registration_state__in=FREEING).exists() else None


def pending_put(row: Organization) -> None:
    for name, value in row.pending_changes.items():
        setattr(row, name, value)


ROOM = Room(
    kind="organization",
    side=Side.ORGANIZATION,
    model=Organization,
    table=ORGANIZATION_TABLE,
    fields=EDITABLE_FIELDS,
    columns=frozenset({*COLUMNS, *LISTS}),
    visible=organizations_visible,
    hat_parts=hat_parts,
    people=people,
    missing=fields_missing,
    clash=number_clash,
    pending_put=pending_put,
)
