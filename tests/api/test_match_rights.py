"""Who may do what to a match over HTTP: hats, scopes, desks, what is out of sight, and what `/actions` says of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from api.matches.actions import ACTIONS
from talentbank.core.actors import Side
from talentbank.core.models import Event
from talentbank.matches.models import Match
from tests import factories
from tests.api.match_calls import URL, act, at_state, call, create, etag_of, post, refusals
from tests.api.match_places import READS, WRITES

pytestmark = pytest.mark.usefixtures("clock")  # who reads what leans on no database: SQLite alone, for the suite's time


@pytest.mark.parametrize(
    ("who", "body", "status"),
    [
        ("professional", {"origin": "prospect"}, 403),
        ("professional", {"origin": "repeat"}, 403),
        ("professional", {"origin": "invite"}, 403),
        ("desk", {"origin": "prospect"}, 403),
        ("coordinator", {"origin": "apply"}, 403),
        ("coordinator", {}, 400),
        ("coordinator", {"origin": "guess"}, 400),
        ("coordinator", {"origin": "prospect", "state": "introduced"}, 400),
        ("nobody", {"origin": "apply"}, 401),
    ],
)
def test_who_may_not_open_what(request, session, need, professional, who, body, status):
    person = {"professional": lambda: professional.user, "nobody": lambda: None}
    user = person.get(who, lambda: request.getfixturevalue(who))()

    answer = create(session(user), need, professional=str(professional.pk), **body)

    assert answer.status_code == status
    assert not Match.objects.exists()


def test_a_desk_opens_an_application_on_behalf_and_the_channel_is_kept(session, need, professional, desk):
    behalf = {"on_behalf_of": "professional", "channel": "phone", "evidence_note": "電話で本人に確認"}

    answer = create(session(desk), need, professional=str(professional.pk), origin="apply", **behalf)

    assert answer.status_code == 201
    event = Event.objects.get(subject_id=answer.json()["id"])
    assert (event.on_behalf_of, event.channel, event.actor_role) == ("professional", "phone", "support_desk")


def answers(client: Any, match: Any) -> dict[str, Any]:
    """Action → its answer at `/actions`."""
    found = client.get(f"{URL}/{match.pk}/actions")
    assert "no-store" in found.headers["Cache-Control"]
    return {row["action"]: row for row in found.json()["results"]}


def test_actions_say_what_this_caller_may_and_why_not(session, need, professional, owner, coordinator):
    match = factories.make_match(need, professional, "awaiting_organization")

    firm, pro, staff = (answers(session(user), match) for user in (owner, professional.user, coordinator))

    assert firm.keys() == {action.value for action in ACTIONS}
    assert firm["accept"] == {"action": "accept", "allowed": True, "on_behalf": False, "requires": [], "refusals": []}
    assert firm["decline"]["allowed"] and firm["decline"]["requires"] == ["reason_codes"]
    assert [each["code"] for each in pro["accept"]["refusals"]] == ["state_forbids"]
    assert [each["code"] for each in firm["approve"]["refusals"]] == ["role_forbidden"]
    assert [each["code"] for each in staff["approve"]["refusals"]] == ["state_forbids"]
    assert staff["cancel"]["allowed"] and not staff["cancel"]["on_behalf"]
    assert (staff["accept"]["allowed"], staff["accept"]["on_behalf"]) == (True, True)
    assert [each["code"] for each in staff["deliver"]["refusals"]] == ["state_forbids"]


@pytest.mark.parametrize("state", ["awaiting_professional", "introduced", "active", "delivered", "completed"])
def test_actions_agree_with_the_calls_themselves(session, bank, need, professional, owner, coordinator, state):
    match = factories.make_match(need, professional, state, hours_worked=10.0)
    factories.make_terms(match)
    checked = set()
    for user in (owner, professional.user, coordinator, factories.make_staff(bank, "bank_admin")):
        client = session(user)
        if client.get(f"{URL}/{match.pk}").status_code == 404:
            continue
        for action, told in answers(client, match).items():
            sent = {"terms_version": 1} if action == "amend" else {}
            behalves = [{"on_behalf_of": side, "channel": "phone"} for side in Side] if told["on_behalf"] else [{}]
            taken = []
            for behalf in behalves:
                with transaction.atomic():
                    taken.append(post(client, match, action, **sent, **behalf).status_code == 200)
                    transaction.set_rollback(True)
            assert any(taken) == told["allowed"], (action, told)
            checked.add(told["allowed"])
    assert checked == {True, False}


def test_what_a_value_lifts_is_required_and_not_refused(session, bank, need, professional, coordinator):
    bank.policy_json = {"decision_required": True}
    bank.save()
    match = at_state(need, professional, "awaiting_approval")

    told = answers(session(coordinator), match)["approve"]

    assert told == {"action": "approve", "allowed": True, "on_behalf": False, "requires": ["decision"], "refusals": []}


@pytest.mark.parametrize(("method", "place", "body"), [*READS, *WRITES])
@pytest.mark.parametrize("who", ["stranger", "not asked", "other bank", "analyst", "desk", "client"])
def test_what_is_out_of_sight_is_absent(
    request, session, bearer, bank, other_bank, need, professional, method, place, body, who
):
    match = factories.make_match(need, professional, "awaiting_professional")
    callers = {
        "stranger": lambda: session(factories.make_professional(bank).user),
        "not asked": lambda: session(factories.owner_of(need.organization)),
        "other bank": lambda: session(factories.make_staff(other_bank, "bank_admin")),
        "analyst": lambda: session(request.getfixturevalue("analyst")),
        "desk": lambda: session(request.getfixturevalue("desk")),
        "client": lambda: bearer(None),
    }

    answer = call(callers[who](), method, f"{URL}/{match.pk}{place}", body, etag_of(match))

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("action", ["propose", "approve", "reject", "cancel", "suspend", "continue", "correct"])
def test_a_side_lacks_the_actions_of_staff(session, need, professional, owner, action):
    match = factories.make_match(need, professional, "awaiting_approval")

    for user in (owner, professional.user):
        answer = post(session(user), match, action)
        assert (answer.status_code, answer.json()["code"]) == (403, "role_forbidden")


@pytest.mark.parametrize("action", ["accept", "decline", "postpone", "confirm", "amend", "deliver", "withdraw"])
def test_staff_lack_the_actions_of_a_side_unless_on_its_behalf(session, need, professional, coordinator, action):
    match = factories.make_match(need, professional, "awaiting_professional")

    answer = post(session(coordinator), match, action)

    assert (answer.status_code, answer.json()["code"]) == (403, "role_forbidden")


def test_a_member_answers_but_does_not_confirm(session, organization, need, professional):
    member = factories.make_user()
    organization.members.create(user=member, role="member", created_at=factories.AT, updated_at=factories.AT)
    match = factories.make_match(need, professional, "introduced")
    factories.make_terms(match)

    assert post(session(member), match, "confirm").status_code == 403
    assert post(session(member), match, "negotiate").status_code == 200


@pytest.mark.parametrize("action", ["approve", "reject"])
def test_nothing_is_decided_on_behalf_of_a_side(session, need, professional, desk, coordinator, action):
    match = at_state(need, professional, "awaiting_approval")
    behalf = {"on_behalf_of": "organization", "channel": "phone"}

    for user in (desk, coordinator):
        assert post(session(user), match, action, **behalf).status_code == 403


def test_a_desk_answers_for_a_side_and_its_token_needs_the_scope(session, bearer, need, professional, desk):
    match = factories.make_match(need, professional, "awaiting_professional")
    behalf = {"on_behalf_of": "professional", "channel": "phone", "evidence_note": "電話で本人に確認"}

    lacking = post(bearer(desk, scopes=("matches:read", "matches:write")), match, "accept", **behalf)
    assert (lacking.status_code, lacking.json()["code"]) == (403, "insufficient_scope")
    answered = act(bearer(desk, scopes=("matches:write", "desk:act")), match, "accept", **behalf)

    assert answered["state"] == "awaiting_organization"
    event = Event.objects.get(subject_id=match.pk, action="accept")
    assert (event.on_behalf_of, event.channel, event.text.content) == (
        "professional",
        "phone",
        {"evidence_note": "電話で本人に確認"},
    )


@pytest.mark.parametrize("body", [{"on_behalf_of": "professional"}, {"evidence_note": "電話"}, {"on_behalf_of": "x"}])
def test_acting_for_a_side_names_the_channel(session, need, professional, desk, body):
    match = factories.make_match(need, professional, "awaiting_professional")

    assert post(session(desk), match, "accept", **body).status_code == 400


def test_several_hats_must_say_which_one_acts(door, bank, need, professional, coordinator):
    factories.make_staff(bank, "coordinator", user=professional.user)
    match = factories.make_match(need, professional, "introduced")

    unclear = post(door(professional.user), match, "negotiate")

    assert (unclear.status_code, unclear.json()["code"]) == (400, "acting_as_required")
    hats = [f"coordinator:{bank.pk}", f"professional:{professional.pk}"]
    assert unclear.json()["hats"] == hats
    assert act(door(professional.user, hats[1]), match, "negotiate")["state"] == "negotiating"
    event = Event.objects.get(subject_id=match.pk, action="negotiate")
    assert event.actor_role == "professional"


def test_nobody_decides_as_staff_where_they_are_a_side(session, bank, need, professional):
    factories.make_staff(bank, "coordinator", user=professional.user)
    match = at_state(need, professional, "awaiting_approval")

    answer = post(session(professional.user, f"coordinator:{bank.pk}"), match, "approve")

    assert "actor_is_a_side" in refusals(answer)


def test_a_hat_that_is_not_worn_is_400(session, bank, need, professional):
    match = factories.make_match(need, professional, "introduced")

    answer = post(session(professional.user, f"coordinator:{bank.pk}"), match, "negotiate")

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "hat_not_worn")


@pytest.mark.parametrize(("action", "scope"), [("approve", "matches:decide"), ("negotiate", "matches:write")])
def test_rights_are_scopes_and_roles_together(bearer, need, professional, coordinator, action, scope):
    state = "awaiting_approval" if action == "approve" else "introduced"
    match = at_state(need, professional, state)

    answer = post(bearer(coordinator, scopes=("matches:read",)), match, action)

    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
    assert post(bearer(coordinator, scopes=(scope,)), match, action).status_code == 200


@pytest.mark.parametrize("step", ["approve", "reject", "cancel"])
def test_staff_undo_a_decision_with_the_scope_to_decide(session, bearer, need, professional, coordinator, step):
    match = at_state(need, professional, "awaiting_approval")
    act(session(coordinator), match, step)
    match.refresh_from_db()

    lacking = post(bearer(coordinator, scopes=("matches:read", "matches:write")), match, "undo")
    undone = post(bearer(coordinator, scopes=("matches:write", "matches:decide")), match, "undo")

    assert (lacking.status_code, lacking.json()["code"]) == (403, "insufficient_scope")
    assert (undone.status_code, undone.json()["state"]) == (200, "awaiting_approval"), undone.content


def test_a_decision_is_not_undone_on_behalf_without_the_scope_to_decide(
    session, bearer, need, professional, coordinator
):
    match = at_state(need, professional, "awaiting_approval")
    act(session(coordinator), match, "approve")
    match.refresh_from_db()

    undone = post(
        bearer(coordinator, scopes=("matches:write", "desk:act")),
        match,
        "undo",
        on_behalf_of="professional",
        channel="phone",
    )

    assert (undone.status_code, undone.json()["code"]) == (403, "insufficient_scope")


def test_a_side_undoes_its_own_step_without_the_scope_to_decide(session, bearer, need, professional):
    match = at_state(need, professional, "awaiting_professional")
    act(session(professional.user), match, "accept")
    match.refresh_from_db()

    undone = post(bearer(professional.user, scopes=("matches:write",)), match, "undo")

    assert (undone.status_code, undone.json()["state"]) == (200, "awaiting_professional"), undone.content


def test_a_side_is_told_that_the_last_step_is_the_other_sides(session, need, professional, owner):
    """Not that it was too late: the other side answered a moment ago."""
    match = at_state(need, professional, "awaiting_professional", organization_answer="yes")
    act(session(professional.user), match, "accept")

    answer = post(session(owner), Match.objects.get(pk=match.pk), "undo")
    told = answers(session(owner), match)["undo"]

    assert refusals(answer) == [reason["code"] for reason in told["refusals"]] == ["undo_not_own"]
