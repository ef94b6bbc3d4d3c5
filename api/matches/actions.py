"""The actions of the match table, one small class each; the rule stands in `talentbank.matches.lifecycle`."""

from __future__ import annotations

from typing import Any, ClassVar

from api.matches import inputs
from api.matches.views import MatchOperation, domain_step
from api.serializers import CommonActionInput, ReasonedInput, StepInput, on_behalf_of
from api.views import ActionView
from talentbank.core.actors import COORDINATORS
from talentbank.matches.lifecycle import TABLE
from talentbank.matches.models import Match
from talentbank.matches.policies import part_for
from talentbank.matches.selectors import match_get
from talentbank.matches.services import match_transition
from talentbank.matches.states import Action


class MatchAction(MatchOperation, ActionView):
    """One step along the table. 409 tells the state, the allowed actions and the guards that refused."""

    action: ClassVar[Action]
    required_scopes = ("matches:write",)

    def find(self, **ids: Any) -> Match:
        return match_get(self.actor, ids["id"], on_behalf=on_behalf_of(self.values))

    def permit(self, row: Match) -> None:
        _, role = part_for(self.actor, row, TABLE.parts_for(self.action), on_behalf_of(self.values))
        if role in COORDINATORS:  # on behalf too: within minutes one's own decision is undone that way as well
            self.require_scopes(*self.case_scopes)

    def perform(self, row: Match, *, step: StepInput, expected_version: int) -> Match:
        return match_transition(
            match_id=row.pk,
            action=self.action,
            step=domain_step(self.actor, step, self.at),
            expected_version=expected_version,
        )


def _action(
    action: Action,
    summary: str,
    description: str,
    body: type[CommonActionInput],
    *,
    staff: bool = False,
    case_scopes: tuple[str, ...] = (),
) -> type[MatchAction]:
    """`staff`: theirs alone. `case_scopes`: what coordinators need besides where others may act too."""
    return type(
        f"Match{action.value.capitalize()}",
        (MatchAction,),
        {
            "__doc__": description,
            "__module__": __name__,
            "action": action,
            "operation_id": f"matches_{action.value}",
            "summary": summary,
            "input_serializer": body,
            "required_scopes": ("matches:decide",) if staff else ("matches:write",),
            "case_scopes": case_scopes,
        },
    )


COMMON = CommonActionInput
ACTIONS: dict[Action, type[MatchAction]] = {
    view.action: view
    for view in (
        _action(
            Action.PROPOSE,
            "Propose a prospect",
            "Ask the first side. Only the side asked is told.",
            inputs.ProposeInput,
            staff=True,
        ),
        _action(Action.ACCEPT, "Accept", "The side asked says yes; after both it waits for the city.", COMMON),
        _action(Action.DECLINE, "Decline", "The side asked says no, with a reason.", inputs.DeclineInput),
        _action(Action.POSTPONE, "Postpone the answer", "The side asked answers later.", inputs.PostponeInput),
        _action(Action.RESUME, "Resume a postponed match", "Back to the state in which it was postponed.", COMMON),
        _action(
            Action.APPROVE,
            "Approve",
            "Both sides have said yes; contacts open to them, not before.",
            inputs.ApproveInput,
            staff=True,
        ),
        _action(Action.REJECT, "Reject", "The city does not introduce the pair.", ReasonedInput, staff=True),
        _action(
            Action.COUNTERSIGN,
            "Countersign an approval",
            "A bank_admin other than the approver signs.",
            COMMON,
            staff=True,
        ),
        _action(Action.NEGOTIATE, "Begin to negotiate", "The sides talk about the terms.", COMMON),
        _action(
            Action.CONFIRM,
            "Confirm the terms",
            "At the second side's confirmation of the same version the match is made.",
            inputs.ConfirmInput,
        ),
        _action(Action.START, "Start the work", "The work begins.", inputs.StartInput),
        _action(
            Action.AMEND,
            "Confirm amended terms",
            "The new version holds once both sides have confirmed it.",
            inputs.ConfirmInput,
        ),
        _action(Action.SUSPEND, "Suspend the work", "On a side's recorded request.", inputs.SuspendInput, staff=True),
        _action(Action.CONTINUE, "Continue the work", "The suspension ends.", COMMON, staff=True),
        _action(Action.DELIVER, "Deliver", "The professional reports the work done.", inputs.DeliverInput),
        _action(Action.RETURN, "Return a delivery", "Something is missing; the work goes on.", inputs.ReturnInput),
        _action(Action.COMPLETE, "Complete", "The work is done.", inputs.CompleteInput),
        _action(Action.TERMINATE, "Terminate early", "Who, why and the true end.", inputs.TerminateInput),
        _action(Action.WITHDRAW, "Withdraw", "A side that was asked or has said yes steps back.", ReasonedInput),
        _action(Action.CANCEL, "Cancel", "Staff close the match.", inputs.CancelInput, staff=True),
        _action(
            Action.UNDO,
            "Undo the last step",
            "Back to the state before; from contracted on both sides agree. "
            "Coordinators need the scope `matches:decide` too, as for the decisions that they undo.",
            COMMON,
            case_scopes=("matches:decide",),
        ),
        _action(
            Action.CORRECT,
            "Correct a recorded fact",
            "A recorded day or number is put right by an event.",
            inputs.CorrectInput,
            staff=True,
        ),
    )
}
"""Every action that is not the system's alone."""
