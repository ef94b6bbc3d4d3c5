"""What a need's people can learn of professionals before the introduction: the card, and nothing beside it.

Each test tries one way of finding out more: ids, order, counts, cursors, filters, refusals, ETags, events.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core import signing
from django.utils import timezone

from api.pagination import SALT
from talentbank.core.models import Event
from talentbank.matches.models import Match
from talentbank.professionals.models import Professional
from talentbank.ranking.models import Card
from tests import factories
from tests.api.match_calls import URL, act, at_state, create, etag_of, post
from tests.factories import AT, make_bank, make_match, make_organization, make_professional, make_staff, owner_of
from tests.talentbank.ranking.samples import edit, make_shop_need, make_shopkeeper

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.database]
API = "/api/v1"
CARD_KEYS = {
    *("card", "alias", "headline", "skills", "experiences", "residence", "hours_band", "engagement_types", "fee_band"),
}
HIDDEN_FACTS = {
    "name": "阿武隈 ひとみ",
    "kana": "アブクマ ヒトミ",
    "email": "hitomi@example.jp",
    "phone": "080-9999-8888",
    "postal_address": "飯坂町1-2-3",
    "reference": "R8-登-7777",
    "employer": "みちのく銀行",
    "hidden_from": ["どこかの会社"],
    "pause_reason": "療養のため",
    "created_at": datetime(2023, 1, 2, tzinfo=UTC),
    "approved_at": datetime(2023, 2, 3, tzinfo=UTC),
    "submitted_at": datetime(2023, 2, 1, tzinfo=UTC),
    "last_proposed_at": datetime(2026, 10, 5, tzinfo=UTC),
}
"""Facts that stand on no card: to change them must change no byte that the organization reads."""
UNMATCHABLE: dict[str, dict[str, Any]] = {
    "hides": {"hidden_from": ["株式会社こけし堂"]},
    "paused": {"referral_status": "paused"},
    "suspended": {"registration_state": "suspended"},
    "withdrawn": {"registration_state": "withdrawn"},
    "full": {"hours_per_week": 1},
    "expired": {"registration_state": "expired"},
}


@pytest.fixture
def organization(bank):
    return make_organization(bank, name="株式会社こけし堂")


@pytest.fixture
def need(organization):
    return make_shop_need(organization)


@pytest.fixture
def firm(session, owner):
    return session(owner)


def candidates(client: Any, need: Any, **query: Any) -> dict[str, Any]:
    answer = client.get(f"{API}/needs/{need.pk}/candidates", query)
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()


def cards(client: Any, need: Any) -> list[str]:
    return [row["card"]["card"] for row in candidates(client, need)["results"]]


def seen(answer: Any) -> tuple[int, Any]:
    """An answer without what tells one call from another."""
    body = answer.json()
    body.pop("request_id", None)
    body.pop("instance", None)
    return answer.status_code, body


def invite(client: Any, need: Any, card: Any) -> Any:
    return create(client, need, card=str(card), origin="invite")


# Ids


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


# Order, counts, pages


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


# Somebody who hides, and nobody


def test_who_hides_and_who_is_not_there_leave_the_same_candidates(bank, need, firm):
    make_shopkeeper(bank)
    person = make_shopkeeper(bank, headline="漬物の販売", registration_state="draft")
    absent = candidates(firm, need)["results"]

    edit(person, registration_state="approved", hidden_from=["株式会社こけし堂"])
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


# What stands behind a card


def told_of(client: Any, need: Any, match: Match) -> dict[str, tuple[Any, str]]:
    """Everything that the organization reads around a match, with its ETag."""
    places = ("", "/events", "/actions", "/questions", "/terms", "/explanation", "/conflicts", "/contacts", "/notes")
    told = {place: client.get(f"{URL}/{match.pk}{place}") for place in places}
    told["list"] = client.get(f"{URL}?need={need.pk}")
    told["refusal"] = client.post(f"{URL}/{match.pk}/approve", {}, headers={"If-Match": etag_of(match)})
    told["need"] = client.get(f"{API}/needs/{need.pk}")
    told["need events"] = client.get(f"{API}/needs/{need.pk}/events")
    return {place: (seen(answer), answer.headers.get("ETag", "")) for place, answer in told.items()}


@pytest.mark.parametrize("state", ["awaiting_organization", "awaiting_approval", "closed"])
def test_no_byte_and_no_etag_depends_on_what_the_card_does_not_show(bank, need, firm, state):
    person = make_shopkeeper(bank)
    answers = {"professional_answer": "yes", "organization_answer": "asked"}
    match = at_state(need, person, state, **answers)
    before, ranked = told_of(firm, need, match), candidates(firm, need)

    Professional.objects.filter(pk=person.pk).update(**HIDDEN_FACTS)

    assert told_of(firm, need, match) == before
    assert candidates(firm, need)["results"] == ranked["results"]


def test_events_show_these_members_and_none_of_the_facts(session, bank, need, firm, coordinator):
    person = make_shopkeeper(bank)
    (card,) = cards(firm, need)
    match = invite(firm, need, card).json()
    act(session(person.user), match, "accept", note="木曜は通院です")
    factories.decide_conflict(Match.objects.get(pk=match["id"]))

    rows = firm.get(f"{URL}/{match['id']}/events").json()["results"]

    shown = {"id", "action", "from_state", "to_state", "at", "happened_on", "actor_role", "on_behalf_of", "channel"}
    assert {key for row in rows for key in row} == shown | {"reason_codes", "texts", "hash"}
    assert rows[-1]["actor_role"] == "professional" and rows[-1]["texts"] == {}
    facts = json.dumps([each.facts for each in Event.objects.filter(subject_id=match["id"])], default=str)
    assert "model_version" in facts and "model_version" not in json.dumps(rows)


@pytest.mark.parametrize("place", ["explanation", "conflicts", "notes"])
def test_what_is_staff_s_is_forbidden_whoever_stands_behind_the_card(bank, need, firm, place):
    match = make_match(need, make_shopkeeper(bank), "awaiting_organization")
    other = make_match(need, make_shopkeeper(bank, **UNMATCHABLE["hides"]), "awaiting_organization")

    told = [seen(firm.get(f"{URL}/{each.pk}/{place}")) for each in (match, other)]

    assert told[0] == told[1] and told[0][0] == 403


@pytest.mark.parametrize("hidden_from", [[], ["株式会社こけし堂"]])
def test_what_may_be_done_does_not_depend_on_who_hides(bank, need, firm, hidden_from):
    match = make_match(need, make_shopkeeper(bank, hidden_from=hidden_from), "awaiting_organization")

    body = firm.get(f"{URL}/{match.pk}").json()

    assert body["allowed_actions"] == ["accept", "decline", "postpone", "withdraw", "undo"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("０９０－１２３４－５６７８ へ", "＊＊ へ"),
        ("〇九〇ー一二三四ー五六七八", "＊＊"),
        ("LINE ID: hitomi_a", "＊＊"),
        ("hitomi［at］example.jp", "＊＊"),
        ("福島市飯坂町1-2-3 の店", "＊＊ の店"),
        ("ｱﾌﾞｸﾏと申します", "＊＊と申します"),
        ("あぶくまひとみの店", "＊＊の店"),
        ("２０１９年４月から", "＊＊から"),
        ("令和三年に開店", "＊＊に開店"),
        ("（株）ほしぞら物産の通販", "（株）＊＊の通販"),
        ("Python 3.11.4 と Node.js で1,200,000円", "Python 3.11.4 と Node.js で1,200,000円"),
    ],
)
def test_texts_of_a_card_hide_contacts_names_and_dates_in_any_spelling(bank, need, firm, text, shown):
    person = make_shopkeeper(
        bank,
        name="阿武隈 ひとみ",
        kana="アブクマ ヒトミ",
        headline=text,
        experiences=[{"title": text, "description": text, "client_name": "株式会社ほしぞら物産"}],
    )
    match = make_match(make_shop_need(need.organization), person, "awaiting_organization")

    (row,) = candidates(firm, need)["results"]

    assert row["card"]["headline"] == shown
    assert row["card"]["experiences"] == [{"title": shown, "description": shown, "years": None}]
    assert firm.get(f"{URL}/{match.pk}").json()["professional"]["headline"] == shown


def test_no_time_of_a_registration_stands_in_any_answer(bank, need, firm):
    registered = AT - timedelta(days=400)
    person = make_shopkeeper(bank)
    Professional.objects.filter(pk=person.pk).update(
        created_at=registered, updated_at=registered, approved_at=registered
    )
    match = make_match(need, person, "awaiting_organization")

    told = json.dumps([candidates(firm, make_shop_need(need.organization)), told_of(firm, need, match)], default=str)

    days = {day.strftime("%Y-%m-%d") for day in (registered, timezone.localtime(registered))}
    assert not any(day in told for day in days)
    assert str(person.pk) not in told and person.reference not in told


# The other direction: organizations behind anonymous needs


def test_an_anonymous_organization_is_the_same_nobody_in_all_its_needs(session, bank, organization):
    person = make_shopkeeper(bank)
    needs = [make_shop_need(organization, anonymous=True) for _ in range(2)]
    client = session(person.user)
    told = [client.get(f"{API}/needs/{need.pk}") for need in needs]
    told += [client.get(f"{API}/needs"), client.get(f"{API}/professionals/{person.pk}/candidates")]

    text = "".join(answer.content.decode() for answer in told)

    hidden = (organization.name, "こけし堂", str(organization.pk), organization.reference, organization.contact_email)
    assert [word for word in hidden if word in text] == []
    assert client.get(f"{API}/needs?organization={organization.pk}").json()["results"] == []
    assert seen(client.get(f"{API}/organizations/{organization.pk}")) == seen(
        client.get(f"{API}/organizations/{uuid4()}")
    )


def test_a_need_s_etag_does_not_depend_on_who_asks_for_help(session, bank, organization, need):
    person = session(make_shopkeeper(bank).user)
    before = person.get(f"{API}/needs/{need.pk}").headers["ETag"]

    organization.name, organization.contact_email = "別の名前", "other@example.jp"
    organization.save()
    need.own_words = "ほかの言葉"
    need.save()

    assert person.get(f"{API}/needs/{need.pk}").headers["ETag"] == before


def test_needs_of_another_bank_have_no_cards(session, need):
    stranger = make_staff(make_bank(), "bank_admin")
    other = owner_of(make_organization(make_bank()))

    for user in (stranger, other, make_professional(make_bank()).user):
        absent = session(user).get(f"{API}/needs/{uuid4()}/candidates")
        assert seen(session(user).get(f"{API}/needs/{need.pk}/candidates")) == seen(absent)
