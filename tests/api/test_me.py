"""The caller over HTTP: account and hats, consents to texts, and who read one's contacts."""

from __future__ import annotations

import pytest

from talentbank.accounts.models import User
from talentbank.banks.services import bank_text_publish
from talentbank.core.actors import SYSTEM
from talentbank.core.audit import Step
from talentbank.core.models import Event
from talentbank.privacy.models import Consent
from tests import factories

ME, CONSENTS = "/api/v1/me", "/api/v1/consents"
pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.database]


def consent_body(row, *kinds, **more):
    return {"subject_kind": row._meta.model_name, "subject_id": str(row.pk), "kinds": list(kinds), **more}


def test_me_names_the_account_and_every_hat(session, bank, professional, organization):
    user = professional.user
    factories.make_staff(bank, "support_desk", user=user)
    organization.members.create(user=user, role="member", created_at=factories.AT, updated_at=factories.AT)

    me = session(user).get(ME).json()

    assert (me["email"], me["id"], me["scopes"]) == (user.email, str(user.pk), None)
    assert {hat["acting_as"] for hat in me["hats"]} == {
        f"support_desk:{bank.pk}",
        f"professional:{professional.pk}",
        f"member:{organization.pk}",
    }
    names = {"support_desk": bank.name, "professional": professional.name, "member": organization.name}
    assert {hat["role"]: (hat["name"], hat["bank_name"]) for hat in me["hats"]} == {
        role: (name, bank.name) for role, name in names.items()
    }


def test_me_tells_a_client_its_scopes(bearer, professional):
    assert bearer(professional.user, scopes=("me:read",)).get(ME).json()["scopes"] == ["me:read"]
    assert bearer(professional.user, scopes=("needs:read",)).get(ME).status_code == 403
    assert bearer(None, scopes=("me:read",)).get(ME).status_code == 404


@pytest.mark.parametrize("place", [ME, f"{ME}/disclosures", CONSENTS])
def test_nobody_is_nobody(session, place):
    assert session(None).get(place).status_code == 401


def test_a_new_text_is_consented_to_anew_and_the_old_consent_is_kept(session, clock, bank, professional):
    clock.forward(days=1)
    step = Step(actor=SYSTEM, at=clock.at)
    bank_text_publish(bank=bank, kind="disclosure", number=2, bodies={"ja": "第2版"}, step=step)
    clock.forward(minutes=1)

    answer = session(professional.user).post(CONSENTS, consent_body(professional, "disclosure"))

    assert (answer.status_code, answer.json()["text_number"]) == (201, 2)
    rows = Consent.objects.filter(subject_id=professional.pk, text_kind="disclosure").order_by("text_number")
    assert [(row.text_number, row.withdrawn_at) for row in rows] == [(1, clock.at), (2, None)]


def test_a_desk_records_what_a_person_said_and_its_token_needs_the_scope(session, bearer, bank, desk):
    professional = factories.make_professional(bank, entered_by=desk)
    body = consent_body(professional, "publication", channel="counter")
    without = bearer(desk, scopes=("consents:write",)).post(CONSENTS, body)
    assert (without.status_code, without.json()["code"]) == (403, "insufficient_scope")

    answer = bearer(desk, scopes=("consents:write", "desk:act")).post(CONSENTS, body)

    assert (answer.status_code, answer.json()["channel"]) == (201, "counter")
    assert Consent.objects.get(pk=answer.json()["id"]).obtained_by_id == desk.pk


def test_a_member_does_not_consent_for_the_organization(session, organization):
    member = factories.make_user()
    organization.members.create(user=member, role="member", created_at=factories.AT, updated_at=factories.AT)

    answer = session(member).post(CONSENTS, consent_body(organization, "messages"))

    assert (answer.status_code, answer.json()["code"]) == (403, "role_forbidden")
    assert session(member).get(CONSENTS).json()["results"] == []


def test_nobody_consents_for_others(session, bank, other_bank, professional):
    strangers = [factories.make_professional(bank).user, factories.make_staff(other_bank, "coordinator")]

    for user in strangers:
        assert session(user).post(CONSENTS, consent_body(professional, "messages")).status_code == 404


@pytest.mark.parametrize(
    ("kinds", "code", "pointer"),
    [
        ([], "min_items", "/kinds"),
        (["matching", "matching"], "duplicate_item", "/kinds"),
        (["marriage"], "invalid_choice", "/kinds/0"),
        (["matching", "messages"], "no_such_text", "/kinds/1"),
    ],
)
def test_wrong_kinds_are_pointed_at_and_nothing_is_recorded(session, bank, professional, kinds, code, pointer):
    bank.texts.filter(kind="messages").delete()
    before = Consent.objects.count()

    answer = session(professional.user).post(CONSENTS, consent_body(professional, *kinds))

    assert (answer.status_code, Consent.objects.count()) == (400, before)
    assert [(error["code"], error["pointer"]) for error in answer.json()["errors"]] == [(code, pointer)]


def test_a_consent_is_withdrawn_once_and_stays_on_record(session, professional):
    mine = session(professional.user)
    row = mine.get(CONSENTS).json()["results"][0]
    place = f"{CONSENTS}/{row['id']}"
    assert mine.post(f"{place}/withdraw", {}).status_code == 428

    withdrawn = mine.post(f"{place}/withdraw", {}, headers={"If-Match": row["etag"]}).json()
    again = mine.post(f"{place}/withdraw", {}, headers={"If-Match": withdrawn["etag"]}).json()

    assert withdrawn["withdrawn_at"] and again == withdrawn
    assert mine.get(place).json() == withdrawn


def test_one_sees_and_withdraws_only_ones_own_consents(session, bank, other_bank, professional, coordinator):
    row = session(professional.user).get(CONSENTS).json()["results"][0]
    headers = {"If-Match": row["etag"]}
    strangers = [factories.make_professional(bank).user, factories.make_staff(other_bank, "bank_admin")]

    for user in strangers:
        assert session(user).get(f"{CONSENTS}/{row['id']}").status_code == 404
        assert session(user).post(f"{CONSENTS}/{row['id']}/withdraw", {}, headers=headers).status_code == 404
    by_staff = session(coordinator).get(f"{CONSENTS}?subject={professional.pk}&limit=100").json()["results"]
    assert row["id"] in {each["id"] for each in by_staff}


def test_a_desk_takes_a_consent_back_for_whom_it_acts_for_and_sees_no_others(session, bearer, bank, desk, professional):
    helped = factories.make_professional(bank, entered_by=desk)
    rows = session(desk).get(CONSENTS, {"limit": 100}).json()["results"]
    row = next(each for each in rows if each["text_kind"] == "disclosure")
    place, headers = f"{CONSENTS}/{row['id']}", {"If-Match": row["etag"]}

    without = bearer(desk, scopes=("consents:write",)).post(f"{place}/withdraw", {}, headers=headers)
    taken = bearer(desk, scopes=("consents:write", "desk:act")).post(f"{place}/withdraw", {}, headers=headers)

    assert {each["subject_id"] for each in rows} == {str(helped.pk)}
    assert (without.status_code, taken.status_code) == (403, 200) and taken.json()["withdrawn_at"]
    other = Consent.objects.filter(subject_id=professional.pk).first()
    assert session(desk).get(f"{CONSENTS}/{other.pk}").status_code == 404
    event = Event.objects.get(subject_kind="consent", subject_id=row["id"])
    assert (event.action, event.actor_id, event.actor_role) == ("withdraw", desk.pk, "support_desk")
    assert event.on_behalf_of == "professional" and event.facts["subject_id"] == str(helped.pk)


def test_who_consents_anew_leaves_one_event_and_none_for_what_holds(session, professional):
    caller, body = session(professional.user), {"subject_kind": "professional", "subject_id": str(professional.pk)}
    held = Consent.objects.get(subject_id=professional.pk, text_kind="matching")
    headers = {"If-Match": caller.get(f"{CONSENTS}/{held.pk}").json()["etag"]}
    caller.post(f"{CONSENTS}/{held.pk}/withdraw", {}, headers=headers)

    answer = caller.post(CONSENTS, {**body, "kinds": ["matching", "disclosure"]})

    assert answer.status_code == 201, answer.content.decode()
    told = Event.objects.filter(subject_kind="consent").order_by("sequence").values_list("action", "actor_role")
    assert list(told) == [("withdraw", "professional"), ("give", "professional")]


def test_disclosures_are_ones_own(session, bank, need, professional, owner):
    match = factories.make_match(need, professional, "introduced")
    session(owner).get(f"/api/v1/matches/{match.pk}/contacts")
    other = factories.make_professional(bank)

    def rows(user: User) -> int:
        return len(session(user).get(f"{ME}/disclosures").json()["results"])

    assert (rows(professional.user), rows(other.user), rows(owner)) == (1, 0, 0)
