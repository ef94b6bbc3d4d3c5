"""Many proposals in one call: each item for itself, the call as a whole once, and a way back."""

from __future__ import annotations

import threading
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from talentbank.core.models import AuditHead, Event, IdempotencyRecord, ReferenceCounter, Revision
from talentbank.matches import bulk as bulk_room
from talentbank.matches.models import ConflictDecision, Match
from talentbank.ranking.models import Card, Pair
from tests import factories
from tests.api.match_calls import URL, act, etag_of, post
from tests.contract import ContractClient

BULK = f"{URL}/bulk-propose"
pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.database]


def item(match: Match, **more: Any) -> dict[str, Any]:
    return {"match": str(match.pk), "etag": etag_of(match), **more}


def pair(need: Any, professional: Any) -> dict[str, Any]:
    return {"need": str(need.pk), "professional": str(professional.pk)}


def bulk(client: Any, items: list[dict[str, Any]], key: str = "", **body: Any) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(BULK, {"items": items, **body}, headers=headers)


def statuses(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content.decode()
    return [row["status"] for row in answer.json()["results"]]


def prospects(need: Any, count: int) -> list[Match]:
    return [factories.make_match(need, factories.make_professional(need.bank), "prospect") for _ in range(count)]


def everything() -> dict[str, Any]:
    """What a call that changes nothing leaves as it is."""
    kinds = (Match, Event, Pair, Card, ConflictDecision, Revision, ReferenceCounter, AuditHead)
    return {kind.__name__: list(kind.objects.order_by("pk").values()) for kind in kinds}


def test_twenty_items_of_every_kind_each_stand_for_themselves(
    session, bank, other_bank, organization, need, coordinator
):
    legal = prospects(need, 8)
    asked_already = factories.make_match(need, factories.make_professional(bank), "awaiting_professional")
    stale = prospects(need, 2)
    full = factories.make_match(need, factories.make_professional(bank, hours_per_week=1), "prospect")
    foreign_need = factories.make_need(factories.make_organization(other_bank))
    foreign = prospects(foreign_need, 1)[0]
    fresh = [factories.make_professional(bank) for _ in range(3)]
    paused = factories.make_professional(bank, referral_status="paused")
    items = [
        *(item(match) for match in legal),
        item(asked_already),
        *(item(match, etag='"9.0000000000000000"') for match in stale),
        item(full),
        item(foreign),
        {"match": str(uuid4()), "etag": etag_of(stale[0])},
        *(pair(need, professional) for professional in fresh),
        pair(need, paused),
        pair(foreign_need, factories.make_professional(other_bank)),
        pair(need, factories.make_professional(other_bank)),
    ]

    answer = bulk(session(coordinator), items)

    assert statuses(answer) == [
        *["proposed"] * 8,
        "refused",
        *["stale"] * 2,
        "refused",
        *["not_found"] * 2,
        *["proposed"] * 3,
        "refused",
        *["not_found"] * 2,
    ]
    rows = answer.json()["results"]
    assert [row["index"] for row in rows] == list(range(20))
    assert [guard["code"] for guard in rows[8]["problem"]["failed_guards"]] == ["state_forbids"]
    assert [guard["code"] for guard in rows[11]["problem"]["failed_guards"]] == ["capacity_insufficient"]
    assert rows[9]["problem"]["code"] == "stale_version" and rows[9]["etag"].startswith('"1.')
    assert rows[12]["match"] is rows[12]["etag"] is None
    assert {row["problem"] for row in rows if row["status"] == "proposed"} == {None}
    assert Match.objects.filter(bank=bank, state="awaiting_professional").count() == 8 + 3 + 1
    assert Match.objects.filter(professional=paused).count() == 0
    foreign.refresh_from_db()
    assert foreign.state == "prospect"


def test_the_etag_of_a_result_is_that_of_the_match(session, need, coordinator):
    (match,), client = prospects(need, 1), session(coordinator)

    (row,) = bulk(client, [item(match)]).json()["results"]

    assert row["etag"] == client.get(f"{URL}/{match.pk}").headers["ETag"]


def test_each_proposal_is_one_event_that_names_the_batch(session, need, coordinator):
    matches = prospects(need, 3)

    batch = bulk(session(coordinator), [item(match) for match in matches], note="相談会での推薦").json()["batch"]

    events = Event.objects.filter(action="propose")
    assert {event.subject_id for event in events} == {match.pk for match in matches}
    assert {event.facts["batch"] for event in events} == {batch}
    assert {event.text.content["note"] for event in events} == {"相談会での推薦"}


def test_the_side_asked_first_can_be_named(session, need, coordinator):
    (match,) = prospects(need, 1)

    bulk(session(coordinator), [item(match)], ask_first="organization")

    match.refresh_from_db()
    assert (match.state, match.first_asked) == ("awaiting_organization", "organization")


def test_the_need_of_the_call_stands_for_items_that_name_none(session, bank, need, coordinator):
    professional = factories.make_professional(bank)

    answer = bulk(session(coordinator), [{"professional": str(professional.pk)}], need=str(need.pk))

    assert statuses(answer) == ["proposed"]
    assert Match.objects.get(professional=professional).need == need


UNKNOWN = str(uuid4())
ETAG = '"1.0000000000000000"'


@pytest.mark.parametrize(
    ("items", "pointer"),
    [
        ([], "/items"),
        ([{"match": str(uuid4()), "etag": ETAG} for _ in range(21)], "/items"),
        ([{"match": UNKNOWN, "etag": ETAG}, {"match": UNKNOWN, "etag": ETAG}], "/items/1/match"),
        ([{"need": UNKNOWN, "professional": UNKNOWN}] * 2, "/items/1/professional"),
        ([{"match": UNKNOWN}], "/items/0/etag"),
        ([{"match": UNKNOWN, "etag": "W/x"}], "/items/0/etag"),
        ([{"etag": ETAG}], "/items/0/match"),
        ([{}], "/items/0/professional"),
        ([{"professional": UNKNOWN}], "/items/0/need"),
        ([{"match": UNKNOWN, "etag": ETAG, "professional": UNKNOWN}], "/items/0/match"),
        ([{"match": UNKNOWN, "etag": ETAG, "state": "introduced"}], "/items/0/state"),
    ],
)
def test_a_wrong_item_is_pointed_at_and_nothing_is_done(session, coordinator, items, pointer):
    answer = bulk(session(coordinator), items)

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_the_same_pair_by_the_need_of_the_call_is_a_duplicate(session, need, coordinator):
    items = [{"professional": UNKNOWN}, {"professional": UNKNOWN, "need": str(need.pk)}]

    assert (
        bulk(session(coordinator), items, need=str(need.pk)).json()["errors"][0]["pointer"] == "/items/1/professional"
    )


def test_a_pair_named_by_its_match_and_anew_is_proposed_once(session, need, coordinator):
    (match,) = prospects(need, 1)

    answer = bulk(session(coordinator), [item(match), pair(need, match.professional)])

    assert statuses(answer) == ["proposed", "refused"]
    assert Match.objects.count() == 1


def test_references_are_counted_before_the_revision_and_answers_keep_the_order(session, bank, need, coordinator):
    (match,) = prospects(need, 1)
    items = [item(match), pair(need, factories.make_professional(bank))]

    with CaptureQueriesContext(connection) as queries:
        answer = bulk(session(coordinator), items)

    assert statuses(answer) == ["proposed", "proposed"]
    assert answer.json()["results"][0]["match"] == str(match.pk)
    writes = [each["sql"].partition(" SET ")[0].partition(" (")[0] for each in queries]
    assert writes.index("\nINSERT INTO core_revision") > writes.index('UPDATE "core_referencecounter"')


@pytest.mark.parametrize("who", ["owner", "desk", "analyst"])
def test_only_coordinators_propose(request, session, need, who):
    matches = prospects(need, 1)

    assert bulk(session(request.getfixturevalue(who)), [item(matches[0])]).status_code == 403


def test_a_token_needs_the_scope_to_decide(bearer, need, coordinator):
    matches = prospects(need, 1)

    assert bulk(bearer(coordinator, scopes=("matches:write",)), [item(matches[0])]).status_code == 403


def test_a_rehearsal_answers_the_same_and_changes_nothing(session, bank, need, coordinator):
    good, client = prospects(need, 2), session(coordinator)
    paused = factories.make_professional(bank, referral_status="paused")
    fresh = factories.make_professional(bank)
    items = [item(good[0]), pair(need, fresh), item(good[1], etag='"9.0000000000000000"'), pair(need, paused)]
    before = everything()

    rehearsed = bulk(client, items, dry_run=True)

    assert everything() == before
    assert statuses(rehearsed) == ["proposed", "proposed", "stale", "refused"]
    assert (rehearsed.json()["batch"], rehearsed.json()["dry_run"]) == (None, True)
    assert [row["match"] for row in rehearsed.json()["results"]] == [str(good[0].pk), None, str(good[1].pk), None]
    assert statuses(bulk(client, items)) == statuses(rehearsed)


def test_a_repeat_under_one_key_acts_once(session, bank, need, coordinator):
    items = [item(prospects(need, 1)[0]), pair(need, factories.make_professional(bank))]
    client = session(coordinator)

    first, second = bulk(client, items, key="bulk-1"), bulk(client, items, key="bulk-1")

    assert second.content == first.content and second.headers["Idempotency-Replayed"] == "true"
    assert Event.objects.filter(action="propose").count() == 2
    assert IdempotencyRecord.objects.count() == 1


def test_a_fault_in_the_middle_leaves_nothing_and_the_key_free(session, need, coordinator, monkeypatch):
    items = [item(match) for match in prospects(need, 3)]
    client, before = session(coordinator), everything()
    with monkeypatch.context() as broken:
        calls: Any = iter([bulk_room.match_transition, None])
        broken.setattr(bulk_room, "match_transition", lambda **given: next(calls)(**given))
        with pytest.raises(TypeError):
            bulk(client, items, key="k")

    assert everything() == before and not IdempotencyRecord.objects.exists()
    assert statuses(bulk(client, items, key="k")) == ["proposed"] * 3


class TestUndo:
    def undo(self, client: ContractClient, batch: str, **body: Any) -> Any:
        return client.post(f"{BULK}/{batch}/undo", body)

    def test_a_batch_is_taken_back_where_nothing_has_moved(self, session, clock, bank, need, coordinator):
        matches, client = prospects(need, 3), session(coordinator)
        answered, untouched, undone_alone = matches
        fresh = factories.make_professional(bank)
        batch = bulk(client, [*(item(match) for match in matches), pair(need, fresh)]).json()["batch"]
        act(session(answered.professional.user), answered, "accept")
        act(client, undone_alone, "undo")
        clock.forward(minutes=9)

        answer = self.undo(client, batch)

        rows = {row["match"]: row for row in answer.json()["results"]}
        opened = Match.objects.get(professional=fresh)
        assert {id: row["status"] for id, row in rows.items()} == {
            str(answered.pk): "stale",
            str(untouched.pk): "undone",
            str(undone_alone.pk): "refused",
            str(opened.pk): "undone",
        }
        assert rows[str(undone_alone.pk)]["problem"]["failed_guards"][0]["code"] == "nothing_to_undo"
        assert opened.state == "prospect"
        answered.refresh_from_db()
        untouched.refresh_from_db()
        assert (answered.state, untouched.state) == ("awaiting_organization", "prospect")
        assert sorted(statuses(self.undo(client, batch))) == ["refused", "refused", "refused", "stale"]

    def test_after_ten_minutes_it_takes_a_reason(self, session, clock, need, coordinator):
        (match,), client = prospects(need, 1), session(coordinator)
        batch = bulk(client, [item(match)]).json()["batch"]
        clock.forward(minutes=11)

        late = self.undo(client, batch).json()["results"][0]
        assert [guard["code"] for guard in late["problem"]["failed_guards"]] == ["undo_needs_reason"]
        assert statuses(self.undo(client, batch, reason_codes=["guess"])) == ["invalid"]
        assert statuses(self.undo(client, batch, reason_codes=["entered_by_mistake"])) == ["undone"]

    def test_a_batch_is_its_actors_own(self, session, bank, need, coordinator):
        batch = bulk(session(coordinator), [item(match) for match in prospects(need, 1)]).json()["batch"]

        for stranger in (factories.make_staff(bank), factories.make_user()):
            assert self.undo(session(stranger), batch).status_code == 404
        assert self.undo(session(coordinator), str(uuid4())).status_code == 404

    def test_a_match_proposed_alone_is_in_no_batch(self, session, need, coordinator):
        one, other = prospects(need, 2)
        client = session(coordinator)
        batch = bulk(client, [item(one)]).json()["batch"]
        assert post(client, other, "propose").status_code == 200

        assert [row["match"] for row in self.undo(client, batch).json()["results"]] == [str(one.pk)]


@pytest.mark.django_db(transaction=True)
def test_two_calls_with_the_same_items_in_opposite_order_do_not_block_each_other(session, bank, coordinator):
    if connection.vendor != "postgresql":
        pytest.skip("rows are locked one by one on PostgreSQL alone; SQLite has one writer")
    needs = [factories.make_need(factories.make_organization(bank)) for _ in range(4)]
    with transaction.atomic():
        matches = [prospects(need, 1)[0] for need in needs]
    items = [item(match) for match in matches]
    fresh = [pair(need, factories.make_professional(bank)) for need in needs]
    calls = [[*items, *fresh], [*reversed(fresh), *reversed(items)]]
    start, answers = threading.Barrier(2), []

    def call(client: Any, sent: list[dict[str, Any]]) -> None:
        start.wait()
        try:
            answers.append(bulk(client, sent))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=call, args=(session(coordinator), sent)) for sent in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert [answer.status_code for answer in answers] == [200, 200]
    assert (
        sorted(status for answer in answers for status in statuses(answer) if status == "proposed") == ["proposed"] * 8
    )
    assert Match.objects.filter(state="awaiting_professional").count() == 8
    assert Event.objects.filter(action="propose").count() == 8
