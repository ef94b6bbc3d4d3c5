"""The figures a city is asked for, each with definition and as-of date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from talentbank.banks.models import Bank
from talentbank.matches.models import Match, NoteKind, StaffNote
from talentbank.matches.states import ClosedReason, Origin
from talentbank.organizations.models import Organization
from talentbank.professionals.models import HolderKind, Professional
from talentbank.registrations.models import RegistrationState


@dataclass(frozen=True, slots=True)
class Summary:
    """The headline figures of a bank. Headlines are never suppressed."""

    bank: Bank
    as_of: date
    fiscal_year: int | None
    matches: int
    repeats: int
    individuals: int
    organizations: int
    consultations: int


def statistics_summary(*, bank: Bank, as_of: date, fiscal_year: int | None = None) -> Summary:
    """Count a bank's matches made up to `as_of` (within a fiscal year when given), individuals, organizations
    and consultations.

    Registrations are counted as they stand now; matches by the day on which they were made, consultations by theirs.
    """
    made = Match.objects.filter(bank=bank, made_on__lte=as_of).exclude(closed_reason=ClosedReason.MISTAKEN)
    consultations = StaffNote.objects.filter(bank=bank, kind=NoteKind.CONSULTATION, happened_on__lte=as_of)
    if fiscal_year is not None:
        first, after = date(fiscal_year, 4, 1), date(fiscal_year + 1, 4, 1)
        made = made.filter(made_on__gte=first, made_on__lt=after)
        consultations = consultations.filter(happened_on__gte=first, happened_on__lt=after)
    approved = Q(bank=bank, registration_state=RegistrationState.APPROVED)
    return Summary(
        bank=bank,
        as_of=as_of,
        fiscal_year=fiscal_year,
        matches=made.count(),
        repeats=made.filter(origin=Origin.REPEAT).count(),
        individuals=Professional.objects.filter(approved, holder_kind=HolderKind.PERSON).count(),
        organizations=Organization.objects.filter(approved).count(),
        consultations=consultations.count(),
    )
