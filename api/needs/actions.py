"""The actions of the need table, one small class each; the rule stands in `talentbank.needs.lifecycle`."""

from __future__ import annotations

from typing import Any, ClassVar

from api.needs.inputs import NeedReopenInput, NeedRequestChangesInput
from api.needs.views import NeedOperation
from api.serializers import CommonActionInput, ReasonedInput, StepInput, on_behalf_of
from api.views import ActionView
from talentbank.core.audit import Step
from talentbank.needs.lifecycle import ACTIONS as NAMES
from talentbank.needs.lifecycle import TABLE, NeedAction
from talentbank.needs.models import Need
from talentbank.needs.policies import part_for
from talentbank.needs.selectors import need_get
from talentbank.needs.services import need_transition


class NeedActionView(NeedOperation, ActionView):
    """One step along the table. 409 tells the state, the allowed actions and the guards that refused."""

    action: ClassVar[NeedAction]
    required_scopes = ("needs:write",)

    def find(self, **ids: Any) -> Need:
        return need_get(self.actor, ids["id"], for_helper=bool(self.values.get("on_behalf_of")))

    def permit(self, row: Need) -> None:
        part_for(self.actor, row.organization, TABLE.parts_for(self.action), on_behalf_of(self.values))

    def perform(self, row: Need, *, step: StepInput, expected_version: int) -> Need:
        return need_transition(
            need_id=row.pk,
            action=self.action,
            expected_version=expected_version,
            step=Step(
                actor=self.actor,
                at=self.at,
                on_behalf=step.on_behalf,
                happened_on=step.happened_on,
                reason_codes=step.reason_codes,
                note=step.note,
                input=step.input,
            ),
        )


SAID = {
    NeedAction.SUBMIT: ("Submit a need", "Its people hand it in for review; it gets its reference."),
    NeedAction.REQUEST_CHANGES: ("Ask for changes", "Staff send it back with comments per field."),
    NeedAction.OPEN: ("Open a need", "Candidates may be proposed; a public need is published by its agreed summary."),
    NeedAction.AGREE_SUMMARY: ("Agree to the public summary", "The owner agrees to what will be published."),
    NeedAction.REJECT: ("Reject a need", "It is non-compliant and will not be opened again."),
    NeedAction.HOLD: ("Put a need on hold", "No new matches for a while."),
    NeedAction.RESUME: ("Resume a need", "Open again, or in progress while a match runs."),
    NeedAction.CANCEL: ("Cancel a need", "Not while a match is contracted to delivered."),
    NeedAction.REOPEN: ("Reopen a need", "A new round with a new deadline: submitted by its owner, open by staff."),
}
INPUTS = {
    NeedAction.REQUEST_CHANGES: NeedRequestChangesInput,
    NeedAction.REOPEN: NeedReopenInput,
    NeedAction.REJECT: ReasonedInput,
}


def _action(action: NeedAction) -> type[NeedActionView]:
    words = action.value.split("-")
    summary, description = SAID[action]
    return type(
        "Need" + "".join(word.capitalize() for word in words),
        (NeedActionView,),
        {
            "__doc__": description,
            "__module__": __name__,
            "action": action,
            "operation_id": f"needs_{'_'.join(words)}",
            "summary": summary,
            "input_serializer": INPUTS.get(action, CommonActionInput),
        },
    )


ACTIONS = {action: _action(action) for action in NAMES}
"""Every action that is not the system's alone."""
