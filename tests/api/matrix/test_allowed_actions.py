"""What `allowed_actions` offers is what is answered: whatever is named succeeds, whatever is not is refused.

By everybody who finds the thing, in the state that the world has it in and in each that an offered action leads to.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.db import transaction

from api.answer_labels import ACTIONS
from api.codes import code_list
from tests.api.matrix.calls import call_of, operations
from tests.api.matrix.world import Thing, World

pytestmark = pytest.mark.django_db
CALLERS = (
    "professional",
    "other_professional",
    "member",
    "owner",
    "support_desk",
    "other_desk",
    "analyst",
    "coordinator",
    "bank_admin",
    "other_bank",
)
DESKS = {"support_desk", "other_desk"}
"""Offered what they may do on behalf, for they may nothing else."""
NO_OPS = {"consents_withdraw", "worklist_items_unsnooze"}
"""A second one is answered and changes nothing, so it is not offered."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A resource: where one reads a thing of it, and the operation of every action; `sends` is a desk's body.

    `codes` is the list of `/codes` that labels the actions.
    """

    codes: str
    read: str
    acts: dict[str, str]
    sends: str = ""
    query: str = ""


def kind(codes: str, read: str, operation: str, *actions: str, sends: str = "", query: str = "") -> Kind:
    acts = {action: f"{operation}_{action.replace('-', '_')}" for action in actions}
    return Kind(codes, read, acts, sends, query)


REPORT = kind(
    "work-report-actions",
    "matches_work_reports_list",
    "matches_work_reports",
    "confirm",
    "return",
    sends="for:organization",
)
OF_MATCH = kind("question-actions", "matches_questions_list", "matches_questions", "answer", sends="for:organization")
OF_NEED = kind("question-actions", "needs_questions_list", "needs_questions", "answer", sends="for:organization")
CONSENT = kind("consent-actions", "consents_read", "consents", "withdraw")
OF_PERSON = kind("proxy-actions", "proxies_read", "proxies", "end", sends="for:professional")
OF_FIRM = kind("proxy-actions", "proxies_read", "proxies", "end", sends="for:organization")
CLIENT = Kind(
    "client-actions",
    "clients_read",
    {"approve": "clients_approve", "revoke": "clients_revoke", "secret": "clients_secret_renew"},
)
INVITATION = kind("invitation-actions", "invitations_read", "invitations", "revoke")
MEMBERSHIP = kind("membership-actions", "memberships_read", "memberships", "end")
ENDPOINT = kind(
    "webhook-endpoint-actions",
    "webhook_endpoints_read",
    "webhook_endpoints",
    *("ping", "redeliver", "disable", "enable", "rotate-secret", "end-previous-secret"),
)
DELIVERY = kind("webhook-delivery-actions", "webhook_deliveries_read", "webhook_deliveries", "redeliver")
ITEM = kind(
    "worklist-item-actions",
    "me_worklist",
    "worklist_items",
    *("snooze", "unsnooze", "delegate", "take-back"),
    query="?include=snoozed&include=delegated&include=others",
)
COMPLAINT = kind("complaint-actions", "complaints_read", "complaints", "take", "resolve", "dismiss", "reopen")
KINDS = {
    "report": REPORT,
    "question:match": OF_MATCH,
    "question:need": OF_NEED,
    "consent:professional": CONSENT,
    "consent:organization": CONSENT,
    "proxy:professional": OF_PERSON,
    "proxy:organization": OF_FIRM,
    "client": CLIENT,
    "client:asked": CLIENT,
    "invitation": INVITATION,
    "membership:colleague": MEMBERSHIP,
    "webhook": ENDPOINT,
    "webhook:rotated": ENDPOINT,
    "webhook:disabled": ENDPOINT,
    "delivery": DELIVERY,
    "item": ITEM,
    "given": ITEM,
    "complaint:received": COMPLAINT,
    "complaint:handling": COMPLAINT,
}


def test_every_action_of_these_resources_is_in_the_table():
    """`POST …/{id}/<action>` of a resource above is one of its actions."""
    known = {operation for each in KINDS.values() for operation in each.acts.values()}
    paths = {operations()[operation].path.rpartition("/")[0] for operation in known}

    for operation in operations().values():
        parent, _, last = operation.path.rpartition("/")
        if operation.method == "POST" and parent in paths and not last.startswith("{"):
            assert operation.id in known, operation.id


def test_every_action_has_a_label_in_both_languages():
    assert {each.codes: set(each.acts) for each in KINDS.values()} == {
        name: {code.code for code in code_list(name)} for name in ACTIONS
    }


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("caller", CALLERS)
def test_what_is_offered_succeeds_and_nothing_else(world, caller, name):
    used = Used(world, caller, world.things[name], KINDS[name])

    for action in used.offered_as_answered():
        with transaction.atomic():
            used.call(action, used.row())
            used.offered_as_answered()
            transaction.set_rollback(True)


def test_somebody_is_offered_every_action_somewhere(world):
    offered = {
        each.acts[action]
        for name, each in KINDS.items()
        for caller in ("professional", "owner", "bank_admin")
        for action in (Used(world, caller, world.things[name], each).row() or {}).get("allowed_actions", ())
    }

    later = {"worklist_items_unsnooze", "complaints_reopen"}  # after an action, which the test above goes on from
    assert offered == {operation for each in KINDS.values() for operation in each.acts.values()} - later


@dataclass(frozen=True, slots=True)
class Used:
    """A caller and a thing."""

    world: World
    caller: str
    thing: Thing
    kind: Kind

    def row(self) -> dict[str, Any] | None:
        """The thing as its caller reads it now; None where it is out of sight."""
        call = call_of(self.world, operations()[self.kind.read], self.thing)
        answer = replace(call, address=call.address + self.kind.query).send(self.client())
        if answer.status_code >= 300:
            return None
        found = answer.json()
        rows = found.get("results", [found])
        return next((row for row in rows if row["id"] == str(self.thing.pk)), None)

    def offered_as_answered(self) -> list[str]:
        """What is offered. Whoever does not see the thing is offered nothing: `table.csv` says what it is answered.

        :raises AssertionError: an action is offered and refused, or answered and not offered.
        """
        row = self.row()
        if row is None:
            return []
        offered: list[str] = row["allowed_actions"]
        for action, operation in self.kind.acts.items():
            with transaction.atomic():
                status = self.call(action, row).status_code
                transaction.set_rollback(True)
            assert status in {200, 201, 403, 404, 409}, (action, status)
            assert status < 300 if action in offered else status > 400 or operation in NO_OPS, (action, status)
        return offered

    def call(self, action: str, row: dict[str, Any] | None) -> Any:
        sends = self.kind.sends if self.caller in DESKS else ""
        call = call_of(self.world, operations()[self.kind.acts[action]], self.thing, sends)
        return replace(call, etag=(row or {}).get("etag", call.etag)).send(self.client())

    def client(self) -> Any:
        return self.world.client(self.caller, self.thing)
