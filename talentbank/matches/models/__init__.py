"""Rows of the room: the match, and what belongs to it."""

from talentbank.matches.models.conflicts import ConflictDecision
from talentbank.matches.models.follow_up import (
    Evaluation,
    EvaluationOutcome,
    WorkReport,
    WorkReportState,
)
from talentbank.matches.models.match import SIDES, Match
from talentbank.matches.models.talks import (
    CallResult,
    Complaint,
    ComplaintAbout,
    ComplaintState,
    MatchQuestion,
    NoteKind,
    Push,
    StaffNote,
)
from talentbank.matches.models.terms import Terms

__all__ = [
    "SIDES",
    "CallResult",
    "Complaint",
    "ComplaintAbout",
    "ComplaintState",
    "ConflictDecision",
    "Evaluation",
    "EvaluationOutcome",
    "Match",
    "MatchQuestion",
    "NoteKind",
    "Push",
    "StaffNote",
    "Terms",
    "WorkReport",
    "WorkReportState",
]
