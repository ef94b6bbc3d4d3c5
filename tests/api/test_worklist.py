"""The worklist: what waits for whom, settled by the calls it names, and nobody else's to see."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from matching.cluster import VersionLost
from talentbank.core.audit import Step
from talentbank.core.revision import revision_bump
from talentbank.matches.models import Evaluation, Match, StaffNote
from talentbank.needs.services import need_transition
from talentbank.registrations.models import RegistrationHelper
from talentbank.worklist import staff
from talentbank.worklist.baskets import BASKETS
from talentbank.worklist.selectors import worklist
from tests import factories
from tests.api.match_calls import act, at_state
from tests.api.worklist_cases import CASES, World, call_note
from tests.factories import AT, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.database]
LIST, BASKET_COUNTS = "/api/v1/me/worklist", "/api/v1/me/worklist/baskets"


@pytest.fixture
def professional(bank):
    """Somebody whom the ranking finds for the need."""
    return factories.make_professional(bank, summary="インターネットの通信販売を始める店を助けてきました。")


@pytest.fixture
def world(clock, bank, coordinator, bank_admin, desk, organization, professional, need) -> World:
    return World(clock, bank, coordinator, bank_admin, desk, organization, professional, need)


def waiting(client: Any, **query: Any) -> list[dict[str, Any]]:
    answer = client.get(LIST, query)
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()["results"]


def command(client: Any, item: dict[str, Any], name: str, **body: Any) -> Any:
    return client.post(f"/api/v1/worklist-items/{item['id']}/{name}", body or None)


def test_every_basket_has_a_case():
    assert set(CASES) == {basket.name for basket in BASKETS}


@pytest.mark.parametrize("basket", CASES)
def test_what_waits_stands_in_its_basket_and_names_calls_that_exist(session, world, basket):
    reader, case = CASES[basket]
    assert waiting(session(world.reader(reader)), basket=basket) == []

    case(world)

    (item,) = waiting(session(world.reader(reader)), basket=basket)
    assert item["bank"] == str(world.bank.pk) and item["subject"]["title"] and item["etag"]
    for call in item["settles"]:
        view = resolve(call["href"])
        assert call["method"].lower() in view.func.operations, call
    counts = {row["basket"]: row["count"] for row in session(world.reader(reader)).get(BASKET_COUNTS).json()["results"]}
    assert counts[basket] == 1


@pytest.mark.parametrize("basket", CASES)
def test_what_hangs_on_a_match_or_need_names_it(session, world, basket):
    reader, case = CASES[basket]
    case(world)
    match = Match.objects.first()
    named = {
        "questions": (match and match.pk, None),
        "need_questions": (None, world.need.pk),
        **dict.fromkeys(("work_reports", "reports_to_collect", "reports_returned"), (match and match.pk, None)),
        **dict.fromkeys(("complaints_to_give", "complaints_to_settle"), (match and match.pk, None)),
    }

    (item,) = waiting(session(world.reader(reader)), basket=basket)

    expected = [str(id) if id else None for id in named.get(basket, (None, None))]
    assert [item["subject"]["match"], item["subject"]["need"]] == expected


@pytest.mark.parametrize("basket", CASES)
def test_a_basket_is_nobody_elses(session, world, analyst, other_bank, basket):
    """Coordinators share their bank's; another bank, another side and an analyst see none of it."""
    reader, case = CASES[basket]
    case(world)
    (item,) = waiting(session(world.reader(reader)), basket=basket)
    theirs = {
        "analyst": analyst,
        "stranger": factories.make_professional(world.bank).user,
        "firm": factories.owner_of(factories.make_organization(world.bank)),
        "elsewhere": factories.make_staff(other_bank, "bank_admin"),
    }

    for who, user in theirs.items():
        assert item["id"] not in _ids(session(user), basket), who
    mine = next(each for each in BASKETS if each.name == basket).roles
    for name in ("coordinator", "bank_admin", "desk", "professional", "owner"):
        role = {"desk": "support_desk"}.get(name, name)
        if role not in mine:
            assert item["id"] not in _ids(session(world.reader(name)), basket), name


def _ids(client: Any, basket: str) -> list[str]:
    return [item["id"] for item in waiting(client, basket=basket, include="others")]


def test_a_side_sees_a_card_and_no_name_before_the_introduction(session, world):
    world.match("awaiting_organization", professional_answer="yes", organization_answer="asked")

    (item,) = waiting(session(world.reader("owner")))

    assert item["subject"]["title"] == world.professional.headline
    assert world.professional.name not in str(item) and str(world.professional.pk) not in str(item)
    assert item["assigned_to"] is None or item["assigned_to"] != str(world.professional.user_id)


def test_the_settling_call_takes_the_items_own_etag_and_takes_it_away(session, world):
    world.match("awaiting_professional")
    pro = session(world.professional.user)
    (item,) = waiting(pro, basket="answers")
    accept = next(call for call in item["settles"] if call["action"] == "accept")

    answer = pro.post(accept["href"], {}, headers={"If-Match": item["etag"]})

    assert answer.status_code == 200, answer.content.decode()
    assert waiting(pro, basket="answers") == []
    assert len(waiting(session(world.reader("owner")), basket="answers")) == 1


def test_a_call_that_was_made_is_made(session, world):
    match = world.match("awaiting_professional")
    world.on("2026-11-13")
    staff = session(world.coordinator)
    assert len(waiting(staff, basket="calls_to_make")) == 1

    call_note(match, world.coordinator, text="話せました")
    assert waiting(staff, basket="calls_to_make") == []

    call_note(match, world.coordinator, text="また月曜に", call_again_on=world.clock.at.date())
    (item,) = waiting(staff, basket="calls_to_make")
    assert (item["subject"]["kind"], item["subject"]["match"]) == ("note", str(match.pk))


def test_an_answer_that_waits_anew_is_not_overdue_and_to_be_called_about_anew(session, world):
    """It was called about before its need rested; that call says nothing about the days after."""
    match = world.match("awaiting_professional")
    world.on("2026-11-13")
    call_note(match, world.coordinator, text="考えたいとのこと")
    StaffNote.objects.update(created_at=world.clock.at)
    staff = session(world.coordinator)
    assert (len(waiting(staff, basket="answers_overdue")), waiting(staff, basket="calls_to_make")) == (1, [])

    for action, day in (("hold", 13), ("resume", 16)):
        step = Step(actor=factories.actor(world.coordinator), at=AT + timedelta(days=day))
        need_transition(need_id=world.need.pk, action=action, expected_version=None, step=step)

    world.on("2026-11-18")
    staff = session(world.coordinator)
    assert waiting(staff, basket="answers_overdue") == waiting(staff, basket="calls_to_make") == []
    world.on("2026-12-04")
    staff = session(world.coordinator)
    assert len(waiting(staff, basket="answers_overdue")) == len(waiting(staff, basket="calls_to_make")) == 1


def test_staff_never_look_after_what_they_are_a_side_of(session, world):
    """The coordinator is also the professional of a match: not as staff, whatever the hat."""
    factories.make_staff(world.bank, "coordinator", user=world.professional.user)
    world.match("awaiting_approval")

    as_staff = session(world.professional.user, f"coordinator:{world.bank.pk}")
    assert waiting(as_staff, basket="approvals", include="others") == []
    assert len(waiting(session(world.coordinator), basket="approvals")) == 1


def test_who_typed_an_answer_in_has_no_approval_waiting_under_four_eyes(session, world):
    world.match("awaiting_approval", professional_answer_by_id=world.coordinator.pk)

    assert waiting(session(world.coordinator), basket="approvals", include="others") == []
    assert len(waiting(session(world.bank_admin), basket="approvals")) == 1


def test_a_hint_never_stands_before_an_approval_but_what_is_late_stands_first(session, world):
    world.changed(world.professional, approved_at=world.clock.at - timedelta(days=400))
    other = factories.make_professional(world.bank)
    at_state(world.need, other, "awaiting_approval")
    factories.make_match(factories.make_need(world.organization), other, "active")
    lasting = factories.make_professional(world.bank, valid_until=TODAY)

    items = waiting(session(world.coordinator))

    assert [item["basket"] for item in items][:2] == ["deadlines", "approvals"]
    assert items[0]["subject"]["id"] == str(lasting.pk) and items[-1]["basket"] != "approvals"


def test_due_comes_first_then_the_longest_wait(session, world, clock):
    late = at_state(world.need, factories.make_professional(world.bank), "awaiting_approval")
    clock.forward(hours=-5)
    early = at_state(world.need, world.professional, "awaiting_approval", state_since=clock.at)
    clock.forward(hours=5)
    due = at_state(world.need, factories.make_professional(world.bank), "awaiting_approval", due_on=TODAY)

    items = waiting(session(world.coordinator), basket="approvals")

    assert [item["subject"]["id"] for item in items] == [str(row.pk) for row in (due, early, late)]


def test_snoozed_it_comes_back_on_its_day(session, world, clock):
    world.match("awaiting_approval")
    staff = session(world.coordinator)
    (item,) = waiting(staff, basket="approvals")

    answer = command(staff, item, "snooze", until="2026-11-05", reason="電話待ち")

    assert (answer.status_code, answer.json()["snoozed_until"]) == (200, "2026-11-05")
    assert waiting(staff, basket="approvals") == []
    assert len(waiting(session(world.bank_admin), basket="approvals")) == 1  # for oneself alone
    assert [each["id"] for each in waiting(staff, basket="approvals", include="snoozed")] == [item["id"]]
    clock.forward(days=3)
    assert len(waiting(staff, basket="approvals")) == 1


def test_a_snoozed_item_is_taken_up_again(session, world):
    world.match("awaiting_approval")
    staff = session(world.coordinator)
    (item,) = waiting(staff, basket="approvals")
    command(staff, item, "snooze", until="2026-11-05")

    assert command(staff, item, "unsnooze").json()["snoozed_until"] is None
    assert len(waiting(staff, basket="approvals")) == 1


@pytest.mark.parametrize("until", ["2026-11-02", "2026-12-03", "1999-01-01"])
def test_it_is_put_off_for_a_month_at_most_and_never_back(session, world, until):
    world.match("awaiting_approval")
    staff = session(world.coordinator)
    (item,) = waiting(staff, basket="approvals")

    answer = command(staff, item, "snooze", until=until)

    assert answer.status_code == 400 and answer.json()["errors"][0]["pointer"] == "/until"
    assert len(waiting(staff, basket="approvals")) == 1


def test_delegated_it_stands_with_the_colleague_and_can_be_taken_back(session, world):
    colleague = factories.make_staff(world.bank)
    world.changed(world.need, coordinator_id=world.coordinator.pk)
    world.match("awaiting_approval")
    mine, theirs = session(world.coordinator), session(colleague)
    (item,) = waiting(mine, basket="approvals")
    assert waiting(theirs, basket="approvals") == []

    given = command(mine, item, "delegate", to_user=str(colleague.pk), reason="外出のため")

    assert (given.status_code, given.json()["delegated_to"]) == (200, str(colleague.pk))
    assert waiting(mine, basket="approvals") == []
    (got,) = waiting(theirs, basket="approvals")
    assert (got["id"], got["delegated_by"]) == (item["id"], str(world.coordinator.pk))
    assert command(mine, item, "take-back").status_code == 200
    assert len(waiting(mine, basket="approvals")) == 1 and waiting(theirs, basket="approvals") == []


def test_it_is_given_to_nobody_but_a_colleague(session, world, analyst, other_bank):
    world.match("awaiting_approval")
    staff = session(world.coordinator)
    (item,) = waiting(staff, basket="approvals")
    wrong = [analyst, world.desk, factories.make_staff(other_bank), world.coordinator, world.professional.user]

    for user in wrong:
        answer = command(staff, item, "delegate", to_user=str(user.pk))
        assert answer.status_code == 400, user
        assert answer.json()["errors"][0] | {"detail": ""} == {
            "pointer": "/to_user",
            "code": "not_a_colleague",
            "detail": "",
        }


def test_a_side_delegates_nothing_and_touches_no_item_of_others(session, world):
    world.match("awaiting_professional")
    (item,) = waiting(session(world.professional.user))

    assert command(session(world.professional.user), item, "delegate", to_user=item["id"]).status_code == 403
    assert command(session(world.reader("owner")), item, "snooze", until="2026-11-05").status_code == 404
    for user in (world.coordinator, world.professional.user):
        assert command(session(user), item, "take-back").status_code == 404


def test_what_a_colleague_left_behind_waits_for_everybody(session, world):
    gone = factories.make_staff(world.bank)
    world.match("awaiting_approval", coordinator_id=gone.pk)
    assert waiting(session(world.coordinator), basket="approvals") == []
    assert len(waiting(session(world.coordinator), basket="approvals", include="others")) == 1

    membership = gone.memberships.get()
    membership.ended_at = world.clock.at
    membership.save_step(at=world.clock.at)

    assert len(waiting(session(world.coordinator), basket="approvals")) == 1


def test_a_list_of_many_asks_the_database_no_more_often_than_a_list_of_few(session, world):
    """Ranking is remembered, so the second look counts."""

    def asked() -> int:
        client = session(world.coordinator)
        waiting(client)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            waiting(client)
        return len(queries)

    at_state(world.need, world.professional, "awaiting_approval")
    few = asked()
    for _ in range(8):
        at_state(world.need, factories.make_professional(world.bank), "awaiting_approval")
    assert asked() <= few + 2
    assert few <= 60


@pytest.mark.parametrize("basket", ["registrations", "pending_changes", "needs_without_candidates"])
def test_a_basket_of_ten_asks_the_database_no_more_often_than_one_of_one(session, world, basket):
    """What the holder of the pen wrote, and what a ranking remembers, is read at once and not row by row."""
    rows = {
        "registrations": lambda: factories.make_professional(world.bank, registration_state="submitted"),
        "pending_changes": lambda: factories.make_professional(world.bank, pending_changes={"name": "佐藤 巧"}),
        "needs_without_candidates": lambda: factories.make_need(world.organization),
    }
    world.changed(world.professional, referral_status="paused")
    world.changed(world.need, state="draft")
    client = session(world.coordinator)

    def asked(count: int) -> int:
        for _ in range(count):
            RegistrationHelper.objects.create(
                subject_kind="professional", subject_id=rows[basket]().pk, user=world.bank_admin
            )
        waiting(client, basket=basket)
        with CaptureQueriesContext(connection) as queries:
            waiting(client, basket=basket)
        return len(queries)

    assert asked(1) == asked(9)
    assert len(waiting(client, basket=basket)) == 10


@pytest.mark.parametrize("basket", ["registrations", "pending_changes"])
@pytest.mark.parametrize("kind", ["professional", "organization"])
def test_who_ever_acted_for_a_holder_has_no_registration_of_theirs_to_decide(session, world, basket, kind):
    make = factories.make_professional if kind == "professional" else factories.make_organization
    values = {
        "registrations": {"registration_state": "submitted"},
        "pending_changes": {"pending_changes": {"name": "新しい名前"}},
    }
    helped, other = (make(world.bank, **values[basket]) for _ in range(2))
    RegistrationHelper.objects.create(subject_kind=kind, subject_id=helped.pk, user=world.coordinator)

    ids = [item["subject"]["id"] for item in waiting(session(world.coordinator), basket=basket, include="others")]

    assert ids == [str(other.pk)]
    assert len(waiting(session(world.bank_admin), basket=basket)) == 2


def evaluation(match: Any, side: str, score: int, days: int) -> Evaluation:
    values = {"match": match, "side": side, "score": score, "would_repeat": False, "outcome": "not_reached"}
    return Evaluation.create(at=AT + timedelta(days=days), **values)


@pytest.mark.parametrize(
    ("given", "flagged"),
    [
        ({1: ("organization", 1)}, range(15, 30)),
        ({14: ("organization", 1)}, range(15, 30)),
        ({1: ("organization", 1), 3: ("professional", 5)}, range(3, 18)),
        ({1: ("organization", 5), 14: ("professional", 2)}, range(14, 29)),
        ({1: ("organization", 3), 3: ("professional", 3)}, range(0)),
        ({1: ("organization", 3)}, range(0)),
    ],
)
def test_a_low_score_is_a_red_flag_for_fourteen_days_after_it_may_be_read(world, given, flagged):
    """`given`: day after the end → side and score. One side's alone is opened on the day after the fourteen."""
    match = world.match("completed", ended_at=AT)
    reader = factories.actor(world.coordinator)
    found = []
    for day in range(35):
        if day in given:
            evaluation(match, *given[day], day)
        found += [day for _ in worklist(reader, AT + timedelta(days=day), baskets=["red_flags"])]

    assert found == list(flagged)


def test_a_score_that_was_taken_back_is_no_red_flag(world):
    match = world.match("completed", ended_at=AT)
    Evaluation.objects.filter(pk=evaluation(match, "organization", 1, 1).pk).update(voided_at=AT)

    assert worklist(factories.actor(world.coordinator), AT + timedelta(days=20), baskets=["red_flags"]) == []


def test_a_banks_items_are_told_apart(session, world, other_bank):
    both = factories.make_staff(other_bank, user=world.coordinator)
    world.match("awaiting_approval")

    assert len(waiting(session(both), bank=world.bank.slug, basket="approvals")) == 1
    assert waiting(session(both), bank=other_bank.slug) == []
    assert waiting(session(both), bank="nowhere") == []


def test_the_step_settles_it_for_everybody(session, world):
    match = world.match("awaiting_approval")
    act(session(world.coordinator), match, "approve")

    assert waiting(session(world.coordinator), basket="approvals") == []
    assert waiting(session(world.bank_admin), basket="approvals") == []


def test_overdue_is_counted_apart(session, world):
    world.match("awaiting_professional", due_on=TODAY - timedelta(days=1))

    rows = session(world.professional.user).get(BASKET_COUNTS).json()["results"]

    counts = {row["basket"]: (row["count"], row["overdue"]) for row in rows}
    assert counts["answers"] == (1, 1) and counts["starts"] == (0, 0)


@pytest.fixture
def ranking_away(monkeypatch):
    def away(**_: object) -> None:
        raise VersionLost("a shard does not answer")

    monkeypatch.setattr(staff, "candidates_for_need", away)


@pytest.mark.usefixtures("ranking_away")
def test_while_rankings_are_away_all_else_still_waits_and_the_counts_say_what_is_not_known(session, world):
    at_state(factories.make_need(world.organization), world.professional, "awaiting_approval")
    client = session(world.coordinator)

    assert [item["basket"] for item in waiting(client)] == ["approvals"]
    rows = {row["basket"]: row for row in client.get(BASKET_COUNTS).json()["results"]}
    unknown = {"basket": "needs_without_candidates", "count": 0, "overdue": 0, "is_known": False}
    assert rows.pop("needs_without_candidates") == unknown
    assert all(row["is_known"] for row in rows.values()) and rows["approvals"]["count"] == 1


@pytest.mark.parametrize("basket", ["needs_without_candidates", "approvals", "unfinished"])
def test_an_item_is_put_off_taken_up_given_away_and_taken_back_without_a_ranking(session, world, monkeypatch, basket):
    """A ranking takes seconds, and every other writer of a SQLite bank waits for the end of the call."""
    world.changed(world.professional, referral_status="paused", revision=revision_bump(world.bank.pk))
    at_state(factories.make_need(world.organization), world.professional, "awaiting_approval")
    factories.make_professional(world.bank, registration_state="draft", entered_by=world.coordinator)
    client, colleague = session(world.coordinator), factories.make_staff(world.bank)
    (item,) = waiting(client, basket=basket)
    world.changed(world.professional, revision=revision_bump(world.bank.pk))  # what was ranked is forgotten

    with monkeypatch.context() as patched:
        patched.setattr(staff, "candidates_for_need", None)
        assert command(client, item, "snooze", until="2026-11-05").json()["snoozed_until"] == "2026-11-05"
        assert command(client, item, "unsnooze").json()["snoozed_until"] is None
        given = command(client, item, "delegate", to_user=str(colleague.pk))
        assert (given.status_code, given.json()["delegated_to"]) == (200, str(colleague.pk))
        back = command(client, item, "take-back")
        assert (back.status_code, back.json()["delegated_to"]) == (200, None)

    assert [each["id"] for each in waiting(client, basket=basket)] == [item["id"]]
