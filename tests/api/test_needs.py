"""Needs over the API: whole life, three views, what leaks and what does not, bad input."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from talentbank.accounts.models import User
from talentbank.banks.models import Bank
from talentbank.core.models import Event
from talentbank.needs.models import Need
from talentbank.organizations.models import Organization, OrganizationMember
from talentbank.professionals.models import Professional
from talentbank.skills.files import vocabulary_read
from talentbank.skills.models import Problem
from talentbank.skills.services import vocabulary_load
from tests import factories
from tests.contract import ContractClient
from tests.factories import AT

URL = "/api/v1/needs"
SECRET = "社長の持病のため急いでいます"
PUBLIC = {
    "confidentiality": "public",
    "public_summary": "地元の漬物をネットで売りたい",
    "summary_agreed_at": AT,
    "own_words": SECRET,
    "title": "秘密の題",
    "budget_min_yen": 123456,
    "budget_max_yen": 234567,
}
pytestmark = pytest.mark.database
Login = Callable[[User | None], ContractClient]


@pytest.fixture
def login(db: None) -> Login:
    def signed_in(user: User | None) -> ContractClient:
        client = ContractClient()
        if user:
            client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def vocabulary(db: None) -> None:
    vocabulary_load(vocabulary=vocabulary_read())


@pytest.fixture
def owner(organization: Organization, login: Login) -> ContractClient:
    return login(factories.owner_of(organization))


@pytest.fixture
def staff(coordinator: User, login: Login) -> ContractClient:
    return login(coordinator)


def act(client: ContractClient, need: dict[str, Any], action: str, **body: Any) -> Any:
    """Take an action with the ETag last seen."""
    return client.post(f"{URL}/{need['id']}/{action}", body, headers={"If-Match": need["etag"]})


def done(response: Any, status: int = 200) -> dict[str, Any]:
    assert response.status_code == status, response.content.decode()
    return dict(response.json())


def read(client: ContractClient, need: Need) -> dict[str, Any]:
    return done(client.get(f"{URL}/{need.pk}"))


@pytest.mark.usefixtures("vocabulary")
def test_a_need_lives_from_plain_words_to_a_new_round(
    owner: ContractClient, staff: ContractClient, organization: Organization, login: Login
) -> None:
    body = {
        "organization": str(organization.pk),
        "title": "ネットで漬物を売りたい",
        "own_words": "インターネットの通信販売を始めたいのですが、何から手を付ければよいか分かりません。",
        "tools_today": "ﾌｧｯｸｽと電話📠 髙橋さんの 台帳",
        "problems": ["sell-online"],
        "skills": [{"skill": "ec-site", "required": True, "level": 2, "weight": 0.8}],
        "engagement_type": "quasi_mandate",
        "confidentiality": "public",
        "anonymous": False,
        "hours_per_week": 4,
        "deadline": "2027-03-31",
    }
    created = owner.post(URL, body)
    need = done(created, 201)
    assert created["Location"] == f"{URL}/{need['id']}"
    assert created["ETag"] == need["etag"]
    assert (need["own_words"], need["tools_today"]) == (body["own_words"], body["tools_today"])
    assert (need["state"], need["allowed_actions"]) == (
        "draft",
        ["submit", "cancel"],
    )

    need = done(act(owner, need, "submit"))
    assert need["reference"].endswith("-依-0001")
    summary = {"public_summary": "地元の漬物をネットで売りたい"}
    need = done(staff.patch(f"{URL}/{need['id']}", summary, headers={"If-Match": need["etag"]}))
    refused = act(staff, need, "open")
    assert refused.status_code == 409
    assert [guard["code"] for guard in refused.json()["failed_guards"]] == ["summary_not_agreed"]
    need = done(act(owner, need, "agree-summary"))
    need = done(act(staff, need, "open"))
    assert done(login(None).get(f"{URL}/{need['id']}"))["public_summary"] == summary["public_summary"]
    need = done(act(owner, need, "hold", reason_codes=["budget"], note="来期まで待つ"))
    need = done(act(owner, need, "resume"))
    need = done(act(owner, need, "cancel"))
    need = done(act(staff, need, "reopen", deadline="2027-06-30"))
    assert (need["state"], need["round"], need["deadline"]) == ("open", 2, "2027-06-30")

    events = done(owner.get(f"{URL}/{need['id']}/events"))["results"]
    assert [event["action"] for event in events] == [
        "create",
        "submit",
        "update",
        "agree-summary",
        "open",
        "hold",
        "resume",
        "cancel",
        "reopen",
    ]
    assert events[5]["texts"] == {"note": "来期まで待つ"}
    assert "actor_id" not in events[5]


def test_staff_send_a_need_back_with_comments_and_reject_it(
    owner: ContractClient, staff: ContractClient, organization: Organization
) -> None:
    need = read(staff, factories.make_need(organization, state="submitted"))
    words = {"own_words": "いつ頃までに始めたいですか。"}

    need = done(act(staff, need, "request-changes", comments=words, note="電話済み"))
    assert need["review_comments"] == words
    told = done(owner.get(f"{URL}/{need['id']}/events"))["results"][-1]
    assert told["texts"] == {"comments": words}
    need = done(act(owner, need, "submit"))
    need = done(act(staff, need, "reject", reason_codes=["out_of_scope"]))
    assert (need["state"], need["closed_reason"]) == ("cancelled", "non_compliant")


def test_a_desk_enters_and_submits_for_an_organization(organization: Organization, desk: User, login: Login) -> None:
    client = login(desk)
    behalf = {"on_behalf_of": "organization", "channel": "phone", "evidence_note": "本人から電話"}

    assert client.post(URL, {"organization": str(organization.pk), "own_words": "困った"}).status_code == 403
    need = done(client.post(URL, {"organization": str(organization.pk), "own_words": "困った", **behalf}), 201)
    need = done(act(client, need, "submit", **behalf))

    assert (need["state"], need["channel"], need["view"]) == ("submitted", "phone", "detail")
    event = Event.objects.filter(subject_id=need["id"]).order_by("-position")[0]
    assert (event.on_behalf_of, event.channel, event.actor_role) == ("organization", "phone", "support_desk")
    assert act(client, need, "open").status_code == 403


@pytest.mark.usefixtures("vocabulary")
def test_anybody_reads_open_public_needs_and_nothing_hidden_in_them(
    organization: Organization, bank: Bank, login: Login
) -> None:
    need = factories.make_need(organization, problems=["sell-online"], **PUBLIC)
    factories.make_need(organization, own_words=SECRET)
    client, problem = login(None), Problem.objects.get(code="sell-online")

    listed = done(client.get(URL, {"bank": bank.slug}))["results"]
    single = read(client, need)

    assert listed == [single]
    assert single == {
        "id": str(need.pk),
        "view": "public",
        "bank": str(bank.pk),
        "state": "open",
        "public_summary": "地元の漬物をネットで売りたい",
        "problems": [
            {
                "code": "sell-online",
                "area": "online-sales",
                "name_ja": "ネットでも商品を売りたい",
                "name_en": problem.name_en,
            }
        ],
        "area": "あかつき市",
        "engagement_type": "quasi_mandate",
        "deadline": "2027-03-31",
        "organization": None,
        "budget": None,
        "accepting_now": True,
        "etag": single["etag"],
    }
    text = json.dumps(listed, ensure_ascii=False)
    for hidden in (SECRET, "秘密の題", "123456", organization.name, str(organization.pk), need.reference):
        assert hidden not in text


def test_what_the_organization_shares_is_shown(organization: Organization, login: Login) -> None:
    need = factories.make_need(organization, **PUBLIC, anonymous=False, budget_shared=True, budget_basis="month")

    shown = read(login(None), need)

    assert shown["organization"] == {"id": str(organization.pk), "name": organization.name}
    assert shown["budget"] == {"min_yen": 123456, "max_yen": 234567, "basis": "month"}


def test_filters_and_search_do_not_reach_what_is_hidden(
    organization: Organization, professional: Professional, coordinator: User, desk: User, login: Login
) -> None:
    factories.make_need(organization, **PUBLIC)
    named = factories.make_need(organization, **PUBLIC, anonymous=False)
    query = {"organization": str(organization.pk)}

    assert [row["id"] for row in done(login(None).get(URL, query))["results"]] == [str(named.pk)]
    assert len(done(login(coordinator).get(URL, query))["results"]) == 2
    assert login(None).get(URL, {"q": "持病"}).status_code == 403
    assert len(done(login(coordinator).get(URL, {"q": "持病"}))["results"]) == 2
    assert done(login(desk).get(URL, {"q": "持病"}))["results"] == []


def test_lists_are_filtered(organization: Organization, bank: Bank, staff: ContractClient) -> None:
    problem = factories.make_need(organization, problems=["online-sales", "cashless"], area="市外", state="in_progress")
    late = factories.make_need(organization, deadline=AT.date(), engagement_type="advice")
    factories.make_need(organization, state="draft", accepting=False)

    def ids(**query: Any) -> list[str]:
        return [row["id"] for row in done(staff.get(URL, query))["results"]]

    assert ids(problem=["online-sales", "cashless"]) == [str(problem.pk)]
    assert ids(area="市外") == ids(state="in_progress") == [str(problem.pk)]
    assert ids(engagement_type="advice") == [str(late.pk)]
    assert ids(accepting="true") == [str(problem.pk)]
    assert len(ids(accepting="false")) == 2
    assert len(ids(state=["open", "draft"])) == 2
    assert len(ids(bank=[str(bank.pk), "nowhere"])) == 3
    assert ids(bank="nowhere") == []
    assert ids(updated_since="2027-01-01T00:00:00Z") == []
    assert ids(ordering="deadline")[0] == str(late.pk)


@pytest.mark.parametrize("query", [{"state": "lost"}, {"colour": "red"}, {"accepting": "1"}, {"organization": "x"}])
def test_a_wrong_parameter_is_refused(staff: ContractClient, query: dict[str, str]) -> None:
    response = staff.get(URL, query)

    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"] == f"/query/{next(iter(query))}"


def test_a_list_costs_the_same_for_two_and_for_twenty(
    organization: Organization, coordinator: User, login: Login, django_assert_max_num_queries: Any
) -> None:
    for _ in range(20):
        factories.make_need(organization, skills=["ec-site"], problems=["online-sales"])
    client = login(coordinator)

    with django_assert_max_num_queries(10):
        assert len(done(client.get(URL))["results"]) == 20


def test_actions_say_why_not(owner: ContractClient, organization: Organization) -> None:
    need = factories.make_need(organization, state="submitted")

    response = owner.get(f"{URL}/{need.pk}/actions")

    assert "no-store" in response["Cache-Control"]
    answers = {row["action"]: row for row in done(response)["results"]}
    assert answers["cancel"] == {
        "action": "cancel",
        "allowed": True,
        "on_behalf": False,
        "requires": [],
        "refusals": [],
    }
    assert [refusal["code"] for refusal in answers["open"]["refusals"]] == ["role_forbidden"]
    assert answers["reopen"]["requires"] == ["deadline"]


def test_a_version_is_asked_for_and_compared(owner: ContractClient, organization: Organization) -> None:
    need = factories.make_need(organization)
    seen = read(owner, need)

    assert owner.post(f"{URL}/{need.pk}/hold", {}).status_code == 428
    done(act(owner, seen, "hold"))
    stale = act(owner, seen, "cancel")

    assert stale.status_code == 412
    assert stale["ETag"] == read(owner, need)["etag"]


def test_an_unchanged_need_is_not_sent_again(owner: ContractClient, organization: Organization) -> None:
    need = factories.make_need(organization)
    etag = read(owner, need)["etag"]

    assert owner.get(f"{URL}/{need.pk}", headers={"If-None-Match": etag}).status_code == 304


def test_a_repeated_call_acts_once(owner: ContractClient, organization: Organization) -> None:
    body = {"organization": str(organization.pk), "own_words": "困った"}

    first = owner.post(URL, body, headers={"Idempotency-Key": "k1"})
    second = owner.post(URL, body, headers={"Idempotency-Key": "k1"})

    assert done(first, 201) == done(second, 201)
    assert second["Idempotency-Replayed"] == "true"
    assert Need.objects.count() == 1


def test_another_banks_need_does_not_exist(other_bank: Bank, staff: ContractClient) -> None:
    need = factories.make_need(factories.make_organization(other_bank))

    assert staff.get(f"{URL}/{need.pk}").status_code == 404
    assert staff.post(f"{URL}/{need.pk}/hold", {}, headers={"If-Match": '"1.0123456789abcdef"'}).status_code == 404


def test_a_role_that_lacks_the_action_is_refused_before_the_version(organization: Organization, login: Login) -> None:
    member = factories.make_user()
    OrganizationMember.create(at=AT, organization=organization, user=member, role="member")
    need = factories.make_need(organization)

    assert login(member).post(f"{URL}/{need.pk}/hold", {}).status_code == 403
    assert login(None).post(f"{URL}/{need.pk}/hold", {}).status_code == 401


def test_several_hats_ask_for_a_choice(organization: Organization, coordinator: User, staff: ContractClient) -> None:
    OrganizationMember.create(at=AT, organization=organization, user=coordinator, role="owner")
    need = read(staff, factories.make_need(organization))

    torn = act(staff, need, "hold")
    hat = {"Acting-As": f"owner:{organization.pk}", "If-Match": need["etag"]}

    assert torn.status_code == 400
    assert len(torn.json()["hats"]) == 2
    assert staff.post(f"{URL}/{need['id']}/hold", {}, headers=hat).status_code == 200


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"problems": ["no-such"]}, "/problems/0"),
        ({"skills": [{"skill": "no-such"}]}, "/skills/0/skill"),
        ({"skills": [{"skill": "known", "level": 5}]}, "/skills/0/level"),
        ({"skills": [{"skill": "known", "years": 1}]}, "/skills/0/years"),
        ({"skills": {"skill": "known"}}, "/skills"),
        ({"headcount": "2"}, "/headcount"),
        ({"headcount": True}, "/headcount"),
        ({"budget_min_yen": -1}, "/budget_min_yen"),
        ({"budget_min_yen": 2**70}, "/budget_min_yen"),
        ({"budget_min_yen": 2, "budget_max_yen": 1}, "/budget_max_yen"),
        ({"deadline": "2020-01-01"}, "/deadline"),
        ({"deadline": "20270101"}, "/deadline"),
        ({"title": 5}, "/title"),
        ({"own_words": "a\u0000b"}, "/own_words"),
        ({"state": "open"}, "/state"),
        ({"taken": 1}, "/taken"),
        ({"engagement_type": "slavery"}, "/engagement_type"),
        ({"on_behalf_of": "organization"}, "/channel"),
    ],
)
def test_bad_input_is_pointed_at_and_nothing_is_written(
    owner: ContractClient, organization: Organization, fields: dict[str, Any], pointer: str
) -> None:
    factories.make_skill("known")
    need = factories.make_need(organization)

    created = owner.post(URL, {"organization": str(organization.pk), "own_words": "困った", **fields})
    changed = owner.patch(f"{URL}/{need.pk}", fields, headers={"If-Match": read(owner, need)["etag"]})

    for response in (created, changed):
        assert response.status_code == 400, response.content
        assert pointer in [error["pointer"] for error in response.json()["errors"]]
    need.refresh_from_db()
    assert (Need.objects.count(), need.version, Event.objects.count()) == (1, 1, 0)


def test_an_organization_out_of_scope_is_not_told_from_one_that_is_not_there(
    owner: ContractClient, other_bank: Bank
) -> None:
    elsewhere = factories.make_organization(other_bank)

    for id in (elsewhere.pk, "0198c0de-0000-7000-8000-000000000001"):
        response = owner.post(URL, {"organization": str(id), "own_words": "困った"})
        assert response.status_code == 400
        assert [(e["pointer"], e["code"]) for e in response.json()["errors"]] == [
            ("/organization", "unknown_organization")
        ]


@pytest.mark.parametrize(
    ("action", "body", "pointer"),
    [
        ("reject", {}, "/reason_codes"),
        ("reject", {"reason_codes": ["timing"]}, "/reason_codes/0"),
        ("request-changes", {}, "/comments"),
        ("request-changes", {"comments": {"state": "?"}}, "/comments/state"),
        ("open", {"happened_on": "2999-01-01"}, "/happened_on"),
        ("open", {"colour": "red"}, "/colour"),
    ],
)
def test_a_wrong_action_body_is_pointed_at(
    staff: ContractClient, organization: Organization, action: str, body: dict[str, Any], pointer: str
) -> None:
    need = factories.make_need(organization, state="submitted")

    response = act(staff, read(staff, need), action, **body)

    assert response.status_code == 400, response.content
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
    need.refresh_from_db()
    assert (need.state, need.version) == ("submitted", 1)


def test_an_owner_does_not_write_the_public_summary(owner: ContractClient, organization: Organization) -> None:
    need = factories.make_need(organization)

    response = owner.patch(
        f"{URL}/{need.pk}", {"public_summary": "自分で"}, headers={"If-Match": read(owner, need)["etag"]}
    )
    assert response.status_code == 403


def test_places_that_are_taken_are_a_conflict(owner: ContractClient, organization: Organization) -> None:
    need = factories.make_need(organization, state="in_progress", headcount=3, taken=2, running=2)

    response = owner.patch(f"{URL}/{need.pk}", {"headcount": 1}, headers={"If-Match": read(owner, need)["etag"]})

    assert (response.status_code, response.json()["code"]) == (409, "headcount_below_taken")


@pytest.mark.usefixtures("vocabulary")
def test_plain_words_suggest_problems_and_skills(owner: ContractClient) -> None:
    found = done(owner.post(f"{URL}/suggestions", {"words": "インターネットの通信販売を始めたい"}))

    assert found["problems"][0]["code"] == "sell-online"
    assert found["problems"][0]["found"] == ["通信販売"]
    assert [skill["code"] for skill in found["skills"]] == ["ec-site"]
    assert done(owner.post(f"{URL}/suggestions", {"words": "こんにちは"})) == {"problems": [], "skills": []}
    assert owner.post(f"{URL}/suggestions", {"words": " "}).status_code == 400


def test_the_record_of_a_need_is_not_for_those_who_see_its_summary(
    organization: Organization, professional: Professional, login: Login
) -> None:
    need = factories.make_need(organization, **PUBLIC)
    stranger = login(factories.make_user())

    assert stranger.get(f"{URL}/{need.pk}/events").status_code == 403
    assert read(stranger, need)["view"] == "public"


def test_a_professional_reads_the_work_but_not_the_organizations_own_words(
    organization: Organization, professional: Professional, login: Login
) -> None:
    need = factories.make_need(organization, own_words=SECRET, wished_outcome="月に十件売れる", budget_min_yen=123456)

    shown = read(login(professional.user), need)

    assert (shown["view"], shown["wished_outcome"], shown["places_free"]) == ("professional", "月に十件売れる", 1)
    assert not {"own_words", "places", "allowed_actions", "closed_reason", "review_comments"} & shown.keys()
    text = json.dumps(shown, ensure_ascii=False)
    for hidden in (SECRET, "123456", organization.name, str(organization.pk)):
        assert hidden not in text


def test_a_tokens_scopes_bound_what_its_roles_allow(
    organization: Organization, coordinator: User, desk: User, bearer: Callable[..., ContractClient]
) -> None:
    need = factories.make_need(organization)
    blind, reader = bearer(coordinator, scopes=("me:read",)), bearer(coordinator, scopes=("needs:read",))
    helper = bearer(desk, scopes=("needs:read", "needs:write"))
    behalf = {"on_behalf_of": "organization", "channel": "phone"}

    assert blind.get(f"{URL}/{need.pk}").status_code == 404
    assert read(reader, need)["view"] == "detail"
    assert act(reader, read(reader, need), "hold").status_code == 403
    refused = act(helper, read(reader, need), "hold", **behalf)
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
