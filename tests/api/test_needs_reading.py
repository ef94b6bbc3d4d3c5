"""Reading needs over the API: three views, what leaks and what does not, filters and search."""

from __future__ import annotations

import json
from typing import Any

import pytest

from talentbank.accounts.models import User
from talentbank.banks.models import Bank
from talentbank.organizations.models import Organization
from talentbank.professionals.models import Professional
from talentbank.skills.models import Problem
from tests import factories
from tests.api.need_calls import PUBLIC, SECRET, URL, Login, done, login, owner, read, staff
from tests.contract import ContractClient
from tests.factories import AT

__all__ = ["login", "owner", "staff"]


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
    draft = factories.make_need(organization, state="draft")

    def ids(**query: Any) -> list[str]:
        return [row["id"] for row in done(staff.get(URL, query))["results"]]

    assert ids(problem=["online-sales", "cashless"]) == [str(problem.pk)]
    assert ids(area="市外") == ids(state="in_progress") == [str(problem.pk)]
    assert ids(engagement_type="advice") == [str(late.pk)]
    assert ids(accepting="true") == [str(problem.pk)]
    assert len(ids(accepting="false")) == 2
    assert done(staff.get(f"{URL}/{draft.pk}"))["accepting_now"] is False
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


def test_an_unchanged_need_is_not_sent_again(owner: ContractClient, organization: Organization) -> None:
    need = factories.make_need(organization)
    etag = read(owner, need)["etag"]

    assert owner.get(f"{URL}/{need.pk}", headers={"If-None-Match": etag}).status_code == 304


def test_another_banks_need_does_not_exist(other_bank: Bank, staff: ContractClient) -> None:
    need = factories.make_need(factories.make_organization(other_bank))

    assert staff.get(f"{URL}/{need.pk}").status_code == 404
    assert staff.post(f"{URL}/{need.pk}/hold", {}, headers={"If-Match": '"1.0123456789abcdef"'}).status_code == 404


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
