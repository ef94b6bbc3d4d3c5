"""Writing what staff and sides do with their worklists, and who is away."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from talentbank.accounts.policies import require_coordinator
from talentbank.accounts.selectors import colleagues
from talentbank.core.actors import COORDINATORS, Actor, Role
from talentbank.core.clock import day_of
from talentbank.core.errors import FieldError, Forbidden, InvalidInput, NotFound, StaleVersion, invalid
from talentbank.core.models import lock
from talentbank.worklist.items import Item
from talentbank.worklist.items import item_id as key_id
from talentbank.worklist.models import Absence, WorklistMark
from talentbank.worklist.selectors import worklist_item

MOST_SNOOZE_DAYS = 30


@transaction.atomic
def item_snooze(*, actor: Actor, item: Item, until: date | None, reason: str, at: datetime) -> Item:
    """This function will put an item off until a day, for this reader alone; None takes it up again.

    `item` comes from `worklist_item`.

    :raises InvalidInput: the day is not ahead, or more than 30 days away.
    """
    today = day_of(at)
    if until is not None and not today < until <= today + timedelta(days=MOST_SNOOZE_DAYS):
        latest = today + timedelta(days=MOST_SNOOZE_DAYS)
        raise invalid("/until", "out_of_range", after=str(today), until=str(latest))
    _mark(item, actor, at, snoozed_until=until, reason=reason)
    return replace(item, snoozed_until=until)


@transaction.atomic
def item_delegate(*, actor: Actor, item: Item, to_user: UUID, reason: str, at: datetime) -> Item:
    """This function will give an item to a colleague, in whose worklist it then stands with who gave it.

    `item` comes from `worklist_item`.

    :raises Forbidden: the actor is no coordinator of the bank.
    :raises InvalidInput: the colleague is no coordinator of the bank, or the actor's own self.
    """
    require_coordinator(actor, item.waiting.bank_id)
    if to_user == actor.user_id or not is_colleague(item.waiting.bank_id, to_user, day_of(at)):
        raise invalid("/to_user", "not_a_colleague")
    if to_user in item.waiting.barred:
        raise invalid("/to_user", "four_eyes")
    _mark(item, actor, at, delegated_to_id=to_user, delegated_at=at, reason=reason)
    # Whoever gets it back has it: two colleagues who give it to each other do not lose it.
    back = WorklistMark.objects.filter(bank_id=item.waiting.bank_id, item_key=item.key, user_id=to_user)
    back.update(delegated_to=None, delegated_at=None, updated_at=at)
    return replace(item, delegated_to=to_user)


@transaction.atomic
def item_take_back(*, actor: Actor, item_id: UUID, at: datetime) -> Item:
    """This function will take an item back that the actor gave away.

    :raises NotFound: the actor gave away no such item, or it waits no more.
    """
    given = WorklistMark.objects.select_for_update(of=("self",)).filter(
        user_id__in=_ids(actor), delegated_to__isnull=False, bank_id__in=actor.banks_as(COORDINATORS)
    )
    mark = next((mark for mark in given if key_id(mark.item_key) == item_id), None)
    if mark is None:
        raise NotFound()
    mark.delegated_to_id, mark.delegated_at = None, None
    mark.save_step(at=at)
    return worklist_item(actor, item_id, at, basket=mark.item_key.partition(":")[0])


def _mark(item: Item, actor: Actor, at: datetime, **values: object) -> None:
    bank_id, key = item.waiting.bank_id, item.key
    mark = WorklistMark.objects.filter(bank_id=bank_id, item_key=key, user_id__in=_ids(actor)).first()
    if mark is None:
        WorklistMark.create(at=at, bank_id=bank_id, item_key=key, user_id=actor.user_id, **values)
        return
    for name, value in values.items():
        setattr(mark, name, value)
    mark.save_step(at=at)


def _ids(actor: Actor) -> list[UUID]:
    return [actor.user_id] if actor.user_id else []


def is_colleague(bank_id: UUID, user_id: UUID, day: date) -> bool:
    """Tell whether an account is a coordinator or bank_admin of a bank on a day."""
    return colleagues({bank_id}, day).filter(user_id=user_id).exists()


@transaction.atomic
def absence_enter(
    *,
    actor: Actor,
    bank_id: UUID,
    user_id: UUID,
    deputy_id: UUID | None,
    away_from: date,
    away_until: date,
    at: datetime,
) -> Absence:
    """This function will enter days of absence: one's own, or anybody's for a bank_admin.

    :raises Forbidden: the actor is no coordinator of the bank, or enters somebody else's without being its bank_admin.
    :raises InvalidInput: the days are over or in the wrong order, or the deputy is no coordinator of the bank.
    """
    require_coordinator(actor, bank_id)
    if user_id != actor.user_id and Role.BANK_ADMIN not in actor.roles_in(bank_id):
        raise Forbidden()
    errors = []
    if away_until < away_from:
        errors.append(FieldError("/away_until", "ends_before_it_begins"))
    if away_until < day_of(at):
        errors.append(FieldError("/away_until", "in_the_past"))
    if not is_colleague(bank_id, user_id, day_of(at)):
        errors.append(FieldError("/user", "not_a_colleague"))
    if deputy_id and (deputy_id == user_id or not is_colleague(bank_id, deputy_id, day_of(at))):
        errors.append(FieldError("/deputy", "not_a_colleague"))
    if errors:
        raise InvalidInput(errors)
    return Absence.create(
        at=at, bank_id=bank_id, user_id=user_id, deputy_id=deputy_id, away_from=away_from, away_until=away_until
    )


@transaction.atomic
def absence_remove(*, actor: Actor, absence: Absence, expected_version: int) -> None:
    """This function will strike out an absence: one's own, or anybody's for a bank_admin.

    :raises Forbidden: it is a colleague's, and the actor is no bank_admin.
    :raises StaleVersion: somebody changed it since the caller looked.
    """
    row = lock(Absence, absence.pk)
    if row.user_id != actor.user_id and Role.BANK_ADMIN not in actor.roles_in(row.bank_id):
        raise Forbidden()
    if row.version != expected_version:
        raise StaleVersion(version=row.version)
    row.delete()
