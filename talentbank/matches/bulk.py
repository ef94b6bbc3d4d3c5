"""Many proposals in one call, each for itself: one that is refused leaves the others as they are.

The whole call is one transaction, so that it happened or did not; within it every item has a savepoint of its own.
All rows are locked up front in the house's order, and items are taken bank by bank, because a bank's revision and
audit head are locked with its first item and held to the end; pairs before matches, for the reference of a match that
is opened is counted before them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction

from talentbank.core.actors import COORDINATORS, Actor, Side
from talentbank.core.audit import Step
from talentbank.core.errors import DomainError, NotFound, StaleVersion
from talentbank.core.ids import new_id
from talentbank.core.models import Event
from talentbank.matches.guards import last_step
from talentbank.matches.locks import lock_all
from talentbank.matches.models import Match
from talentbank.matches.services import match_create, match_transition
from talentbank.matches.states import Action, Origin
from talentbank.needs.models import Need


@dataclass(frozen=True, slots=True)
class Proposal:
    """One item: a match as seen at `version`, or a pair for which a prospect is opened first."""

    match_id: UUID | None = None
    version: int | None = None
    need_id: UUID | None = None
    professional_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of an item. `match_id` is None where there is no match, or none that the actor sees."""

    index: int
    match_id: UUID | None
    error: DomainError | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """A bulk call and its results in the order of the items; `id` undoes it. A rehearsal has changed nothing."""

    id: UUID
    dry_run: bool
    results: tuple[Result, ...]


@transaction.atomic
def matches_propose(*, items: Sequence[Proposal], ask_first: Side | None, step: Step, dry_run: bool = False) -> Batch:
    """This function will propose each item for which the table and the guards allow it.

    `dry_run` asks the same and rolls everything back. Each proposal's event carries the id of the batch.
    """
    batch = new_id()
    banks = _banks_of(items)
    in_sight = step.actor.banks_as(COORDINATORS)
    asked = replace(step, input={"batch": str(batch), **({"ask_first": ask_first} if ask_first else {})})

    def propose(index: int) -> Match:
        item = items[index]
        if banks[index] not in in_sight:
            raise NotFound()
        match_id, version = (item.match_id, item.version) if item.match_id else _opened(item, step)
        return match_transition(match_id=match_id, action=Action.PROPOSE, step=asked, expected_version=version)

    with transaction.atomic():
        known = [item for item, bank_id in zip(items, banks, strict=True) if bank_id in in_sight]
        lock_all(
            matches=[item.match_id for item in known if item.match_id],
            pairs=[(item.need_id, item.professional_id) for item in known if item.need_id and item.professional_id],
        )
        results = _bank_by_bank(banks, [item.match_id for item in items], propose)
        if dry_run:
            transaction.set_rollback(True)
    return Batch(batch, dry_run, results)


@transaction.atomic
def matches_propose_undo(*, batch: UUID, step: Step) -> Batch:
    """This function will take back every proposal of a batch that is still the last step of its match.

    The rules are those of `undo`; a prospect that the batch opened stays a prospect.

    :raises NotFound: no such batch of this actor.
    """
    events = batch_events(batch, step.actor)
    if not events:
        raise NotFound()
    lock_all(matches=[event.subject_id for event in events], whole_needs=True)
    matches = [event.subject_id for event in events]
    results = _bank_by_bank([event.bank_id for event in events], matches, lambda n: _undo(events[n], step))
    return Batch(batch, False, results)


def batch_events(batch: UUID, actor: Actor) -> list[Event]:
    """The proposals of a batch of this actor in the banks that it coordinates, oldest first."""
    if actor.user_id is None:
        return []
    # Ids are in the order of time: what is older than the batch is no part of it.
    rows = Event.objects.filter(bank_id__in=actor.banks_as(COORDINATORS), pk__gt=batch, actor_id=actor.user_id)
    return list(rows.filter(action=Action.PROPOSE, facts__batch=str(batch)).order_by("bank_id", "sequence"))


def _opened(item: Proposal, step: Step) -> tuple[UUID, int]:
    assert item.need_id and item.professional_id
    match = match_create(need_id=item.need_id, professional_id=item.professional_id, origin=Origin.PROSPECT, step=step)
    return match.pk, match.version


def _undo(event: Event, step: Step) -> Match:
    """:raises StaleVersion: the match has moved on; what others did since is not undone with it."""
    match = Match.objects.get(pk=event.subject_id)
    last = last_step(match)
    if last is None or (last != event and last.facts.get("undoes") != str(event.pk)):
        raise StaleVersion(version=match.version)
    return match_transition(match_id=match.pk, action=Action.UNDO, step=step, expected_version=match.version)


def _bank_by_bank(
    banks: Sequence[UUID | None], matches: Sequence[UUID | None], act: Callable[[int], Match]
) -> tuple[Result, ...]:
    """Act on every position in a savepoint of its own, and answer in the order of the items.

    Banks come in one order everywhere; in each, what has no match yet comes first (docs/architecture.md, "Locks").
    """
    order = sorted(range(len(banks)), key=lambda index: (str(banks[index]), matches[index] is not None, index))
    results = {index: _tried(index, matches[index], act) for index in order}
    return tuple(results[index] for index in range(len(banks)))


def _tried(index: int, match_id: UUID | None, act: Callable[[int], Match]) -> Result:
    try:
        with transaction.atomic():
            return Result(index, act(index).pk)
    except NotFound as error:
        return Result(index, None, error)
    except DomainError as error:
        return Result(index, match_id, error)


def _banks_of(items: Sequence[Proposal]) -> list[UUID | None]:
    """The bank of each item's match or need; None where there is none."""
    matches = Match.objects.filter(pk__in=[item.match_id for item in items if item.match_id])
    needs = Need.objects.filter(pk__in=[item.need_id for item in items if item.need_id])
    found: dict[UUID | None, UUID] = dict([*matches.values_list("pk", "bank_id"), *needs.values_list("pk", "bank_id")])
    return [found.get(item.match_id or item.need_id) for item in items]
