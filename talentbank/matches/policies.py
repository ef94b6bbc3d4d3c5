"""Who may do what to a match, and which side sees it when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from django.db.models import Q

from talentbank.accounts.policies import require_coordinator, single_hat
from talentbank.core.actors import COORDINATORS, HELPERS, ORGANIZATION_ROLES, Actor, Hat, OnBehalf, Role, Side
from talentbank.core.audit import Subject
from talentbank.core.errors import Forbidden, Refusal
from talentbank.core.lifecycle import Part
from talentbank.matches.case import Case
from talentbank.matches.desks import desk_sides
from talentbank.matches.lifecycle import TABLE
from talentbank.matches.models import Match
from talentbank.matches.states import CLOSED_STATES, State
from talentbank.privacy.proxies import proxy_heard

HIDDEN_FROM_SIDES = frozenset({State.PROSPECT})


def side_sees(state: str, answer: str) -> bool:
    """Tell whether a side sees the match: in every state but `prospect`, once it was asked or has spoken."""
    return state not in HIDDEN_FROM_SIDES and answer != ""


def hat_parts(hat: Hat, match: Match) -> frozenset[Part]:
    """The parts a hat can play for a match."""
    if hat.role in COORDINATORS and hat.bank_id == match.bank_id:
        admin = {Part.BANK_ADMIN} if hat.role is Role.BANK_ADMIN else set()
        return frozenset({Part.COORDINATOR, *admin})
    if hat.role is Role.PROFESSIONAL and hat.id == match.professional_id:
        return frozenset({Part.PROFESSIONAL})
    if hat.role in ORGANIZATION_ROLES and hat.id == match.need.organization_id:
        return frozenset({Part.ORGANIZATION, *({Part.OWNER} if hat.role is Role.OWNER else ())})
    return frozenset()


def side_parts(side: Side) -> frozenset[Part]:
    """The parts of whoever acts on behalf of a side."""
    return frozenset({Part.PROFESSIONAL} if side is Side.PROFESSIONAL else {Part.ORGANIZATION, Part.OWNER})


def parts_of(actor: Actor, match: Match) -> frozenset[Part]:
    """All parts the actor's worn hats can play."""
    return frozenset().union(*(hat_parts(hat, match) for hat in actor.worn))


def acting_parts(actor: Actor, match: Match, sides: Iterable[Side] | None = None) -> frozenset[Part]:
    """The parts in the actor's own right; where it has none, those of the `sides` that it acts for at a desk."""
    own = parts_of(actor, match)
    if own:
        return own
    return frozenset[Part]().union(*map(side_parts, sides_of(actor, match) if sides is None else sides))


def part_for(actor: Actor, match: Match, allowed: Iterable[Part], on_behalf: OnBehalf | None) -> tuple[Part, Role]:
    """Choose the part and the role under which a call is made.

    :raises Forbidden: no hat fits, or the action is never done on behalf.
    :raises ActingAsRequired: several fit.
    """
    wanted = frozenset(allowed)
    if on_behalf:
        helpers = [hat for hat in actor.worn if hat.bank_id == match.bank_id and hat.role in HELPERS]
        parts = side_parts(on_behalf.side) & wanted
        if not helpers or not parts:
            raise Forbidden()
        return _first(parts), single_hat(helpers).role
    fitting = [hat for hat in actor.worn if hat_parts(hat, match) & wanted]
    hat = single_hat(fitting)
    return _first(hat_parts(hat, match) & wanted), hat.role


def require_proxy(case: Case) -> None:
    """Ask whether the proxy whom staff name may speak for the side they act for; none is named mostly.

    :raises InvalidInput: not for this side, not on that day, or not about matches.
    """
    if behalf := case.step.on_behalf:
        row = case.professional if behalf.side == Side.PROFESSIONAL else case.organization
        proxy_heard(about="match", whose=Subject(str(behalf.side), row.pk, case.bank.pk), step=case.step)


def part_asking(actor: Actor, match: Match, action: str, on_behalf: OnBehalf | None) -> tuple[Part, Role]:
    """Choose the part for an action in the state at hand.

    A side that is merely not the one asked gets its part all the same, so that the table refuses it (409, not 403).

    :raises Forbidden: no hat of the actor may ever do this.
    :raises ActingAsRequired: several fit.
    """
    here = [row.parts for row in TABLE.rows if row.action == action and match.state in row.sources]
    try:
        return part_for(actor, match, frozenset().union(*here), on_behalf)
    except Forbidden:
        return part_for(actor, match, TABLE.parts_for(action), on_behalf)


_ORDER = (Part.OWNER, Part.ORGANIZATION, Part.PROFESSIONAL, Part.COORDINATOR, Part.BANK_ADMIN)


def _first(parts: frozenset[Part]) -> Part:
    return next(part for part in _ORDER if part in parts)


def sees(actor: Actor, match: Match, on_behalf: OnBehalf | None = None) -> bool:
    """Tell whether the actor sees this match at all. A desk that acts on behalf of a side sees what that side sees."""
    if actor.is_coordinator_of(match.bank_id):
        return True
    if on_behalf and actor.is_helper_of(match.bank_id) and any_side_sees(match, [on_behalf.side]):
        return True
    return any_side_sees(match, sides_of(actor, match))


def any_side_sees(match: Match, sides: Iterable[Side]) -> bool:
    """Tell whether one of the sides sees the match by now."""
    return any(side_sees(match.state, getattr(match, f"{side}_answer")) for side in sides)


def sides_of(actor: Actor, match: Match) -> list[Side]:
    """The sides an actor speaks for in a match: its own, and those that it acts for at a desk."""
    return sides_of_each(actor, [match])[match.pk]


def sides_of_each(actor: Actor, matches: Sequence[Match]) -> dict[UUID, list[Side]]:
    """`sides_of` for many matches, with as many queries as for one."""
    desk = desk_sides(actor, matches)
    own = {match.pk: {part.value for part in parts_of(actor, match)} for match in matches}
    return {pk: [side for side in Side if side.value in parts or side in desk.get(pk, ())] for pk, parts in own.items()}


def sides_reading(actor: Actor, match: Match) -> list[Side]:
    """The sides as which an actor reads a record: those that it speaks for, or is, for no hat takes a side away."""
    return sides_of(actor, match) or sides_been(actor, match)


def sides_been(actor: Actor, match: Match) -> list[Side]:
    """The sides that an actor is, under whatever hat: with a professional's company, every member of it."""
    every_hat = replace(actor, acting_as=None)
    holds = match.professional.organization_id in every_hat.ids_as(*ORGANIZATION_ROLES)
    been = {Side.PROFESSIONAL.value} if holds else set()
    parts = been | {part.value for part in parts_of(every_hat, match)}
    return [side for side in Side if side.value in parts]


def sees_original(actor: Actor, match: Match) -> bool:
    """Coordinators see all words as they were written; where they are a side, they read as that side does."""
    return actor.is_coordinator_of(match.bank_id) and not sides_been(actor, match)


def require_coordinator_apart(actor: Actor, match: Match) -> None:
    """:raises Forbidden: the actor is no coordinator of the bank, or is a side of the match, under whatever hat."""
    require_coordinator(actor, match.bank_id)
    if not sees_original(actor, match):
        raise Forbidden()


def is_side_of(actor: Actor) -> Q:
    """Matches that the actor is a side of, under whatever hat: the condition on rows."""
    every_hat = replace(actor, acting_as=None)
    companies = every_hat.ids_as(*ORGANIZATION_ROLES)
    held = Q(professional_id__in=every_hat.ids_as(Role.PROFESSIONAL)) | Q(professional__organization_id__in=companies)
    return held | Q(need__organization_id__in=companies)


OF_PROFESSIONAL = frozenset({"professional_not_approved", "professional_paused", "capacity_insufficient"})
OF_ORGANIZATION = frozenset({"organization_not_approved"})
OF_THE_OTHER = {Side.PROFESSIONAL: OF_ORGANIZATION, Side.ORGANIZATION: OF_PROFESSIONAL}
"""Side that asks → refusals that tell what is the other side's own affair."""


def worded_for(case: Case, refusals: Iterable[Refusal]) -> list[Refusal]:
    """Word refusals for who asks: a side learns that the pair cannot be had, never why; staff learn all.

    A rest, a full week, a consent taken back, a hidden name and an open prospect all read the same to it, and to a desk
    that acts for it. Staff who are a side learn that alone: the other reasons may be what the other side withholds.
    """
    refusals = list(refusals)
    if being_a_side := [refusal for refusal in refusals if refusal.code == "actor_is_a_side"]:
        return being_a_side
    coordinates = case.step.on_behalf and case.step.actor.is_coordinator_of(case.bank.pk)
    side = None if coordinates else case.side
    if side is None:
        return refusals
    worded = [NOT_AVAILABLE if _is_the_others(case, side, refusal) else refusal for refusal in refusals]
    return [refusal for n, refusal in enumerate(worded) if refusal not in worded[:n]]


NOT_AVAILABLE = Refusal("not_available")


def _is_the_others(case: Case, side: Side, refusal: Refusal) -> bool:
    if refusal.code == "pair_open":
        return not _sees_open_match(case, side)
    consent = refusal.code == "consent_withdrawn" and refusal.facts.get("side") != side
    return consent or refusal.code in OF_THE_OTHER[side]


def _sees_open_match(case: Case, side: Side) -> bool:
    matches = Match.objects.filter(need=case.need, professional=case.professional)
    hidden = CLOSED_STATES | HIDDEN_FROM_SIDES
    return matches.exclude(state__in=hidden).exclude(**{f"{side}_answer": ""}).exists()
