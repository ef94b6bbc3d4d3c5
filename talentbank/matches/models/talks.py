"""What is said around a match: questions of the sides, complaints, and the staff's own notes and calls."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from talentbank.banks.models import Bank
from talentbank.core.models import Row
from talentbank.matches.models.match import SIDES, Match
from talentbank.registrations.models import CHANNELS


class MatchQuestion(Row):
    """A question of one side to the other. `*_relayed` is what the other side reads: contacts stripped."""

    match = models.ForeignKey(Match, models.RESTRICT, related_name="questions")
    asked_side = models.CharField(max_length=20, choices=SIDES)
    text = models.TextField()
    text_relayed = models.TextField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, null=True, related_name="+")
    channel = models.CharField(max_length=20, choices=CHANNELS)
    answer = models.TextField(blank=True)
    answer_relayed = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, null=True, related_name="+")

    class Meta:
        ordering = ("match", "id")


class ComplaintState(models.TextChoices):
    RECEIVED = "received", "受付済み"
    HANDLING = "handling", "対応中"
    RESOLVED = "resolved", "解決"
    DISMISSED = "dismissed", "対応終了"


class ComplaintAbout(models.TextChoices):
    OTHER_SIDE = "other_side", "相手方"
    STAFF = "staff", "職員"
    BANK = "bank", "制度"


class Complaint(Row):
    """A complaint about a match. Read by who made it, by bank_admins and by the coordinator it was given to."""

    bank = models.ForeignKey(Bank, models.RESTRICT, related_name="+")
    match = models.ForeignKey(Match, models.RESTRICT, related_name="complaints")
    side = models.CharField(max_length=20, choices=SIDES)
    about = models.CharField(max_length=20, choices=ComplaintAbout.choices)
    state = models.CharField(max_length=20, choices=ComplaintState.choices, default=ComplaintState.RECEIVED)
    state_since = models.DateTimeField()
    text = models.TextField()
    resolution = models.TextField(blank=True)
    resolution_told = models.TextField(blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, null=True, related_name="+")
    channel = models.CharField(max_length=20, choices=CHANNELS)
    handler = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (models.Index(fields=("bank", "state"), name="complaint_by_bank_and_state"),)


class NoteKind(models.TextChoices):
    NOTE = "note", "メモ"
    CALL = "call", "電話・連絡"
    CONSULTATION = "consultation", "相談"


class CallResult(models.TextChoices):
    REACHED = "reached", "つながった"
    NO_ANSWER = "no_answer", "不在"
    LEFT_WORD = "left_word", "伝言"
    CALL_BACK = "call_back", "かけ直し"


class StaffNote(Row):
    """A note, a call or a consultation, kept by staff for staff. Consultations (相談件数) count in the figures.

    `subject_kind` and `subject_id` name a match, need, professional or organization; a consultation of somebody who
    walked in names the bank itself.
    """

    bank = models.ForeignKey(Bank, models.RESTRICT, related_name="+")
    subject_kind = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    kind = models.CharField(max_length=20, choices=NoteKind.choices)
    text = models.TextField(blank=True)
    with_side = models.CharField(max_length=20, choices=SIDES, blank=True)
    channel = models.CharField(max_length=20, choices=CHANNELS)
    result = models.CharField(max_length=20, choices=CallResult.choices, blank=True)
    happened_on = models.DateField()
    minutes = models.PositiveSmallIntegerField(null=True)
    call_again_on = models.DateField(null=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, related_name="+")

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = (
            models.CheckConstraint(
                condition=Q(kind=NoteKind.CALL) | Q(result=""), name="staff_note_has_a_result_only_for_calls"
            ),
        )
        indexes = (
            models.Index(fields=("subject_kind", "subject_id"), name="staff_note_by_subject"),
            models.Index(fields=("bank", "kind", "happened_on"), name="staff_note_by_kind_and_day"),
        )


class Push(Row):
    """A need that was pointed out to a professional nobody had proposed: at most three a week, by consent."""

    bank = models.ForeignKey(Bank, models.RESTRICT, related_name="+")
    need = models.ForeignKey("needs.Need", models.RESTRICT, related_name="+")
    professional = models.ForeignKey("professionals.Professional", models.RESTRICT, related_name="pushes")
    week = models.DateField()

    class Meta:
        ordering = ("-week", "id")
        constraints = (models.UniqueConstraint(fields=("need", "professional"), name="push_is_made_once_for_a_pair"),)
