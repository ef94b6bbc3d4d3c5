"""What follows a contract: work reports (実施報告) and the two-sided evaluation (評価)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from talentbank.core.models import Row
from talentbank.matches.models.match import SIDES, Match
from talentbank.registrations.models import CHANNELS


class WorkReportState(models.TextChoices):
    FILED = "filed", "提出済み"
    CONFIRMED = "confirmed", "確認済み"
    RETURNED = "returned", "差し戻し"


class WorkReport(Row):
    """What a professional did in a period. The organization confirms it, or returns it saying what is missing."""

    match = models.ForeignKey(Match, models.RESTRICT, related_name="work_reports")
    state = models.CharField(max_length=20, choices=WorkReportState.choices, default=WorkReportState.FILED)
    period_start = models.DateField()
    period_end = models.DateField()
    hours = models.FloatField()
    work_done = models.TextField()
    next_steps = models.TextField(blank=True)
    answer_comment = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, null=True, related_name="+")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, null=True, related_name="+")
    channel = models.CharField(max_length=20, choices=CHANNELS)

    class Meta:
        ordering = ("match", "period_start", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(period_end__gte=F("period_start")), name="work_report_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=Q(hours__gte=0), name="work_report_hours_are_not_negative"),
        )


class EvaluationOutcome(models.TextChoices):
    REACHED = "reached", "目的を達成した"
    PARTLY = "partly", "一部達成した"
    NOT_REACHED = "not_reached", "達成できなかった"
    TOO_EARLY = "too_early", "まだ分からない"


class Evaluation(Row):
    """One side's evaluation after `complete` or `terminate`.

    Blind: the other side reads it once both are in or the days of the bank's policy have passed. `voided_at` is set
    when the end of the match is undone; a new end opens a new evaluation.
    """

    match = models.ForeignKey(Match, models.RESTRICT, related_name="evaluations")
    side = models.CharField(max_length=20, choices=SIDES)
    score = models.PositiveSmallIntegerField()
    would_repeat = models.BooleanField()
    outcome = models.CharField(max_length=20, choices=EvaluationOutcome.choices)
    effect_yen = models.PositiveBigIntegerField(null=True)
    effect_hours = models.FloatField(null=True)
    comment = models.TextField(blank=True)
    publish_consent = models.BooleanField(default=False)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, null=True, related_name="+")
    channel = models.CharField(max_length=20, choices=CHANNELS)
    voided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("match", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("match", "side"),
                condition=Q(voided_at__isnull=True),
                name="evaluation_is_one_per_match_and_side",
            ),
            models.CheckConstraint(condition=Q(score__gte=1, score__lte=5), name="evaluation_score_lies_in_1_5"),
        )
