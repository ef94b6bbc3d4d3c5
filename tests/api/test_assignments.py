"""Who looks after what: counted, handed over with an event each, and shown to coordinators alone."""

from __future__ import annotations

from typing import Any

import pytest

from talentbank.core.models import Event
from talentbank.matches.models import Match
from talentbank.needs.models import Need
from tests import factories
from tests.api.match_calls import act, body_of, post, refusals
from tests.factories import make_match, make_need, make_professional, make_staff

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.database]
URL = "/api/v1/assignments"


@pytest.fixture
def colleague(bank):
    return make_staff(bank)


def hand_over(client: Any, to_user: Any, **body: Any) -> Any:
    return client.post(URL, {"to_user": str(to_user.pk), **body})


def keepers(row: Any) -> tuple[Any, Any]:
    return type(row).objects.values_list("coordinator_id", "deputy_id").get(pk=row.pk)


def test_everything_of_one_moves_to_another_with_an_event_each(session, coordinator, colleague, need, professional):
    for row in (need, match := make_match(need, professional, "introduced", coordinator_id=coordinator.pk)):
        row.coordinator_id = coordinator.pk
        row.save_step(at=factories.AT)
    make_need(need.organization, state="closed", coordinator_id=coordinator.pk)
    staff = session(coordinator)

    planned = hand_over(staff, colleague, from_user=str(coordinator.pk), dry_run=True)
    assert planned.json() == {"dry_run": True, "needs": [str(need.pk)], "matches": [str(match.pk)]}
    assert keepers(match) == (coordinator.pk, None)

    done = hand_over(staff, colleague, from_user=str(coordinator.pk), deputy=str(coordinator.pk))

    assert done.json() == {"dry_run": False, "needs": [str(need.pk)], "matches": [str(match.pk)]}
    assert keepers(match) == keepers(need) == (colleague.pk, coordinator.pk)
    told = Event.objects.filter(action="assign").order_by("sequence")
    assert [event.subject_id for event in told] == [need.pk, match.pk]
    assert {event.facts["from"] for event in told} == {str(coordinator.pk)}
    assert staff.get(f"/api/v1/matches/{match.pk}").json()["staff"]["coordinator"] == str(colleague.pk)
    assert staff.get(f"/api/v1/needs/{need.pk}").json()["staff"]["deputy"] == str(coordinator.pk)


def test_who_looks_after_what_is_counted_and_nobody_is_left_out(session, coordinator, colleague, need, professional):
    make_match(need, professional, "introduced", coordinator_id=colleague.pk)

    rows = session(coordinator).get(URL).json()["results"]

    assert rows[0] == {"user": None, "name": "", "needs": 1, "matches": 0}
    assert {row["user"]: (row["needs"], row["matches"]) for row in rows[1:]} == {
        str(coordinator.pk): (0, 0),
        str(colleague.pk): (0, 1),
    }


@pytest.mark.parametrize("who", ["analyst", "desk"])
def test_no_other_staff_hands_over(session, request, colleague, who):
    client = session(request.getfixturevalue(who))

    assert client.get(URL).status_code == 403
    assert hand_over(client, colleague, from_user=str(colleague.pk)).status_code == 403


def test_to_a_stranger_nothing_moves(session, coordinator, colleague, need, analyst, other_bank):
    for user in (analyst, make_staff(other_bank), make_professional(need.bank).user):
        answer = hand_over(session(coordinator), user, needs=[str(need.pk)], bank=need.bank.slug)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "not_a_colleague")
    same = hand_over(
        session(coordinator), colleague, deputy=str(colleague.pk), needs=[str(need.pk)], bank=need.bank.slug
    )
    assert same.json()["errors"][0]["pointer"] == "/deputy"
    assert keepers(need) == (None, None) and not Event.objects.filter(action="assign").exists()


def test_what_is_closed_or_elsewhere_is_named_and_nothing_moves(session, coordinator, colleague, need, other_bank):
    closed = make_need(need.organization, state="closed")
    elsewhere = make_need(factories.make_organization(other_bank))

    answer = hand_over(
        session(coordinator), colleague, bank=need.bank.slug, needs=[str(row.pk) for row in (need, closed, elsewhere)]
    )

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/needs/1", "/needs/2"]
    assert keepers(need) == (None, None)


@pytest.mark.parametrize("side", ["professional", "holder", "organization"])
@pytest.mark.parametrize("place", ["to_user", "deputy"])
def test_nobody_looks_after_what_they_are_a_side_of(session, bank, coordinator, colleague, need, owner, side, place):
    """Neither by taking it over, nor because a colleague hands it to them."""
    if side == "organization":
        professional, own = make_professional(bank), owner
    else:
        company = factories.make_organization(bank)
        held = {"user": None, "organization": company, "holder_kind": "organization"} if side == "holder" else {}
        professional = make_professional(bank, **held)
        own = factories.owner_of(company) if side == "holder" else professional.user
    make_staff(bank, user=own)
    match = make_match(need, professional, "introduced")
    body = {"matches": [str(match.pk)], **({"deputy": str(own.pk)} if place == "deputy" else {})}
    to_user = colleague if place == "deputy" else own

    taken = hand_over(session(own, f"coordinator:{bank.pk}"), to_user, **body)
    handed = hand_over(session(coordinator), to_user, **body, dry_run=True)

    assert (refusals(taken), refusals(handed)) == (["actor_is_a_side"], ["assignee_is_a_side"])
    assert keepers(match) == (None, None)


def test_a_side_hands_its_match_to_a_colleague_and_takes_no_own_need(
    session, bank, colleague, need, owner, professional
):
    make_staff(bank, user=owner)
    match = make_match(need, professional, "introduced", coordinator_id=owner.pk)
    client = session(owner, f"coordinator:{bank.pk}")

    assert refusals(hand_over(client, owner, needs=[str(need.pk)])) == ["actor_is_a_side"]
    assert hand_over(client, colleague, from_user=str(owner.pk)).json()["matches"] == [str(match.pk)]
    assert keepers(match) == (colleague.pk, None)


def test_without_anything_named_from_whom_is_asked(session, coordinator, colleague):
    answer = hand_over(session(coordinator), colleague)

    assert answer.json()["errors"][0] | {"detail": ""} == {"pointer": "/from_user", "code": "required", "detail": ""}


def test_a_need_stays_with_who_opened_it_and_its_matches_with_both(session, coordinator, organization, professional):
    need = make_need(organization, state="submitted")
    client = session(coordinator)
    etag = client.get(f"/api/v1/needs/{need.pk}").headers["ETag"]
    assert client.post(f"/api/v1/needs/{need.pk}/open", {}, headers={"If-Match": etag}).status_code == 200

    made = client.post(
        "/api/v1/matches", {"need": str(need.pk), "professional": str(professional.pk), "origin": "prospect"}
    )
    assert made.status_code == 201, made.content.decode()

    assert Need.objects.get(pk=need.pk).coordinator_id == coordinator.pk
    assert Match.objects.get(pk=made.json()["id"]).coordinator_id == coordinator.pk


def test_a_step_is_undone_although_the_match_changed_hands_since(session, coordinator, colleague, need, professional):
    match = make_match(need, professional, "prospect")
    client = session(coordinator)
    act(client, match, "propose")
    hand_over(client, colleague, matches=[str(match.pk)])

    undone = post(client, Match.objects.get(pk=match.pk), "undo", **body_of("undo"))

    assert (undone.status_code, undone.json()["state"]) == (200, "prospect")


def test_lists_are_filtered_by_who_looks_after_them_and_only_for_staff(session, coordinator, need, professional, owner):
    make_match(need, professional, "introduced", coordinator_id=coordinator.pk)
    staff = session(coordinator)

    assert len(staff.get("/api/v1/matches", {"coordinator": "me"}).json()["results"]) == 1
    assert staff.get("/api/v1/needs", {"coordinator": str(coordinator.pk)}).json()["results"] == []
    assert session(owner).get("/api/v1/matches", {"coordinator": str(coordinator.pk)}).json()["results"] == []
    assert session(owner).get(f"/api/v1/needs/{need.pk}").json()["staff"] is None
