"""What a need's people can learn of professionals before the introduction: the card, and nothing beside it.

Each test tries one way of finding out more: ids, order, counts, cursors, filters, refusals, ETags, events.
"""

from __future__ import annotations

import json
from uuid import UUID, uuid4

import pytest
from django.core import signing

from api.pagination import SALT
from talentbank.ranking.models import Card
from tests.api.card_calls import API, NAME, UNMATCHABLE, candidates, cards, firm, invite, need, organization, seen
from tests.api.match_calls import URL, create, post
from tests.factories import AT, make_bank, make_match
from tests.talentbank.ranking.samples import edit, make_shop_need, make_shopkeeper

__all__ = ["firm", "need", "organization"]
pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.database]
CARD_KEYS = {
    *("card", "alias", "headline", "skills", "experiences", "residence", "hours_band", "engagement_types", "fee_band"),
}


def test_a_card_is_random_and_another_one_for_every_need(bank, organization, need, firm):
    people = [make_shopkeeper(bank) for _ in range(4)]
    other = make_shop_need(organization)

    first, second = cards(firm, need), cards(firm, other)

    assert len({*first, *second}) == 8
    assert all(UUID(card).version == 4 for card in [*first, *second])  # version 7 would tell the time
    heads = {str(person.pk)[:8] for person in people} | {str(person.user_id)[:8] for person in people}
    assert not any(card[:8] in heads for card in [*first, *second])
    assert cards(firm, need) == first, "it stays the same, or cards could be told apart by their changes"


def test_the_alias_is_made_of_the_card_alone(bank, organization, need, firm):
    make_shopkeeper(bank)

    (one,), (other,) = (candidates(firm, each)["results"] for each in (need, make_shop_need(organization)))

    assert {**one["card"], "card": "", "alias": ""} == {**other["card"], "card": "", "alias": ""}
    assert one["card"]["alias"].endswith(one["card"]["card"].replace("-", "")[1:4])
    assert one["card"].keys() == CARD_KEYS


def test_a_card_of_another_need_is_as_absent_as_any(bank, organization, need, firm):
    make_shopkeeper(bank)
    other = make_shop_need(organization)
    (card,) = cards(firm, other)

    foreign, absent = invite(firm, need, card), invite(firm, need, uuid4())

    assert seen(foreign) == seen(absent)
    assert foreign.status_code == 404


def test_a_match_shows_the_card_of_its_need_and_no_id_of_the_person(bank, organization, need, firm):
    person = make_shopkeeper(bank)
    (card,) = cards(firm, need)
    match = invite(firm, need, card).json()
    elsewhere = make_match(make_shop_need(organization), person, "awaiting_organization")

    there = firm.get(f"{URL}/{elsewhere.pk}").json()["professional"]

    assert match["professional"] == {**there, "card": card}
    assert there["card"] != card and there["id"] is there["name"] is None


@pytest.mark.parametrize("insufficient", [False, True])
def test_equal_candidates_stand_in_the_order_of_cards_and_not_of_registration(bank, need, firm, insufficient):
    empty = {"headline": "", "summary": "", "skills": []} if insufficient else {}
    people = [make_shopkeeper(bank, **empty) for _ in range(9)]

    order = cards(firm, need)

    registered = Card.objects.filter(need=need).values_list("professional_id", "id")
    by_registration = [str(dict(registered)[person.pk]) for person in people]
    assert order == sorted(order)
    assert sorted(by_registration) == order
    assert candidates(firm, need, limit=3)["results"] == candidates(firm, need)["results"][:3]


def test_the_organization_gets_no_counts_and_no_way_to_sort_or_search(bank, need, firm):
    make_shopkeeper(bank)
    make_shopkeeper(bank, referral_status="paused")

    body = candidates(firm, need)
    wrong = ["ordering=created_at", "cursor=x", "q=佐藤", "professional=x", "registered_before=2026-01-01", "expand=x"]
    refused = [firm.get(f"{API}/needs/{need.pk}/candidates?{each}").status_code for each in wrong]

    assert (body["counts"], len(body["results"])) == (None, 1)
    assert refused == [400] * len(wrong)
    assert all((row["professional"], row["staff"]) == (None, None) for row in body["results"])


def test_a_cursor_holds_the_match_and_the_time_of_its_start_and_no_person(bank, need, firm):
    people = [make_shopkeeper(bank) for _ in range(3)]
    matches = [make_match(need, person, "awaiting_organization") for person in people]

    for ordering in ("", "&ordering=created_at", "&ordering=updated_at"):
        page = firm.get(f"{URL}?limit=1{ordering}").json()
        cursor = page["next"].split("cursor=")[1].split("&")[0].replace("%3A", ":")
        _, value, pk, _ = signing.loads(cursor, salt=SALT)
        assert UUID(pk) in {match.pk for match in matches}
        assert value == {"t": AT.isoformat()}


def test_who_hides_and_who_is_not_there_leave_the_same_candidates(bank, need, firm):
    make_shopkeeper(bank)
    person = make_shopkeeper(bank, headline="漬物の販売", registration_state="draft")
    absent = candidates(firm, need)["results"]

    edit(person, registration_state="approved", hidden_from=[NAME])
    hidden = candidates(firm, need)["results"]

    assert hidden == absent
    edit(person, hidden_from=[])
    assert len(candidates(firm, need)["results"]) == 2, "the same person is there once it hides no more"


@pytest.mark.parametrize("why", [each for each in UNMATCHABLE if each != "hides"])
def test_who_hides_is_refused_in_the_same_words_as_who_cannot(bank, need, firm, why):
    people = {each: make_shopkeeper(bank) for each in ("hides", why)}
    known = {each: Card.objects.create(id=uuid4(), need=need, professional=row).pk for each, row in people.items()}
    for each, person in people.items():
        edit(person, **UNMATCHABLE[each])

    told = {each: seen(invite(firm, need, known[each])) for each in people}

    assert told["hides"] == told[why]
    status, body = told["hides"]
    assert (status, [guard["code"] for guard in body["failed_guards"]]) == (409, ["not_available"])


@pytest.mark.parametrize("why", UNMATCHABLE)
def test_in_a_match_too_the_organization_is_not_told_why(bank, need, firm, why):
    person = make_shopkeeper(bank)
    match = make_match(need, person, "awaiting_organization")
    edit(person, **UNMATCHABLE[why])

    refused = post(firm, match, "accept").json()
    actions = firm.get(f"{URL}/{match.pk}/actions").json()["results"]

    assert [guard["code"] for guard in refused["failed_guards"]] == ["not_available"]
    accept = next(row for row in actions if row["action"] == "accept")
    assert [each["code"] for each in accept["refusals"]] == ["not_available"]
    assert "hours" not in json.dumps(refused) and "残り" not in json.dumps(actions, ensure_ascii=False)


@pytest.mark.parametrize("state", ["prospect", "awaiting_professional"])
def test_a_match_that_the_organization_does_not_see_is_not_confirmed(bank, need, firm, state):
    person, hiding = make_shopkeeper(bank), make_shopkeeper(bank)
    known = {row: Card.objects.create(id=uuid4(), need=need, professional=row).pk for row in (person, hiding)}
    make_match(need, person, state)
    edit(hiding, **UNMATCHABLE["hides"])

    assert seen(invite(firm, need, known[person])) == seen(invite(firm, need, known[hiding]))


def test_an_open_match_that_it_sees_is_told_to_the_organization(bank, need, firm):
    person = make_shopkeeper(bank)
    (card,) = cards(firm, need)
    make_match(need, person, "awaiting_organization")

    assert seen(invite(firm, need, card))[1]["failed_guards"][0]["code"] == "pair_open"


def test_a_professional_does_not_learn_of_a_prospect_by_applying(session, bank, need):
    person = make_shopkeeper(bank)
    make_match(need, person, "prospect")

    refused = create(session(person.user), need, professional=str(person.pk), origin="apply").json()

    assert [guard["code"] for guard in refused["failed_guards"]] == ["not_available"]


def test_staff_are_told_why(session, bank, need, coordinator):
    person = make_shopkeeper(bank, referral_status="paused")

    refused = create(session(coordinator), need, professional=str(person.pk), origin="prospect").json()

    assert [guard["code"] for guard in refused["failed_guards"]] == ["professional_paused"]


@pytest.mark.parametrize("place", ["", "/candidates", "/events", "/actions", "/notes"])
def test_a_professional_is_as_absent_as_a_random_id(bank, firm, place):
    person = make_shopkeeper(bank)

    there, nowhere = (firm.get(f"{API}/professionals/{id}{place}") for id in (person.pk, uuid4()))

    assert seen(there) == seen(nowhere)
    assert there.status_code == 404


def test_naming_a_professional_by_id_tells_nothing(bank, need, firm):
    person, hidden = make_shopkeeper(bank), make_shopkeeper(bank, **UNMATCHABLE["hides"])
    elsewhere = make_shopkeeper(make_bank())

    told = [
        seen(create(firm, need, professional=str(id), origin="invite"))
        for id in (uuid4(), person.pk, hidden.pk, elsewhere.pk)
    ]

    assert told[0][0] == 400 and all(each == told[0] for each in told)


def test_who_was_introduced_once_is_not_recognized_in_another_need(bank, organization, need, firm):
    person = make_shopkeeper(bank)
    known = make_match(make_shop_need(organization), person, "introduced")
    unknown = make_match(need, person, "awaiting_organization")
    assert firm.get(f"{URL}/{known.pk}").json()["professional"]["id"] == str(person.pk)

    by_id = firm.get(f"{URL}?professional={person.pk}").json()["results"]
    of_need = firm.get(f"{URL}?need={need.pk}").json()["results"]

    assert [row["id"] for row in by_id] == [str(known.pk)]
    assert [row["id"] for row in of_need] == [str(unknown.pk)]
    assert str(person.pk) not in json.dumps(of_need)
