"""The figures a city is asked for, each with definition and as-of date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from talentbank.banks.models import Bank
from talentbank.matches.models import NoteKind, StaffNote
from talentbank.matches.states import Origin
from talentbank.organizations.models import Organization
from talentbank.professionals.models import HolderKind, Professional
from talentbank.registrations.models import RegistrationState
from talentbank.statistics.periods import period_of
from talentbank.statistics.steps import matches_made


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
    period = period_of(as_of=as_of, fiscal_year=fiscal_year)
    made = matches_made(bank, period)
    consultations = StaffNote.objects.filter(period.covers("happened_on"), bank=bank, kind=NoteKind.CONSULTATION)
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
