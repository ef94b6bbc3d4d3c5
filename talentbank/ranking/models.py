"""What ranking must know of matches, written downward by `matches.services`, and the ids of cards."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from talentbank.banks.models import Bank
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


class IndexBuild(models.Model):
    """An index in files, as of a revision of its bank.

    A file counts only under a row: after an older copy of the database was brought back, files that were written since
    are of a history that never was.

    is_outdated : its files hold terms of somebody who must be forgotten; they go as soon as there is another
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    bank = models.ForeignKey(Bank, models.CASCADE, related_name="index_builds")
    revision = models.BigIntegerField()
    professionals = models.PositiveIntegerField()
    built_at = models.DateTimeField()
    is_outdated = models.BooleanField(default=False)

    class Meta:
        ordering = ("bank", "-revision", "-built_at", "id")


FIELD_PERCENTS = ("headline_percent", "skills_percent", "experiences_percent", "summary_percent")
"""What each field of a profile weighs among its texts; together 100."""
BOUNDS: Mapping[str, tuple[int, int]] = {
    # No field is silenced, for people fill different ones, and none outweighs all others together.
    **dict.fromkeys(FIELD_PERCENTS, (5, 50)),
    # Neither part alone: who claims no skills, or writes little, is still found.
    "text_percent": (30, 90),
    "best_percent": (0, 100),
    # A synonym counts, and never as much as the word itself; a near word less than a synonym may.
    "synonym_percent": (10, 80),
    "near_percent": (0, 60),
}
"""Least and most of each number that a bank may set, in percent."""


def _bounds() -> list[models.CheckConstraint]:
    return [
        models.CheckConstraint(
            condition=Q(**{f"{name}__gte": low, f"{name}__lte": high}),
            name=f"ranking_weight_{name.removesuffix('_percent')}_lies_in_bounds",
        )
        for name, (low, high) in BOUNDS.items()
    ]


class RankingWeights(Row):
    """What a bank weighs otherwise than `matching.Weights` does; no row: as that does.

    text_percent : of words against wished skills, for a need that has both
    best_percent : of the experiences for the best of them, the rest for their mean
    synonym_percent, near_percent : of a word's worth, for a synonym and for a near word
    """

    bank = models.OneToOneField(Bank, models.CASCADE, related_name="ranking_weights")
    headline_percent = models.PositiveSmallIntegerField()
    skills_percent = models.PositiveSmallIntegerField()
    experiences_percent = models.PositiveSmallIntegerField()
    summary_percent = models.PositiveSmallIntegerField()
    text_percent = models.PositiveSmallIntegerField()
    best_percent = models.PositiveSmallIntegerField()
    synonym_percent = models.PositiveSmallIntegerField()
    near_percent = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    headline_percent=100 - F("skills_percent") - F("experiences_percent") - F("summary_percent")
                ),
                name="ranking_weights_of_fields_sum_to_100",
            ),
            *_bounds(),
        )

    @property
    def percents(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in BOUNDS}
