"""What stands behind a card stays there: no byte, ETag or event tells it, and no need its anonymous organization."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from talentbank.core.models import Event
from talentbank.matches.models import Match
from talentbank.professionals.models import Professional
from tests import factories
from tests.api.card_calls import API, NAME, UNMATCHABLE, candidates, cards, firm, invite, need, organization, seen
from tests.api.match_calls import URL, act, at_state, etag_of
from tests.factories import AT, make_bank, make_match, make_organization, make_professional, make_staff, owner_of
from tests.talentbank.ranking.samples import make_shop_need, make_shopkeeper

__all__ = ["firm", "need", "organization"]
pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.database]
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
    assert {key for row in rows for key in row} == shown | {"proxy", "reason_codes", "told", "texts", "hash"}
    assert rows[-1]["actor_role"] == "professional" and rows[-1]["texts"] == {}
    facts = json.dumps([each.facts for each in Event.objects.filter(subject_id=match["id"])], default=str)
    assert "model_version" in facts and "model_version" not in json.dumps(rows)


@pytest.mark.parametrize("place", ["explanation", "conflicts", "notes"])
def test_what_is_staff_s_is_forbidden_whoever_stands_behind_the_card(bank, need, firm, place):
    match = make_match(need, make_shopkeeper(bank), "awaiting_organization")
    other = make_match(need, make_shopkeeper(bank, **UNMATCHABLE["hides"]), "awaiting_organization")

    told = [seen(firm.get(f"{URL}/{each.pk}/{place}")) for each in (match, other)]

    assert told[0] == told[1] and told[0][0] == 403


@pytest.mark.parametrize("hidden_from", [[], [NAME]])
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


def test_nothing_that_a_professional_reads_moves_while_only_the_other_side_is_asked(
    session, clock, bank, need, coordinator
):
    person = make_shopkeeper(bank)
    staff, mine = session(coordinator), session(person.user)
    places = (f"{API}/professionals/{person.pk}", f"{API}/needs/{need.pk}", f"{API}/professionals", f"{API}/needs")
    before = [seen(mine.get(place)) for place in places]
    since = clock.forward(hours=1).isoformat()

    body = {"need": str(need.pk), "professional": str(person.pk), "origin": "prospect"}
    act(staff, staff.post(URL, body).json(), "propose", ask_first="organization")

    assert [seen(mine.get(place)) for place in places] == before
    assert mine.get(f"{API}/professionals", {"updated_since": since}).json()["results"] == []


def test_others_do_not_read_off_a_need_that_somebody_was_introduced(session, clock, bank, need, coordinator):
    match = at_state(need, make_professional(bank), "awaiting_approval")
    other = session(make_professional(bank).user)
    before = seen(other.get(f"{API}/needs/{need.pk}"))
    since = clock.forward(hours=1).isoformat()

    act(session(coordinator), match, "approve")

    assert seen(other.get(f"{API}/needs/{need.pk}")) == before
    assert other.get(f"{API}/needs", {"updated_since": since}).json()["results"] == []
