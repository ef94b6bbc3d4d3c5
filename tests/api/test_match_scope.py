"""What whom sees of a match: cards before the introduction, contacts after it, and no word that is for others."""

from __future__ import annotations

from typing import Any

import pytest

from talentbank.privacy.models import Consent, Disclosure
from tests import factories
from tests.api.match_calls import URL, act, at_state, create, post, write_terms
from tests.api.match_places import READS, WRITES

pytestmark = pytest.mark.usefixtures("clock")  # who reads what leans on no database: SQLite alone, for the suite's time

OF_PROFESSIONAL = {
    "name": "阿武隈 ひとみ",
    "kana": "アブクマ ヒトミ",
    "email": "hitomi@example.jp",
    "phone": "090-1234-5678",
    "postal_address": "信夫山1丁目",
    "employer": "みちのく銀行",
    "summary": "連絡は夜にお願いします",
    "experiences": [{"title": "通販の立ち上げ", "client_name": "株式会社ほしぞら", "industry": "食品"}],
}
OF_ORGANIZATION = {
    "name": "有限会社あづま漬物",
    "kana": "アヅマツケモノ",
    "corporate_number": "7000012050002",
    "representative": "吾妻 太郎",
    "officers": ["吾妻 花子"],
    "contact_name": "飯坂 次郎",
    "contact_email": "jiro@azuma.example.jp",
    "contact_phone": "024-555-0199",
    "sites": [{"name": "飯坂工場", "address": "飯坂町1-1"}],
}
BEFORE = ["awaiting_professional", "awaiting_organization", "awaiting_approval", "postponed", "closed"]


@pytest.fixture
def organization(bank):
    return factories.make_organization(bank, **OF_ORGANIZATION)


@pytest.fixture
def professional(bank):
    return factories.make_professional(bank, **OF_PROFESSIONAL)


def words(facts: Any) -> list[str]:
    """Every text in nested facts."""
    if isinstance(facts, dict):
        return [word for each in facts.values() for word in words(each)]
    if isinstance(facts, list):
        return [word for each in facts for word in words(each)]
    return [str(facts)]


def everything_told(client, match) -> str:
    """All that a side can get out of a match, refusals included."""
    expand = "expand=need,professional,organization"
    told = [client.get(URL), client.get(f"{URL}?ordering=created_at&waiting_on=me&{expand}")]
    told.append(client.get(f"{URL}/{match.pk}?{expand}"))
    told += [client.get(f"{URL}/{match.pk}{place}") for _, place, _ in READS]
    for _, place, body in WRITES:
        told.append(client.post(f"{URL}/{match.pk}{place}", body, headers={"If-Match": '"99.0000000000000000"'}))
        told.append(client.post(f"{URL}/{match.pk}{place}", body))
    return "\n".join(f"{answer.headers} {answer.content.decode()}" for answer in told)


@pytest.mark.parametrize("state", BEFORE)
def test_before_the_introduction_the_organization_learns_nobodys_identity(session, need, professional, owner, state):
    fields = {"professional_answer": "yes", "organization_answer": "asked"}
    match = factories.make_match(need, professional, state, **fields)

    told = everything_told(session(owner), match)

    hidden = [*words({k: v for k, v in OF_PROFESSIONAL.items() if k != "experiences"}), "株式会社ほしぞら"]
    hidden += [str(professional.pk), str(professional.user_id), professional.reference, professional.user.email]
    assert [word for word in hidden if word in told] == []
    assert str(match.pk) in told


@pytest.mark.parametrize("state", BEFORE)
def test_before_the_introduction_the_professional_learns_no_contact_person(
    session, organization, need, professional, state
):
    fields = {"professional_answer": "asked", "organization_answer": "yes"}
    match = factories.make_match(need, professional, state, **fields)

    told = everything_told(session(professional.user), match)

    hidden = [*words(OF_ORGANIZATION), str(organization.pk), organization.reference, need.own_words]
    assert [word for word in hidden if word in told] == []


def test_nothing_leaks_on_the_whole_way_to_the_approval(session, coordinator, need, professional, owner, organization):
    staff, pro, firm = session(coordinator), session(professional.user), session(owner)
    created = create(staff, need, professional=str(professional.pk), origin="prospect").json()
    match = act(staff, created, "propose", ask_first="professional", note="社内メモ：評判がよい")
    assert firm.get(f"{URL}/{match['id']}").status_code == 404
    match = act(pro, match, "accept", note="平日の夜を希望します")
    to_pro = pro.get(f"{URL}/{match['id']}/events").content.decode()
    to_firm = "".join(firm.get(f"{URL}/{match['id']}{place}").content.decode() for place in ("", "/events"))
    told = post(firm, match, "decline", share_reason=False, note="予算の都合です")
    to_firm += told.content.decode()

    assert [word for word in (professional.name, "平日の夜", "評判がよい") if word in to_firm] == []
    assert [word for word in (organization.name, "評判がよい") if word in to_pro] == []
    after = pro.get(f"{URL}/{match['id']}/events").content.decode()
    assert "予算の都合" not in after and "timing" not in after


@pytest.mark.parametrize(("share", "reads", "told"), [(True, ["timing"], "時期"), (False, [], "またの機会")])
def test_a_reason_reaches_the_other_side_only_when_shared_and_its_note_never(
    session, need, professional, owner, share, reads, told
):
    match = factories.make_match(need, professional, "awaiting_organization")
    act(session(owner), match, "decline", share_reason=share, note="社長の入院のため")

    events = session(professional.user).get(f"{URL}/{match.pk}/events").json()["results"]

    assert (events[-1]["action"], events[-1]["reason_codes"], events[-1]["texts"]) == ("decline", reads, {})
    assert [told in words for words in events[-1]["told"]] == [True]
    own = session(owner).get(f"{URL}/{match.pk}/events").json()["results"][-1]
    assert (own["reason_codes"], own["texts"]) == (["timing"], {"note": "社長の入院のため"})


def test_a_report_is_for_both_sides_but_the_note_beside_it_is_not(session, need, professional, owner):
    match = factories.make_match(need, professional, "active")
    act(session(professional.user), match, "deliver", note="本当はもう一日かかった")

    event = session(owner).get(f"{URL}/{match.pk}/events").json()["results"][-1]

    assert event["texts"] == {"report": "ショップを公開しました。"}


@pytest.mark.parametrize(("action", "codes"), [("reject", ["conflict_of_interest"]), ("cancel", ["unsuited"])])
def test_reasons_of_staff_stay_with_staff(session, coordinator, need, professional, owner, action, codes):
    match = at_state(need, professional, "awaiting_approval")
    act(session(coordinator), match, action, reason_codes=codes, note="役員の親族と判明")

    for user in (owner, professional.user):
        told = everything_told(session(user), match)
        assert [word for word in (*codes, "役員の親族") if word in told] == []
        assert session(user).get(f"{URL}/{match.pk}").json()["staff"] is None
    assert session(coordinator).get(f"{URL}/{match.pk}/events").json()["results"][-1]["reason_codes"] == codes


def test_events_show_roles_and_no_names_of_staff(session, coordinator, need, professional, owner):
    match = at_state(need, professional, "awaiting_approval")
    act(session(coordinator), match, "approve")

    told = session(owner).get(f"{URL}/{match.pk}/events").content.decode()

    assert '"actor_role":"coordinator"' in told
    hidden = [coordinator.name, coordinator.email, str(coordinator.pk), str(professional.user_id)]
    assert [word for word in hidden if word in told] == []


@pytest.mark.parametrize("state", ["awaiting_approval", "introduced"])
def test_a_filter_by_id_confirms_no_hidden_pair(session, need, organization, professional, owner, state):
    factories.make_match(need, professional, state)
    introduced = 1 if state == "introduced" else 0

    by_firm = session(owner).get(f"{URL}?professional={professional.pk}").json()["results"]
    by_pro = session(professional.user).get(f"{URL}?organization={organization.pk}").json()["results"]

    assert (len(by_firm), len(by_pro)) == (introduced, introduced)
    assert len(session(owner).get(f"{URL}?organization={organization.pk}").json()["results"]) == 1
    assert len(session(professional.user).get(f"{URL}?professional={professional.pk}").json()["results"]) == 1


def test_staff_filter_by_everything(session, coordinator, bank, need, organization, professional):
    match = factories.make_match(need, professional, "prospect", due_on=factories.TODAY)
    factories.make_match(factories.make_need(organization), factories.make_professional(bank), "introduced")
    staff = session(coordinator)
    fits = [
        f"bank={bank.slug}",
        f"bank={bank.pk}",
        f"need={need.pk}",
        f"professional={professional.pk}",
        "state=prospect&state=closed",
        f"reference={match.reference}",
        "due_before=2026-11-03",
        "waiting_on=me",
    ]

    for query in fits:
        found = staff.get(f"{URL}?{query}&ordering=created_at").json()["results"]
        assert str(match.pk) in {row["id"] for row in found}, query
    for query in ["bank=elsewhere", "state=closed", "due_before=2026-11-02", "reference=x", "origin=apply"]:
        found = staff.get(f"{URL}?{query}").json()["results"]
        assert str(match.pk) not in {row["id"] for row in found}, query
    for query in ["colour=red", "state=open", "waiting_on=them", "ordering=name", "limit=0", "expand=staff"]:
        assert staff.get(f"{URL}?{query}").status_code == 400, query


def test_each_read_of_contacts_is_logged_once_and_the_person_sees_who(
    session, bearer, need, professional, owner, coordinator
):
    match = factories.make_match(need, professional, "introduced")

    for client in (session(owner), bearer(owner, scopes=("contacts:read",)), session(coordinator)):
        assert client.get(f"{URL}/{match.pk}/contacts").status_code == 200

    mine = session(professional.user).get("/api/v1/me/disclosures").json()["results"]
    assert sorted(row["reader_role"] for row in mine) == ["coordinator", "owner", "owner"]
    assert {row["match"] for row in mine} == {str(match.pk)}
    assert "email" in mine[0]["fields"]
    logged = Disclosure.objects.filter(subject_id=professional.pk)
    assert {tuple(row.consent_ids) for row in logged} == {
        (str(Consent.objects.get(subject_id=professional.pk, text_kind="disclosure").pk),)
    }
    assert professional.email not in session(professional.user).get("/api/v1/me/disclosures").content.decode()


@pytest.mark.parametrize("state", ["awaiting_professional", "awaiting_approval", "closed"])
def test_no_contacts_and_no_log_before_the_introduction(session, need, professional, owner, coordinator, state):
    match = factories.make_match(need, professional, state)
    clients = {"owner": session(owner), "professional": session(professional.user), "staff": session(coordinator)}

    statuses = {name: client.get(f"{URL}/{match.pk}/contacts").status_code for name, client in clients.items()}

    assert set(statuses.values()) <= {409, 404} and statuses["staff"] == 409
    assert not Disclosure.objects.exists()


def test_no_log_without_scope_or_role(session, bearer, desk, analyst, need, professional, owner):
    match = factories.make_match(need, professional, "introduced")
    clients = [bearer(owner, scopes=("matches:read",)), session(desk), session(analyst), bearer(None)]

    statuses = [client.get(f"{URL}/{match.pk}/contacts").status_code for client in clients]

    assert statuses == [403, 404, 404, 404]
    assert not Disclosure.objects.exists()


def test_contacts_close_ninety_days_after_the_end(session, clock, need, professional, owner):
    match = factories.make_match(need, professional, "completed", ended_at=factories.AT, introduced_at=factories.AT)
    clock.forward(days=89, hours=23)
    assert session(owner).get(f"{URL}/{match.pk}/contacts").status_code == 200

    clock.forward(hours=1)
    closed = session(owner).get(f"{URL}/{match.pk}/contacts")

    assert (closed.status_code, closed.json()["code"]) == (409, "contacts_closed")
    assert "終了後90日まで" in closed.json()["detail"]
    assert Disclosure.objects.count() == 1


def test_a_bank_that_closes_contacts_sooner_says_so(session, clock, bank, need, professional, owner):
    bank.policy_json = {"contacts_days_after_end": 30}
    bank.save()
    match = factories.make_match(need, professional, "completed", ended_at=factories.AT, introduced_at=factories.AT)
    clock.forward(days=30)

    closed = session(owner).get(f"{URL}/{match.pk}/contacts")

    assert (closed.status_code, "終了後30日まで" in closed.json()["detail"]) == (409, True)


def test_a_withdrawn_consent_closes_the_contacts_for_everybody(session, need, professional, owner, coordinator):
    match = factories.make_match(need, professional, "introduced")
    pro = session(professional.user)
    found = pro.get(f"/api/v1/consents?subject={professional.pk}").json()["results"]
    consent = next(row for row in found if row["text_kind"] == "disclosure")
    taken = pro.post(f"/api/v1/consents/{consent['id']}/withdraw", {}, headers={"If-Match": consent["etag"]})
    assert taken.status_code == 200

    for user in (owner, coordinator):
        answer = session(user).get(f"{URL}/{match.pk}/contacts")
        assert (answer.status_code, answer.json()["code"]) == (409, "disclosure_withdrawn")
    assert not Disclosure.objects.exists()


def test_undoing_the_approval_ends_the_disclosure_and_keeps_the_log(session, coordinator, need, professional, owner):
    match, firm = at_state(need, professional, "awaiting_approval"), session(owner)
    shown = act(session(coordinator), match, "approve")
    assert firm.get(f"{URL}/{match.pk}/contacts").status_code == 200

    act(session(coordinator), shown, "undo")

    assert firm.get(f"{URL}/{match.pk}/contacts").status_code == 409
    assert firm.get(f"{URL}/{match.pk}").json()["professional"]["name"] is None
    assert Disclosure.objects.count() == 1


def test_terms_are_for_the_two_sides_and_staff(session, bank, need, professional, owner, coordinator):
    match = factories.make_match(need, professional, "introduced")
    late = write_terms(session(owner), match, received_on="2026-11-02", payment_on="2027-01-05")
    assert (late.status_code, late.json()["errors"][0]["code"]) == (400, "payment_too_late")
    written = write_terms(session(owner), match, work="", fee_yen=0, payment_on="2026-12-25")
    assert written.status_code == 400
    write_terms(session(owner), match)

    for user in (owner, professional.user, coordinator):
        assert len(session(user).get(f"{URL}/{match.pk}/terms").json()["results"]) == 1
    assert session(factories.make_professional(bank).user).get(f"{URL}/{match.pk}/terms").status_code == 404
