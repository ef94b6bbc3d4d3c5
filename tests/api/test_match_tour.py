"""Every operation on a match, and on what stands beside it, succeeds once as people would use it.

The specification's examples are these calls, kept with CONTRACT_RECORD=1 (tests/contract.py).
"""

from __future__ import annotations

from typing import Any

import pytest

from api.matches.actions import ACTIONS
from tests import factories
from tests.api.match_calls import URL, at_state, post, write_terms

pytestmark = pytest.mark.usefixtures("clock")
ACTED: dict[str, tuple[str, str, dict[str, Any]]] = {
    "propose": ("prospect", "coordinator", {"ask_first": "professional", "note": "通販の経験が依頼によく合います。"}),
    "accept": ("awaiting_professional", "professional", {"note": "11月の中旬から動けます。"}),
    "decline": ("awaiting_organization", "owner", {"reason_codes": ["timing"], "share_reason": True}),
    "postpone": ("awaiting_professional", "professional", {"until": "2026-11-20", "note": "今の仕事が終わるまで"}),
    "resume": ("postponed", "professional", {"note": "仕事が早く終わりました。"}),
    "approve": (
        "awaiting_approval",
        "coordinator",
        {"decision": {"document_number": "8商第12号", "decided_on": "2026-10-30", "decided_by_title": "商工課長"}},
    ),
    "reject": (
        "awaiting_approval",
        "coordinator",
        {"reason_codes": ["unsuited"], "note": "求める経験とは別の分野"},
    ),
    "countersign": ("introduced", "bank_admin", {"note": "内容を確認しました。"}),
    "negotiate": ("introduced", "professional", {"channel": "phone", "happened_on": "2026-11-02"}),
    "confirm": ("negotiating", "owner", {"terms_version": 1, "paper_kept_at": "商工課 契約ファイル7"}),
    "start": ("contracted", "professional", {"started_on": "2026-11-02"}),
    "amend": ("active", "professional", {"terms_version": 2}),
    "suspend": ("active", "coordinator", {"requested_by": "organization", "reason_codes": ["circumstances"]}),
    "continue": ("suspended", "coordinator", {"note": "工場の改装が終わりました。"}),
    "deliver": ("active", "professional", {"report": "ネットショップを公開し、受注の手順書をお渡ししました。"}),
    "return": ("delivered", "owner", {"missing": "送料の設定がまだです。"}),
    "complete": ("delivered", "owner", {"ended_on": "2026-11-02", "hours_worked": 24}),
    "terminate": ("active", "owner", {"ended_on": "2026-11-02", "reason_codes": ["circumstances"]}),
    "withdraw": ("awaiting_approval", "professional", {"reason_codes": ["no_hours"]}),
    "cancel": ("awaiting_approval", "coordinator", {"closed_reason": "duplicate", "reason_codes": ["duplicate"]}),
    "undo": ("awaiting_professional", "professional", {"note": "押し間違えました。"}),
    "correct": (
        "completed",
        "coordinator",
        {"field": "hours_worked", "new": "22.5", "reason_codes": ["entered_by_mistake"]},
    ),
}


@pytest.fixture
def bank(db):
    return factories.make_bank(
        slug="akatsuki", name="あかつき市デジタル人材バンク", policy={"four_eyes": "countersign"}
    )


@pytest.fixture
def organization(bank):
    owner = factories.make_user(email="azuma@example.jp", name="吾妻 太郎")
    fields = {"name": "有限会社あづま漬物", "kana": "アヅマツケモノ", "contact_name": "飯坂 次郎"}
    sites = [{"name": "飯坂工場", "address": "あかつき市飯坂町1-1"}]
    return factories.make_organization(bank, owner=owner, **fields, contact_email="azuma@example.jp", sites=sites)


@pytest.fixture
def professional(bank):
    user = factories.make_user(email="hitomi@example.jp", name="阿武隈 ひとみ")
    fields = {"name": "阿武隈 ひとみ", "kana": "アブクマ ヒトミ", "email": "hitomi@example.jp"}
    return factories.make_professional(bank, user=user, **fields, postal_address="あかつき市信夫山1-2")


@pytest.fixture
def people(coordinator, bank_admin, professional, owner):
    return {
        "coordinator": coordinator,
        "bank_admin": bank_admin,
        "professional": professional.user,
        "owner": owner,
    }


def test_the_tour_misses_no_action():
    assert ACTED.keys() == {action.value for action in ACTIONS}


@pytest.mark.parametrize("action", ACTED)
def test_each_action_as_people_would_take_it(session, people, need, professional, action):
    state, who, body = ACTED[action]
    match = at_state(need, professional, state, countersign_pending=action == "countersign", hours_worked=20.0)
    factories.make_terms(match, confirmed_by=("professional", "organization") if action == "amend" else ())
    if action == "amend":
        factories.make_terms(match, fee_yen=45000)
    if action == "undo":
        post(session(people[who]), match, "accept")
        match.refresh_from_db()
    client = session(people[who])
    place, etag = f"{URL}/{match.pk}", f'"{match.version}.0000000000000000"'

    answer = client.post(f"{place}/{action}", body, headers={"If-Match": etag})

    assert answer.status_code == 200, answer.content.decode()
    assert answer.json()["etag"] == client.get(place).headers["ETag"] == answer.headers["ETag"]


def test_everything_that_can_be_read_of_a_match(session, people, need, professional):
    staff, firm = session(people["coordinator"]), session(people["owner"])
    body = {"need": str(need.pk), "professional": str(professional.pk), "origin": "prospect"}
    made = staff.post(URL, {**body, "note": "相談会でお話がありました。"})
    match = factories.make_match(
        factories.make_need(need.organization, title="キャッシュレス決済を入れたい"), professional, "introduced"
    )

    written = write_terms(firm, match)
    found = staff.post(f"{URL}/{match.pk}/conflicts", {"outcome": "waived", "reason": "同じ町内会の会員にとどまる。"})
    read = {place: firm.get(f"{URL}/{match.pk}{place}") for place in ("", "/actions", "/events", "/terms", "/contacts")}
    read |= {"list": firm.get(f"{URL}?state=introduced"), "conflicts": staff.get(f"{URL}/{match.pk}/conflicts")}
    read["explanation"] = staff.get(f"{URL}/{made.json()['id']}/explanation")
    read["disclosures"] = session(people["professional"]).get("/api/v1/me/disclosures")

    assert (made.status_code, written.status_code, found.status_code) == (201, 201, 201)
    assert {answer.status_code for answer in read.values()} == {200}
    assert read["explanation"].json()["snapshot"]["model_version"]
    assert firm.get(f"{URL}/{match.pk}/explanation").status_code == 403


def test_what_stands_beside_matches(session, people, bank, professional):
    admin, pro, nobody = session(people["bank_admin"]), session(people["professional"]), session(None)
    place, texts = f"/api/v1/banks/{bank.slug}", f"/api/v1/banks/{bank.slug}/texts"
    office = {"name": "商工課 デジタル人材バンク窓口", "phone": "024-000-0000", "hours": "平日 9:00–17:00"}
    invited = {"bank": str(bank.pk), "email": "hanako@example.jp", "role": "coordinator", "valid_until": "2027-03-31"}
    row = admin.get("/api/v1/memberships?role=coordinator").json()["results"][0]
    consent = {"subject_kind": "professional", "subject_id": str(professional.pk), "kinds": ["messages"]}

    reads = [
        nobody.get("/api/v1/banks"),
        nobody.get(place),
        nobody.get(texts),
        nobody.get("/api/v1/statistics/summary"),
    ]
    reads += [
        nobody.get("/api/v1/statistics/summary"),
        pro.get("/api/v1/me"),
        pro.get("/api/v1/consents?limit=2"),
        admin.get("/api/v1/memberships"),
    ]
    changed = admin.patch(place, {"office": office}, headers={"If-Match": reads[1].headers["ETag"]})
    text = admin.post(texts, {"kind": "messages", "number": 2, "ja": "お知らせの受け取りについて（第2版）"})
    made = admin.post("/api/v1/invitations", invited).json()
    membership = f"/api/v1/memberships/{row['id']}"
    until = admin.patch(membership, {"valid_until": "2027-03-31"}, headers={"If-Match": row["etag"]})
    given = pro.post("/api/v1/consents", consent)
    invitation, consented = f"/api/v1/invitations/{made['id']}", f"/api/v1/consents/{given.json()['id']}"
    reads += [admin.get(invitation), admin.get("/api/v1/invitations"), admin.get(membership), pro.get(consented)]
    ended = [
        admin.post(f"{invitation}/revoke", {}, headers={"If-Match": made["etag"]}),
        admin.post(f"{membership}/end", {}, headers={"If-Match": until.json()["etag"]}),
        pro.post(f"{consented}/withdraw", {}, headers={"If-Match": given.json()["etag"]}),
    ]

    assert {answer.status_code for answer in [*reads, *ended, changed]} == {200}
    assert (text.status_code, given.status_code) == (201, 201)
