"""Who looks after which open needs and matches, and handing them over at a change of staff."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from talentbank.accounts.models import User
from talentbank.accounts.policies import require_coordinator, single_hat
from talentbank.accounts.selectors import colleagues
from talentbank.core.actors import COORDINATORS, Actor
from talentbank.core.audit import Step
from talentbank.core.errors import ActionRefused, FieldError, InvalidInput, Refusal
from talentbank.core.lifecycle import Part
from talentbank.matches.locks import case_of, lock_all
from talentbank.matches.models import Match
from talentbank.matches.moves import match_event
from talentbank.matches.states import CLOSED_STATES
from talentbank.needs.models import Need, NeedState
from talentbank.needs.moves import case_of as need_case_of
from talentbank.needs.moves import need_event
from talentbank.organizations.models import OrganizationMember

ENDED_NEEDS = (NeedState.CLOSED, NeedState.CANCELLED, NeedState.EXPIRED)
ASSIGN = "assign"

Chosen = tuple[list[UUID], list[UUID]]
"""Ids of needs and of matches."""


@dataclass(frozen=True, slots=True)
class Load:
    """How much one member of staff looks after; `user_id` None is what nobody does."""

    user_id: UUID | None
    name: str
    needs: int
    matches: int


def needs_open(bank_id: UUID) -> QuerySet[Need]:
    return Need.objects.filter(bank_id=bank_id).exclude(state__in=ENDED_NEEDS)


def matches_open_of(bank_id: UUID) -> QuerySet[Match]:
    return Match.objects.filter(bank_id=bank_id).exclude(state__in=sorted(CLOSED_STATES))


def loads(actor: Actor, bank_id: UUID, day: date) -> list[Load]:
    """The open work of a bank by who looks after it: what nobody does first, then everybody who could.

    :raises Forbidden: the actor is no coordinator of the bank.
    """
    require_coordinator(actor, bank_id)
    needs = dict(needs_open(bank_id).order_by().values_list("coordinator").annotate(Count("id")))
    matches = dict(matches_open_of(bank_id).order_by().values_list("coordinator").annotate(Count("id")))
    staff = set(colleagues([bank_id], day).values_list("user_id", flat=True))
    names = dict(User.objects.filter(pk__in={*needs, *matches, *staff} - {None}).values_list("pk", "name"))
    people = sorted(names.items(), key=lambda each: (each[1], each[0]))
    return [Load(id, name, needs.get(id, 0), matches.get(id, 0)) for id, name in ((None, ""), *people)]


@transaction.atomic
def assign(
    *,
    bank_id: UUID,
    to_user: UUID,
    deputy: UUID | None,
    from_user: UUID | None,
    needs: Collection[UUID],
    matches: Collection[UUID],
    dry_run: bool,
    step: Step,
) -> Chosen:
    """This function will hand open needs and matches over: those named, else all of `from_user`.

    Returns the ids of needs and matches that moved (that would move, on a dry run). One event each.

    :raises Forbidden: the actor is no coordinator of the bank.
    :raises InvalidInput: somebody is no coordinator of the bank, or something named is not open in it.
    :raises ActionRefused: somebody would look after what they are a side of.
    """
    require_coordinator(step.actor, bank_id)
    _check_people(bank_id, step, to_user=to_user, deputy=deputy)
    chosen = _chosen(bank_id, from_user, needs, matches)
    if not dry_run:
        lock_all(needs=chosen[0], matches=chosen[1])
        # Another step may have closed a row, or handed it to somebody else, while this one waited for it.
        chosen = _both(chosen, _chosen(bank_id, from_user, needs, matches))
    _require_no_side(step, [to_user, *([deputy] if deputy else [])], *chosen)
    if not dry_run:
        hats = [hat for hat in step.actor.worn if hat.role in COORDINATORS and hat.bank_id == bank_id]
        _hand_over(*chosen, to_user, deputy, Step(actor=step.actor, at=step.at, role=single_hat(hats).role))
    return chosen


def _hand_over(
    needs: Collection[UUID], matches: Collection[UUID], to_user: UUID, deputy: UUID | None, step: Step
) -> None:
    """Write who looks after locked needs and matches from now on, each with its event."""

    def put(row: Need | Match) -> dict[str, object]:
        before, row.coordinator_id, row.deputy_id = row.coordinator_id, to_user, deputy
        row.save_step(at=step.at)
        return {"from": str(before or ""), "to": str(to_user), "deputy": str(deputy or "")}

    for need in Need.objects.filter(pk__in=needs).select_related("bank", "organization").order_by("pk"):
        facts = put(need)
        need_event(need_case_of(need, step, frozenset({Part.COORDINATOR})), ASSIGN, need.state, facts)
    for pk in sorted(matches):
        case = case_of(pk, step)
        match_event(case, ASSIGN, case.match.state, put(case.match))


def _check_people(bank_id: UUID, step: Step, *, to_user: UUID, deputy: UUID | None) -> None:
    known = set(colleagues([bank_id], step.day).values_list("user_id", flat=True))
    errors = [FieldError("/to_user", "not_a_colleague")] if to_user not in known else []
    if deputy and (deputy not in known or deputy == to_user):
        errors.append(FieldError("/deputy", "not_a_colleague"))
    if errors:
        raise InvalidInput(errors)


def _require_no_side(step: Step, people: Collection[UUID], needs: Collection[UUID], matches: Collection[UUID]) -> None:
    """Nobody looks after what they are a side of, whoever hands it over."""
    refusals = [
        Refusal("actor_is_a_side" if person == step.actor.user_id else "assignee_is_a_side")
        for person in people
        if _is_a_side(person, needs, matches)
    ]
    if refusals:
        raise ActionRefused(state="", action=ASSIGN, allowed_actions=[], refusals=refusals)


def _is_a_side(person: UUID, needs: Collection[UUID], matches: Collection[UUID]) -> bool:
    members = OrganizationMember.objects.filter(user_id=person, ended_at__isnull=True)
    companies = members.values("organization_id")
    helps = Q(professional__user_id=person) | Q(professional__organization_id__in=companies)
    own = Match.objects.filter(helps | Q(need__organization_id__in=companies), pk__in=matches)
    return own.exists() or Need.objects.filter(pk__in=needs, organization_id__in=companies).exists()


def _both(one: Chosen, other: Chosen) -> Chosen:
    """The rows of two choices that both have."""
    needs, matches = ([pk for pk in ids if pk in there] for ids, there in zip(one, other, strict=True))
    return needs, matches


def _chosen(bank_id: UUID, from_user: UUID | None, needs: Collection[UUID], matches: Collection[UUID]) -> Chosen:
    open_needs, open_matches = needs_open(bank_id), matches_open_of(bank_id)
    if not needs and not matches:
        if from_user is None:
            raise InvalidInput([FieldError("/from_user", "required")])
        open_needs, open_matches = (
            open_needs.filter(coordinator_id=from_user),
            open_matches.filter(coordinator_id=from_user),
        )
        return _ids(open_needs), _ids(open_matches)
    found_needs, found_matches = _ids(open_needs.filter(pk__in=needs)), _ids(open_matches.filter(pk__in=matches))
    errors = [FieldError(f"/needs/{n}", "not_open_here") for n, pk in enumerate(needs) if pk not in found_needs]
    errors += [FieldError(f"/matches/{n}", "not_open_here") for n, pk in enumerate(matches) if pk not in found_matches]
    if errors:
        raise InvalidInput(errors)
    return found_needs, found_matches


def _ids(rows: QuerySet[Need] | QuerySet[Match]) -> list[UUID]:
    return list(rows.order_by("pk").values_list("pk", flat=True))
