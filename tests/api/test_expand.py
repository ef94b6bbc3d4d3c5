"""`?expand=`: what a row names, in full beside it, as the caller's own GET of it would show it and never more."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories

API = "/api/v1"
EVERYTHING = "expand=need,professional,organization"
RESOURCES = {"need": "needs", "professional": "professionals", "organization": "organizations"}
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def organization(bank):
    return factories.make_organization(bank, contact_email="jiro@azuma.example.jp", contact_phone="024-555-0199")


@pytest.fixture
def professional(bank):
    return factories.make_professional(bank, email="hitomi@example.jp", phone="090-1234-5678", skills=["ec-site"])


@pytest.fixture
def desk(bank):
    return factories.make_staff(bank, "support_desk")


def listed(client: Any, resource: str, id: Any) -> dict[str, Any] | None:
    """The row of a list as the caller sees it; None where it does not."""
    rows = client.get(f"{API}/{resource}?limit=100").json()["results"]
    return next((row for row in rows if row["id"] == str(id)), None)


@pytest.mark.parametrize("state", ["awaiting_organization", "introduced", "completed"])
@pytest.mark.parametrize("who", ["coordinator", "owner", "professional", "desk"])
def test_what_a_match_names_is_shown_as_its_own_list_shows_it(
    session, need, professional, organization, owner, coordinator, desk, who, state
):
    answers = {"organization_answer": "yes", "professional_answer": "yes"}
    match = factories.make_match(need, professional, state, organization_answer_by=desk, **answers)
    user = {"coordinator": coordinator, "owner": owner, "professional": professional.user, "desk": desk}[who]
    client = session(user)

    (row,) = client.get(f"{API}/matches?{EVERYTHING}").json()["results"]
    read = client.get(f"{API}/matches/{match.pk}?{EVERYTHING}").json()

    shown = row["expanded"]
    ids = {"need": need.pk, "professional": professional.pk, "organization": organization.pk}
    assert read["expanded"] == shown
    assert shown.keys() == RESOURCES.keys()
    for name, resource in RESOURCES.items():
        expected = listed(client, resource, ids[name]) if row[name]["id"] else None
        assert shown[name] == expected, name
        readable = client.get(f"{API}/{resource}/{ids[name]}").status_code == 200
        assert readable or shown[name] is None
    own = {"coordinator": set(RESOURCES), "owner": {"need", "organization"}, "professional": {"need", "professional"}}
    assert {name for name, each in shown.items() if each} == own.get(who, {"need"})


def test_contacts_are_in_no_expansion(session, need, professional, organization, owner, coordinator):
    factories.make_match(need, professional, "introduced")

    for client in (session(coordinator), session(owner), session(professional.user)):
        answer = client.get(f"{API}/matches?{EVERYTHING}")
        body = answer.content.decode()
        contacts = (professional.email, professional.phone, organization.contact_email, organization.contact_phone)
        assert not [each for each in contacts if each in body]
        shown = answer.json()["results"][0]["expanded"]
        assert all(each["contacts"] is None for name, each in shown.items() if each and name != "need")


def test_nothing_is_expanded_beyond_what_a_token_may_read(bearer, need, professional, coordinator):
    factories.make_match(need, professional, "introduced")
    public = factories.make_need(
        need.organization, confidentiality="public", public_summary="漬物を売りたい", summary_agreed_at=factories.AT
    )
    factories.make_match(public, professional, "introduced")
    client = bearer(coordinator, scopes=("matches:read",))

    rows = client.get(f"{API}/matches?{EVERYTHING}").json()["results"]

    shown = {row["need"]["id"]: row["expanded"] for row in rows}
    assert shown[str(need.pk)] == {"need": None, "professional": None, "organization": None}
    assert shown[str(public.pk)]["need"]["view"] == "public"  # as anybody reads it


def test_an_anonymous_need_gives_its_organization_to_nobody_else(session, organization, professional, owner):
    factories.make_need(
        organization,
        anonymous=True,
        confidentiality="public",
        public_summary="漬物を売りたい",
        summary_agreed_at=factories.AT,
    )

    def shown(user: Any) -> Any:
        answer = session(user).get(f"{API}/needs?expand=organization")
        (row,) = answer.json()["results"]
        assert session(user).get(f"{API}/needs/{row['id']}?expand=organization").json()["expanded"] == row["expanded"]
        return row["expanded"]["organization"], organization.name in answer.content.decode()

    assert shown(None) == (None, False)
    assert shown(professional.user) == (None, False)
    assert shown(factories.owner_of(factories.make_organization(organization.bank))) == (None, False)
    own, named = shown(owner)
    assert named and own == listed(session(owner), "organizations", organization.pk)


def test_a_named_organization_is_expanded_for_those_alone_who_may_read_it(
    session, organization, professional, coordinator
):
    factories.make_need(organization, anonymous=False)
    row = session(professional.user).get(f"{API}/needs?expand=organization").json()["results"][0]
    by_staff = session(coordinator).get(f"{API}/needs?expand=organization").json()["results"][0]

    assert row["organization"]["id"] and row["expanded"] == {"organization": None}
    assert by_staff["expanded"]["organization"]["id"] == row["organization"]["id"]


def test_a_professional_shows_the_organization_that_holds_it(session, bank, organization, professional, coordinator):
    held = factories.make_professional(bank, holder_kind="organization", organization=organization, user=None)
    staff = session(coordinator)

    rows = staff.get(f"{API}/professionals?expand=organization").json()["results"]
    one = staff.get(f"{API}/professionals/{held.pk}?expand=organization").json()

    shown = {row["id"]: row["expanded"]["organization"] for row in rows}
    assert shown == {str(held.pk): one["expanded"]["organization"], str(professional.pk): None}
    assert one["expanded"]["organization"] == listed(staff, "organizations", organization.pk)


def test_an_expanded_match_has_an_etag_of_its_own_for_the_same_version(session, need, professional, coordinator):
    match = factories.make_match(need, professional, "introduced")
    staff, address = session(coordinator), f"{API}/matches/{match.pk}"
    plain, expanded, other = (
        staff.get(f"{address}{query}") for query in ("", "?expand=need", "?expand=need,professional")
    )

    assert len({each["ETag"] for each in (plain, expanded, other)}) == 3
    assert len({each["ETag"].partition(".")[0] for each in (plain, expanded, other)}) == 1
    assert expanded["ETag"] == expanded.json()["etag"] and "expanded" not in plain.json()
    again = staff.get(f"{address}?expand=need", headers={"If-None-Match": expanded["ETag"]})
    assert (again.status_code, again["ETag"]) == (304, expanded["ETag"])
    assert staff.get(address, headers={"If-None-Match": expanded["ETag"]}).status_code == 200
    need.title = "ネットで漬物を売る"
    need.save()
    changed = staff.get(f"{address}?expand=need", headers={"If-None-Match": expanded["ETag"]})
    assert changed.status_code == 200 and changed.json()["expanded"]["need"]["title"] == need.title
    acted = staff.post(f"{address}/negotiate", {}, headers={"If-Match": expanded["ETag"]})
    assert acted.status_code == 200 and "expanded" not in acted.json()


@pytest.mark.parametrize(
    "address", ["matches?expand=bank", "needs?expand=need", "professionals?expand=employer", "needs?expand="]
)
def test_an_unknown_name_is_refused_with_its_pointer(session, coordinator, address):
    answer = session(coordinator).get(f"{API}/{address}")

    assert answer.status_code == 400
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/query/expand"]


def test_the_next_page_is_expanded_too(session, bank, coordinator, organization, professional):
    for _ in range(3):
        factories.make_match(factories.make_need(organization), professional, "introduced")
    staff = session(coordinator)

    page = staff.get(f"{API}/matches?limit=2&expand=need").json()

    assert staff.get(page["next"]).json()["results"][0]["expanded"]["need"]


@pytest.mark.parametrize("who", ["coordinator", "desk"])
@pytest.mark.parametrize(
    "address",
    [f"matches?{EVERYTHING}", "needs?expand=organization", "professionals?expand=organization"],
)
def test_ten_rows_cost_as_many_queries_as_three(session, bank, coordinator, desk, who, address):
    client = session(desk if who == "desk" else coordinator)

    def more(count: int) -> None:
        for _ in range(count):
            firm = factories.make_organization(bank, entered_by=desk)
            holder = {"holder_kind": "organization", "user": None}
            person = factories.make_professional(bank, **holder, organization=firm, entered_by=desk, skills=["ec-site"])
            seeker = factories.make_organization(bank, entered_by=desk)
            need = factories.make_need(seeker, skills=["ec-site"], problems=["online-sales"], entered_by=desk)
            factories.make_match(need, person, "introduced")

    def cost(rows: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            found = client.get(f"{API}/{address}&limit=100").json()["results"]
        assert len(found) == rows and all(any(row["expanded"].values()) for row in found)
        return len(queries)

    more(3)
    cost(3)  # whatever is read once and kept
    few = cost(3)
    more(7)
    assert cost(10) == few
