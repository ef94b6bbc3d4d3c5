"""Who may be matched with whom: one predicate, read in bulk by rankings and for one pair by the guards of matches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet, Sum

from talentbank.banks.models import TextKind
from talentbank.core.clock import day_of
from talentbank.core.errors import Refusal
from talentbank.needs.lifecycle import SEEKING
from talentbank.needs.models import Need
from talentbank.needs.selectors import need_accepts
from talentbank.organizations.models import Organization
from talentbank.privacy.selectors import consenting_to
from talentbank.professionals.models import HoursReservation, Professional, ReferralStatus, Residency
from talentbank.ranking.models import Pair, PairState
from talentbank.ranking.names import comparable
from talentbank.registrations.models import RegistrationState

STANDING_FIELDS = (
    *("bank_id", "registration_state", "organization_id", "hidden_from", "referral_status"),
    *("paused_from", "paused_until", "hours_per_week", "residency", "areas", "remote"),
    "organization__registration_state",
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a professional's rows say of being available. `left` is hours a week, and may be negative."""

    id: UUID
    approved: bool
    paused: bool
    consents: bool
    left: int
    organization_id: UUID | None
    hidden_from: frozenset[str]
    residency: str
    areas: tuple[str, ...] = ()
    remote: str = ""
    paused_from: date | None = None
    paused_until: date | None = None

    @property
    def in_city(self) -> bool:
        return self.residency == Residency.CITY


def eligible(
    *, need: Need, professional: Professional, at: datetime, ignoring_match: UUID | None = None, creating: bool
) -> list[Refusal]:
    """Every reason why this pair may not be matched now; empty when it may.

    `ignoring_match` is the match that asks: its hours, its place and its pair are not counted against it.
    `creating` (create and propose) also asks for a need that accepts. The caller holds the locks it relies on.
    """
    standing = standings([professional], at=at, ignoring_match=ignoring_match)[professional.pk]
    if professional.bank_id != need.bank_id or is_hidden(need.organization, standing):
        return [Refusal("not_available")]
    pair = Pair.objects.filter(need=need, professional=professional).first()
    refusals = standing_refusals(need, standing)
    if not consenting_to("organization", TextKind.MATCHING, subject_id=need.organization_id):
        refusals.append(Refusal("consent_withdrawn", {"side": "organization"}))
    refusals += need_refusals(need, at=at, creating=creating, ignoring=ignoring_match)
    return [*refusals, Refusal("pair_open")] if _is_open_beside(pair, ignoring_match) else refusals


def need_refusals(need: Need, *, at: datetime, creating: bool, ignoring: UUID | None = None) -> list[Refusal]:
    """What about the need itself, or its organization, forbids any match."""
    found = []
    if need.organization.registration_state != RegistrationState.APPROVED:
        found.append(Refusal("organization_not_approved"))
    if need.state not in SEEKING:
        found.append(Refusal("need_not_open", {"state": need.state}))
    if need.places_free + _places_held(need, ignoring) <= 0:
        found.append(Refusal("no_place_free"))
    if creating and not need_accepts(need, day_of(at)):
        found.append(Refusal("need_not_accepting"))
    return found


def standing_refusals(need: Need | None, standing: Standing) -> list[Refusal]:
    """What about the professional forbids a match with this need, or, without one, with any.

    Hiding and the pair's own state are asked apart.
    """
    found = []
    if not standing.approved:
        found.append(Refusal("professional_not_approved"))
    if standing.paused:
        found.append(Refusal("professional_paused"))
    if not standing.consents:
        found.append(Refusal("consent_withdrawn", {"side": "professional"}))
    if need is None:
        return found
    needed = need.hours_per_week or 0
    if standing.left < needed:
        found.append(Refusal("capacity_insufficient", {"left": standing.left, "needed": needed}))
    if standing.organization_id == need.organization_id:
        found.append(Refusal("holder_is_organization"))
    return found


def is_hidden(organization: Organization, standing: Standing) -> bool:
    """Whether the professional asked never to meet this organization, by number or by name."""
    return bool(standing.hidden_from) and not standing.hidden_from.isdisjoint(names_of(organization))


def hides(professional: Professional, organization: Organization) -> bool:
    """`is_hidden`, asked of the rows themselves."""
    return not _comparable(professional.hidden_from).isdisjoint(names_of(organization))


def names_of(organization: Organization) -> frozenset[str]:
    """The forms under which an organization may stand in a professional's `hidden_from`."""
    return _comparable([organization.corporate_number, organization.name, organization.kana])


def standings_of_bank(bank_id: UUID, *, at: datetime) -> dict[UUID, Standing]:
    """Every approved professional of a bank, without their texts."""
    rows = Professional.objects.filter(bank_id=bank_id, registration_state=RegistrationState.APPROVED)
    rows = rows.select_related("organization")
    return standings(rows.only(*STANDING_FIELDS).order_by("id"), at=at)


def standings(
    professionals: QuerySet[Professional] | list[Professional], *, at: datetime, ignoring_match: UUID | None = None
) -> dict[UUID, Standing]:
    """Professional's id to standing; one query for the hours, one for consents, and one for the rows of a query set."""
    rows = list(professionals)
    one = {"professional": rows[0]} if len(rows) == 1 else {"professional__bank_id__in": {row.bank_id for row in rows}}
    reserved = HoursReservation.objects.filter(released_at__isnull=True, **one)
    if ignoring_match is not None:
        reserved = reserved.exclude(match_id=ignoring_match)
    hours = dict(reserved.order_by().values_list("professional_id").annotate(Sum("hours_per_week")))
    whose = {"subject_id": rows[0].pk} if len(rows) == 1 else {"bank_id__in": {row.bank_id for row in rows}}
    consenting = consenting_to("professional", TextKind.MATCHING, **whose)
    today = day_of(at)
    return {row.pk: _standing(row, hours, today, consents=row.pk in consenting) for row in rows}


def is_paused(professional: Professional, day: date) -> bool:
    """Whether referral rests on that day. `paused_until` is the last day of rest; it ends by itself."""
    if professional.referral_status != ReferralStatus.PAUSED:
        return False
    begun = professional.paused_from is None or professional.paused_from <= day
    return begun and (professional.paused_until is None or day <= professional.paused_until)


def _standing(row: Professional, hours: Mapping[UUID, int], today: date, *, consents: bool) -> Standing:
    return Standing(
        id=row.pk,
        approved=_is_approved(row),
        paused=is_paused(row, today),
        consents=consents,
        left=(row.hours_per_week or 0) - hours.get(row.pk, 0),
        organization_id=row.organization_id,
        hidden_from=_comparable(row.hidden_from),
        residency=row.residency,
        areas=tuple(row.areas),
        remote=row.remote,
        paused_from=row.paused_from,
        paused_until=row.paused_until,
    )


def _is_approved(row: Professional) -> bool:
    """A professional held by an organization stands and falls with it."""
    held_by = row.organization
    return row.is_approved and (held_by is None or held_by.is_approved)


def _comparable(names: Iterable[str]) -> frozenset[str]:
    return frozenset(form for name in names if (form := comparable(name)))


def _places_held(need: Need, match_id: UUID | None) -> int:
    """1 where the asking match is itself among the `taken`: it holds hours from contracted to its end."""
    if match_id is None:
        return 0
    return int(HoursReservation.objects.filter(match_id=match_id, released_at__isnull=True).exists())


def _is_open_beside(pair: Pair | None, ignoring: UUID | None) -> bool:
    if pair is None or pair.state != PairState.OPEN:
        return False
    return ignoring is None or pair.match_id not in (None, ignoring)
