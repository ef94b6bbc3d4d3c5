"""Complaints: whoever is not concerned finds no trace of them."""

from __future__ import annotations

from typing import Any

import pytest

from talentbank.core.models import Event
from talentbank.matches.models import Complaint
from tests import factories
from tests.api.match_calls import URL, refusals
from tests.factories import AT

pytestmark = pytest.mark.django_db
TEXT = "約束の時間に何度も来ませんでした。"
END = {"resolution": "双方から聞き取り", "resolution_told": "今後は前日に連絡することになりました。"}


@pytest.fixture(autouse=True)
def stopped(clock):
    return clock


@pytest.fixture
def match(need, professional):
    return factories.make_match(need, professional, "active")


def complain(client: Any, match: Any, **more: Any) -> Any:
    return client.post(f"{URL}/{match.pk}/complaints", {"about": "other_side", "text": TEXT, **more})


def act(client: Any, complaint: dict[str, Any], action: str, **body: Any) -> Any:
    path = f"/api/v1/complaints/{complaint['id']}/{action}"
    return client.post(path, body, headers={"If-Match": complaint["etag"]})


def test_a_complaint_is_taken_resolved_and_answered_to_who_made_it(door, match, owner, bank_admin, coordinator):
    made = complain(door(owner), match)
    assert (made.status_code, made.json()["state"], made.json()["staff"]) == (201, "received", None)
    admin = door(bank_admin)
    shown = admin.get("/api/v1/complaints").json()["results"][0]

    taken = act(admin, shown, "take", handler=str(coordinator.pk))
    assert (taken.status_code, taken.json()["state"]) == (200, "handling")
    handler = door(coordinator)
    mine = handler.get(f"/api/v1/complaints/{shown['id']}").json()
    assert mine["allowed_actions"] == ["resolve", "dismiss"]
    resolved = act(handler, mine, "resolve", **END)
    assert (resolved.status_code, resolved.json()["state"]) == (200, "resolved")

    told = door(owner).get(f"/api/v1/complaints/{shown['id']}").json()
    assert (told["resolution_told"], told["staff"]) == (END["resolution_told"], None)
    reopened = act(admin, admin.get(f"/api/v1/complaints/{shown['id']}").json(), "reopen")
    assert reopened.json()["state"] == "handling"
    assert act(handler, reopened.json(), "dismiss", **END).json()["state"] == "dismissed"


def test_whoever_is_not_concerned_finds_no_trace(
    session, match, bank, owner, professional, coordinator, desk, analyst, other_bank
):
    before = {
        user: session(user).get(f"{URL}/{match.pk}").headers.get("ETag") for user in (professional.user, coordinator)
    }
    made = complain(session(owner), match).json()

    others = [professional.user, coordinator, desk, analyst, factories.make_staff(other_bank, "bank_admin")]
    for user in others:
        client = session(user)
        assert client.get(f"/api/v1/complaints/{made['id']}").status_code == 404
        assert client.get("/api/v1/complaints").json()["results"] == []
        assert act(client, made, "resolve", **END).status_code == 404
        pages = [client.get(f"{URL}/{match.pk}{place}") for place in ("", "/events")]
        assert not any("complain" in page.content.decode() or TEXT in page.content.decode() for page in pages)
    after = {user: session(user).get(f"{URL}/{match.pk}").headers.get("ETag") for user in before}
    assert after == before


def test_a_complaint_has_a_chain_of_its_own(session, match, owner, bank_admin, coordinator):
    made = complain(session(owner), match).json()
    act(session(bank_admin), made, "take", handler=str(coordinator.pk))

    events = Event.objects.filter(subject_id=made["id"]).order_by("position")
    assert [(event.subject_kind, event.action, event.actor_role) for event in events] == [
        ("complaint", "create", "owner"),
        ("complaint", "take", "bank_admin"),
    ]
    assert not any(TEXT in str(event.facts) for event in events)
    assert not Event.objects.filter(subject_id=match.pk).exclude(action="create").exists()


def test_who_it_is_about_does_not_handle_it(session, match, owner, bank_admin, coordinator):
    match.coordinator = coordinator
    match.save_step(at=AT)
    made = complain(session(owner), match, about="staff").json()

    refused = act(session(bank_admin), made, "take", handler=str(coordinator.pk))
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/handler")


@pytest.mark.parametrize("who", ["desk", "analyst", "owner", "stranger"])
def test_only_coordinators_of_the_bank_handle_complaints(request, session, match, owner, bank_admin, other_bank, who):
    made = complain(session(owner), match).json()
    stranger = factories.make_staff(other_bank, "coordinator")
    user = stranger if who == "stranger" else request.getfixturevalue(who)

    assert act(session(bank_admin), made, "take", handler=str(user.pk)).status_code == 400
    assert Complaint.objects.get().state == "received"


def test_a_bank_admin_who_is_a_side_decides_nothing(session, bank, match, owner):
    made = complain(session(owner), match).json()
    admin = factories.make_staff(bank, "bank_admin", user=owner)
    shown = session(admin, f"bank_admin:{bank.pk}").get(f"/api/v1/complaints/{made['id']}").json()
    assert (shown["allowed_actions"], shown["staff"]) == ([], None)

    refused = act(session(admin, f"bank_admin:{bank.pk}"), shown, "take", handler=str(admin.pk))
    assert refused.status_code == 409 and "actor_is_a_side" in refusals(refused)
    assert refused.json()["allowed_actions"] == []


def test_an_action_out_of_turn_says_what_is_allowed(session, match, owner, bank_admin):
    made = complain(session(owner), match).json()
    refused = act(session(bank_admin), made, "resolve", **END)

    assert refused.status_code == 409
    assert (refused.json()["state"], refused.json()["allowed_actions"]) == ("received", ["take"])
    assert act(session(owner), made, "resolve", **END).status_code == 403


@pytest.mark.parametrize("state", ["awaiting_professional", "awaiting_approval"])
def test_before_the_introduction_there_is_nobody_to_complain_about(session, need, professional, state):
    match = factories.make_match(need, professional, state)

    assert refusals(complain(session(professional.user), match)) == ["never_introduced"]
    for about in ("staff", "bank"):
        assert complain(session(professional.user), match, about=about).status_code == 201


def test_a_year_after_the_end_it_is_too_late(session, clock, need, professional):
    match = factories.make_match(need, professional, "completed", ended_at=AT)
    clock.forward(days=365)
    assert complain(session(professional.user), match).status_code == 201
    clock.forward(days=1)

    assert refusals(complain(session(professional.user), match)) == ["complaint_too_late"]


@pytest.mark.parametrize(
    ("body", "pointer"), [({"about": "weather"}, "/about"), ({"text": ""}, "/text"), ({"anger": 5}, "/anger")]
)
def test_what_is_wrong_is_pointed_at(session, match, owner, body, pointer):
    refused = complain(session(owner), match, **body)

    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, pointer)


def test_a_desk_takes_a_complaint_on_the_phone(session, match, desk, bank_admin):
    made = complain(session(desk), match, on_behalf_of="organization", channel="phone")

    assert (made.status_code, made.json()["side"]) == (201, "organization")
    assert session(bank_admin).get(f"/api/v1/complaints/{made.json()['id']}").status_code == 200


def test_a_bank_admin_gives_a_complaint_about_themselves_away_and_does_not_settle_it(
    session, match, owner, bank_admin, coordinator
):
    match.coordinator = bank_admin
    match.save_step(at=AT)
    made = complain(session(owner), match, about="staff").json()
    given = act(session(bank_admin), made, "take", handler=str(coordinator.pk)).json()

    assert refusals(act(session(bank_admin), given, "dismiss", **END)) == ["complaint_about_actor"]
    assert act(session(coordinator), given, "dismiss", **END).status_code == 200
