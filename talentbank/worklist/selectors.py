"""Reading a worklist: what waits for this reader, in order."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from talentbank.accounts.policies import require_coordinator
from talentbank.accounts.selectors import colleagues
from talentbank.core.actors import Actor
from talentbank.core.errors import NotFound
from talentbank.ranking.placement import RankingUnavailable
from talentbank.worklist.baskets import BASKETS, POSITIONS, Basket
from talentbank.worklist.items import Item, Reader, Waiting
from talentbank.worklist.models import Absence, WorklistMark

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a worklist shows beside what waits for the reader today."""

    snoozed: bool = False
    delegated: bool = False
    others: bool = False
    """For staff: also what a colleague looks after."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many items lie in a basket, and how many of them are overdue; not `is_known` while rankings are away."""

    basket: str
    count: int
    overdue: int
    is_known: bool = True


EVERYTHING_OF_MINE = Shown(snoozed=True)


def worklist(
    actor: Actor,
    at: datetime,
    *,
    baskets: Collection[str] = (),
    banks: Collection[UUID] = (),
    shown: Shown = Shown(),
) -> list[Item]:
    """Everything that waits for the actor: what is due or late, then the baskets in their order.

    Within a basket by the day it is due, then the longest wait. While rankings are away the baskets that need one are
    empty; `worklist_counts` tells which.
    """
    reader = Reader(actor, at)
    marks = _Marks(reader, shown)
    wanted = [each for each in baskets_of(actor) if not baskets or each.name in baskets]
    items = [item for basket in wanted for item in _items_if_known(basket, reader, marks)]
    mine = (item for item in items if not banks or item.waiting.bank_id in banks)
    return sorted(mine, key=lambda item: _urgency(item, reader.today))


def _urgency(item: Item, today: date) -> tuple[bool, int, date, datetime, str]:
    due = item.waiting.due_on or date.max
    return (due > today, POSITIONS[item.basket], due, item.waiting.since, str(item.id))


def baskets_of(actor: Actor) -> list[Basket]:
    """The baskets that the actor's roles have, in their order."""
    roles = {hat.role for hat in actor.worn}
    return [each for each in BASKETS if each.roles & roles]


def worklist_counts(actor: Actor, at: datetime, *, banks: Collection[UUID] = ()) -> list[Counted]:
    """Every basket that the actor's roles have, with how many items lie in it and how many of them are overdue."""
    reader = Reader(actor, at)
    marks = _Marks(reader, Shown())
    return [_counted(basket, reader, marks, banks) for basket in baskets_of(actor)]


def _counted(basket: Basket, reader: Reader, marks: _Marks, banks: Collection[UUID]) -> Counted:
    try:
        waiting = [item.waiting for item in _items(basket, reader, marks)]
    except RankingUnavailable:
        return Counted(basket.name, 0, 0, is_known=False)
    mine = [each for each in waiting if not banks or each.bank_id in banks]
    late = sum(1 for each in mine if each.due_on and each.due_on < reader.today)
    return Counted(basket.name, len(mine), late)


def worklist_item(actor: Actor, item_id: UUID, at: datetime, *, basket: str = "") -> Item:
    """One item of the actor's own worklist, put off or not; `basket` names where it lies, if that is known.

    Nothing is ranked: a need that has candidates by now may still be put off or given away, which harms nobody.

    :raises NotFound: nothing of that id waits for the actor.
    """
    reader = Reader(actor, at, ranks=False)
    marks = _Marks(reader, EVERYTHING_OF_MINE)
    searched = (each for each in baskets_of(actor) if basket in ("", each.name))
    items = (item for each in searched for item in _items(each, reader, marks))
    found = next((item for item in items if item.id == item_id), None)
    if found is None:
        raise NotFound()
    return found


def item_actions(actor: Actor, item: Item) -> list[str]:
    """What the reader may do with the item itself, beside the calls that settle it; by its state and the role alone."""
    waits = item.is_mine and item.delegated_to is None
    coordinates = actor.is_coordinator_of(item.waiting.bank_id)
    offered = {
        "snooze": waits,
        "unsnooze": waits and item.snoozed_until is not None,
        "delegate": waits and coordinates,
        "take-back": item.delegated_to is not None and coordinates,
    }
    return [action for action, is_open in offered.items() if is_open]


def absences_of(actor: Actor, bank_id: UUID) -> QuerySet[Absence]:
    """Absences of a bank's staff, for its coordinators.

    :raises Forbidden: the actor is no coordinator of the bank.
    """
    require_coordinator(actor, bank_id)
    return Absence.objects.filter(bank_id=bank_id).select_related("user", "deputy").order_by("away_from", "id")


def absence_get(actor: Actor, bank_id: UUID, id: UUID) -> Absence:
    """:raises NotFound: no such absence in this bank. :raises Forbidden: as `absences_of`."""
    absence = absences_of(actor, bank_id).filter(pk=id).first()
    if absence is None:
        raise NotFound()
    return absence


def _items(basket: Basket, reader: Reader, marks: _Marks) -> Iterator[Item]:
    for waiting in basket.find(reader):
        item = marks.placed(Item(basket.name, waiting, basket.settles), of_staff=basket.of_staff)
        if item is not None:
            yield item


def _items_if_known(basket: Basket, reader: Reader, marks: _Marks) -> list[Item]:
    """The items of a basket; none while what lies in it cannot be told, for the other baskets need no ranking."""
    try:
        return list(_items(basket, reader, marks))
    except RankingUnavailable as error:
        logger.warning("basket %s left empty: %s", basket.name, error)
        return []


class _Marks:
    """What was done with items, and who stands in for whom today: read once for a whole worklist."""

    def __init__(self, reader: Reader, shown: Shown) -> None:
        self.user_id, self.today, self.shown = reader.actor.user_id, reader.today, shown
        banks = {hat.bank_id for hat in reader.actor.worn}
        me = [self.user_id] if self.user_id else []
        rows = WorklistMark.objects.filter(bank_id__in=banks)
        self._own = {row.item_key: row for row in rows.filter(user_id__in=me)}
        self._given = {row.item_key: row for row in rows.filter(delegated_to_id__in=me)}
        away = Absence.objects.filter(bank_id__in=banks, away_from__lte=self.today, away_until__gte=self.today)
        self._away = {(row.bank_id, row.user_id): row.deputy_id for row in away}
        self._staff = {(row.bank_id, row.user_id) for row in colleagues(banks, self.today)}

    def placed(self, item: Item, *, of_staff: bool) -> Item | None:
        """The item as this reader has it; None where it is not in this worklist."""
        own, given = self._own.get(item.key), self._given.get(item.key)
        until = own.snoozed_until if own and own.snoozed_until and own.snoozed_until > self.today else None
        away_to = own.delegated_to_id if own and self._is_staff(item.waiting, own.delegated_to_id) else None
        hidden = (until and not self.shown.snoozed) or (away_to and not self.shown.delegated)
        deputy_for = self._deputy_for(item.waiting)
        mine = bool(not of_staff or given or deputy_for or self._looks_after(item.waiting))
        if hidden or not (mine or self.shown.others) or (of_staff and self.user_id in item.waiting.barred):
            return None
        return replace(
            item,
            snoozed_until=until,
            delegated_to=away_to,
            delegated_by=given.user_id if given else None,
            deputy_for=deputy_for,
            is_mine=mine,
        )

    def _looks_after(self, waiting: Waiting) -> bool:
        """One's own, and what nobody else can settle: without a coordinator, or with one who left or is barred."""
        keeper = waiting.coordinator
        return keeper in (None, self.user_id) or keeper in waiting.barred or not self._is_staff(waiting, keeper)

    def _deputy_for(self, waiting: Waiting) -> UUID | None:
        """The absent colleague whose deputy the reader is; where there is no deputy at work, everybody is."""
        keeper = waiting.coordinator
        if keeper is None or keeper == self.user_id or (waiting.bank_id, keeper) not in self._away:
            return None
        deputy = self._away[waiting.bank_id, keeper] or waiting.deputy
        at_work = self._is_staff(waiting, deputy) and (waiting.bank_id, deputy) not in self._away
        return keeper if deputy == self.user_id or not at_work else None

    def _is_staff(self, waiting: Waiting, user_id: UUID | None) -> bool:
        return user_id is not None and (waiting.bank_id, user_id) in self._staff
