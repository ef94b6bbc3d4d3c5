"""Explanations are remembered, and none outlives the text that it explains."""

from __future__ import annotations

import pytest
from django.db import transaction

from talentbank.needs.models import Need
from talentbank.ranking import memory, services
from tests.factories import AT, make_bank, make_organization
from tests.talentbank.ranking.samples import edit, make_shop_need, make_shopkeeper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def need() -> Need:
    bank = make_bank()
    make_shopkeeper(bank)
    return make_shop_need(make_organization(bank))


def terms(need: Need) -> set[str]:
    """Words of the need that met a word of the only candidate."""
    fresh = Need.objects.select_related("organization", "bank").get(pk=need.pk)
    (candidate,) = services.candidates_for_need(need=fresh, limit=5, at=AT).results
    return {row.query_term for row in candidate.ranked.contributions}


def test_what_is_rolled_back_explains_nothing_afterwards(need):
    terms(need)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        edit(need, title="食品の販売")
        assert "食品" in terms(need)
        raise ZeroDivisionError

    need.refresh_from_db()
    edit(need, title="通信の構築")  # takes the very revision that was rolled back

    assert "食品" not in terms(need)


def test_an_unchanged_pair_is_explained_once(need, monkeypatch):
    first = terms(need)
    kept = len(memory._memo._kept)
    monkeypatch.setattr(memory.Memo, "put", lambda *given: pytest.fail("it was explained again"))

    assert (terms(need), len(memory._memo._kept)) == (first, kept)
