"""Writing needs over the API: their whole life, versions and repeats, bad input."""

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
from tests import factories
from tests.api.need_calls import URL, Login, act, done, login, owner, read, staff
from tests.contract import ContractClient, contract
from tests.factories import AT, TODAY

pytestmark = pytest.mark.database
__all__ = ["login", "owner", "staff"]


@pytest.mark.usefixtures("vocabulary")
def test_the_specification_says_what_counts_where_a_key_is_absent(
    owner: ContractClient, organization: Organization
) -> None:
    schemas = contract().document["components"]["schemas"]
    wish = {"skill": "ec-site"}

    done(owner.post(URL, {"organization": str(organization.pk), "own_words": "売りたい", "skills": [wish]}), 201)

    need = Need.objects.get()
    for name in ("budget_shared", "headcount", "accepting", "confidentiality", "anonymous"):
        told = schemas["NeedInput"]["properties"][name]["description"]
        assert told == f"`{json.dumps(getattr(need, name))}` where it is absent."
        assert "description" not in schemas["PatchedNeedChangesInput"]["properties"][name], "an edit leaves it as it is"
    for name in ("required", "weight"):
        told = schemas["NeedSkillInput"]["properties"][name]["description"]
        assert told == f"`{json.dumps(getattr(need.skills.get(), name))}` where it is absent."


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
    words = {"/own_words": "いつ頃までに始めたいですか。"}

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


def test_a_version_is_asked_for_and_compared(owner: ContractClient, organization: Organization) -> None:
    need = factories.make_need(organization)
    seen = read(owner, need)

    assert owner.post(f"{URL}/{need.pk}/hold", {}).status_code == 428
    done(act(owner, seen, "hold"))
    stale = act(owner, seen, "cancel")

    assert stale.status_code == 412
    assert stale["ETag"] == read(owner, need)["etag"]


def test_a_repeated_call_acts_once(owner: ContractClient, organization: Organization) -> None:
    body = {"organization": str(organization.pk), "own_words": "困った"}

    first = owner.post(URL, body, headers={"Idempotency-Key": "k1"})
    second = owner.post(URL, body, headers={"Idempotency-Key": "k1"})

    assert done(first, 201) == done(second, 201)
    assert second["Idempotency-Replayed"] == "true"
    assert Need.objects.count() == 1


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
        ("request-changes", {"comments": {"/state": "?"}}, "/comments/~1state"),
        ("request-changes", {"comments": {"own_words": "?"}}, "/comments/own_words"),
        ("request-changes", {"comments": {"/public_summary": "?"}}, "/comments/~1public_summary"),
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


def test_what_was_decided_may_be_undecided_again(owner: ContractClient, organization: Organization) -> None:
    decided = {"budget_min_yen": 10_000, "budget_max_yen": 30_000, "hours_per_week": 4}
    days = {"period_start": TODAY, "period_end": TODAY, "deadline": TODAY}
    need = factories.make_need(organization, **decided, **days)
    nothing = dict.fromkeys([*decided, *days])

    row = owner.get(f"{URL}/{need.pk}").json()
    answer = owner.patch(f"{URL}/{need.pk}", nothing, headers={"If-Match": row["etag"]})

    assert answer.status_code == 200, answer.content.decode()
    need.refresh_from_db()
    assert {name: getattr(need, name) for name in nothing} == nothing


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
