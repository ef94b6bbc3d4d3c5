"""Proxies of registrations: who sees them, and their writing by the holder or by staff on its behalf."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from talentbank.core.actors import Actor, OnBehalf, Role
from talentbank.core.audit import Step
from talentbank.core.clock import day_of
from talentbank.core.errors import ActionRefused, NotFound, Refusal
from talentbank.core.lifecycle import Part
from talentbank.core.models import lock
from talentbank.privacy.models import Proxy
from talentbank.privacy.policies import holds
from talentbank.privacy.proxies import TABLE, Mandate, mandate_check, proxy_end, proxy_record
from talentbank.registrations.models import RegistrationState
from talentbank.registrations.moves import helper_keep
from talentbank.registrations.policies import part_for
from talentbank.registrations.rooms import Room
from talentbank.registrations.selectors import registration_get

HOLDERS = frozenset({Part.HOLDER})
"""Who names and ends a proxy: nobody does it through another proxy."""


def proxies_visible(actor: Actor, rooms: Iterable[Room]) -> QuerySet[Proxy]:
    """Proxies of the registrations in the actor's sight: its people's own, and those of whom staff see real data."""
    where = Q(pk__in=[])
    for room in rooms:
        where |= Q(subject_kind=room.kind, subject_id__in=room.visible(actor).order_by().values("pk"))
    return Proxy.objects.filter(where)


def proxy_get(actor: Actor, proxy_id: UUID, rooms: Iterable[Room], *, for_helper: bool = False) -> Proxy:
    """Return a proxy the actor sees. `for_helper`: staff about to act on behalf of its subject see it too.

    :raises NotFound: absent or out of sight.
    """
    proxy = Proxy.objects.filter(pk=proxy_id).first()
    room = next((room for room in rooms if proxy and room.kind == proxy.subject_kind), None)
    if proxy is None or room is None:
        raise NotFound()
    registration_get(room, actor, proxy.subject_id, for_helper=for_helper)
    return proxy


def proxy_actions(actor: Actor, proxy: Proxy, state: str) -> list[str]:
    """Actions open to the actor by state and role alone. A desk acts for the holder, a coordinator may besides."""
    desk = actor.is_helper_of(proxy.bank_id) and not actor.is_coordinator_of(proxy.bank_id)
    return TABLE.allowed(state, HOLDERS if desk or holds(actor, proxy.subject_kind, proxy.subject_id) else ())


def require_holder(room: Room, actor: Actor, row: object, on_behalf: OnBehalf | None) -> Role:
    """The role under which a proxy of a registration is named or ended.

    :raises Forbidden: the actor is neither its holder nor staff on its behalf.
    """
    return part_for(room, actor, row, HOLDERS, on_behalf)[1]


@transaction.atomic
def registration_proxy_record(*, room: Room, id: UUID, mandate: Mandate, step: Step) -> Proxy:
    """This function will record who speaks for a registration from now on.

    :raises NotFound: absent, or out of the actor's scope.
    :raises Forbidden: the actor is neither its holder nor staff on its behalf.
    :raises InvalidInput: with a pointer for everything that is wrong.
    :raises ActionRefused: the registration was withdrawn, so that there is nothing to speak for.
    """
    registration_get(room, step.actor, id, for_helper=step.on_behalf is not None)
    row = lock(room.model, id)
    step = replace(step, role=require_holder(room, step.actor, row, step.on_behalf))
    mandate_check(mandate, kind=room.kind, today=day_of(step.at))
    if row.registration_state == RegistrationState.WITHDRAWN:
        refusal = Refusal("state_forbids", {"state": row.registration_state, "of": "registration"})
        raise ActionRefused(state=row.registration_state, action="name-proxy", allowed_actions=[], refusals=[refusal])
    helper_keep(room, row, step)
    return proxy_record(subject=room.subject(row), mandate=mandate, step=step)


@transaction.atomic
def registration_proxy_end(*, room: Room, proxy_id: UUID, expected_version: int | None, step: Step) -> Proxy:
    """This function will end a proxy at once, or on the day on which its subject said so.

    :raises NotFound: absent, or out of the actor's scope.
    :raises Forbidden: the actor is neither the holder nor staff on its behalf.
    :raises InvalidInput: a day in the future, or before the proxy was on record.
    :raises StaleVersion: somebody ended it since the caller looked.
    :raises ActionRefused: it has ended, or its period is over.
    """
    seen = proxy_get(step.actor, proxy_id, [room], for_helper=step.on_behalf is not None)
    row = lock(room.model, seen.subject_id)
    proxy = lock(Proxy, proxy_id)
    step = replace(step, role=require_holder(room, step.actor, row, step.on_behalf))
    helper_keep(room, row, step)
    return proxy_end(proxy=proxy, expected_version=expected_version, parts=HOLDERS, step=step)
