"""Questions about a need: relayed without contacts, and nobody but coordinators learns who asked."""

from __future__ import annotations

from typing import Any

import pytest

from talentbank.core.models import Event
from talentbank.needs.models import NeedQuestion
from tests import factories
from tests.factories import make_need, make_organization, make_professional, make_staff, owner_of

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.database]
WORDS = "佐藤です。090-1234-5678 へお電話ください。在庫は何点ですか。"
RELAYED = "〔名前〕です。〔連絡先〕 へお電話ください。在庫は何点ですか。"
ANSWER = "こけし食堂です。三百点です。shop@example.jp まで。"
ANSWER_RELAYED = "〔名前〕です。三百点です。〔連絡先〕 まで。"


@pytest.fixture
def organization(bank):
    return make_organization(bank, name="株式会社こけし食堂")


@pytest.fixture
def asker(bank):
    return make_professional(bank, name="佐藤 匠太郎", kana="サトウ タクミタロウ")


def url(need: Any) -> str:
    return f"/api/v1/needs/{need.pk}/questions"


def ask(client: Any, need: Any, text: str = WORDS, **body: Any) -> Any:
    return client.post(url(need), {"text": text, **body})


def answer(client: Any, need: Any, question: dict[str, Any], text: str = ANSWER, **body: Any) -> Any:
    place = f"{url(need)}/{question['id']}/answer"
    return client.post(place, {"answer": text, **body}, headers={"If-Match": question["etag"]})


def listed(client: Any, need: Any) -> list[dict[str, Any]]:
    return client.get(url(need)).json()["results"]


def events(client: Any, need: Any) -> list[dict[str, Any]]:
    return client.get(f"/api/v1/needs/{need.pk}/events").json()["results"]


def test_a_question_is_relayed_and_answered_without_contacts(session, need, asker, owner, coordinator):
    pro, firm, staff = session(asker.user), session(owner), session(coordinator)

    asked = ask(pro, need)
    (seen,) = listed(firm, need)
    answered = answer(firm, need, seen)

    assert (asked.status_code, answered.status_code) == (201, 200)
    assert asked.json()["text"] == seen["text"] == RELAYED
    (own,) = listed(pro, need)
    assert (own["mine"], own["answer"], own["answered_at"] is not None) == (True, ANSWER_RELAYED, True)
    (told,) = listed(staff, need)
    assert told["staff"] == {
        "professional": str(asker.pk),
        "name": "佐藤 匠太郎",
        "text": WORDS,
        "answer": ANSWER,
    }


def test_the_organization_never_learns_who_asked(session, bank, need, asker, owner, desk):
    member = factories.make_user()
    need.organization.members.create(user=member, role="member", created_at=factories.AT, updated_at=factories.AT)
    question = ask(session(asker.user), need).json()
    behalf = {"on_behalf_of": "professional", "channel": "phone", "evidence_note": "佐藤様に電話で確認"}
    on_behalf = ask(session(make_staff(bank)), need, "次の質問", professional=str(asker.pk), **behalf)
    assert on_behalf.status_code == 201
    need.helpers.create(user=desk)

    for user in (owner, member, desk):
        told = (
            session(user).get(url(need)).content.decode()
            + session(user).get(f"/api/v1/needs/{need.pk}/events").content.decode()
        )
        hidden = ("佐藤", "090-1234", str(asker.pk), str(asker.user_id), asker.reference, "電話で確認")
        assert [word for word in hidden if word in told] == []
        assert RELAYED in told and '"staff":null' in told and question["id"] in told


def test_each_word_leaves_one_event_and_staff_reads_the_original(session, need, asker, owner, coordinator):
    question = ask(session(asker.user), need).json()
    answer(session(owner), need, question)

    kept = list(Event.objects.filter(subject_id=need.pk).order_by("position"))
    assert [(each.action, each.actor_role) for each in kept] == [("ask", "professional"), ("answer-question", "owner")]
    assert kept[0].facts == {"question": question["id"]}
    assert kept[1].facts == {"question": question["id"], "published": False}
    of_staff, of_owner = (events(session(user), need) for user in (coordinator, owner))
    assert of_staff[0]["texts"] == {"question": WORDS, "question_relayed": RELAYED}
    assert of_owner[0]["texts"] == {"question_relayed": RELAYED}
    assert of_owner[1]["texts"] == {"answer": ANSWER, "answer_relayed": ANSWER_RELAYED}


@pytest.mark.parametrize("publish", [True, False])
def test_others_read_only_what_is_published(session, bank, need, asker, owner, publish):
    other = session(make_professional(bank).user)
    question = ask(session(asker.user), need).json()
    assert listed(other, need) == []

    answered = answer(session(owner), need, question, publish=publish).json()

    assert answered["published"] is publish
    assert [(each["text"], each["mine"], each["staff"]) for each in listed(other, need)] == (
        [(RELAYED, False, None)] if publish else []
    )


def test_a_question_is_answered_once(session, need, asker, owner):
    question = ask(session(asker.user), need).json()
    first = answer(session(owner), need, question)

    again = answer(session(owner), need, first.json())
    stale = answer(session(owner), need, question)
    unconditional = session(owner).post(f"{url(need)}/{question['id']}/answer", {"answer": "x"})

    assert (again.status_code, again.json()["code"]) == (409, "question_answered")
    assert (stale.status_code, unconditional.status_code) == (412, 428)
    assert Event.objects.filter(subject_id=need.pk, action="answer-question").count() == 1


def test_five_unanswered_questions_are_enough(session, bank, need, asker, owner):
    pro = session(asker.user)
    questions = [ask(pro, need, f"質問{n}").json() for n in range(5)]

    sixth = ask(pro, need, "六つ目")
    assert (sixth.status_code, sixth.json()["code"]) == (409, "questions_exhausted")
    assert ask(pro, make_need(need.organization), "別の依頼").status_code == 201
    assert ask(session(make_professional(bank).user), need, "別の人").status_code == 201
    answer(session(owner), need, questions[0])
    assert ask(pro, need, "六つ目").status_code == 201


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"accepting": False}, "need_not_accepting"),
        ({"deadline": factories.date(2026, 11, 1)}, "need_not_accepting"),
        ({"state": "in_progress"}, None),
    ],
)
def test_a_need_that_takes_nobody_takes_no_questions(session, organization, asker, fields, code):
    told = ask(session(asker.user), make_need(organization, **fields))

    assert told.status_code == (409 if code else 201)
    assert [each["code"] for each in told.json().get("failed_guards", [])] == ([code] if code else [])


def test_a_need_on_hold_is_out_of_a_professional_s_sight_and_refused_on_behalf(
    session, organization, asker, coordinator
):
    need = make_need(organization, state="on_hold")
    behalf = {"on_behalf_of": "professional", "channel": "phone", "professional": str(asker.pk)}

    assert ask(session(asker.user), need).status_code == 404
    assert ask(session(coordinator), need, **behalf).json()["failed_guards"][0]["code"] == "need_not_open"


@pytest.mark.parametrize(
    ("who", "status"),
    [("owner", 403), ("coordinator", 403), ("desk", 403), ("analyst", 404), ("stranger", 404), ("draft", 404)],
)
def test_only_approved_professionals_ask(request, session, bank, other_bank, need, who, status):
    users = {
        "stranger": lambda: make_professional(other_bank).user,
        "draft": lambda: make_professional(bank, registration_state="draft").user,
    }
    user = users.get(who, lambda: request.getfixturevalue(who))()

    assert ask(session(user), need).status_code == status
    assert not NeedQuestion.objects.exists()


def test_an_unapproved_professional_who_reads_a_public_need_may_not_ask(session, bank, organization):
    need = make_need(organization, confidentiality="public", public_summary="漬物", summary_agreed_at=factories.AT)
    draft = make_professional(bank, registration_state="draft")

    assert ask(session(draft.user), need).status_code == 403
    assert listed(session(draft.user), need) == []


def test_the_organization_does_not_ask_itself(session, bank, organization, need):
    own = make_professional(bank, user=owner_of(organization))
    held = make_professional(bank, holder_kind="organization", organization=organization)

    for hat in (own, held):
        told = ask(session(owner_of(organization), f"professional:{hat.pk}"), need)
        assert [each["code"] for each in told.json()["failed_guards"]] == ["holder_is_organization"]


@pytest.mark.parametrize("who", ["asker", "coordinator", "desk", "other professional"])
def test_only_the_organization_s_people_answer(request, session, bank, need, asker, who):
    question = ask(session(asker.user), need).json()
    users = {"asker": lambda: asker.user, "other professional": lambda: make_professional(bank).user}
    user = users.get(who, lambda: request.getfixturevalue(who))()

    status = answer(session(user), need, question).status_code

    assert status == (403 if who in {"asker", "coordinator"} else 404)


def test_a_desk_answers_on_behalf_and_not_its_own_question(session, bank, need, asker, desk):
    make_staff(bank, "support_desk", user=asker.user)
    question = ask(session(asker.user, f"professional:{asker.pk}"), need).json()
    behalf = {"on_behalf_of": "organization", "channel": "phone", "evidence_note": "電話で確認"}
    need.helpers.create(user=desk)
    need.helpers.create(user=asker.user)

    own = answer(session(asker.user, f"support_desk:{bank.pk}"), need, question, **behalf)
    assert [each["code"] for each in own.json()["failed_guards"]] == ["actor_is_a_side"]
    assert answer(session(desk), need, question, **behalf).status_code == 200
    event = Event.objects.get(subject_id=need.pk, action="answer-question")
    assert (event.on_behalf_of, event.channel, event.actor_role) == ("organization", "phone", "support_desk")


def test_staff_ask_for_whom_they_may_act(session, bank, other_bank, need, asker, desk, coordinator):
    behalf = {"on_behalf_of": "professional", "channel": "counter"}
    elsewhere = make_professional(other_bank)

    unnamed = ask(session(coordinator), need, **behalf)
    unknown = [
        ask(session(coordinator), need, professional=str(elsewhere.pk), **behalf),
        ask(session(desk), need, professional=str(asker.pk), **behalf),
    ]

    assert unnamed.json()["errors"][0]["pointer"] == "/professional"
    assert [(each.status_code, each.json()["errors"][0]["code"]) for each in unknown] == (
        [(400, "unknown_professional")] * 2
    )
    assert ask(session(coordinator), need, professional=str(asker.pk), **behalf).status_code == 201


def test_a_coordinator_of_the_organization_does_not_learn_who_asked(session, bank, need, asker, owner):
    make_staff(bank, "coordinator", user=owner)
    ask(session(asker.user), need)

    assert listed(session(owner), need)[0]["staff"] is None
    assert "佐藤" not in str(events(session(owner), need))


def test_a_question_stands_in_no_step_s_way(session, clock, need, asker, owner):
    clock.forward(days=3)
    ask(session(asker.user), need)
    etag = session(owner).get(f"/api/v1/needs/{need.pk}").json()["etag"]

    held = session(owner).post(
        f"/api/v1/needs/{need.pk}/hold", {"happened_on": "2026-11-03"}, headers={"If-Match": etag}
    )

    assert held.status_code == 200, held.content.decode()


def test_answered_and_published_filter_the_list(session, need, asker, owner):
    firm = session(owner)
    first, _ = ask(session(asker.user), need, "一").json(), ask(session(asker.user), need, "二")
    answer(firm, need, first, publish=True)

    def texts(query: str) -> list[str]:
        return [each["text"] for each in firm.get(f"{url(need)}?{query}").json()["results"]]

    assert (texts("answered=true"), texts("answered=false"), texts("published=true")) == (["一"], ["二"], ["一"])
    assert texts("ordering=created_at") == ["一", "二"]
    assert firm.get(f"{url(need)}?professional={asker.pk}").status_code == 400
