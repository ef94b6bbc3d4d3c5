"""What ranking must know of matches, written downward by `matches.services`, and the ids of cards."""

from __future__ import annotations

from django.db import models

from talentbank.core.models import Row
from talentbank.needs.models import Need
from talentbank.professionals.models import Professional


class PairState(models.TextChoices):
    OPEN = "open"
    DECLINED = "declined"
    RESERVE = "reserve"
    ENDED = "ended"


class Pair(Row):
    """How a need and a professional stand: an open match, declined in round n, kept as reserve, or ended.

    `match_id` is the match that wrote the row last, so that a match can ask whether *another* one is open.
    """

    need = models.ForeignKey(Need, models.RESTRICT, related_name="pairs")
    professional = models.ForeignKey(Professional, models.RESTRICT, related_name="pairs")
    state = models.CharField(max_length=10, choices=PairState.choices)
    round = models.PositiveSmallIntegerField()
    match_id = models.UUIDField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("need", "professional"), name="pair_is_kept_once"),)


class Card(models.Model):
    """The opaque id under which a need's people see a professional. Random per need: nothing can be read from it."""

    id = models.UUIDField(primary_key=True)
    need = models.ForeignKey(Need, models.CASCADE, related_name="cards")
    professional = models.ForeignKey(Professional, models.CASCADE, related_name="cards")

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("need", "professional"), name="card_is_one_per_pair"),)
