"""Notes, calls and consultations: staff's own, about everything of their bank, and out of every side's sight."""

from __future__ import annotations

from typing import Any

import pytest

from talentbank.core.models import Event
from talentbank.matches.models import StaffNote
from talentbank.registrations.models import RegistrationHelper
from tests.factories import make_match, make_staff

pytestmark = pytest.mark.usefixtures("clock")
API = "/api/v1"
NOTE = {"kind": "note", "text": "折り返しを待つ"}
CONSULTATION = {"kind": "consultation", "text": "窓口で通販の相談", "channel": "counter", "minutes": 30}
CALL = {
    "kind": "call",
    "channel": "phone",
    "result": "no_answer",
    "happened_on": "2026-10-30",
    "call_again_on": "2026-11-04",
}
SUBJECTS = ["match", "need", "professional", "organization", "bank"]


@pytest.fixture
def match(need, professional):
    return make_match(need, professional, "introduced")


@pytest.fixture
def places(bank, organization, need, professional, match) -> dict[str, str]:
    return {
        "match": f"{API}/matches/{match.pk}/notes",
        "need": f"{API}/needs/{need.pk}/notes",
        "professional": f"{API}/professionals/{professional.pk}/notes",
        "organization": f"{API}/organizations/{organization.pk}/notes",
        "bank": f"{API}/banks/{bank.slug}/notes",
    }


def pointers(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 400, answer.content.decode()
    return [(each["pointer"], each["code"]) for each in answer.json()["errors"]]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_coordinator_notes_and_reads_and_no_event_is_left(session, coordinator, places, subject):
    client, before = session(coordinator), Event.objects.count()

    made = client.post(places[subject], CONSULTATION)

    assert made.status_code == 201, made.content.decode()
    (row,) = client.get(places[subject]).json()["results"]
    assert row == made.json()
    assert (row["subject_kind"], row["text"], row["minutes"]) == (subject, "窓口で通販の相談", 30)
    assert (row["author"]["id"], row["happened_on"]) == (str(coordinator.pk), "2026-11-02")
    assert Event.objects.count() == before
    others = [client.get(place).json()["results"] for kind, place in places.items() if kind != subject]
    assert others == [[]] * 4


def test_a_call_says_how_it_went_and_when_to_call_again(session, coordinator, places):
    made = session(coordinator).post(places["match"], {**CALL, "with_side": "professional"}).json()

    assert {name: made[name] for name in CALL} == CALL
    assert (made["with_side"], made["text"]) == ("professional", "")


@pytest.mark.parametrize(
    ("place", "body", "wrong"),
    [
        ("match", {"kind": "call"}, [("/channel", "required"), ("/result", "required")]),
        ("match", {"kind": "note"}, [("/text", "required")]),
        ("match", {**NOTE, "text": "　"}, [("/text", "required")]),
        ("match", {**NOTE, "result": "reached"}, [("/result", "only_for_calls")]),
        ("match", {**NOTE, "happened_on": "2026-11-03"}, [("/happened_on", "in_the_future")]),
        ("match", {**CALL, "call_again_on": "2026-11-02"}, [("/call_again_on", "in_the_past")]),
        ("match", {**NOTE, "minutes": 601}, [("/minutes", "max_value")]),
        ("match", {**NOTE, "minutes": -1}, [("/minutes", "min_value")]),
        ("match", {**NOTE, "kind": "memo"}, [("/kind", "invalid_choice")]),
        ("match", {**NOTE, "author": "x"}, [("/author", "unknown_field")]),
        ("need", {**NOTE, "with_side": "professional"}, [("/with_side", "invalid_choice")]),
        ("bank", NOTE, [("/kind", "consultations_only")]),
    ],
)
def test_what_is_wrong_is_pointed_at(session, coordinator, places, place, body, wrong):
    assert pointers(session(coordinator).post(places[place], body)) == wrong
    assert not StaffNote.objects.exists()


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("side", ["owner", "professional"])
def test_no_side_reads_or_writes_notes(session, coordinator, professional, owner, places, subject, side):
    session(coordinator).post(places[subject], CONSULTATION)
    client = session(owner if side == "owner" else professional.user)

    answers = [client.get(places[subject]), client.post(places[subject], CONSULTATION)]

    own = {"owner": "organization", "professional": "professional"}[side]
    sees_it = subject in {"match", "need", "bank", own}
    assert [each.status_code for each in answers] == [403 if sees_it else 404] * 2
    assert StaffNote.objects.count() == 1


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("who", ["analyst", "other bank"])
def test_other_staff_find_no_notes(session, analyst, other_bank, places, subject, who):
    client = session(analyst if who == "analyst" else make_staff(other_bank, "bank_admin"))

    expected = 403 if subject == "bank" else 404
    assert client.get(places[subject]).status_code == client.post(places[subject], NOTE).status_code == expected


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_desk_notes_on_whom_it_acts_for(session, desk, organization, professional, need, places, subject):
    client = session(desk)
    need.state = "on_hold"
    need.save()
    before = client.post(places[subject], CONSULTATION).status_code

    for kind, row in (("organization", organization), ("professional", professional)):
        RegistrationHelper.objects.create(user=desk, subject_kind=kind, subject_id=row.pk)

    assert before == (201 if subject == "bank" else 404)
    assert client.post(places[subject], CONSULTATION).status_code == 201
    assert client.get(places[subject]).status_code == 200


def test_a_desk_that_only_sees_an_open_need_may_not_note_on_it(session, desk, places):
    assert session(desk).get(places["need"]).status_code == 403


@pytest.mark.parametrize("subject", ["match", "need", "organization"])
def test_staff_who_are_a_side_read_no_notes_about_themselves(session, bank, owner, places, subject):
    make_staff(bank, "coordinator", user=owner)

    assert session(owner, f"coordinator:{bank.pk}").get(places[subject]).status_code == 403


def test_the_holder_of_a_registration_reads_no_notes_as_staff(session, bank, professional, places):
    make_staff(bank, "coordinator", user=professional.user)
    client = session(professional.user, f"coordinator:{bank.pk}")

    assert [client.get(places[each]).status_code for each in ("professional", "match")] == [403, 403]


def test_notes_stay_out_of_the_record_that_sides_read(session, coordinator, owner, professional, match, places):
    for place in places.values():
        session(coordinator).post(place, {**CONSULTATION, "text": "社長は気難しい"})

    for user in (owner, professional.user):
        for place in (
            f"matches/{match.pk}",
            f"matches/{match.pk}/events",
            f"needs/{match.need_id}",
            "matches",
            "needs",
        ):
            assert "気難しい" not in session(user).get(f"{API}/{place}").content.decode()


def test_kind_and_days_filter_and_order(session, coordinator, places):
    client = session(coordinator)
    for day in ("2026-10-01", "2026-10-31", "2026-11-02"):
        client.post(places["need"], {**NOTE, "text": day, "happened_on": day})
    client.post(places["need"], {**CALL, "text": "call"})

    def texts(query: str) -> list[str]:
        answer = client.get(f"{places['need']}?{query}")
        assert answer.status_code == 200, answer.content.decode()
        return [each["text"] for each in answer.json()["results"]]

    assert texts("kind=call") == ["call"]
    assert texts("happened_on_from=2026-10-30&happened_on_to=2026-10-31&ordering=happened_on") == ["call", "2026-10-31"]
    assert texts("kind=note&kind=consultation&ordering=-happened_on") == ["2026-11-02", "2026-10-31", "2026-10-01"]
    assert client.get(f"{places['need']}?author=x").status_code == 400


def test_a_token_needs_the_scopes_of_what_it_notes_on(bearer, coordinator, places):
    reading = bearer(coordinator, scopes=("needs:read", "matches:read"))

    assert reading.get(places["need"]).status_code == 200
    assert reading.post(places["need"], NOTE).json()["code"] == "insufficient_scope"
    assert reading.get(places["professional"]).json()["code"] == "insufficient_scope"
    assert reading.get(places["bank"]).json()["code"] == "insufficient_scope"


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_queries_of_a_list_do_not_grow(session, coordinator, places, subject, django_assert_max_num_queries):
    client = session(coordinator)
    for _ in range(8):
        client.post(places[subject], CONSULTATION)

    with django_assert_max_num_queries(14):
        assert len(client.get(places[subject]).json()["results"]) == 8


def test_a_repeat_with_a_key_notes_once(session, coordinator, places):
    client, key = session(coordinator), {"Idempotency-Key": "n-1"}

    first = client.post(places["bank"], CONSULTATION, headers=key)
    again = client.post(places["bank"], CONSULTATION, headers=key)

    assert first.json() == again.json() and again["Idempotency-Replayed"] == "true"
    assert StaffNote.objects.count() == 1
