"""How much staff enter for people who cannot, or need not, do it themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from talentbank.banks.models import Bank
from talentbank.core.actors import ORGANIZATION_ROLES, Channel, Role
from talentbank.core.models import Event
from talentbank.needs.models import Need
from talentbank.organizations.models import Organization
from talentbank.professionals.models import Professional
from talentbank.statistics.periods import Period, fiscal_year_in, period_of
from talentbank.statistics.steps import steps_standing
from talentbank.statistics.suppression import cells_shown_over

OWN_ROLES = ORGANIZATION_ROLES | {Role.PROFESSIONAL}


@dataclass(frozen=True, slots=True)
class Entries:
    """How many were entered, and how many of these by staff on somebody's behalf."""

    total: int
    assisted: int

    @property
    def share(self) -> float | None:
        return self.assisted / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class Assistance:
    """What was entered, the assisted of it by the channel through which people spoke, and each fiscal year alone."""

    entries: Entries
    channels: Mapping[Channel, int | None]
    years: Mapping[int, Entries]


@dataclass(frozen=True, slots=True)
class AssistedShare:
    """Registrations and needs by the day on which they were entered, a side's steps of matches by theirs."""

    bank: Bank
    as_of: date
    fiscal_year: int | None
    registrations: Assistance
    needs: Assistance
    match_steps: Assistance


def statistics_assisted_share(*, bank: Bank, as_of: date, fiscal_year: int | None = None) -> AssistedShare:
    period = period_of(as_of=as_of, fiscal_year=fiscal_year)
    entered = Event.objects.filter(bank_id=bank.pk, action="create")
    # A draft that its owner never sent is no registration, nor a need, yet.
    sent = Q(bank=bank, submitted_at__isnull=False)
    professionals, organizations = (rows.objects.filter(sent).values("pk") for rows in (Professional, Organization))
    registered = Q(subject_kind="professional", subject_id__in=professionals)
    registered |= Q(subject_kind="organization", subject_id__in=organizations)
    needs = Q(subject_kind="need", subject_id__in=Need.objects.filter(sent).values("pk"))
    of_sides = Q(actor_role__in=sorted(OWN_ROLES)) | ~Q(on_behalf_of="")
    return AssistedShare(
        bank=bank,
        as_of=as_of,
        fiscal_year=fiscal_year,
        registrations=_assistance(entered.filter(registered), period),
        needs=_assistance(entered.filter(needs), period),
        match_steps=_assistance(steps_standing(bank).filter(of_sides), period),
    )


def _assistance(events: QuerySet[Event], period: Period) -> Assistance:
    within = events.filter(period.covers("happened_on")).order_by()
    counts = within.values_list(fiscal_year_in("happened_on"), "channel", "on_behalf_of").annotate(Count("pk"))
    whole, assisted, channels = Counter[int](), Counter[int](), dict[int, Counter[Channel]]()
    for year, channel, side, count in counts:
        whole[year] += count
        if side:
            assisted[year] += count
            channels.setdefault(year, Counter())[Channel(channel)] += count
    return Assistance(
        entries=Entries(whole.total(), assisted.total()),
        channels=cells_shown_over(channels.values(), Channel),
        years={year: Entries(whole[year], assisted[year]) for year in sorted(whole)},
    )
