"""What staff enter for people: registrations, needs, and steps of matches."""

from __future__ import annotations

from datetime import date

import pytest

from talentbank.core.actors import Channel, OnBehalf, Side
from talentbank.core.audit import Step
from talentbank.needs.services import need_create, need_transition
from talentbank.statistics.assistance import AssistedShare, Entries, statistics_assisted_share
from tests import factories
from tests.factories import AT, TODAY
from tests.talentbank.matches.steps import move
from tests.talentbank.statistics.histories import took

pytestmark = [pytest.mark.django_db, pytest.mark.database]

LAST_YEAR = date(2026, 3, 31)


def assisted(bank, **more) -> AssistedShare:
    return statistics_assisted_share(bank=bank, **{"as_of": TODAY, **more})


def test_registrations_that_a_desk_typed_in_count_by_year_and_channel(bank, other_bank):
    for number in range(12):
        row = factories.make_professional(bank, submitted_at=AT)
        day, side = (LAST_YEAR, "") if number < 4 else (TODAY, "professional")
        took(row, "professional", "create", "", "draft", day, role="support_desk", phone_for=side)
    held = factories.make_organization(bank, submitted_at=AT)
    took(held, "organization", "create", "", "draft", TODAY, role="owner")
    never_sent = factories.make_organization(bank)
    took(never_sent, "organization", "create", "", "draft", TODAY, role="owner")
    elsewhere = factories.make_professional(other_bank, submitted_at=AT)
    took(elsewhere, "professional", "create", "", "draft", TODAY, phone_for="professional")

    found = assisted(bank).registrations

    assert found.entries == Entries(13, 8)
    assert found.years == {2025: Entries(4, 0), 2026: Entries(9, 8)}
    assert {channel: count for channel, count in found.channels.items() if count != 0} == {"phone": 8}
    assert assisted(bank, fiscal_year=2025).registrations.entries.share == 0.0
    assert assisted(bank, fiscal_year=2024).registrations.entries.share is None


def test_a_channel_of_a_year_does_not_follow_from_all_years(bank):
    def entered(day: date, many: int) -> None:
        for _ in range(many):
            row = factories.make_professional(bank, submitted_at=AT)
            took(row, "professional", "create", "", "draft", day, role="support_desk", phone_for="professional")

    entered(LAST_YEAR, 5)
    assert assisted(bank).registrations.channels["phone"] == 5

    entered(TODAY, 1)

    assert assisted(bank, fiscal_year=2025).registrations.channels["phone"] == 5
    found = assisted(bank).registrations
    assert (found.entries.assisted, set(found.channels.values())) == (6, {None}), "which channel the one took"


def test_a_need_that_a_desk_sent_for_its_organization_counts(bank, organization, desk):
    def sent(user, on_behalf):
        fields = {"title": "会計", "own_words": "請求書を紙で作っています。"}
        actor = factories.actor(user)
        need = need_create(actor=actor, organization=organization, fields=fields, on_behalf=on_behalf, at=AT)
        assert assisted(bank).needs.entries.total == before, "a draft is no need yet"
        step = Step(actor=actor, at=AT, on_behalf=on_behalf)
        need_transition(need_id=need.pk, action="submit", expected_version=None, step=step)

    before = 0
    sent(desk, OnBehalf(Side.ORGANIZATION, Channel.COUNTER))
    before = 1
    sent(factories.owner_of(organization), None)

    found = assisted(bank).needs
    assert (found.entries, found.entries.share) == (Entries(2, 1), 0.5)
    assert set(found.channels.values()) == {None}, "one of one cannot be hidden in a line that shows zeros"


def test_steps_of_sides_count_and_those_of_staff_as_staff_do_not(bank, organization, professional, coordinator, desk):
    factories.make_match(factories.make_need(organization), professional)
    match = factories.make_match(factories.make_need(organization), factories.make_professional(bank))
    move(match, "propose", coordinator)
    move(match, "accept", desk, for_side="professional")
    move(match, "accept", factories.owner_of(organization))
    assert assisted(bank).match_steps.entries == Entries(2, 1)

    move(match, "undo", factories.owner_of(organization))

    assert assisted(bank).match_steps.entries == Entries(1, 1), "neither the undone step nor its undoing"


def test_the_number_of_queries_does_not_grow(bank, django_assert_num_queries):
    with django_assert_num_queries(3):
        assisted(bank)
