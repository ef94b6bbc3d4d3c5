"""Organizations and their members over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from talentbank.accounts.models import User
from talentbank.banks.models import REQUIRED_TO_SUBMIT
from talentbank.core.models import Event
from talentbank.organizations.models import Organization, OrganizationMember
from tests import factories
from tests.contract import ContractClient

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.database]
NUMBER = "1000012160145"


def signed_in(user: User) -> ContractClient:
    client = ContractClient()
    client.force_login(user)
    return client


def body_for(bank: Any, /, **fields: Any) -> dict[str, Any]:
    return {
        "bank": bank.slug,
        "name": "株式会社こけし",
        "kana": "カブシキガイシャコケシ",
        "kind": "company",
        "corporate_number": NUMBER,
        "contact_name": "鈴木",
        "contact_phone": "024-000-0000",
        "sites": [{"name": "本店", "address": "あかつき市1-1"}],
        "consents": [str(kind) for kind in REQUIRED_TO_SUBMIT],
        **fields,
    }


def address(id: Any, *more: Any) -> str:
    return "/".join(["/api/v1/organizations", str(id), *map(str, more)])


def act(client: ContractClient, row: dict[str, Any], action: str, **body: Any) -> Any:
    return client.post(address(row["id"], action), body, headers={"If-Match": row["etag"]})


def read(client: ContractClient, id: Any) -> dict[str, Any]:
    response = client.get(address(id))
    assert response.status_code == 200
    return response.json()


@pytest.fixture
def owner(organization: Organization) -> User:
    return factories.owner_of(organization)


def test_a_company_registers_and_its_creator_owns_it(bank, coordinator):
    user = factories.make_user()
    person, staff = signed_in(user), signed_in(coordinator)

    created = person.post("/api/v1/organizations", body_for(bank))
    act(person, created.json(), "submit")
    approved = act(staff, read(staff, created.json()["id"]), "approve")

    record = person.get(address(created.json()["id"], "events")).json()["results"]
    assert [event["action"] for event in record] == ["create", "submit", "approve"]
    assert (created.status_code, approved.status_code) == (201, 200)
    assert created.json()["allowed_actions"] == ["submit", "withdraw"]
    assert approved.json()["registration_state"] == "approved"
    assert OrganizationMember.objects.get().user == user
    assert [event.actor_role for event in Event.objects.order_by("sequence")] == ["owner", "owner", "coordinator"]


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        ({"corporate_number": "2000012160145"}, "/corporate_number", "corporate_number_invalid"),
        ({"corporate_number": "１000012160145"}, "/corporate_number", "corporate_number_invalid"),
        ({"corporate_number": 1000012160145}, "/corporate_number", "not_a_string"),
        ({"kind": "club"}, "/kind", "invalid_choice"),
        ({"sites": [{"address": "あかつき市"}]}, "/sites/0/name", "required"),
        ({"contact_email": "鈴木"}, "/contact_email", "email"),
        ({"on_behalf_of": "professional", "channel": "phone"}, "/on_behalf_of", "not_the_holder"),
    ],
)
def test_bad_input_is_pointed_at_and_nothing_is_written(bank, coordinator, fields, pointer, code):
    refused = signed_in(coordinator).post("/api/v1/organizations", body_for(bank, **fields))

    assert refused.status_code == 400
    assert (pointer, code) in [(error["pointer"], error["code"]) for error in refused.json()["errors"]]
    assert (Organization.objects.count(), Event.objects.count()) == (0, 0)


def test_a_corporate_number_is_taken_in_its_own_bank_only(bank, other_bank):
    factories.make_organization(bank, corporate_number=NUMBER)
    person = signed_in(factories.make_user())

    here = person.post("/api/v1/organizations", body_for(bank))
    there = person.post("/api/v1/organizations", body_for(other_bank))

    assert (here.status_code, here.json()["code"]) == (409, "corporate_number_taken")
    assert there.status_code == 201


def test_an_owner_manages_members_and_the_last_owner_stays(bank, organization, owner):
    boss, colleague = signed_in(owner), factories.make_user(email="colleague@example.jp")
    members = address(organization.pk, "members")

    added = boss.post(members, {"email": "Colleague@example.jp", "role": "member"})
    own = next(row for row in boss.get(members).json()["results"] if row["role"] == "owner")
    last = boss.delete(address(organization.pk, "members", own["id"]), headers={"If-Match": own["etag"]})

    assert added.status_code == 201
    assert (last.status_code, last.json()["code"]) == (409, "last_owner")
    assert signed_in(colleague).post(members, {"email": "x@example.jp", "role": "member"}).status_code == 403
    row = added.json()
    where = address(organization.pk, "members", row["id"])
    promoted = boss.patch(where, {"role": "owner"}, headers={"If-Match": row["etag"]})
    assert promoted.json()["role"] == "owner"
    assert boss.delete(where, headers={"If-Match": promoted.json()["etag"]}).status_code == 204
    assert signed_in(colleague).get(address(organization.pk)).status_code == 404
    unknown = boss.post(members, {"email": "nobody@example.jp", "role": "member"})
    assert unknown.json()["errors"][0]["pointer"] == "/email"


def test_a_member_leaves_and_removes_nobody_else(bank, organization, owner):
    people = [factories.make_user(), factories.make_user()]
    rows = [
        OrganizationMember.create(at=factories.AT, organization=organization, user=user, role="member")
        for user in people
    ]
    client = signed_in(people[0])
    listed = {row["id"]: row for row in client.get(address(organization.pk, "members")).json()["results"]}
    own, other = (listed[str(each.pk)] for each in rows)

    refused = client.delete(address(organization.pk, "members", other["id"]), headers={"If-Match": other["etag"]})
    left = client.delete(address(organization.pk, "members", own["id"]), headers={"If-Match": own["etag"]})

    assert (refused.status_code, left.status_code) == (403, 204)
    assert client.get(address(organization.pk)).status_code == 404
    event = Event.objects.filter(subject_id=organization.pk, action="member-remove").get()
    assert (event.actor_id, event.actor_role) == (people[0].pk, "member")


def test_a_member_edits_and_does_not_move_the_registration(bank, organization):
    member = factories.make_user()
    OrganizationMember.create(at=factories.AT, organization=organization, user=member, role="member")
    client = signed_in(member)
    seen = read(client, organization.pk)

    edited = client.patch(
        address(organization.pk), {"about": "漬物", "name": "新しい名"}, headers={"If-Match": seen["etag"]}
    )

    assert (edited.json()["about"], edited.json()["name"]) == ("漬物", organization.name)
    assert edited.json()["pending_changes"] == [{"pointer": "/name", "value": "新しい名"}]
    assert act(client, edited.json(), "withdraw").status_code == 403
    assert edited.json()["allowed_actions"] == []


def test_organizations_of_others_do_not_exist(bank, organization, analyst, desk):
    for user in (factories.make_user(), analyst, desk, factories.make_staff(factories.make_bank())):
        client = signed_in(user)

        assert client.get("/api/v1/organizations").json()["results"] == []
        for more in ((), ("actions",), ("events",), ("members",)):
            assert client.get(address(organization.pk, *more)).status_code == 404


def test_a_desk_sees_an_organization_once_it_has_acted_for_it(bank, organization, desk):
    counter = signed_in(desk)
    etag = f'"{organization.version}.{"0" * 16}"'
    call = {"on_behalf_of": "organization", "channel": "counter"}

    renewed = counter.post(address(organization.pk, "renew"), call, headers={"If-Match": etag})

    assert renewed.status_code == 200
    assert read(counter, organization.pk)["contacts"]["contact_name"] == organization.contact_name
    assert counter.get("/api/v1/organizations", {"q": organization.name}).json()["results"]


def test_a_list_costs_the_same_for_one_and_for_many(bank, coordinator):
    staff = signed_in(coordinator)
    counts = []
    for more in (1, 8):
        for _ in range(more):
            factories.make_organization(bank)
        with CaptureQueriesContext(connection) as queries:
            assert staff.get("/api/v1/organizations").status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 10


def test_staff_who_call_as_such_say_whom_they_enter(bank, desk):
    """Who forgot it registered themselves."""
    counter, hat = signed_in(desk), {"Acting-As": f"support_desk:{bank.pk}"}
    behalf = {"on_behalf_of": "organization", "channel": "phone"}

    forgotten = counter.post("/api/v1/organizations", body_for(bank), headers=hat)
    named = counter.post("/api/v1/organizations", body_for(bank, **behalf), headers=hat)
    themselves = counter.post("/api/v1/organizations", body_for(bank, corporate_number="", kind="association"))

    assert forgotten.status_code == 400
    assert [(each["pointer"], each["code"]) for each in forgotten.json()["errors"]] == [("/on_behalf_of", "required")]
    assert (named.status_code, themselves.status_code) == (201, 201)
