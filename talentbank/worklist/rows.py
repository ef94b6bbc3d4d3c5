"""What staff may have to look after, as querysets and as what waits: never anything that the reader is a side of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import reduce
from itertools import groupby
from operator import itemgetter, or_
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from talentbank.banks.policy import FourEyes
from talentbank.core.actors import COORDINATORS, ORGANIZATION_ROLES, Role
from talentbank.core.clock import day_of
from talentbank.matches.dues import waits_since
from talentbank.matches.models import Match
from talentbank.matches.policies import is_side_of
from talentbank.matches.states import State
from talentbank.needs.models import Need
from talentbank.organizations.models import Organization
from talentbank.professionals.models import Professional
from talentbank.registrations.models import Registration, RegistrationHelper
from talentbank.worklist.items import Reader, Waiting
from talentbank.worklist.ladders import match_anchor
from talentbank.worklist.models import Reminder

KINDS: tuple[tuple[str, type[Registration]], ...] = (("professional", Professional), ("organization", Organization))


def banks_of(reader: Reader) -> frozenset[UUID]:
    return reader.actor.banks_as(COORDINATORS)


def own_companies(reader: Reader) -> list[UUID]:
    """Organizations that the reader is a member of, whichever hat is worn."""
    every_hat = replace(reader.actor, acting_as=None)
    return sorted(every_hat.ids_as(*ORGANIZATION_ROLES))


def own_registrations(reader: Reader, kind: str) -> Q:
    """Registrations that the reader is a side with, whichever hat is worn: nobody looks after themselves.

    What an organization holds as a professional is every member's, though owners alone wear its hat.
    """
    companies = own_companies(reader)
    if kind == "organization":
        return Q(pk__in=companies)
    every_hat = replace(reader.actor, acting_as=None)
    return Q(pk__in=sorted(every_hat.ids_as(Role.PROFESSIONAL))) | Q(organization_id__in=companies)


def own_notes(reader: Reader) -> Q:
    """Notes about what the reader is a side of."""
    rows: list[QuerySet[Any]] = [
        model._default_manager.filter(own_registrations(reader, kind)) for kind, model in KINDS
    ]
    rows += [Need.objects.filter(organization_id__in=own_companies(reader))]
    rows += [Match.objects.filter(is_side_of(reader.actor))]
    return reduce(or_, (Q(subject_id__in=each.order_by().values("pk")) for each in rows))


def matches_of(reader: Reader) -> QuerySet[Match]:
    """Matches of the reader's banks, but those that the reader is a side of."""
    rows = Match.objects.filter(bank_id__in=banks_of(reader)).exclude(is_side_of(reader.actor))
    return rows.select_related("bank", "need__organization", "professional").order_by("id")


def needs_of(reader: Reader) -> QuerySet[Need]:
    rows = Need.objects.filter(bank_id__in=banks_of(reader)).exclude(organization_id__in=own_companies(reader))
    return rows.select_related("bank", "organization").order_by("id")


def registrations_of(reader: Reader, where: Q) -> Iterator[tuple[str, Registration]]:
    for kind, model in KINDS:
        rows = model._default_manager.filter(where, bank_id__in=banks_of(reader))
        rows = rows.exclude(own_registrations(reader, kind))
        yield from ((kind, row) for row in rows.select_related("bank").order_by("id"))


def registrations_to_decide(reader: Reader, where: Q) -> Iterator[tuple[str, Registration, frozenset[UUID]]]:
    """Registrations, each with who may not decide on it under strict four eyes: who typed it in or ever acted for
    its holder.
    """
    rows = list(registrations_of(reader, where))
    helpers = _helpers(rows)
    for kind, row in rows:
        strict = row.bank.policy.four_eyes is FourEyes.STRICT
        hands = {row.entered_by_id, row.pending_by_id, *helpers.get((kind, row.pk), ())}
        yield kind, row, frozenset(hand for hand in hands if hand) if strict else frozenset()


def _helpers(rows: Iterable[tuple[str, Registration]]) -> dict[tuple[str, UUID], set[UUID]]:
    """Kind and id of a registration → accounts of who ever acted for its holder."""
    helpers: dict[tuple[str, UUID], set[UUID]] = {}
    for kind, found in groupby(rows, key=itemgetter(0)):
        ids = [row.pk for _, row in found]
        helped = RegistrationHelper.objects.filter(subject_kind=kind, subject_id__in=ids).order_by()
        for id, user_id in helped.values_list("subject_id", "user_id"):
            helpers.setdefault((kind, id), set()).add(user_id)
    return helpers


def match_waiting(match: Match, **more: object) -> Waiting:
    registrations = (match.professional, match.need.organization)
    hands = {
        match.professional_answer_by_id,
        match.organization_answer_by_id,
        *(row.entered_by_id for row in registrations),
    }
    strict = match.bank.policy.four_eyes is FourEyes.STRICT and match.state == State.AWAITING_APPROVAL
    plain = Waiting(
        kind="match",
        id=match.pk,
        bank_id=match.bank_id,
        version=match.version,
        title=f"{match.need.title}：{match.professional.name}",
        since=match.state_since,
        due_on=match.due_on,
        reference=match.reference,
        record=f"matches/{match.pk}",
        coordinator=match.coordinator_id or match.need.coordinator_id,
        deputy=match.deputy_id or match.need.deputy_id,
        barred=frozenset(hand for hand in hands if hand) if strict else frozenset(),
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def need_waiting(need: Need, since: datetime, **more: object) -> Waiting:
    return Waiting(
        kind="need",
        id=need.pk,
        bank_id=need.bank_id,
        version=need.version,
        title=need.title,
        reference=need.reference,
        record=f"needs/{need.pk}",
        coordinator=need.coordinator_id,
        deputy=need.deputy_id,
        since=since,
        **more,  # type: ignore[arg-type]
    )


def registration_waiting(row: Registration, kind: str, since: datetime, **more: object) -> Waiting:
    return Waiting(
        kind=kind,
        id=row.pk,
        bank_id=row.bank_id,
        version=row.version,
        title=row.name,  # type: ignore[attr-defined]
        reference=row.reference,
        record=f"{kind}s/{row.pk}",
        since=since,
        **more,  # type: ignore[arg-type]
    )


def climbed(reader: Reader, matches: Iterable[Match], rungs: Iterable[str]) -> Iterator[Match]:
    """Matches that have climbed one of these rungs since they wait in their state."""
    rows = list(matches)
    seen = Reminder.objects.filter(subject_kind="match", bank_id__in=banks_of(reader), rung__in=list(rungs))
    anchors = set(seen.values_list("subject_id", "anchor"))
    since = waits_since(rows)
    return (row for row in rows if (row.pk, match_anchor(row, since[row.pk])) in anchors)


def start_of(match: Match) -> date:
    """The first day of work that the agreed terms state; the day of the contract where they state none."""
    agreed = [terms for terms in match.terms.all() if terms.number == match.agreed_terms_version]
    stated = agreed[0].content.get("starts_on") if agreed else None
    return date.fromisoformat(stated) if stated else match.made_on or day_of(match.state_since)
