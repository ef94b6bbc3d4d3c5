"""Lowering the headcount to what is taken fills the need: the other matches close as filled."""

from __future__ import annotations

import pytest

from talentbank.needs.services import need_update
from tests import factories
from tests.factories import AT


@pytest.mark.database
def test_lowering_the_headcount_to_what_is_taken_closes_the_others_as_filled(bank, organization, owner):
    need = factories.make_need(organization, headcount=2)
    running = factories.make_match(need, factories.make_professional(bank), "active")
    waiting = factories.make_match(need, factories.make_professional(bank), "awaiting_organization")

    need_update(
        actor=factories.actor(owner),
        need_id=need.pk,
        expected_version=None,
        changes={"headcount": 1},
        on_behalf=None,
        at=AT,
    )

    running.refresh_from_db()
    waiting.refresh_from_db()
    assert (running.state, waiting.state, waiting.closed_reason) == ("active", "closed", "filled")
