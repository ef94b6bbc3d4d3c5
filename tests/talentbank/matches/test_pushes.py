"""The weekly push: who hears of which needs, how often, and that two runs act once."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction

from matching.cluster import IndexUnavailable
from talentbank.banks.models import BankText
from talentbank.core.models import Event
from talentbank.core.revision import revision_bump
from talentbank.matches import pushes
from talentbank.matches.models import Push
from talentbank.matches.pushes import pushes_tick, week_of
from talentbank.needs.models import Need
from talentbank.notifications.models import OutboxMessage
from talentbank.privacy.models import Consent
from talentbank.ranking.services import candidates_for_professional
from tests import factories
from tests.factories import AT, TODAY
from tests.talentbank.ranking.samples import EMPTY, make_shop_need, make_shopkeeper

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NEXT_WEEK = AT + timedelta(days=7)


def willing(bank: Any, **fields: Any) -> Any:
    """A shopkeeper who consents to messages."""
    professional = make_shopkeeper(bank, **fields)
    consent(professional)
    return professional


def consent(professional: Any, number: int = 1) -> Consent:
    return Consent.create(
        at=AT,
        bank_id=professional.bank_id,
        subject_kind="professional",
        subject_id=professional.pk,
        text_kind="messages",
        text_number=number,
        text_sha256="0" * 64,
        channel="web",
        granted_at=AT,
    )


def pushed() -> set[tuple[Any, Any]]:
    return set(Push.objects.values_list("professional_id", "need_id"))


def arrived(need: Need) -> Need:
    """A need that came after a ranking, with the revision that its service would have taken."""
    Need.objects.filter(pk=need.pk).update(revision=revision_bump(need.bank_id))
    return need


@pytest.fixture
def shop_need(organization):
    return make_shop_need(organization)


def test_a_need_without_takers_is_pointed_out_by_a_message_of_ids_alone(bank, shop_need):
    professional = willing(bank)

    assert pushes_tick(at=AT) == {"pushed": 1}

    push = Push.objects.get()
    assert (push.professional, push.need, push.week) == (professional, shop_need, TODAY)
    message = OutboxMessage.objects.get()
    assert (message.channel, message.topic, message.to) == ("notice", "push.need", "")
    ids = {"push": str(push.pk), "need": str(shop_need.pk), "professional": str(professional.pk)}
    assert message.context == ids
    event = Event.objects.get(subject_kind="bank")
    assert (event.action, event.facts) == ("push-needs", {"week": "2026-11-02", "pushes": 1})


def test_once_a_week_and_never_the_same_pair_again(bank, shop_need):
    willing(bank)

    counts = [pushes_tick(at=at)["pushed"] for at in (AT, AT, AT + timedelta(days=6), NEXT_WEEK)]

    assert counts == [1, 0, 0, 0]
    assert Event.objects.filter(subject_kind="bank").count() == 2
    arrived(make_shop_need(shop_need.organization))
    assert pushes_tick(at=NEXT_WEEK + timedelta(days=1)) == {"pushed": 0}
    assert pushes_tick(at=NEXT_WEEK + timedelta(days=7)) == {"pushed": 1}


@pytest.mark.parametrize(
    ("at", "week"),
    [
        (datetime(2026, 11, 1, 23, 59, tzinfo=UTC), None),
        (datetime(2026, 11, 2, 0, 0, tzinfo=UTC), date(2026, 11, 2)),
        (datetime(2026, 11, 8, 14, 59, tzinfo=UTC), date(2026, 11, 2)),
        (datetime(2026, 11, 8, 15, 0, tzinfo=UTC), None),
        (datetime(2026, 12, 31, 3, 0, tzinfo=UTC), date(2026, 12, 28)),
    ],
)
def test_a_week_begins_on_monday_at_nine_in_japan(at, week):
    assert week_of(at) == week


NOT_PUSHED = [
    {"registration_state": "submitted"},
    {"registration_state": "suspended"},
    {"referral_status": "paused"},
    {"hours_per_week": 1},
    {"last_proposed_at": AT - timedelta(days=400)},
    EMPTY,
]


@pytest.mark.parametrize("fields", NOT_PUSHED, ids=lambda fields: next(iter(fields)))
def test_who_hears_of_nothing(bank, shop_need, fields):
    willing(bank, **fields)

    assert pushes_tick(at=AT) == {"pushed": 0}


def test_without_a_consent_to_the_text_of_today_nobody_hears(bank, shop_need):
    make_shopkeeper(bank)
    taken_back = make_shopkeeper(bank)
    row = consent(taken_back)
    row.withdrawn_at = AT
    row.save_step(at=AT)
    outdated = make_shopkeeper(bank)
    consent(outdated)
    renewed = make_shopkeeper(bank)
    consent(renewed, number=2)
    BankText.create(
        at=AT, bank=bank, kind="messages", number=2, language="ja", body="第2版", sha256="1" * 64, valid_from=AT
    )

    pushes_tick(at=AT)

    assert pushed() == {(renewed.pk, shop_need.pk)}


def test_who_has_a_match_of_any_kind_is_no_stranger_any_more(bank, organization, shop_need):
    professional = willing(bank)
    factories.make_match(factories.make_need(organization), professional, "closed")

    assert pushes_tick(at=AT) == {"pushed": 0}


@pytest.mark.parametrize(
    "fields",
    [
        {"confidentiality": "coordinators"},
        {"accepting": False},
        {"deadline": TODAY - timedelta(days=1)},
        {"state": "submitted"},
        {"state": "on_hold"},
        {"hours_per_week": 40},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_needs_that_are_not_pointed_out(bank, organization, fields):
    make_shop_need(organization, **fields)
    willing(bank)

    assert pushes_tick(at=AT) == {"pushed": 0}


@pytest.mark.parametrize(("state", "count"), [("prospect", 0), ("awaiting_professional", 0), ("closed", 1)])
def test_a_need_with_an_open_match_has_takers(bank, shop_need, state, count):
    factories.make_match(shop_need, make_shopkeeper(bank), state)
    willing(bank)

    assert pushes_tick(at=AT) == {"pushed": count}


def test_hiding_and_other_banks_hold(bank, other_bank, shop_need, organization):
    willing(bank, hidden_from=[organization.name])
    willing(other_bank)

    assert pushes_tick(at=AT) == {"pushed": 0}


def test_a_bank_that_cannot_rank_today_stops_no_other(bank, other_bank, shop_need, monkeypatch):
    theirs = make_shop_need(factories.make_organization(other_bank))
    first, second = sorted((willing(bank), willing(other_bank)), key=lambda row: row.bank_id)
    needs = {bank.pk: shop_need.pk, other_bank.pk: theirs.pk}

    def one_away(*, professional: Any, **more: Any) -> Any:
        if professional == first:
            raise IndexUnavailable("a shard does not answer")
        return candidates_for_professional(professional=professional, **more)

    monkeypatch.setattr(pushes, "candidates_for_professional", one_away)

    assert pushes_tick(at=AT) == {"pushed": 1, "failed": 1}
    assert pushed() == {(second.pk, needs[second.bank_id])}
    monkeypatch.undo()
    assert pushes_tick(at=AT) == {"pushed": 1}


def test_at_most_three_needs_for_one_and_three_people_for_a_need(bank, organization):
    for _ in range(4):
        make_shop_need(organization)
    for _ in range(6):
        willing(bank)

    assert pushes_tick(at=AT) == {"pushed": 12}

    people, needs = (Counter(each) for each in zip(*pushed(), strict=True))
    assert max(people.values()) == 3
    assert set(needs.values()) == {3}


def test_whoever_was_told_least_recently_comes_first(bank, organization):
    first, second = willing(bank), willing(bank)
    make_shop_need(organization)
    later = [willing(bank) for _ in range(2)]
    pushes_tick(at=AT)
    told_first = {first.pk, second.pk, later[0].pk}
    assert {professional for professional, _ in pushed()} == told_first
    fresh = arrived(make_shop_need(organization))

    pushes_tick(at=NEXT_WEEK)

    heard = set(Push.objects.filter(need=fresh).values_list("professional_id", flat=True))
    assert later[1].pk in heard and len(heard) == 3


def test_the_best_fitting_needs_come_first(bank, organization):
    fitting = [make_shop_need(organization) for _ in range(3)]
    for _ in range(2):
        factories.make_need(organization, title="食品の記帳", own_words="請求書の整理と食品の在庫の記録。")
    professional = willing(bank)

    pushes_tick(at=AT)

    assert pushed() == {(professional.pk, need.pk) for need in fitting}


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_act_once(bank, organization):
    if connection.vendor != "postgresql":
        pytest.skip("an in-memory SQLite database has one connection")
    with transaction.atomic():
        for _ in range(3):
            make_shop_need(organization)
        for _ in range(3):
            willing(bank)
    start, counts = threading.Barrier(2), []

    def run() -> None:
        start.wait()
        try:
            counts.append(pushes_tick(at=AT)["pushed"])
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(counts) == [0, 9]
    assert Push.objects.count() == OutboxMessage.objects.count() == 9
    assert Event.objects.filter(subject_kind="bank").count() == 1
