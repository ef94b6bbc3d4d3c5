"""Skills, problems and code lists: readable by anybody, complete in both languages."""

from __future__ import annotations

from typing import Any

import pytest

from api.codes import code_lists
from talentbank.matches.assignments import ASSIGN
from talentbank.matches.evaluations import EVALUATE
from talentbank.matches.guards import ANSWER_QUESTION, ASK_QUESTION
from talentbank.matches.lifecycle import TABLE as MATCH_TABLE
from talentbank.matches.services import DRAFT_TERMS
from talentbank.matches.states import LABELS, Action, ClosedReason, Origin
from talentbank.needs.inputs import ASK_QUESTION as ASK_ABOUT_NEED
from talentbank.needs.lifecycle import ACTIONS, NeedAction
from talentbank.needs.lifecycle import TABLE as NEED_TABLE
from talentbank.needs.models import NeedState
from talentbank.notifications.webhooks.catalogue import MATCH_STEPS, NEED_STEPS, REGISTRATION_STEPS
from talentbank.registrations.lifecycle import PROFESSIONAL_TABLE, RegistrationAction
from talentbank.registrations.models import RegistrationState
from talentbank.skills.models import Problem, Skill
from tests.contract import ContractClient

URL = "/api/v1"


@pytest.fixture
def anybody(db: None) -> ContractClient:
    return ContractClient()


def results(response: Any) -> list[dict[str, Any]]:
    assert response.status_code == 200, response.content
    return list(response.json()["results"])


@pytest.mark.usefixtures("vocabulary")
def test_skills_are_paged_and_found_by_scheme_group_and_words(anybody: ContractClient) -> None:
    assert len(results(anybody.get(f"{URL}/skills", {"limit": 2}))) == 2
    first = anybody.get(f"{URL}/skills", {"limit": 100}).json()

    assert len(first["results"]) == 100
    assert first["next"]
    dssp = results(anybody.get(f"{URL}/skills", {"scheme": "dss-p", "limit": 100}))
    assert len(dssp) == 67
    office = results(anybody.get(f"{URL}/skills", {"group": "office", "limit": 100}))
    assert {skill["group"]["code"] for skill in office} == {"office"}
    for words in ("ｴｸｾﾙﾏｸﾛ", "excel vba", "えくせるぶい"):
        assert "excel-vba" in [skill["code"] for skill in results(anybody.get(f"{URL}/skills", {"q": words}))]


@pytest.mark.usefixtures("vocabulary")
def test_problems_name_their_area_and_their_skills(anybody: ContractClient) -> None:
    assert len(results(anybody.get(f"{URL}/problems", {"limit": 1}))) == 1
    found = results(anybody.get(f"{URL}/problems", {"area": "online-sales"}))

    assert {problem["area"]["code"] for problem in found} == {"online-sales"}
    assert all(0 < link["weight"] <= 1 for problem in found for link in problem["skills"])
    codes = Problem.objects.values_list("code", flat=True)
    assert [p["code"] for p in results(anybody.get(f"{URL}/problems", {"q": "お客さんが減って"}))] == [
        "fewer-customers"
    ]
    assert len(codes) >= 60


@pytest.mark.usefixtures("vocabulary")
@pytest.mark.parametrize(("path", "cost"), [("skills", 2), ("problems", 4)])
def test_a_list_costs_the_same_whatever_its_length(
    anybody: ContractClient, django_assert_max_num_queries: Any, path: str, cost: int
) -> None:
    with django_assert_max_num_queries(cost):
        results(anybody.get(f"{URL}/{path}", {"limit": 100}))


@pytest.mark.parametrize("query", [{"color": "red"}, {"limit": "0"}, {"cursor": "x"}, {"ordering": "id"}])
def test_a_wrong_parameter_is_refused(anybody: ContractClient, query: dict[str, str]) -> None:
    response = anybody.get(f"{URL}/skills", query)

    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"] == f"/query/{next(iter(query))}"


def test_every_list_answers_with_labels_in_both_languages(anybody: ContractClient) -> None:
    names = [entry["name"] for entry in results(anybody.get(f"{URL}/codes"))]

    assert names == list(code_lists())
    for name in names:
        codes = results(anybody.get(f"{URL}/codes/{name}"))
        assert codes
        assert all(code["label"] == code["ja"] for code in codes)
        assert all(code["ja"] and code["en"].isprintable() for code in codes)
    english = results(anybody.get(f"{URL}/codes/match-states", headers={"Accept-Language": "en"}))
    assert english[0] == {
        "code": "prospect",
        "label": "Under consideration",
        "ja": "検討中",
        "en": "Under consideration",
        "told": None,
    }


def test_one_call_answers_every_list_with_its_labels(anybody: ContractClient) -> None:
    plain = results(anybody.get(f"{URL}/codes"))
    whole = results(anybody.get(f"{URL}/codes", {"include": "labels"}))

    assert [entry["codes"] for entry in plain] == [None] * len(plain)
    assert [entry["name"] for entry in whole] == list(code_lists())
    reasons = next(entry for entry in whole if entry["name"] == "match-decline-reasons")
    assert reasons["codes"] == results(anybody.get(f"{URL}/codes/match-decline-reasons"))


@pytest.mark.parametrize("path", ["codes", "codes?include=labels", "codes/match-states"])
def test_a_code_list_that_the_caller_holds_is_not_sent_again(anybody: ContractClient, path: str) -> None:
    etag = anybody.get(f"{URL}/{path}").headers["ETag"]

    held = anybody.get(f"{URL}/{path}", headers={"If-None-Match": etag})
    english = anybody.get(f"{URL}/{path}", headers={"If-None-Match": etag, "Accept-Language": "en"})

    assert (held.status_code, held.content, held.headers["ETag"]) == (304, b"", etag)
    assert english.status_code == (304 if path == "codes" else 200)


def test_the_lists_hold_every_value_of_their_enums() -> None:
    lists = {name: [code.code for code in codes] for name, codes in code_lists().items()}

    assert lists["match-states"] == [str(state) for state in LABELS]
    assert [code.ja for code in code_lists()["match-states"]] == list(LABELS.values())
    assert lists["match-origins"] == [str(origin) for origin in Origin]
    assert lists["match-closed-reasons"] == [str(reason) for reason in ClosedReason]
    assert set(lists["match-actions"]) == set(Action) - {Action.CREATE, Action.EXPIRE, Action.CASCADE}
    assert lists["need-states"] == NeedState.values
    assert lists["need-actions"] == [str(action) for action in ACTIONS]
    assert lists["registration-states"] == RegistrationState.values


def test_every_action_that_a_step_on_record_can_have_has_a_label() -> None:
    lists = {name: {code.code for code in codes} for name, codes in code_lists().items()}
    beside_matches = {ASK_QUESTION, ANSWER_QUESTION, DRAFT_TERMS, EVALUATE, ASSIGN, "agree-undo", "decide-conflict"}
    reports = {"file-report", "confirm-report", "return-report"}

    assert lists["match-event-actions"] == set(Action) | beside_matches | reports
    assert lists["need-event-actions"] == set(NeedAction) | {
        "create",
        "update",
        ASK_ABOUT_NEED,
        ANSWER_QUESTION,
        ASSIGN,
    }
    assert lists["registration-event-actions"] == set(RegistrationAction) | {"create", "update"}
    for kind, table in (("match", MATCH_TABLE), ("need", NEED_TABLE), ("registration", PROFESSIONAL_TABLE)):
        assert set(table.actions()) <= lists[f"{kind}-event-actions"]
    for kind, told in (("match", MATCH_STEPS), ("need", NEED_STEPS), ("registration", REGISTRATION_STEPS)):
        assert set(told) - {"evaluation-due"} <= lists[f"{kind}-event-actions"]


def test_an_unknown_list_is_not_found(anybody: ContractClient) -> None:
    assert anybody.get(f"{URL}/codes/colors").status_code == 404


def test_skills_are_not_written_over_the_api(anybody: ContractClient) -> None:
    before = Skill.objects.count()

    assert anybody.post(f"{URL}/skills", {}).status_code == 405
    assert Skill.objects.count() == before


def test_reason_codes_say_what_each_side_is_politely_told(anybody):
    path = "/api/v1/codes/match-decline-reasons"
    (timing,) = (code for code in anybody.get(path).json()["results"] if code["code"] == "timing")
    (english,) = (
        code
        for code in anybody.get(path, headers={"Accept-Language": "en"}).json()["results"]
        if code["code"] == "timing"
    )

    assert timing["told"]["professional"] != timing["told"]["organization"]
    assert timing["told"]["organization"].endswith("。") and english["told"]["organization"].endswith(".")
