"""Reading professionals: what an actor may see, and how many hours are left."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from talentbank.core.actors import COORDINATORS, ORGANIZATION_ROLES, Actor, Hat, Role
from talentbank.core.errors import NotFound
from talentbank.core.prepared import Prepared
from talentbank.core.search import rows_with
from talentbank.organizations.models import MemberRole
from talentbank.professionals.models import HoursReservation, Professional
from talentbank.registrations.selectors import staff_scope

RELATED = ("bank", "organization")
LISTED = ("skills__skill",)
"""What a list shows beside the row itself."""


def professionals_visible(actor: Actor) -> QuerySet[Professional]:
    """Professionals in the actor's sight.

    Coordinators see their bank's, desks those they entered or act for, a holder their own, an organization's people
    those that it holds; analysts and everybody else none.
    """
    # What a coordinator sees anyway is not named again: a bank alone is one range of an index, an OR of three is none.
    covered = actor.banks_as(COORDINATORS)
    rest = [hat for hat in actor.worn if hat.bank_id not in covered]
    own = Q(pk__in=[hat.id for hat in rest if hat.role is Role.PROFESSIONAL])
    held = Q(organization_id__in=[hat.id for hat in rest if hat.role in ORGANIZATION_ROLES])
    where = staff_scope(actor, "professional") | own | held
    return Professional.objects.filter(where).select_related(*RELATED).prefetch_related(*LISTED)


def professionals_search(rows: QuerySet[Professional], actor: Actor, text: str) -> QuerySet[Professional]:
    """Staff's search over name, kana, phone and reference. Rows that the actor sees as a side are not searched."""
    found = rows_with(text, words=("name", "kana", "reference"), numbers=("phone",))
    return rows.filter(found & staff_scope(actor, "professional"))


def professional_get(actor: Actor, professional_id: UUID) -> Professional:
    """:raises NotFound: absent or out of sight."""
    row = professionals_visible(actor).filter(pk=professional_id).first()
    if row is None:
        raise NotFound()
    return row


def professional_seen(actor: Actor, id: UUID, state: str) -> bool:
    """Tell whether the actor may read a registration; whoever sees one sees its whole record."""
    return professionals_visible(actor).filter(pk=id).exists()


def hours_reserved(professional_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Hours a week that running matches hold, of those professionals that have any."""
    rows = HoursReservation.objects.filter(professional_id__in=list(professional_ids), released_at__isnull=True)
    return dict(rows.order_by().values_list("professional_id").annotate(Sum("hours_per_week")))


def professional_hats(user_id: UUID) -> Iterable[Hat]:
    """Hats of holders: one's own registrations, and those held by organizations that one owns."""
    return (Hat(Role.PROFESSIONAL, id, bank_id) for id, bank_id in sorted(_held(user_id=user_id)))


def _held_query(user_id: UUID) -> QuerySet[Professional, Any]:
    """Asked at every call: a union reads two indexes, where one condition with OR would read everybody."""
    rows = Professional.objects.order_by().values_list("pk", "bank_id")
    held = rows.filter(
        organization__members__user_id=user_id,
        organization__members__role=MemberRole.OWNER,
        organization__members__ended_at__isnull=True,
    )
    return rows.filter(user_id=user_id).union(held)


_held = Prepared(_held_query, user_id=UUID)
