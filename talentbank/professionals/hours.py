"""What matches write of a professional: hours held, last proposed; by `matches.services` under its locks."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from talentbank.core.revision import revision_bump
from talentbank.professionals.models import HoursReservation, Professional


@transaction.atomic
def hours_reserve(*, professional_id: UUID, match_id: UUID, hours: int, at: datetime) -> None:
    """This function will hold hours a week for a match; a second call with the same hours changes nothing."""
    held = HoursReservation.objects.select_for_update(of=("self",)).filter(match_id=match_id).first()
    if held is None:
        HoursReservation.create(at=at, professional_id=professional_id, match_id=match_id, hours_per_week=hours)
    elif held.released_at is None and held.hours_per_week == hours:
        return
    else:
        held.hours_per_week, held.released_at = hours, None
        held.save_step(at=at)
    _revise(professional_id, updated_at=at)


@transaction.atomic
def hours_release(*, match_id: UUID, at: datetime) -> None:
    """This function will give a match's hours back; without a running reservation it changes nothing."""
    rows = HoursReservation.objects.select_for_update(of=("self",))
    held = rows.filter(match_id=match_id, released_at__isnull=True).first()
    if held is None:
        return
    held.released_at = at
    held.save_step(at=at)
    _revise(held.professional_id, updated_at=at)


def proposed_keep(*, professional_id: UUID, proposed_at: datetime | None) -> None:
    """This function will keep when a professional was last proposed to anybody (None: never).

    The row does not count as changed: its holder may not be asked yet, and would read it off `updated_at`.
    """
    rows = Professional.objects.filter(pk=professional_id).exclude(last_proposed_at=proposed_at)
    if rows.update(last_proposed_at=proposed_at):
        _revise(professional_id)


def _revise(professional_id: UUID, **more: datetime) -> None:
    """Let ranking see it. Hours alone make no version: a holder's edit does not fail because a match began."""
    bank_id = Professional.objects.values_list("bank_id", flat=True).get(pk=professional_id)
    Professional.objects.filter(pk=professional_id).update(revision=revision_bump(bank_id), **more)
