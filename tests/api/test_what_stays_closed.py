"""What one side, a round or an introduction that is over must not open again, by whatever way round."""

from __future__ import annotations

from typing import Any

import pytest

from talentbank.matches.models import Complaint, Match
from talentbank.organizations.models import OrganizationMember
from talentbank.privacy.models import Disclosure
from tests import factories
from tests.api.match_calls import URL, act, post, refusals
from tests.talentbank.ranking.samples import make_shop_need, make_shopkeeper

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]


def test_a_match_of_an_earlier_round_is_not_undone(session, need, professional, coordinator):
    """The need counts its own round alone: a match that came back in an earlier one would hold no place."""
    match = factories.make_match(need, professional, "awaiting_professional")
    act(session(professional.user), match, "decline")
    staff, place = session(coordinator), f"/api/v1/needs/{need.pk}"
    for action, body in (("cancel", {}), ("reopen", {"deadline": "2027-06-30"})):
        answer = staff.post(f"{place}/{action}", body, headers={"If-Match": staff.get(place).headers["ETag"]})
        assert answer.status_code == 200, answer.content.decode()

    answer = post(staff, Match.objects.get(pk=match.pk), "undo")

    assert "undo_other_round" in refusals(answer)
    assert Match.objects.get(pk=match.pk).state == "closed"


@pytest.mark.parametrize("kind", ["professionals", "organizations"])
def test_the_record_of_an_edit_shows_staff_no_contacts(session, organization, professional, coordinator, kind):
    holder, row = {
        "professionals": (professional.user, professional),
        "organizations": (factories.owner_of(organization), organization),
    }[kind]
    field = "phone" if kind == "professionals" else "contact_phone"
    client, place = session(holder), f"/api/v1/{kind}/{row.pk}"
    etag = client.get(place).headers["ETag"]
    assert client.patch(place, {field: "024-555-0199"}, headers={"If-Match": etag}).status_code == 200

    told = session(coordinator).get(f"{place}/events")
    assert told.status_code == 200 and field in told.json()["results"][-1]["changed"]
    assert "024-555-0199" not in told.content.decode()
    assert not Disclosure.objects.exists()
    assert "024-555-0199" in client.get(f"{place}/events").content.decode(), "the holder's own words are its own"


def test_an_introduction_that_was_undone_closes_what_was_said_in_it(session, need, professional, owner, coordinator):
    match = factories.make_match(need, professional, "awaiting_approval")
    factories.decide_conflict(match)
    staff, person, firm = session(coordinator), session(professional.user), session(owner)
    act(staff, match, "approve")
    person.post(f"{URL}/{match.pk}/questions", {"text": f"{professional.name}です。090-1234-5678 へ。"})
    firm.post(f"{URL}/{match.pk}/terms", {"content": {"work": "店の写真", "place": "本町1-2 吾妻商店"}})
    assert "090-1234-5678" in firm.get(f"{URL}/{match.pk}/questions").content.decode()

    act(staff, Match.objects.get(pk=match.pk), "undo")

    for client in (firm, person):
        for place in ("questions", "events", "terms"):
            told = client.get(f"{URL}/{match.pk}/{place}").content.decode()
            own = client is person and place == "events"  # the words of one's own step
            assert own or not any(word in told for word in ("090-1234-5678", professional.name, "吾妻商店")), place
        assert client.get(f"{URL}/{match.pk}/terms/1/sheet").status_code == 404
    assert len(staff.get(f"{URL}/{match.pk}/terms").json()["results"]) == 1


def test_a_bank_admin_who_is_a_side_reads_no_complaint_of_the_other(session, bank, need, owner, bank_admin):
    professional = factories.make_professional(bank, user=bank_admin)
    match = factories.make_match(need, professional, "active")
    made = session(owner).post(f"{URL}/{match.pk}/complaints", {"about": "other_side", "text": "来ませんでした。"})
    assert made.status_code == 201
    other = factories.make_staff(bank, "bank_admin")

    admin = session(bank_admin)

    assert admin.get("/api/v1/complaints").json()["results"] == []
    assert admin.get(f"/api/v1/complaints/{made.json()['id']}").status_code == 404
    assert len(session(other).get("/api/v1/complaints").json()["results"]) == Complaint.objects.count() == 1


def test_a_coordinator_who_is_a_side_reads_the_record_as_that_side(session, bank, need, owner, professional):
    factories.make_staff(bank, "coordinator", user=owner)
    match = factories.make_match(need, professional, "awaiting_professional", organization_answer="yes")
    act(session(professional.user), match, "decline", note="あの会社とは合いません。")
    other = factories.make_staff(bank, "coordinator")

    told = {
        user: session(user, hat).get(f"{URL}/{match.pk}/events").content.decode()
        for user, hat in ((owner, f"coordinator:{bank.pk}"), (other, ""))
    }

    assert "合いません" in told[other] and "合いません" not in told[owner]


def test_staff_who_are_a_side_read_the_match_as_that_side(session, bank, need, owner, professional):
    """What the other side did not share stays with the colleagues: why it said no, and what it answered."""
    factories.make_staff(bank, "coordinator", user=owner)
    match = factories.make_match(need, professional, "awaiting_professional", organization_answer="yes")
    declined = {"reason_codes": ["terms"], "share_reason": False}
    act(session(professional.user), match, "decline", **declined)
    own, other = session(owner, f"coordinator:{bank.pk}"), session(factories.make_staff(bank, "coordinator"))

    (listed,) = own.get(URL).json()["results"]
    read = own.get(f"{URL}/{match.pk}").json()

    assert listed["staff"] is None and read["staff"] is None
    assert read["answers"] == listed["answers"] == {"professional": None, "organization": "yes"}
    told = other.get(f"{URL}/{match.pk}").json()
    assert (told["staff"]["reason_codes"], told["answers"]["professional"]) == (["terms"], "no")


def test_staff_who_are_of_a_professionals_company_read_as_that_side(session, bank, need, coordinator, owner):
    """Any member, not its owner alone."""
    company = factories.make_organization(bank)
    OrganizationMember.create(at=factories.AT, organization=company, user=coordinator, role="member")
    professional = factories.make_professional(bank, holder_kind="organization", user=None, organization=company)
    match = factories.make_match(need, professional, "awaiting_organization")
    act(session(owner), match, "decline", reason_codes=["terms"], note="値段が高い。", share_reason=False)
    client = session(coordinator, f"coordinator:{bank.pk}")

    assert client.get(f"{URL}/{match.pk}").json()["staff"] is None
    assert client.get("/api/v1/conflicts").json()["results"] == []
    assert "値段" not in client.get(f"{URL}/{match.pk}/events").content.decode()


def test_staff_who_are_a_side_learn_nothing_of_conflicts_of_interest(session, bank, need, bank_admin, coordinator):
    professional = factories.make_professional(bank, user=bank_admin, employer=need.organization.name)
    match = factories.make_match(need, professional, "awaiting_approval")
    place, staff, own = f"{URL}/{match.pk}", session(coordinator), session(bank_admin, f"bank_admin:{bank.pk}")
    blocked = {"outcome": "blocked", "reason": "前の職場での苦情あり"}
    assert staff.post(f"{place}/conflicts", blocked).status_code == 201

    answers = {row["action"]: row for row in own.get(f"{place}/actions").json()["results"]}

    assert own.get(f"{place}/conflicts").status_code == own.get(f"{place}/conflict-scan").status_code == 403
    assert own.get("/api/v1/conflicts").json()["results"] == []
    assert refusals(own.post(f"{place}/conflicts", {"outcome": "none"})) == ["actor_is_a_side"]
    assert [row["code"] for row in answers["approve"]["refusals"]] == ["actor_is_a_side"]
    assert "苦情" in staff.get(f"{place}/conflicts").content.decode()
    assert len(staff.get("/api/v1/conflicts").json()["results"]) == 1


def test_staff_who_are_a_side_read_no_terms_of_an_introduction_that_was_undone(session, bank, need, owner, coordinator):
    match = factories.make_match(need, factories.make_professional(bank), "awaiting_approval")
    factories.make_terms(match)
    factories.make_staff(bank, "coordinator", user=owner)

    own = session(owner, f"coordinator:{bank.pk}").get(f"{URL}/{match.pk}/terms").json()

    assert own["results"] == [] and session(coordinator).get(f"{URL}/{match.pk}/terms").json()["results"]


def test_staff_who_are_a_side_draft_no_terms_for_the_other(session, bank, need, bank_admin):
    professional = factories.make_professional(bank, user=bank_admin)
    match = factories.make_match(need, professional, "negotiating")
    for_other = {"on_behalf_of": "organization", "channel": "phone"}
    client = session(bank_admin)

    for body in ({}, for_other):
        answer = client.post(
            f"{URL}/{match.pk}/terms",
            {"content": {"work": "店の写真"}, **body},
            headers={"Acting-As": f"bank_admin:{bank.pk}"},
        )
        assert "actor_is_a_side" in refusals(answer)


def test_an_owner_makes_no_member_of_staff_and_so_keeps_nobody_from_deciding(session, organization, owner, coordinator):
    place = f"/api/v1/organizations/{organization.pk}/members"
    body = {"email": coordinator.email, "role": "member"}

    told = session(owner).post(place, body)
    nobody = session(owner).post(place, {**body, "email": "nobody@example.jp"})

    assert (told.status_code, told.json()["errors"]) == (400, nobody.json()["errors"])
    assert organization.members.count() == 1


@pytest.mark.parametrize("home", ["professional", "staff"])
def test_who_is_at_home_in_another_bank_is_as_unknown_as_nobody(session, other_bank, organization, owner, home):
    make = factories.make_professional if home == "professional" else factories.make_staff
    there = make(other_bank)
    user = there.user if home == "professional" else there
    place = f"/api/v1/organizations/{organization.pk}/members"

    told = session(owner).post(place, {"email": user.email, "role": "member"})
    nobody = session(owner).post(place, {"email": "nobody@example.jp", "role": "member"})

    assert (told.status_code, told.json()["errors"]) == (400, nobody.json()["errors"])
    assert user.email not in told.content.decode() and organization.members.count() == 1


def test_nobody_is_looked_up_for_an_organization_that_staff_have_not_seen(session, bank, professional):
    organization = factories.make_organization(bank, registration_state="draft", approved_at=None)
    place = f"/api/v1/organizations/{organization.pk}/members"

    for email in (professional.user.email, "nobody@example.jp"):
        answer = session(factories.owner_of(organization)).post(place, {"email": email, "role": "member"})
        assert (answer.status_code, answer.json()["code"]) == (409, "organization_not_approved")
    assert organization.members.count() == 1


def test_a_name_in_own_words_is_found_by_nobody_who_guesses_it(session, bank):
    organization = factories.make_organization(bank, name="丸福食品株式会社")
    make_shop_need(organization, title="相談", own_words="丸福食品です。助けてください。", skills=[], anonymous=True)
    guesser = make_shopkeeper(bank, headline="丸福食品", summary="造園。", skills=[])

    assert candidates(session, guesser) == []


@pytest.mark.parametrize(("title", "listed"), [("相談", []), ("樽の漏れ", ["樽の漏れ"])])
def test_a_need_that_only_its_own_words_speak_for_is_not_listed(session, bank, organization, title, listed):
    guesser = make_shopkeeper(bank, headline="樽の漏れ", summary="造園。", skills=[])
    make_shop_need(organization, title=title, own_words="樽の漏れを直したい。", skills=[])

    assert [row["need"]["title"] for row in candidates(session, guesser)] == listed


def candidates(session: Any, professional: Any) -> list[Any]:
    answer = session(professional.user).get(f"/api/v1/professionals/{professional.pk}/candidates")
    assert answer.status_code == 200
    return list(answer.json()["results"])
