"""What several lists filter by: the bank, and who of its staff looks after a row."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from api.filters import TextsFilter
from talentbank.core.actors import COORDINATORS, Actor

ME = "me"


def bank_named(values: list[str], prefix: str = "") -> Q:
    """Rows of the banks with these ids or slugs."""
    ids, slugs = [], []
    for value in values:
        try:
            ids.append(UUID(value))
        except ValueError:
            slugs.append(value)
    return Q(**{f"{prefix}id__in": ids}) | Q(**{f"{prefix}slug__in": slugs})


class BanksFilter(TextsFilter):
    """Ids or slugs of banks; `field_name` leads from a row to its bank."""

    def __init__(self, field_name: str = "bank", **options: Any) -> None:
        super().__init__(field_name, help_text="Id or slug of a bank.", **options)

    def filter(self, rows: QuerySet[Any], values: list[str] | None) -> QuerySet[Any]:
        return rows.filter(bank_named(values, f"{self.field_name}__")) if values else rows


def looked_after(values: list[str], actor: Actor) -> Q:
    """Rows of the actor's banks that these accounts look after, as coordinator or as deputy; `me` is the actor.

    Matches nothing for whoever is no coordinator: who handles what is not for the sides.
    """
    ids = [actor.user_id if value == ME else _id(value) for value in values]
    keepers = [id for id in ids if id]
    mine = Q(coordinator_id__in=keepers) | Q(deputy_id__in=keepers)
    return Q(bank_id__in=actor.banks_as(COORDINATORS)) & mine


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
