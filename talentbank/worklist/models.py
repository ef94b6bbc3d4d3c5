"""What staff do with their worklist, and which rungs of ladders were climbed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from talentbank.banks.models import Bank
from talentbank.core.models import Row


class Reminder(models.Model):
    """One rung of a ladder that was climbed: unique, so that two runs of `tick` at once act once.

    It says that its time came, not that somebody was told: the notice waits in the outbox.

    `anchor` is what the ladder began with: the moment a state was entered, or the last day of a registration.
    """

    bank_id = models.UUIDField()
    subject_kind = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    anchor = models.CharField(max_length=80)
    rung = models.CharField(max_length=30)
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("subject_kind", "subject_id", "anchor", "rung"), name="reminder_is_given_once"
            ),
        )


class WorklistMark(Row):
    """What one member of staff did with one item: snoozed it until a day, or gave it to somebody else.

    `item_key` is `<basket>:<subject_kind>:<subject_id>`.
    """

    bank = models.ForeignKey(Bank, models.RESTRICT, related_name="+")
    item_key = models.CharField(max_length=120)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, related_name="+")
    snoozed_until = models.DateField(null=True)
    delegated_to = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, null=True, related_name="+")
    delegated_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("bank", "item_key", "user"), name="worklist_mark_is_one_per_item_and_user"),
        )


class Absence(Row):
    """Days on which a member of staff is away, both included; the deputy's worklist shows the items meanwhile."""

    bank = models.ForeignKey(Bank, models.RESTRICT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, related_name="+")
    deputy = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, null=True, related_name="+")
    away_from = models.DateField()
    away_until = models.DateField()

    class Meta:
        ordering = ("away_from", "id")
        constraints = (
            models.CheckConstraint(condition=Q(away_until__gte=F("away_from")), name="absence_ends_after_it_begins"),
        )
