"""A need that opens again: the history stays, reserves come first, and who said no before is left out."""

from __future__ import annotations

from typing import Any

import pytest

from talentbank.matches.models import Match
from talentbank.needs.models import Need
from talentbank.professionals.models import Professional
from tests import factories
from tests.api.match_calls import act, body_of, create, refusals
from tests.talentbank.ranking.samples import make_bookkeeper, make_shop_need, make_shopkeeper

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.database]


@pytest.fixture
def need(organization) -> Need:
    return make_shop_need(organization)


@pytest.fixture
def people(bank) -> dict[str, Professional]:
    """By what becomes of them in the first round. The reserve fits the need least of all."""
    kept = {"reserve": make_bookkeeper(bank, name="控え")}
    names = ("winner", "unanswered", "decliner", "refused", "withdrawn", "stranger")
    return kept | {name: make_shopkeeper(bank, name=name) for name in names}


@pytest.fixture
def reopened(session, need, people, owner, coordinator) -> Need:
    """The second round of a need whose contract ended early."""

    def match(who: str, state: str) -> Match:
        return factories.make_match(need, people[who], state)

    act(session(people["decliner"].user), match("decliner", "awaiting_professional"), "decline")
    act(session(owner), match("refused", "awaiting_organization"), "decline")
    act(session(people["withdrawn"].user), match("withdrawn", "awaiting_organization"), "withdraw")
    match("reserve", "awaiting_organization")
    match("unanswered", "awaiting_professional")
    won = match("winner", "negotiating")
    factories.make_terms(won)
    act(session(owner), won, "confirm")
    made = act(session(people["winner"].user), Match.objects.get(pk=won.pk), "confirm")
    act(session(owner), made, "terminate")
    staff = session(coordinator)
    for action in ("cancel", "reopen"):
        place = f"/api/v1/needs/{need.pk}"
        body = {"deadline": "2027-06-30"} if action == "reopen" else {}
        answer = staff.post(f"{place}/{action}", body, headers={"If-Match": staff.get(place).headers["ETag"]})
        assert answer.status_code == 200, answer.content.decode()
    need.refresh_from_db()
    assert (need.state, need.round, need.places_free) == ("open", 2, 1)
    return need


def candidates(client: Any, need: Need) -> dict[str, Any]:
    return client.get(f"/api/v1/needs/{need.pk}/candidates").json()


def test_reserves_come_first_and_are_marked(session, coordinator, reopened):
    rows = candidates(session(coordinator), reopened)["results"]

    assert (rows[0]["professional"]["name"], rows[0]["staff"]["is_reserve"]) == ("控え", True)
    assert {row["professional"]["name"] for row in rows[1:]} == {"winner", "unanswered", "stranger"}
    assert not any(row["staff"]["is_reserve"] for row in rows[1:])


def test_who_said_no_before_is_left_out_and_counted_for_staff(session, coordinator, owner, people, reopened):
    counts = candidates(session(coordinator), reopened)["counts"]

    excluded = [{"code": "pair_declined", "label": "以前に見送り", "count": 3}]
    assert counts == {
        "considered": 4,
        "summary": "条件が合わない3件を除いています（以前に見送り 3）",
        "excluded": excluded,
    }
    shown = candidates(session(owner), reopened)
    assert shown["counts"] is None and len(shown["results"]) == 4
    for who in ("decliner", "refused", "withdrawn"):
        back = session(people[who].user).get(f"/api/v1/professionals/{people[who].pk}/candidates").json()
        assert back["results"] == []


def test_a_reserve_is_proposed_in_the_new_round_and_the_first_stays_on_record(session, coordinator, people, reopened):
    staff, reserve = session(coordinator), people["reserve"]

    made = create(staff, reopened, professional=str(reserve.pk), origin="prospect").json()
    asked = act(staff, made, "propose")

    rounds = list(Match.objects.filter(professional=reserve).order_by("pk").values_list("round", "state"))
    assert rounds == [(1, "closed"), (2, "awaiting_professional")]
    assert asked["state"] == "awaiting_professional"
    assert "控え" not in str(candidates(staff, reopened)["results"])


def test_a_reserve_who_declines_in_the_new_round_is_one_no_more(session, coordinator, people, reopened):
    staff, reserve = session(coordinator), people["reserve"]
    made = create(staff, reopened, professional=str(reserve.pk), origin="prospect").json()
    asked = act(staff, made, "propose")

    act(session(reserve.user), asked, "decline")

    answer = candidates(staff, reopened)
    assert "控え" not in str(answer["results"])
    assert answer["counts"]["excluded"] == [{"code": "pair_declined", "label": "以前に見送り", "count": 4}]


def test_what_closed_with_the_first_round_is_not_undone_into_the_second(session, coordinator, people, reopened):
    closed = Match.objects.get(professional=people["reserve"])
    client = session(coordinator)

    answer = client.post(
        f"/api/v1/matches/{closed.pk}/undo", body_of("undo"), headers={"If-Match": f'"{closed.version}.{"0" * 16}"'}
    )

    assert refusals(answer) == ["nothing_to_undo", "undo_other_round"]
