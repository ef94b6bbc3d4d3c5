"""Questions between the sides of a match: without contacts before the introduction, as they are after it."""

from __future__ import annotations

from typing import Any

import pytest

from talentbank.core.models import Event
from talentbank.matches.models import MatchQuestion
from talentbank.matches.states import State
from tests import factories
from tests.api.match_calls import act, at_state, post, refusals
from tests.factories import make_match, make_need, make_organization, make_professional, make_staff, owner_of

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.database]
WORDS = "佐藤です。090-1234-5678 まで。週末は動けますか。"
RELAYED = "〔名前〕です。〔連絡先〕 まで。週末は動けますか。"
FIRM = "あづま漬物の吾妻です。https://azuma.example.jp をご覧ください。"
FIRM_RELAYED = "〔名前〕の〔名前〕です。〔連絡先〕 をご覧ください。"
OPEN = [state for state in State if state not in {State.PROSPECT, State.COMPLETED, State.CLOSED}]
INTRODUCED = [state for state in OPEN if state in {State.INTRODUCED, State.NEGOTIATING, State.CONTRACTED, State.ACTIVE}]
BOTH_ASKED = {"professional_answer": "yes", "organization_answer": "asked"}


@pytest.fixture
def organization(bank):
    return make_organization(bank, name="有限会社あづま漬物", representative="吾妻 太郎")


@pytest.fixture
def professional(bank):
    return make_professional(bank, name="佐藤 匠太郎", kana="サトウ タクミタロウ")


def url(match: Any) -> str:
    return f"/api/v1/matches/{match.pk}/questions"


def ask(client: Any, match: Any, text: str = WORDS, **body: Any) -> Any:
    return client.post(url(match), {"text": text, **body})


def answer(client: Any, match: Any, question: dict[str, Any], text: str = FIRM, **body: Any) -> Any:
    place = f"{url(match)}/{question['id']}/answer"
    return client.post(place, {"answer": text, **body}, headers={"If-Match": question["etag"]})


def events(client: Any, match: Any) -> list[dict[str, Any]]:
    return client.get(f"/api/v1/matches/{match.pk}/events").json()["results"]


def test_before_the_introduction_words_are_relayed_without_contacts(session, need, professional, owner, coordinator):
    match = make_match(need, professional, "awaiting_organization")
    pro, firm, staff = session(professional.user), session(owner), session(coordinator)

    asked = ask(pro, match)
    answered = answer(firm, match, asked.json())

    assert (asked.status_code, answered.status_code) == (201, 200)
    for client in (pro, firm, staff):
        (row,) = client.get(url(match)).json()["results"]
        assert (row["text"], row["answer"], row["asked_side"]) == (RELAYED, FIRM_RELAYED, "professional")
        assert row["staff"] == ({"text": WORDS, "answer": FIRM} if client is staff else None)


@pytest.mark.parametrize("state", INTRODUCED)
def test_from_the_introduction_on_words_are_relayed_as_they_are(session, need, professional, owner, state):
    match = make_match(need, professional, state)

    question = ask(session(owner), match, FIRM).json()
    answered = answer(session(professional.user), match, question, WORDS).json()

    assert (answered["text"], answered["answer"], answered["asked_side"]) == (FIRM, WORDS, "organization")


def test_what_was_relayed_before_stays_as_it_was(session, need, professional, owner, coordinator):
    match = at_state(need, professional, "awaiting_approval")
    question = ask(session(professional.user), match).json()
    act(session(coordinator), match, "approve")

    answer(session(owner), match, question)

    (row,) = session(owner).get(url(match)).json()["results"]
    assert (row["text"], row["answer"]) == (RELAYED, FIRM)


@pytest.mark.parametrize("state", list(State))
def test_questions_are_asked_in_open_matches_of_both_sides(session, need, professional, state):
    match = make_match(need, professional, state, **({} if state == "prospect" else BOTH_ASKED))

    told = ask(session(professional.user), match)

    if state == "prospect":
        assert told.status_code == 404
    elif state in {"completed", "closed"}:
        assert refusals(told) == ["state_forbids"]
    else:
        assert told.status_code == 201


def test_a_side_that_was_not_asked_yet_cannot_be_asked(session, need, professional, owner):
    match = make_match(need, professional, "awaiting_professional")

    assert refusals(ask(session(professional.user), match)) == ["other_side_not_asked"]
    assert ask(session(owner), match).status_code == 404
    assert not MatchQuestion.objects.exists()


def test_each_word_leaves_one_event_that_tells_the_other_side_what_was_relayed(session, need, professional, owner):
    match = make_match(need, professional, "awaiting_organization")
    question = ask(session(professional.user), match).json()
    answer(session(owner), match, question)

    kept = Event.objects.filter(subject_id=match.pk, action__in=("ask-question", "answer-question"))
    assert [(each.action, each.facts) for each in kept.order_by("position")] == [
        ("ask-question", {"question": question["id"], "side": "professional"}),
        ("answer-question", {"question": question["id"], "side": "organization"}),
    ]
    of_pro, of_firm = events(session(professional.user), match)[-2:], events(session(owner), match)[-2:]
    assert of_pro[0]["texts"] == {"question": WORDS, "question_relayed": RELAYED}
    assert of_firm[0]["texts"] == {"question_relayed": RELAYED}
    assert of_pro[1]["texts"] == {"answer_relayed": FIRM_RELAYED}
    assert of_firm[1]["texts"] == {"answer": FIRM, "answer_relayed": FIRM_RELAYED}


def test_the_asking_side_does_not_answer_itself_and_an_answer_stands(session, need, professional, owner):
    match = make_match(need, professional, "introduced")
    question = ask(session(professional.user), match).json()

    own = answer(session(professional.user), match, question)
    first = answer(session(owner), match, question)
    again = answer(session(owner), match, first.json())

    assert (own.status_code, first.status_code) == (403, 200)
    assert (again.status_code, again.json()["code"]) == (409, "question_answered")
    assert answer(session(owner), match, question).status_code == 412


def test_staff_ask_only_on_behalf_and_not_across_their_own_side(
    session, bank, need, professional, owner, desk, coordinator
):
    match = make_match(need, professional, "introduced")
    behalf = {"on_behalf_of": "organization", "channel": "phone", "evidence_note": "店主に電話"}
    make_staff(bank, "coordinator", user=professional.user)

    assert ask(session(coordinator), match).status_code == 403
    assert ask(session(desk), match).status_code == 404
    crossing = ask(session(professional.user, f"coordinator:{bank.pk}"), match, **behalf)
    assert refusals(crossing) == ["actor_is_a_side"]
    asked = ask(session(desk), match, **behalf)
    assert (asked.status_code, asked.json()["asked_side"]) == (201, "organization")
    told = str(events(session(professional.user, f"professional:{professional.pk}"), match))
    assert "店主に電話" not in told


@pytest.mark.parametrize("who", ["stranger", "other bank", "analyst", "another organization"])
def test_out_of_sight_there_are_no_questions(request, session, bank, other_bank, need, professional, who):
    match = make_match(need, professional, "introduced")
    question = ask(session(professional.user), match).json()
    users = {
        "stranger": lambda: make_professional(bank).user,
        "other bank": lambda: make_staff(other_bank),
        "another organization": lambda: owner_of(make_organization(bank)),
    }
    client = session(users.get(who, lambda: request.getfixturevalue(who))())

    assert client.get(url(match)).status_code == 404
    assert ask(client, match).status_code == 404
    assert answer(client, match, question).status_code == 404


def test_a_question_of_another_match_is_absent(session, organization, need, professional, owner):
    match = make_match(need, professional, "introduced")
    other = make_match(make_need(organization), professional, "introduced")
    question = ask(session(professional.user), match).json()

    assert answer(session(owner), other, question).status_code == 404


def test_undo_looks_past_questions_and_a_call_of_friday_is_still_typed_in(session, clock, need, professional, owner):
    match = make_match(need, professional, "introduced")
    act(session(owner), match, "negotiate")
    ask(session(professional.user), match)
    assert act(session(owner), match, "undo")["state"] == "introduced"
    clock.forward(days=3)
    ask(session(professional.user), match)

    typed = post(session(owner), match, "negotiate", happened_on="2026-11-03")

    assert typed.status_code == 200, typed.content.decode()
    assert factories.date(2026, 11, 5) == Event.objects.filter(action="ask-question").latest("at").happened_on


def test_a_coordinator_who_is_a_side_reads_what_was_relayed(session, bank, need, professional, owner):
    make_staff(bank, "coordinator", user=owner)
    match = make_match(need, professional, "awaiting_organization")
    ask(session(professional.user), match)

    (row,) = session(owner).get(url(match)).json()["results"]

    assert (row["text"], row["staff"]) == (RELAYED, None)
