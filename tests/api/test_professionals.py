"""Professionals over HTTP: register, edit, review, what whom sees."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from talentbank.accounts.models import User
from talentbank.banks.models import REQUIRED_TO_SUBMIT
from talentbank.core.models import Event
from talentbank.privacy.models import Disclosure
from talentbank.professionals.models import Professional
from tests import factories
from tests.contract import ContractClient

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.database]
CONSENTS = [str(kind) for kind in REQUIRED_TO_SUBMIT]
BY_PHONE = {"on_behalf_of": "professional", "channel": "phone", "evidence_note": "電話で本人に確認"}


def signed_in(user: User) -> ContractClient:
    client = ContractClient()
    client.force_login(user)
    return client


def body_for(bank: Any, /, **fields: Any) -> dict[str, Any]:
    factories.make_skill("ec-site")
    return {
        "bank": bank.slug,
        "name": "髙橋 𠮷男",
        "kana": "タカハシ ヨシオ",
        "email": "yoshio@example.jp",
        "headline": "ＥＣサイトの運用　十年",
        "hours_per_week": 8,
        "residency": "city",
        "skills": [{"skill": "ec-site", "level": 3, "years": 4.5, "last_used": "2020-01", "evidence": "受賞歴あり"}],
        "consents": CONSENTS,
        **fields,
    }


def address(id: Any, action: str = "") -> str:
    return f"/api/v1/professionals/{id}" + (f"/{action}" if action else "")


def act(client: ContractClient, row: dict[str, Any], action: str, **body: Any) -> Any:
    return client.post(address(row["id"], action), body, headers={"If-Match": row["etag"]})


def edit(client: ContractClient, row: dict[str, Any], **body: Any) -> Any:
    return client.patch(address(row["id"]), body, headers={"If-Match": row["etag"]})


def read(client: ContractClient, id: Any) -> dict[str, Any]:
    response = client.get(address(id))
    assert response.status_code == 200
    return response.json()


def test_a_person_registers_submits_and_is_approved(bank, coordinator):
    person, staff = signed_in(factories.make_user()), signed_in(coordinator)

    created = person.post("/api/v1/professionals", body_for(bank))
    assert created.status_code == 201
    assert created.json()["allowed_actions"] == ["submit", "withdraw"]
    assert created.json()["contacts"]["email"] == "yoshio@example.jp"
    assert created.headers["Location"] == address(created.json()["id"])
    assert created.json()["name"] == "髙橋 𠮷男"
    assert created.json()["headline"] == "ＥＣサイトの運用　十年"
    submitted = act(person, created.json(), "submit")
    assert submitted.json()["registration_state"] == "submitted"
    assert submitted.json()["reference"].startswith("R")
    approved = act(staff, read(staff, created.json()["id"]), "approve")

    assert (approved.status_code, approved.json()["registration_state"]) == (200, "approved")
    assert approved.json()["capacity"] == {"offered": 8, "reserved": 0, "left": 8}
    mine = read(person, created.json()["id"])
    assert mine["allowed_actions"] == ["renew", "withdraw", "pause", "unpause"]
    assert [event.action for event in Event.objects.order_by("sequence")] == ["create", "submit", "approve"]


def test_a_desk_registers_a_person_without_account_and_does_not_approve_them(bank, desk, coordinator):
    counter = signed_in(desk)

    created = counter.post("/api/v1/professionals", body_for(bank, **BY_PHONE))
    submitted = act(counter, created.json(), "submit", **BY_PHONE)

    assert (created.status_code, submitted.status_code) == (201, 200)
    row = Professional.objects.get()
    assert (row.user_id, row.channel, row.entered_by_id) == (None, "phone", desk.pk)
    refused = act(counter, submitted.json(), "approve")
    assert (refused.status_code, refused.json()["code"]) == (403, "role_forbidden")
    assert {event.on_behalf_of for event in Event.objects.all()} == {"professional"}


def test_a_coordinator_who_typed_a_person_in_is_refused_by_four_eyes(bank, coordinator):
    staff = signed_in(coordinator)
    created = staff.post("/api/v1/professionals", body_for(bank, **BY_PHONE)).json()
    submitted = act(staff, created, "submit", **BY_PHONE).json()

    refused = act(staff, submitted, "approve")

    assert refused.status_code == 409
    assert [guard["code"] for guard in refused.json()["failed_guards"]] == ["four_eyes"]
    assert refused.json()["state"] == "submitted"
    actions = {each["action"]: each for each in staff.get(address(created["id"], "actions")).json()["results"]}
    assert actions["approve"]["allowed"] is False
    assert [each["code"] for each in actions["approve"]["refusals"]] == ["four_eyes"]
    assert actions["request-changes"]["requires"] == ["comments"]


def test_an_incomplete_registration_names_what_is_missing(bank):
    person = signed_in(factories.make_user())
    created = person.post("/api/v1/professionals", {"bank": str(bank.pk), "name": "佐藤"}).json()

    refused = act(person, created, "submit")

    incomplete, consents = refused.json()["failed_guards"]
    assert (refused.status_code, incomplete["code"], consents["code"]) == (409, "incomplete", "consent_missing")
    assert "週に動ける時間" in incomplete["detail"]
    assert "hours_per_week" in incomplete["missing"]
    assert "terms_of_use" in consents["missing"]
    actions = {each["action"]: each for each in person.get(address(created["id"], "actions")).json()["results"]}
    assert actions["submit"]["refusals"] == refused.json()["failed_guards"], "a form says what lacks before it is sent"


@pytest.mark.parametrize(
    ("spoken", "reached", "spoken_of"),
    [
        ("ja", "メール・電話・住所のいずれか", "見出しまたは自己紹介"),
        ("en", "An e-mail address, a telephone number or a postal address", "A headline or a summary"),
    ],
)
def test_nobody_is_told_to_have_an_email_address(bank, spoken, reached, spoken_of):
    person = signed_in(factories.make_user())
    created = person.post("/api/v1/professionals", {"bank": str(bank.pk), "name": "佐藤"}).json()

    headers = {"If-Match": created["etag"], "Accept-Language": spoken}
    refused = person.post(address(created["id"], "submit"), {}, headers=headers)

    detail = refused.json()["failed_guards"][0]["detail"]
    assert reached in detail and spoken_of in detail


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        ({"bank": "no-such-bank"}, "/bank", "unknown_bank"),
        ({"skills": [{"skill": "no-such-skill"}]}, "/skills/0/skill", "unknown_skill"),
        ({"skills": [{"skill": "ec-site"}, {"skill": "ec-site"}]}, "/skills/1/skill", "duplicate_item"),
        ({"skills": [{"skill": "ec-site", "level": 5}]}, "/skills/0/level", "max_value"),
        ({"skills": [{"skill": "ec-site", "last_used": "2026-13"}]}, "/skills/0/last_used", "month"),
        ({"skills": [{"skill": "ec-site", "last_used": "2999-01"}]}, "/skills/0/last_used", "in_the_future"),
        ({"hours_per_week": 169}, "/hours_per_week", "max_value"),
        ({"hours_per_week": "8"}, "/hours_per_week", "integer"),
        ({"hours_per_week": 2**70}, "/hours_per_week", "number_too_large"),
        ({"fee_min_yen": 5000, "fee_max_yen": 4000}, "/fee_max_yen", "fee_range_reversed"),
        ({"email": "no address"}, "/email", "email"),
        ({"invoice_number": "T123"}, "/invoice_number", "invoice_number_invalid"),
        ({"residency": "mars"}, "/residency", "invalid_choice"),
        ({"experiences": [{"title": "通販", "colour": "red"}]}, "/experiences/0/colour", "unknown_field"),
        (
            {"experiences": [{"title": "通販", "started": "2020-05", "ended": "2020-04"}]},
            "/experiences/0/ended",
            "before_start",
        ),
        ({"weekly_times": [{"day": "mon", "start": "25:00", "end": "26:00"}]}, "/weekly_times/0/start", "clock"),
        (
            {"weekly_times": [{"day": "mon", "start": "18:00", "end": "09:00"}]},
            "/weekly_times/0/end",
            "before_start_time",
        ),
        ({"consents": ["tea"]}, "/consents/0", "invalid_choice"),
        ({"holder_kind": "organization"}, "/organization", "required"),
        ({"account_email": "x@example.jp"}, "/account_email", "needs_on_behalf_of"),
        ({"registration_state": "approved"}, "/registration_state", "unknown_field"),
        ({"on_behalf_of": "professional"}, "/channel", "needs_channel"),
    ],
)
def test_bad_input_is_pointed_at_and_nothing_is_written(bank, fields, pointer, code):
    person = signed_in(factories.make_user())

    refused = person.post("/api/v1/professionals", body_for(bank, **fields))

    assert refused.status_code == 400
    assert (pointer, code) in [(error["pointer"], error["code"]) for error in refused.json()["errors"]]
    assert (Professional.objects.count(), Event.objects.count()) == (0, 0)


def test_after_the_approval_a_name_waits_and_a_text_goes_live(bank, professional, coordinator):
    person, staff = signed_in(professional.user), signed_in(coordinator)

    edited = edit(person, read(person, professional.pk), name="佐藤 改", headline="キャッシュレス導入").json()

    assert edited["name"] == professional.name
    assert edited["headline"] == "キャッシュレス導入"
    assert edited["pending_changes"] == [{"pointer": "/name", "value": "佐藤 改"}]
    assert edited["changed_since_review"] == ["headline"]
    done = act(staff, read(staff, professional.pk), "approve-changes").json()
    assert (done["name"], done["pending_changes"]) == ("佐藤 改", [])


def test_a_stranger_and_an_analyst_find_nobody(bank, professional, analyst):
    for user in (factories.make_user(), analyst, factories.make_staff(factories.make_bank())):
        client = signed_in(user)

        assert client.get("/api/v1/professionals").json()["results"] == []
        assert client.get(address(professional.pk)).status_code == 404
        assert client.get(address(professional.pk, "events")).status_code == 404
        assert act(client, {"id": professional.pk, "etag": f'"1.{"0" * 16}"'}, "withdraw").status_code == 404


def test_contacts_stand_in_one_row_only_and_reads_by_staff_are_logged(bank, professional, coordinator):
    staff, person = signed_in(coordinator), signed_in(professional.user)

    assert staff.get("/api/v1/professionals").json()["results"][0]["contacts"] is None
    assert person.get("/api/v1/professionals").json()["results"][0]["contacts"] is None
    assert read(person, professional.pk)["contacts"]["phone"] == professional.phone
    assert Disclosure.objects.count() == 0
    assert read(staff, professional.pk)["contacts"]["phone"] == professional.phone
    logged = Disclosure.objects.get()
    assert (logged.subject_id, logged.reader_id, logged.reader_role) == (professional.pk, coordinator.pk, "coordinator")


def test_the_employer_is_for_staff_alone(bank, coordinator):
    professional = factories.make_professional(bank, employer="みちのく銀行")
    person, staff = signed_in(professional.user), signed_in(coordinator)

    assert read(person, professional.pk)["employer"] is None
    assert read(staff, professional.pk)["employer"] == "みちのく銀行"
    assert edit(person, read(person, professional.pk), employer="別の会社").status_code == 403
    assert edit(staff, read(staff, professional.pk), employer="別の会社").json()["employer"] == "別の会社"
    assert edit(staff, read(staff, professional.pk), summary="書き換え").status_code == 403
    events = person.get(address(professional.pk, "events")).json()["results"]
    assert "別の会社" not in str(events)


def test_staff_search_by_kana_phone_and_reference_and_others_do_not(bank, coordinator):
    found = factories.make_professional(bank, kana="アブクマ ヒトミ", phone="090-1234-5678", reference="R8-登-7777")
    factories.make_professional(bank)
    staff = signed_in(coordinator)

    for text in ("ヒトミ", "1234", "登-7777"):
        results = staff.get("/api/v1/professionals", {"q": text}).json()["results"]
        assert [row["id"] for row in results] == [str(found.pk)]
    assert signed_in(found.user).get("/api/v1/professionals", {"q": "ヒトミ"}).status_code == 403


def test_a_list_filters_by_bank_state_and_referral(bank, coordinator):
    paused = factories.make_professional(bank, referral_status="paused")
    submitted = factories.make_professional(bank, registration_state="submitted")
    staff = signed_in(coordinator)

    def ids(**query: Any) -> set[str]:
        return {row["id"] for row in staff.get("/api/v1/professionals", query).json()["results"]}

    assert ids(referral="paused") == {str(paused.pk)}
    assert ids(registration_state=["submitted", "draft"]) == {str(submitted.pk)}
    assert ids(bank=bank.slug) == {str(paused.pk), str(submitted.pk)}
    assert ids(bank="elsewhere") == set()
    assert staff.get("/api/v1/professionals", {"state": "approved"}).status_code == 400


def test_a_list_costs_the_same_for_one_and_for_many(bank, coordinator):
    staff = signed_in(coordinator)
    counts = []
    for more in (1, 8):
        for _ in range(more):
            factories.make_professional(bank, skills=["ec-site", "kintone"])
        with CaptureQueriesContext(connection) as queries:
            assert staff.get("/api/v1/professionals").status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 12


def test_somebody_else_moved_it(bank, professional, coordinator):
    staff = signed_in(coordinator)
    seen = read(staff, professional.pk)
    act(staff, seen, "suspend")

    late = act(staff, seen, "suspend")

    assert (late.status_code, late.json()["code"]) == (412, "stale_version")
    assert late.headers["ETag"].startswith('"2.')
    assert staff.post(address(professional.pk, "lift"), {}).status_code == 428


def test_several_hats_ask_for_one(bank, professional):
    factories.make_staff(bank, "coordinator", professional.user)
    person = signed_in(professional.user)
    seen = read(person, professional.pk)

    unclear = act(person, seen, "pause")
    as_holder = person.post(
        address(professional.pk, "pause"),
        {"paused_until": "2099-03-31", "pause_reason": "出産のため"},
        headers={"If-Match": seen["etag"], "Acting-As": f"professional:{professional.pk}"},
    )

    assert (unclear.status_code, unclear.json()["code"]) == (400, "acting_as_required")
    assert as_holder.json()["referral"]["status"] == "paused"
    assert as_holder.json()["referral"]["paused_until"] == "2099-03-31"


def test_comments_reach_the_holder_and_a_note_of_staff_does_not(bank, coordinator):
    professional = factories.make_professional(bank, registration_state="submitted")
    staff, person = signed_in(coordinator), signed_in(professional.user)

    returned = act(
        staff, read(staff, professional.pk), "request-changes", comments={"/summary": "もう少し詳しく"}, note="要注意"
    )

    assert returned.status_code == 200
    assert read(person, professional.pk)["review_comments"] == {"/summary": "もう少し詳しく"}
    texts = person.get(address(professional.pk, "events")).json()["results"][-1]["texts"]
    assert texts == {"comments": {"/summary": "もう少し詳しく"}}
    wrong = act(staff, returned.json(), "request-changes", comments={"/x": "?"})
    assert wrong.json()["errors"][0]["pointer"] == "/comments/~1x"


def test_a_repeated_registration_with_one_key_acts_once(bank):
    person = signed_in(factories.make_user())
    headers = {"Idempotency-Key": "first"}

    first = person.post("/api/v1/professionals", body_for(bank), headers=headers)
    again = person.post("/api/v1/professionals", body_for(bank), headers=headers)
    anew = person.post("/api/v1/professionals", body_for(bank))

    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (anew.status_code, anew.json()["code"]) == (409, "already_registered")
    assert Professional.objects.count() == 1


def test_staff_who_call_as_such_say_whom_they_enter(bank, desk):
    """Who forgot it registered themselves."""
    counter, hat = signed_in(desk), {"Acting-As": f"support_desk:{bank.pk}"}
    behalf = {"on_behalf_of": "professional", "channel": "phone"}

    forgotten = counter.post("/api/v1/professionals", body_for(bank), headers=hat)
    named = counter.post("/api/v1/professionals", body_for(bank, **behalf), headers=hat)
    themselves = counter.post("/api/v1/professionals", body_for(bank, name="自分"))

    assert forgotten.status_code == 400
    assert [(each["pointer"], each["code"]) for each in forgotten.json()["errors"]] == [("/on_behalf_of", "required")]
    assert (named.status_code, themselves.status_code) == (201, 201)
