"""Contacts after the introduction: each read is logged with reader, fields, match and consents."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from talentbank.banks.models import TextKind
from talentbank.core.actors import Actor, Role, Side
from talentbank.core.audit import Subject
from talentbank.core.errors import Conflict, Forbidden
from talentbank.matches.models import Match
from talentbank.matches.policies import hat_parts, sides_of
from talentbank.matches.selectors import contacts_open, match_get
from talentbank.organizations.models import Organization
from talentbank.privacy.selectors import consents_running
from talentbank.privacy.services import disclosure_record
from talentbank.professionals.models import Professional


class ContactsClosed(Conflict):
    """Never introduced, or too long after the end."""

    code = "contacts_closed"


class DisclosureWithdrawn(Conflict):
    """The person took back the consent to disclosure."""

    code = "disclosure_withdrawn"


@transaction.atomic
def contacts_read(*, match_id: UUID, actor: Actor, at: datetime) -> dict[str, dict[str, Any]]:
    """This function will hand out the other side's contacts (both sides' to a coordinator) and log the read.

    A desk reads what the side that it acts for may read.

    :raises NotFound: the actor does not see the match.
    :raises ContactsClosed: never introduced, or the days after the end are over.
    :raises DisclosureWithdrawn: the consent that allowed it is gone.
    """
    match = match_get(actor, match_id)
    read = _sides_to_read(match, actor)
    if not contacts_open(match, at):
        raise ContactsClosed(state=match.state, days=match.bank.policy.contacts_days_after_end)
    role = next((hat.role for hat in actor.worn if hat_parts(hat, match)), Role.SUPPORT_DESK)
    return {side.value: _read(match, side, actor, role, at) for side in read}


def _sides_to_read(match: Match, actor: Actor) -> list[Side]:
    if actor.is_coordinator_of(match.bank_id):
        return list(Side)
    mine = sides_of(actor, match)
    if not mine:
        raise Forbidden()
    return [side.other for side in mine]


def _read(match: Match, side: Side, actor: Actor, role: Role, at: datetime) -> dict[str, Any]:
    kept = match.professional if side is Side.PROFESSIONAL else match.need.organization
    subject = Subject(side.value, kept.pk, match.bank_id)
    if not consents_running(subject).filter(text_kind=TextKind.DISCLOSURE).exists():
        raise DisclosureWithdrawn(side=side.value)
    contacts = professional_contacts(match.professional) if side is Side.PROFESSIONAL else organization_contacts(kept)  # type: ignore[arg-type]
    disclosure_record(subject=subject, actor=actor, role=role, match_id=match.pk, fields=sorted(contacts), at=at)
    return contacts


def professional_contacts(professional: Professional) -> dict[str, Any]:
    names = ("name", "kana", "email", "phone", "postal_address", "preferred_channel", "best_time")
    return {name: getattr(professional, name) for name in names}


def organization_contacts(organization: Organization) -> dict[str, Any]:
    names = ("name", "kana", "contact_name", "contact_email", "contact_phone", "sites")
    return {name: getattr(organization, name) for name in names}
