"""The actions of the registration table, one small class each; `talentbank.registrations.lifecycle` holds the rule."""

from __future__ import annotations

from typing import Any, ClassVar

from django.urls import URLPattern

from api.registrations import inputs
from api.registrations.views import RegistrationWrite
from api.routing import endpoint
from api.serializers import CommonActionInput, RowOutput, StepInput, on_behalf_of
from api.views import ActionView
from talentbank.core.audit import Step
from talentbank.registrations.lifecycle import RegistrationAction, actions_of
from talentbank.registrations.policies import part_for
from talentbank.registrations.rooms import Room
from talentbank.registrations.selectors import registration_get
from talentbank.registrations.services import registration_transition


class RegistrationActionView(RegistrationWrite, ActionView):
    """One step along the table. 409 tells the state, the allowed actions and the guards that refused."""

    action: ClassVar[RegistrationAction]

    def find(self, **ids: Any) -> Any:
        helping = bool(self.values.get("on_behalf_of"))
        return registration_get(self.room, self.actor, ids["id"], for_helper=helping)

    def permit(self, row: Any) -> None:
        wanted = self.room.table.parts_for(self.action)
        part_for(self.room, self.actor, row, wanted, on_behalf_of(self.values))

    def perform(self, row: Any, *, step: StepInput, expected_version: int) -> Any:
        return registration_transition(
            room=self.room,
            id=row.pk,
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


_A = RegistrationAction
SAID = {
    _A.SUBMIT: ("Submit a registration", "The holder hands it in for review; it gets its reference."),
    _A.REQUEST_CHANGES: ("Ask for changes", "Staff send it back with comments per field."),
    _A.APPROVE: ("Approve a registration", "By somebody else than who typed it in; valid for the bank's years."),
    _A.REJECT: ("Reject a registration", "By somebody else than who typed it in."),
    _A.APPROVE_CHANGES: ("Approve pending changes", "What waited goes live."),
    _A.REJECT_CHANGES: ("Reject pending changes", "What waited is dropped; the old version stays live."),
    _A.MARK_REVIEWED: ("Mark as reviewed", "Staff have read what went live since the last review."),
    _A.COUNTERSIGN: ("Countersign a decision", "A bank_admin other than who decided signs."),
    _A.PAUSE: ("Pause referral", "No introductions for a while; the registration stays."),
    _A.UNPAUSE: ("End a pause", "Introductions are possible again."),
    _A.SUSPEND: ("Suspend a registration", "Open matches up to negotiating close; what runs goes on."),
    _A.LIFT: ("Lift a suspension", "The registration is approved again."),
    _A.RENEW: ("Renew a registration", "One step: nothing has changed."),
    _A.WITHDRAW: ("Withdraw a registration", "Not while a match is contracted to delivered."),
    _A.REAPPLY: ("Begin anew", "A withdrawn, rejected or expired registration becomes a draft again."),
}
INPUTS: dict[RegistrationAction, type[CommonActionInput]] = {
    _A.SUBMIT: inputs.RegistrationConsentInput,
    _A.RENEW: inputs.RegistrationConsentInput,
    _A.REQUEST_CHANGES: inputs.RegistrationRequestChangesInput,
    _A.APPROVE: inputs.RegistrationDecisionInput,
    _A.REJECT: inputs.RegistrationDecisionInput,
    _A.PAUSE: inputs.RegistrationPauseInput,
}


def action_urls(room: Room, output: type[RowOutput], *, name: str, resource: str) -> list[URLPattern]:
    """The addresses of every action that is not the system's alone."""
    return [
        endpoint(f"{resource}/<uuid:id>/{action.value}", post=_action(room, action, output, name, resource))
        for action in actions_of(room.table)
    ]


def _action(
    room: Room, action: RegistrationAction, output: type[RowOutput], name: str, resource: str
) -> type[RegistrationActionView]:
    parts = action.value.split("-")
    summary, description = SAID[action]
    return type(
        name + "".join(part.capitalize() for part in parts),
        (RegistrationActionView,),
        {
            "__doc__": description,
            "__module__": __name__,
            "room": room,
            "action": action,
            "tag": resource,
            "operation_id": f"{resource}_{'_'.join(parts)}",
            "summary": summary,
            "required_scopes": (f"{resource}:write",),
            "input_serializer": INPUTS.get(action, CommonActionInput),
            "output_serializer": output,
        },
    )
