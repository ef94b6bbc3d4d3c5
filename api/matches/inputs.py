"""Bodies of match calls: shapes only; what they mean is decided in `talentbank.matches`."""

from __future__ import annotations

from api.serializers import (
    CommonActionInput,
    ReasonedInput,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictFloatField,
    StrictIntegerField,
    StrictListField,
    StrictSerializer,
    StrictUUIDField,
    reasons,
)
from talentbank.core.actors import Side
from talentbank.matches.inputs import CORRECTABLE
from talentbank.matches.states import ClosedReason, Origin

YEN = {"minimum": 0, "maximum": 1_000_000_000}
TEXT = 4000


class MatchInput(CommonActionInput):
    """A new match: `professional` by id for itself and for staff, `card` for the need's organization."""

    need = StrictUUIDField()
    professional = StrictUUIDField(required=False)
    card = StrictUUIDField(required=False)
    origin = StrictChoiceField(Origin, component="MatchOrigin")
    previous = StrictUUIDField(required=False, help_text="origin repeat: the completed match; the last one if absent.")
    agreed_by = StrictListField(
        child=StrictChoiceField(Side), max_length=2, unique=True, required=False, help_text="origin repeat: both sides."
    )


class ProposeInput(CommonActionInput):
    ask_first = StrictChoiceField(Side, required=False, help_text="The bank's default order if absent.")


class DeclineInput(ReasonedInput):
    share_reason = StrictBooleanField(required=False, help_text="Whether the other side may read the reason.")


class PostponeInput(CommonActionInput):
    until = StrictDateField()


class DecisionInput(StrictSerializer):
    """A formal decision (決裁)."""

    document_number = StrictCharField(max_length=100)
    decided_on = StrictDateField()
    decided_by_title = StrictCharField(max_length=100)


class ApproveInput(CommonActionInput):
    decision = DecisionInput(required=False)


class ConfirmInput(CommonActionInput):
    terms_version = StrictIntegerField(minimum=1, maximum=1000)
    paper_kept_at = StrictCharField(max_length=200, required=False, help_text="Where the signed paper is kept.")


class StartInput(CommonActionInput):
    started_on = StrictDateField(required=False)


class SuspendInput(ReasonedInput):
    requested_by = StrictChoiceField(Side)


class DeliverInput(CommonActionInput):
    report = StrictCharField(max_length=TEXT)


class ReturnInput(CommonActionInput):
    missing = StrictCharField(max_length=TEXT)


class CompleteInput(CommonActionInput):
    ended_on = StrictDateField()
    hours_worked = StrictFloatField(minimum=0, maximum=100_000, required=False)


class TerminateInput(CompleteInput):
    reason_codes = reasons(min_length=1)
    notice_given_on = StrictDateField(required=False, help_text="Terms of six months or more: the day of the notice.")


class CancelInput(ReasonedInput):
    closed_reason = StrictChoiceField(
        [ClosedReason.CANCELLED, ClosedReason.MISTAKEN, ClosedReason.DUPLICATE, ClosedReason.UNREACHABLE],
        required=False,
    )


class CorrectInput(ReasonedInput):
    field = StrictChoiceField(sorted(CORRECTABLE))
    new = StrictCharField(max_length=60, help_text="The right value: a day, hours as a number, or a reason code.")


class ConflictInput(StrictSerializer):
    """A decision on conflicts of interest, in writing, also when nothing was found."""

    outcome = StrictChoiceField(["none", "waived", "blocked"])
    reason = StrictCharField(
        max_length=TEXT, required=False, allow_blank=True, help_text="Due where the outcome is waived or blocked."
    )
    findings = StrictListField(
        child=StrictCharField(max_length=60),
        max_length=50,
        required=False,
        help_text="Codes that you had before you; 409 if the scan now finds more.",
    )
