"""A support desk and the matches of those it acts for: it sees them as that side does, and acts on its behalf alone."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from talentbank.core.actors import COORDINATORS, Actor, Role, Side
from talentbank.matches.models import Match
from talentbank.needs.models import Need
from talentbank.needs.selectors import need_reader, needs_in_detail
from talentbank.professionals.models import Professional
from talentbank.registrations.selectors import staff_scope


def desk_banks(actor: Actor) -> frozenset[UUID]:
    """Banks in which the actor sits at a desk and coordinates nothing: a coordinator sees every match anyhow."""
    return actor.banks_as(frozenset({Role.SUPPORT_DESK})) - actor.banks_as(COORDINATORS)


def desk_sides(actor: Actor, matches: Iterable[Match]) -> dict[UUID, list[Side]]:
    """Match → the sides that the actor acts for at a desk; three queries for a desk, none for anybody else.

    Whoever typed a side's registration or need in, acted for it before, or typed in its answer acts for it.
    """
    banks = desk_banks(actor)
    rows = [match for match in matches if match.bank_id in banks]
    if not rows:
        return {}
    reader = need_reader(actor)
    ids = {match.professional_id for match in rows}
    helped = set(
        Professional.objects.filter(staff_scope(actor, "professional"), pk__in=ids).values_list("pk", flat=True)
    )
    found = {}
    for match in rows:
        acts = {
            Side.PROFESSIONAL: match.professional_id in helped or match.professional_answer_by_id == actor.user_id,
            Side.ORGANIZATION: reader.helps(match.need) or match.organization_answer_by_id == actor.user_id,
        }
        if sides := [side for side, yes in acts.items() if yes]:
            found[match.pk] = sides
    return found


def desk_scope(actor: Actor) -> Q:
    """Matches of those that the actor acts for at a desk and that were asked or have spoken: the condition on rows."""
    banks = desk_banks(actor)
    if not banks or actor.user_id is None:
        return Q(pk__in=[])
    helped = Professional.objects.filter(staff_scope(actor, "professional"), bank_id__in=banks)
    needs = Need.objects.filter(needs_in_detail(need_reader(actor)), bank_id__in=banks)
    professional = Q(professional__in=helped.values("pk")) | Q(professional_answer_by_id=actor.user_id)
    organization = Q(need__in=needs.values("pk")) | Q(organization_answer_by_id=actor.user_id)
    spoken = (professional & ~Q(professional_answer="")) | (organization & ~Q(organization_answer=""))
    return Q(bank_id__in=banks) & spoken
