"""The match (マッチング案件) itself."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from talentbank.banks.models import Bank
from talentbank.core.models import Row
from talentbank.matches.states import CLOSED_STATES, ClosedReason, Origin, State
from talentbank.needs.models import Need
from talentbank.professionals.models import Professional

SIDES = [("professional", "人材"), ("organization", "事業者")]


class Match(Row):
    """The record of a pair from first step to evaluation. RESTRICT: a match outlives neither party's record.

    `snapshot` keeps score, parts, reasons and model version as computed at creation, and of a prospect the slate that
    it was chosen from; the texts behind it lie with the event, erasable. `resume_state` is where a
    postponed match goes back to. `undo_agreed` {event, sides} keeps who agreed to undo a contract's step. `made_on` is
    the day it first reached `contracted` (null again when that is undone). `reason_codes` say why it
    ended. `coordinator` looks after it, `deputy` while
    the coordinator is away.
    """

    bank = models.ForeignKey(Bank, models.RESTRICT, related_name="+")
    reference = models.CharField(max_length=30)
    need = models.ForeignKey(Need, models.RESTRICT, related_name="matches")
    round = models.PositiveSmallIntegerField()
    professional = models.ForeignKey(Professional, models.RESTRICT, related_name="matches")
    origin = models.CharField(max_length=20, choices=[(origin.value, origin.value) for origin in Origin])
    state = models.CharField(max_length=30, choices=[(state.value, state.label) for state in State])
    state_since = models.DateTimeField()
    due_on = models.DateField(null=True)
    first_asked = models.CharField(max_length=20, choices=SIDES, blank=True)
    professional_answer = models.CharField(max_length=10, default="")
    organization_answer = models.CharField(max_length=10, default="")
    professional_answer_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, null=True, related_name="+")
    organization_answer_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, null=True, related_name="+")
    resume_state = models.CharField(max_length=30, blank=True)
    postponed_until = models.DateField(null=True)
    introduced_at = models.DateTimeField(null=True)
    introduced_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, null=True, related_name="+")
    countersign_pending = models.BooleanField(default=False)
    decision = models.JSONField(null=True)
    made_on = models.DateField(null=True)
    started_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    hours_worked = models.FloatField(null=True)
    ended_at = models.DateTimeField(null=True)
    closed_reason = models.CharField(max_length=30, blank=True)
    reason_codes = models.JSONField(default=list)
    closed_by = models.CharField(max_length=20, blank=True)
    keep_as_reserve = models.BooleanField(default=False)
    previous = models.ForeignKey("self", models.RESTRICT, null=True, related_name="repeats")
    terms_version = models.PositiveSmallIntegerField(default=0)
    agreed_terms_version = models.PositiveSmallIntegerField(default=0)
    undo_agreed = models.JSONField(default=dict)
    snapshot = models.JSONField(default=dict)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, null=True, related_name="+")
    coordinator = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, null=True, related_name="+")
    deputy = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, null=True, related_name="+")

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("need", "professional"),
                condition=~Q(state__in=[state.value for state in sorted(CLOSED_STATES)]),
                name="match_is_one_open_per_need_and_professional",
            ),
            models.UniqueConstraint(fields=("bank", "reference"), name="match_reference_is_unique"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in State]), name="match_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state=State.CLOSED.value, closed_reason__in=[reason.value for reason in ClosedReason])
                | (~Q(state=State.CLOSED.value) & Q(closed_reason="")),
                name="match_has_a_closed_reason_exactly_when_closed",
            ),
        )
        indexes = (
            models.Index(fields=("bank", "state"), name="match_by_bank_and_state"),
            models.Index(fields=("need", "state"), name="match_by_need_and_state"),
            models.Index(fields=("professional", "state"), name="match_by_professional_state"),
        )

    def __str__(self) -> str:
        return self.reference
