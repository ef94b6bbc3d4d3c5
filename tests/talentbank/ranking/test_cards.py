"""Cards: the opaque ids under which a need's people see professionals."""

from uuid import uuid4

import pytest

from talentbank.core.errors import NotFound
from talentbank.ranking.models import Card
from talentbank.ranking.services import card_of, card_professional, cards_of
from tests.factories import make_need, make_professional


def test_a_card_is_made_once_and_leads_back(organization, professional):
    need = make_need(organization)

    first = card_of(need_id=need.pk, professional_id=professional.pk)
    second = card_of(need_id=need.pk, professional_id=professional.pk)

    assert first == second
    assert first.version == 4
    assert card_professional(need_id=need.pk, card_id=first) == professional.pk


def test_another_need_shows_the_same_professional_under_another_card(organization, professional):
    one, other = make_need(organization), make_need(organization)

    card = card_of(need_id=one.pk, professional_id=professional.pk)

    assert card != card_of(need_id=other.pk, professional_id=professional.pk)
    with pytest.raises(NotFound):
        card_professional(need_id=other.pk, card_id=card)


def test_an_unknown_card_is_not_found(organization):
    with pytest.raises(NotFound):
        card_professional(need_id=make_need(organization).pk, card_id=uuid4())


def test_cards_of_many_cost_three_queries_at_first_and_one_later(organization, bank, django_assert_num_queries):
    need = make_need(organization)
    ids = [make_professional(bank).pk for _ in range(5)]

    with django_assert_num_queries(3):
        made = cards_of(need_id=need.pk, professional_ids=ids)
    with django_assert_num_queries(1):
        assert cards_of(need_id=need.pk, professional_ids=ids) == made
    assert Card.objects.count() == 5
