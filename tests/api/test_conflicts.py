"""Conflicts of interest over HTTP: for coordinators alone; and the ties that staff declare themselves."""

from __future__ import annotations

import pytest

from talentbank.accounts.models import StaffMembership
from talentbank.core.models import Event
from tests import factories
from tests.api.match_calls import URL, post, refusals

CONFLICTS, MEMBERSHIPS = "/api/v1/conflicts", "/api/v1/memberships"
pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.database]


@pytest.fixture
def match(bank, organization, need):
    professional = factories.make_professional(bank, employer=organization.name)
    return factories.make_match(need, professional, "awaiting_approval")


def decide(client, match, **body):
    return client.post(f"{URL}/{match.pk}/conflicts", body)


def test_a_coordinator_looks_decides_and_approves(session, coordinator, match):
    staff = session(coordinator)

    seen = staff.get(f"{URL}/{match.pk}/conflict-scan").json()
    assert [finding["code"] for finding in seen["findings"]] == seen["uncovered"] == ["employer_is_organization"]
    made = decide(staff, match, outcome="waived", reason="三年前に退職", findings=seen["uncovered"])

    assert made.status_code == 201
    where = ["professional.employer=organization.name"]
    assert made.json()["details"] == [{"code": "employer_is_organization", "where": where}]
    assert staff.get(f"{URL}/{match.pk}").json()["staff"]["conflict_findings"] == ["employer_is_organization"]
    assert staff.get(f"{URL}/{match.pk}/conflict-scan").json()["uncovered"] == []
    assert staff.get(f"{URL}/{match.pk}/conflicts").json()["results"] == [made.json()]
    assert [row["outcome"] for row in staff.get(CONFLICTS).json()["results"]] == ["waived"]
    assert post(staff, match, "approve").status_code == 200


def test_what_turned_up_since_is_named_when_the_approval_is_refused(session, coordinator, match):
    staff = session(coordinator)
    decide(staff, match, outcome="waived", reason="三年前に退職")
    match.professional.is_public_servant = True
    match.professional.save_step(at=factories.AT)

    assert refusals(post(staff, match, "approve")) == ["conflict_undecided"]
    assert staff.get(f"{URL}/{match.pk}/conflict-scan").json()["uncovered"] == ["public_servant_without_permission"]


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ({"outcome": "none"}, 400, "/outcome"),
        ({"outcome": "waived"}, 400, "/reason"),
        ({"outcome": "blocked", "reason": " "}, 400, "/reason"),
        ({"outcome": "perhaps"}, 400, "/outcome"),
        ({"outcome": "waived", "reason": "問題なし", "findings": []}, 409, None),
    ],
)
def test_a_decision_that_does_not_fit_what_was_found(session, coordinator, match, body, status, pointer):
    answer = decide(session(coordinator), match, **body)

    assert answer.status_code == status
    assert [error["pointer"] for error in answer.json()["errors"]] == ([pointer] if pointer else [])
    assert not match.conflicts.exists()


def test_findings_are_for_coordinators_alone(session, bearer, coordinator, desk, owner, match):
    places = [f"{URL}/{match.pk}/conflict-scan", f"{URL}/{match.pk}/conflicts"]
    decide(session(coordinator), match, outcome="waived", reason="三年前に退職")

    for side in (owner, match.professional.user):
        client = session(side)
        assert {client.get(place).status_code for place in places} == {403}
        assert client.get(CONFLICTS).json()["results"] == []
        told = "".join(client.get(f"{URL}/{match.pk}{place}").content.decode() for place in ("", "/events", "/actions"))
        assert "employer_is_organization" not in told and "三年前" not in told
    assert {session(desk).get(place).status_code for place in places} == {404}
    assert bearer(coordinator, scopes=("matches:read",)).get(places[0]).status_code == 403


def test_the_list_names_what_stands_for_each_match_of_the_bank(session, bank, other_bank, coordinator, match):
    staff = session(coordinator)
    other = factories.make_match(
        factories.make_need(match.need.organization), factories.make_professional(bank), "awaiting_approval"
    )
    body = {"need": str(factories.make_need(match.need.organization).pk), "origin": "prospect"}
    fresh = staff.post(URL, body | {"professional": str(factories.make_professional(bank).pk)}).json()
    decide(staff, match, outcome="waived", reason="確認中")
    decide(staff, match, outcome="blocked", reason="現職")
    decide(staff, other, outcome="none")
    foreign = factories.make_match(
        factories.make_need(factories.make_organization(other_bank)), factories.make_professional(other_bank)
    )
    factories.decide_conflict(foreign)

    def listed(query: str) -> dict[str, str]:
        return {row["match"]: row["outcome"] for row in staff.get(f"{CONFLICTS}?{query}").json()["results"]}

    assert listed("decided=true") == {str(match.pk): "blocked", str(other.pk): "none"}
    assert listed("decided=false") == {fresh["id"]: ""}
    assert listed(f"bank={bank.slug}") == listed("") == listed(f"bank={bank.pk}")
    assert len(listed("")) == 3
    assert listed(f"bank={other_bank.slug}") == {}
    assert listed(f"match={other.pk}") == {str(other.pk): "none"}


def test_codes_of_findings_have_labels(client):
    labels = client.get("/api/v1/codes/conflict-findings").json()["results"]

    assert {row["code"]: (row["ja"], row["en"]) for row in labels}["same_phone"] == (
        "電話番号が同じ",
        "The same telephone number",
    )


class TestDeclaredTies:
    @pytest.fixture
    def membership(self, coordinator):
        return StaffMembership.objects.get(user=coordinator)

    def declare(self, client, membership, ties):
        place = f"{MEMBERSHIPS}/{membership.pk}/declared-ties"
        etag = client.get(place).headers.get("ETag", '"1.0000000000000000"')
        return client.patch(place, {"declared_ties": ties}, headers={"If-Match": etag})

    def test_staff_declare_their_own_and_the_scan_follows(self, session, coordinator, match, membership):
        staff = session(coordinator)
        (row,) = staff.get("/api/v1/me/declared-ties").json()["results"]
        assert (row["id"], row["declared_ties"]) == (str(membership.pk), [])

        answer = self.declare(staff, membership, [match.need.organization.name])

        assert answer.status_code == 200
        assert answer.json()["declared_ties"] == [match.need.organization.name]
        assert "coordinator_declared_tie" in staff.get(f"{URL}/{match.pk}/conflict-scan").json()["uncovered"]
        event = Event.objects.get(subject_id=membership.pk, action="declare-ties")
        assert event.facts == {"ties": 1} and event.actor_role == "coordinator"

    def test_an_admin_reads_them_and_nobody_writes_for_another(
        self, session, bank, coordinator, bank_admin, membership
    ):
        self.declare(session(coordinator), membership, ["こけし商店"])
        place = f"{MEMBERSHIPS}/{membership.pk}/declared-ties"

        assert session(bank_admin).get(place).json()["declared_ties"] == ["こけし商店"]
        assert self.declare(session(bank_admin), membership, []).status_code == 403
        for stranger in (factories.make_staff(bank), factories.make_user()):
            assert session(stranger).get(place).status_code == 404
            assert self.declare(session(stranger), membership, []).status_code == 404
        membership.refresh_from_db()
        assert membership.declared_ties == ["こけし商店"]

    @pytest.mark.parametrize(
        ("ties", "pointer"),
        [
            (["こけし", "こけし"], "/declared_ties"),
            (["こけし", "1234567890123"], "/declared_ties/1"),
            ([" "], "/declared_ties/0"),
            ("こけし", "/declared_ties"),
        ],
    )
    def test_a_wrong_tie_is_pointed_at(self, session, coordinator, membership, ties, pointer):
        answer = self.declare(session(coordinator), membership, ties)

        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)

    def test_a_role_that_ended_declares_nothing(self, session, coordinator, membership):
        client, place = session(coordinator), f"{MEMBERSHIPS}/{membership.pk}/declared-ties"
        membership.ended_at = factories.AT
        membership.save_step(at=factories.AT)

        assert client.get(place).status_code == 404
        assert client.get("/api/v1/me/declared-ties").json()["results"] == []

    def test_a_stale_etag_is_412(self, session, coordinator, membership):
        place = f"{MEMBERSHIPS}/{membership.pk}/declared-ties"
        stale = {"If-Match": '"7.0000000000000000"'}

        assert session(coordinator).patch(place, {"declared_ties": []}, headers=stale).status_code == 412
