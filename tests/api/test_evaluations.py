"""Evaluations: one a side, blind until both are in or the days have passed, void when the end was none."""

from __future__ import annotations

from typing import Any

import pytest

from talentbank.core.models import Event
from talentbank.matches.models import Evaluation
from talentbank.needs.timers import needs_tick
from tests import factories
from tests.api.match_calls import URL, act, refusals
from tests.factories import AT

pytestmark = pytest.mark.django_db
GOOD = {"score": 5, "would_repeat": True, "outcome": "reached", "effect_yen": 120000, "comment": "とても親切でした。"}


@pytest.fixture(autouse=True)
def stopped(clock):
    return clock


@pytest.fixture
def match(need, professional):
    return factories.make_match(need, professional, "completed", ended_at=AT)


def give(client: Any, match: Any, **more: Any) -> Any:
    return client.post(f"{URL}/{match.pk}/evaluations", {**GOOD, **more})


def read(client: Any, match: Any) -> dict[str, Any]:
    return client.get(f"{URL}/{match.pk}/evaluations").json()


def test_each_side_reads_its_own_and_the_others_once_both_are_in(door, match, professional, owner, coordinator):
    assert give(door(professional.user), match).status_code == 201

    for who, own in ((professional.user, 1), (owner, 0), (coordinator, 0)):
        seen = read(door(who), match)
        assert (seen["open"], len(seen["evaluations"]), seen["given_by"]) == (False, own, ["professional"])
    give(door(owner), match, score=3, comment="連絡が遅れがちでした。")
    for who in (professional.user, owner, coordinator):
        seen = read(door(who), match)
        assert (seen["open"], [row["score"] for row in seen["evaluations"]]) == (True, [5, 3])


def test_nothing_of_an_evaluation_leaks_through_the_record_before(session, match, professional, owner, coordinator):
    before = session(owner).get(f"{URL}/{match.pk}").headers["ETag"]
    give(session(professional.user), match, score=2, comment="支払いが遅れました。")

    for client in (session(owner), session(coordinator)):
        pages = [client.get(f"{URL}/{match.pk}{place}").content.decode() for place in ("", "/events", "/evaluations")]
        assert not any(word in page for page in pages for word in ("支払いが遅れ", '"score"', "120000"))
    assert session(owner).get(f"{URL}/{match.pk}").headers["ETag"] == before


def test_after_the_days_both_read_what_there_is_and_nobody_evaluates_any_more(
    session, clock, match, professional, owner
):
    give(session(professional.user), match)
    clock.forward(days=14)
    assert not read(session(owner), match)["open"]
    clock.forward(days=1)

    assert [row["score"] for row in read(session(owner), match)["evaluations"]] == [5]
    assert refusals(give(session(owner), match)) == ["evaluation_closed"]


def test_a_side_evaluates_once(session, match, professional):
    pro = session(professional.user)
    give(pro, match)

    again = give(pro, match, score=1)
    assert (again.status_code, again.json()["code"]) == (409, "evaluation_given")
    assert Evaluation.objects.get().score == 5


@pytest.mark.parametrize(
    ("state", "fields", "status"),
    [
        ("completed", {"ended_at": AT}, 201),
        ("closed", {"ended_at": AT, "closed_reason": "terminated"}, 201),
        ("closed", {"ended_at": AT, "closed_reason": "withdrawn"}, 409),
        ("active", {}, 409),
        ("delivered", {}, 409),
    ],
)
def test_only_what_was_completed_or_terminated_is_evaluated(session, need, professional, state, fields, status):
    match = factories.make_match(need, professional, state, **fields)

    assert give(session(professional.user), match).status_code == status


def test_when_the_end_is_undone_its_evaluations_are_void(session, need, professional, owner):
    match = factories.make_match(need, professional, "delivered")
    act(session(owner), match, "complete")
    give(session(owner), match)
    act(session(owner), match, "undo")
    act(session(professional.user), match, "undo")

    assert Evaluation.objects.get().voided_at is not None
    assert read(session(owner), match)["closes_on"] is None
    act(session(owner), match, "complete")
    assert give(session(owner), match, score=4).status_code == 201


def test_a_fulfilled_need_closes_as_soon_as_both_evaluations_are_in(session, need, professional, owner):
    match = factories.make_match(need, professional, "delivered")
    act(session(owner), match, "complete")
    give(session(owner), match)
    assert needs_tick(at=AT) == {}
    give(session(professional.user), match)

    assert needs_tick(at=AT) == {"close": 1}
    need.refresh_from_db()
    assert (need.state, need.evaluated) == ("closed", 1)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"score": 0}, "/score"),
        ({"score": 6}, "/score"),
        ({"score": "5"}, "/score"),
        ({"would_repeat": "yes"}, "/would_repeat"),
        ({"outcome": "great"}, "/outcome"),
        ({"effect_yen": -1}, "/effect_yen"),
        ({"effect_hours": -0.5}, "/effect_hours"),
        ({"stars": 5}, "/stars"),
    ],
)
def test_what_is_wrong_is_pointed_at(session, match, professional, body, pointer):
    refused = give(session(professional.user), match, **body)

    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, pointer)
    assert not Evaluation.objects.exists()


@pytest.mark.parametrize(
    ("who", "status"), [("coordinator", 403), ("desk", 404), ("analyst", 404), ("bank_admin", 403)]
)
def test_staff_do_not_evaluate_for_themselves(request, session, match, who, status):
    assert give(session(request.getfixturevalue(who)), match).status_code == status


def test_staff_enter_what_a_side_says_on_the_phone(session, match, desk):
    entered = give(session(desk), match, on_behalf_of="organization", channel="phone")

    assert (entered.status_code, entered.json()["side"], entered.json()["channel"]) == (201, "organization", "phone")
    assert Event.objects.get(subject_id=match.pk, action="evaluate").facts["side"] == "organization"
