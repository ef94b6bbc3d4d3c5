"""Writing what ranking must know of matches, and the cards of a need."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from talentbank.core.errors import NotFound
from talentbank.ranking.models import Card, Pair


@transaction.atomic
def pair_write(
    *, need_id: UUID, professional_id: UUID, state: str, round: int, at: datetime, match_id: UUID | None = None
) -> Pair:
    """This function will keep how a need and a professional stand. Called under the need's lock."""
    values = {"state": state, "round": round, "match_id": match_id}
    pairs = Pair.objects.select_for_update(of=("self",))
    pair = pairs.filter(need_id=need_id, professional_id=professional_id).first()
    if pair is None:
        return Pair.create(at=at, need_id=need_id, professional_id=professional_id, **values)
    for name, value in values.items():
        setattr(pair, name, value)
    pair.save_step(at=at)
    return pair


def card_of(*, need_id: UUID, professional_id: UUID) -> UUID:
    """The id under which this need's people see the professional; made at first use."""
    return cards_of(need_id=need_id, professional_ids=[professional_id])[professional_id]


def cards_of(*, need_id: UUID, professional_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Professional's id to card id. Two callers at once get the same cards: the first row of a pair stays."""
    wanted = set(professional_ids)
    rows = Card.objects.filter(need_id=need_id, professional_id__in=wanted).order_by("id")
    found = dict(rows.values_list("professional_id", "id"))
    if absent := sorted(wanted - found.keys()):
        made = [Card(id=uuid4(), need_id=need_id, professional_id=id) for id in absent]
        Card.objects.bulk_create(made, ignore_conflicts=True)
        found = dict(rows.all().values_list("professional_id", "id"))
    return found


def card_professional(*, need_id: UUID, card_id: UUID) -> UUID:
    """The professional behind a card of this need.

    :raises NotFound: no such card, or a card of another need.
    """
    id = Card.objects.filter(pk=card_id, need_id=need_id).values_list("professional_id", flat=True).first()
    if id is None:
        raise NotFound()
    return id
