"""Matches over HTTP: the whole way by session and by token, and every refusal that the contract names."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from api.matches.actions import ACTIONS
from talentbank.core.models import Event
from talentbank.matches.models import Match
from talentbank.ranking.services import card_of
from tests import factories
from tests.api.match_calls import (
    STALE,
    URL,
    act,
    assert_not_found,
    at_state,
    body_of,
    create,
    etag_of,
    post,
    refusals,
    write_terms,
)
from tests.factories import TODAY

NOBODY = "01930000-0000-7000-8000-00000000dead"
pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.database]


def test_the_whole_way_from_prospect_to_completed(door, coordinator, organization, need, professional, owner):
    staff, pro, firm = door(coordinator), door(professional.user), door(owner)

    created = create(staff, need, professional=str(professional.pk), origin="prospect")
    assert created.status_code == 201
    assert created.headers["Location"] == f"{URL}/{created.json()['id']}"
    assert created.headers["ETag"] == created.json()["etag"]
    match = act(staff, created.json(), "propose", ask_first="professional")
    assert match["state"] == "awaiting_professional"
    match = act(pro, match, "accept")
    match = act(firm, match, "accept")
    assert (match["state"], match["professional"]["name"]) == ("awaiting_approval", None)
    assert refusals(post(staff, match, "approve")) == ["conflict_undecided"]
    decided = staff.post(f"{URL}/{match['id']}/conflicts", {"outcome": "none", "reason": "関係は見当たらない。"})
    assert (decided.status_code, decided.json()["outcome"]) == (201, "none")
    assert post(staff, match, "approve").status_code == 412
    match = act(staff, staff.get(f"{URL}/{match['id']}").json(), "approve")
    assert (match["state"], match["professional"]["name"]) == ("introduced", professional.name)

    contacts = firm.get(f"{URL}/{match['id']}/contacts")
    assert contacts.json() == {"professional": contacts.json()["professional"]}
    assert contacts.json()["professional"]["email"] == professional.email
    assert "no-store" in contacts.headers["Cache-Control"]
    assert pro.get(f"{URL}/{match['id']}/contacts").json()["organization"]["contact_phone"] == "024-000-0000"

    terms = write_terms(firm, match)
    assert (terms.status_code, terms.json()["number"], terms.json()["missing"]) == (201, 1, [])
    match = act(firm, firm.get(f"{URL}/{match['id']}").json(), "confirm")
    assert match["state"] == "introduced"
    match = act(pro, match, "confirm")
    assert (match["state"], match["made_on"], match["agreed_terms_version"]) == ("contracted", "2026-11-02", 1)
    match = act(pro, match, "start")
    match = act(pro, match, "deliver")
    match = act(firm, match, "complete")
    assert (match["state"], match["hours_worked"], match["ended_on"]) == ("completed", 12.5, "2026-11-02")
    assert match["reference"].startswith("R8-案-")
    steps = staff.get(f"{URL}/{match['id']}/events").json()["results"]
    assert [step["action"] for step in steps] == [
        *("create", "propose", "accept", "accept", "decide-conflict", "approve", "draft-terms"),
        *("confirm", "confirm", "start", "deliver", "complete"),
    ]


def test_a_professional_applies_and_counts_as_having_said_yes(door, need, professional):
    answer = create(door(professional.user), need, professional=str(professional.pk), origin="apply")

    assert (answer.status_code, answer.json()["state"]) == (201, "awaiting_organization")
    assert answer.json()["answers"] == {"professional": "yes", "organization": None}


def test_an_organization_invites_by_card_and_never_by_id(door, need, professional, owner):
    firm = door(owner)
    by_id = create(firm, need, professional=str(professional.pk), origin="invite")
    assert [error["code"] for error in by_id.json()["errors"]] == ["by_card"]

    card = str(card_of(need_id=need.pk, professional_id=professional.pk))
    answer = create(firm, need, card=card, origin="invite")

    assert (answer.status_code, answer.json()["state"]) == (201, "awaiting_professional")
    assert answer.json()["professional"] == {
        "id": None,
        "card": card,
        "name": None,
        "headline": professional.headline,
    }


def test_a_card_of_another_need_is_not_found(session, need, organization, professional, owner):
    card = card_of(need_id=factories.make_need(organization).pk, professional_id=professional.pk)

    assert_not_found(create(session(owner), need, card=str(card), origin="invite"), "/card")


@pytest.mark.parametrize("pointer", ["/need", "/professional"])
def test_who_or_what_is_not_found_is_named(door, need, professional, coordinator, pointer):
    elsewhere = factories.make_professional(factories.make_bank())
    ids = {"need": str(need.pk), "professional": str(elsewhere.pk), "origin": "prospect"}
    if pointer == "/need":
        ids = {"need": NOBODY, "professional": str(professional.pk), "origin": "prospect"}

    assert_not_found(door(coordinator).post("/api/v1/matches", ids), pointer)
    assert not Match.objects.exists()


def test_invitations_have_a_quota(session, bank, need, professional, owner):
    bank.policy_json = {"open_invitations_per_need": 0}
    bank.save()
    card = str(card_of(need_id=need.pk, professional_id=professional.pk))

    assert refusals(create(session(owner), need, card=card, origin="invite")) == ["invitations_exhausted"]


def test_a_repeat_stands_on_a_completed_match_and_both_sides_yes(door, need, professional, coordinator):
    staff, ids = door(coordinator), {"professional": str(professional.pk), "origin": "repeat"}
    assert refusals(create(staff, need, **ids)) == ["no_completed_match", "both_sides_must_agree"]
    earlier = factories.make_need(need.organization)
    done = factories.make_match(earlier, professional, "completed", ended_at=factories.AT)

    answer = create(staff, need, **ids, agreed_by=["professional", "organization"])

    assert (answer.status_code, answer.json()["state"]) == (201, "awaiting_approval")
    assert answer.json()["previous"] == str(done.pk)


def test_a_second_open_match_of_a_pair_is_refused(session, need, professional, coordinator):
    factories.make_match(need, professional)

    answer = create(session(coordinator), need, professional=str(professional.pk), origin="prospect")

    assert refusals(answer) == ["pair_open"]


def test_a_refused_action_tells_state_allowed_actions_and_guards(session, need, professional, coordinator):
    match = factories.make_match(need, professional, "awaiting_approval")

    answer = post(session(coordinator), match, "approve").json()

    assert (answer["code"], answer["state"], answer["action"]) == ("action_refused", "awaiting_approval", "approve")
    assert answer["allowed_actions"] == ["approve", "reject", "cancel", "undo", "correct"]
    assert answer["failed_guards"] == [
        {"code": "conflict_undecided", "detail": "利益相反の有無を先に記録してください。"}
    ]
    match.refresh_from_db()
    assert match.state == "awaiting_approval"


def test_refusals_speak_the_callers_language(session, need, professional, coordinator):
    match = factories.make_match(need, professional, "awaiting_approval")
    client = session(coordinator)
    client.credentials(HTTP_ACCEPT_LANGUAGE="en")

    answer = post(client, match, "approve")

    assert answer.headers["Content-Language"] == "en"
    assert answer.json()["failed_guards"][0]["detail"] == "Decide on conflicts of interest first."


def test_a_stale_etag_is_412_with_todays_and_todays_then_works(session, need, professional, coordinator):
    match, staff = at_state(need, professional, "awaiting_approval"), session(coordinator)

    stale = staff.post(f"{URL}/{match.pk}/approve", {}, headers={"If-Match": STALE})

    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    assert stale.headers["ETag"] == staff.get(f"{URL}/{match.pk}").headers["ETag"]
    again = staff.post(f"{URL}/{match.pk}/approve", {}, headers={"If-Match": stale.headers["ETag"]})
    assert again.status_code == 200


@pytest.mark.parametrize("action", sorted(action.value for action in ACTIONS))
def test_every_action_asks_for_if_match(session, need, professional, coordinator, bank_admin, owner, action):
    match = factories.make_match(need, professional, "introduced")
    callers = {"coordinator": coordinator, "admin": bank_admin, "professional": professional.user, "owner": owner}

    statuses = {session(user).post(f"{URL}/{match.pk}/{action}", body_of(action)).status_code: name
                for name, user in callers.items()}  # fmt: skip

    assert 428 in statuses and statuses.keys() <= {403, 428}


def test_an_unchanged_match_is_304_for_the_same_reader_only(session, need, professional, coordinator, owner):
    match, staff = at_state(need, professional, "awaiting_approval"), session(coordinator)
    etag = staff.get(f"{URL}/{match.pk}").headers["ETag"]

    assert staff.get(f"{URL}/{match.pk}", headers={"If-None-Match": etag}).status_code == 304
    assert session(owner).get(f"{URL}/{match.pk}", headers={"If-None-Match": etag}).status_code == 200


def test_a_repeated_key_acts_once_and_answers_the_same(session, need, professional, coordinator):
    staff = session(coordinator)
    body = {"need": str(need.pk), "professional": str(professional.pk), "origin": "prospect"}

    first = staff.post(URL, body, headers={"Idempotency-Key": "k-1"})
    again = staff.post(URL, body, headers={"Idempotency-Key": "k-1"})
    other = staff.post(URL, {**body, "origin": "repeat"}, headers={"Idempotency-Key": "k-1"})

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert (again.json(), again.headers["Location"]) == (first.json(), first.headers["Location"])
    assert again.headers["Idempotency-Replayed"] == "true"
    assert Match.objects.count() == 1


def test_a_repeated_key_replays_an_action_and_a_refusal(session, need, professional, coordinator):
    match, staff = at_state(need, professional, "awaiting_approval"), session(coordinator)
    headers = {"If-Match": etag_of(match), "Idempotency-Key": "k-2"}
    first = staff.post(f"{URL}/{match.pk}/approve", {}, headers=headers)

    again = staff.post(f"{URL}/{match.pk}/approve", {}, headers=headers)
    late = staff.post(f"{URL}/{match.pk}/approve", {}, headers={**headers, "Idempotency-Key": "k-3"})

    assert (first.status_code, again.status_code, late.status_code) == (200, 200, 412)
    assert again.json() == first.json() and again.headers["ETag"] == first.headers["ETag"]
    assert Event.objects.filter(subject_id=match.pk, action="approve").count() == 1


def test_a_formal_decision_is_kept(session, bank, need, professional, coordinator):
    bank.policy_json = {"decision_required": True}
    bank.save()
    match, staff = at_state(need, professional, "awaiting_approval"), session(coordinator)
    assert refusals(post(staff, match, "approve")) == ["decision_required"]
    decision = {"document_number": "7商第12号", "decided_on": "2026-10-30", "decided_by_title": "商工課長"}

    act(staff, match, "approve", decision=decision)

    match.refresh_from_db()
    assert match.decision == decision


@pytest.mark.parametrize("new", ["nan", "inf", "-1", "1e2", "many", "1_0", "１２", " 12 ", "+5", "999999"])
def test_hours_are_not_corrected_to_the_impossible(session, need, professional, coordinator, new):
    match = factories.make_match(need, professional, "completed", hours_worked=10.0)

    answer = post(session(coordinator), match, "correct", new=new)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/new")


@pytest.mark.parametrize(
    ("new", "code"),
    [
        *(("2026-W44-7", "date"), ("20261101", "date"), ("2026-02-30", "date"), ("２０２６-11-01", "date")),
        ("2022-11-30", "before_opening"),
    ],
)
def test_a_day_is_not_corrected_to_one_that_is_none(session, need, professional, coordinator, new, code):
    match = factories.make_match(need, professional, "contracted", made_on=TODAY)

    answer = post(session(coordinator), match, "correct", field="made_on", new=new)

    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [("/new", code)]
    match.refresh_from_db()
    assert match.made_on == TODAY


def test_a_day_is_corrected_only_where_one_is_on_record(session, need, professional, coordinator):
    match, staff = factories.make_match(need, professional, "introduced"), session(coordinator)
    day = {"field": "made_on", "new": "2026-10-01"}
    assert refusals(post(staff, match, "correct", **day)) == ["nothing_to_correct"]
    match.made_on = TODAY
    match.save()

    assert post(staff, match, "correct", **{**day, "new": "2026-11-03"}).status_code == 400
    assert act(staff, match, "correct", **day)["made_on"] == "2026-10-01"
    assert Event.objects.get(subject_id=match.pk, action="correct").facts["old"] == "2026-11-02"


def test_a_side_steps_back_from_a_contract_only_together(session, need, professional, owner):
    match = factories.make_match(need, professional, "negotiating")
    factories.make_terms(match, confirmed_by=("organization",))
    made = act(session(professional.user), match, "confirm")
    assert made["state"] == "contracted"

    waiting = act(session(owner), made, "undo")
    undone = act(session(professional.user), waiting, "undo")

    assert (waiting["state"], undone["state"], undone["made_on"]) == ("contracted", "negotiating", None)


@pytest.mark.parametrize("who", ["coordinator", "owner", "professional"])
def test_a_list_reads_the_same_number_of_times_however_long(
    request, session, bank, organization, professional, coordinator, owner, who
):
    user = {"coordinator": coordinator, "owner": owner, "professional": professional.user}[who]
    client, counts = session(user), []
    for rows in (2, 6):
        for _ in range(rows):
            pro = professional if who == "professional" else factories.make_professional(bank)
            match = factories.make_match(factories.make_need(organization), pro, "awaiting_approval")
            factories.decide_conflict(match)
            card_of(need_id=match.need_id, professional_id=pro.pk)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(f"{URL}?limit=100").json()
        counts.append(len(queries))

    assert len(page["results"]) == 8
    assert counts[0] == counts[1] <= 12
