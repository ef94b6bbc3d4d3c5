"""A preview is what saving brings about, at a bounded cost, and says what it left out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from talentbank.banks.models import Bank
from talentbank.core.actors import Actor
from talentbank.core.audit import Step
from talentbank.core.revision import revision_bump
from talentbank.needs.models import Need
from talentbank.professionals.models import Professional
from talentbank.ranking import previews
from talentbank.ranking.previews import Preview, thesaurus_preview, weights_preview
from talentbank.ranking.services import candidates_for_need, pair_write
from talentbank.ranking.weights import ranking_weights_update
from talentbank.skills.groups import group_add
from tests.factories import AT, make_bank, make_need, make_organization, make_professional

STEP = Step(actor=Actor(), at=AT)
MARKET = {"forms_ja": ["マルシェ", "青空市"]}
SUMMARIES = {"headline_percent": 5, "skills_percent": 10, "experiences_percent": 35, "summary_percent": 50}
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def market_bank() -> Bank:
    """Needs and people of a market: some say マルシェ, some 青空市, most neither."""
    bank = make_bank()
    for title in ("マルシェに出たい", "帳簿をつけたい", "青空市の写真を撮りたい"):
        make_need(make_organization(bank), title=title, own_words=f"{title}。手伝ってほしい。")
    people = [
        ("マルシェの設営", "青空市も少し。"),
        ("青空市の運営", "露店の手配。"),
        ("写真", "青空市の写真。"),
        ("帳簿", "帳簿と給与。"),
    ]
    for headline, summary in people:
        make_professional(bank, headline=headline, summary=summary)
    return bank


def tops(bank: Bank) -> dict[UUID, list[tuple[UUID, float | None]]]:
    """Need → its first candidates with their scores, as a coordinator reads them."""
    return {
        need.pk: [
            (each.professional.pk, each.ranked.score)
            for each in candidates_for_need(need=need, limit=previews.LOOKED_AT, at=AT).results
        ]
        for need in Need.objects.filter(bank=bank)
    }


def assert_foretold(preview: Preview, before: Any, after: Any) -> None:
    """Every place of every need that changed is as it was and as it then is; of no other need it changed."""
    changes = {change.need.pk: change for change in preview.changes}
    for need in before:
        old, new = ({id: n for n, (id, _) in enumerate(side[need], start=1)} for side in (before, after))
        moved = {(id, old.get(id), new.get(id)) for id in old | new if old.get(id) != new.get(id)}
        change = changes.get(need)
        places = change.places if change else ()
        assert {(each.professional, each.rank_before, each.rank_after) for each in places} == moved
        for each in places:
            for rank, score, side in (
                (each.rank_before, each.score_before, before),
                (each.rank_after, each.score_after, after),
            ):
                assert rank is None or dict(side[need])[each.professional] == pytest.approx(score, abs=1e-9)


def test_the_preview_of_a_group_is_what_saving_brings_about(market_bank):
    before = tops(market_bank)

    preview = thesaurus_preview(
        bank=market_bank, write=lambda: group_add(bank=market_bank, values=MARKET, step=STEP), at=AT
    )
    unchanged = tops(market_bank)
    group_add(bank=market_bank, values=MARKET, step=STEP)

    assert unchanged == before
    assert preview.ranking.changes
    assert_foretold(preview.ranking, before, tops(market_bank))


def test_the_preview_of_weights_is_what_saving_brings_about(market_bank):
    make_professional(market_bank, headline="市場の設営", summary="マルシェに出たい方へ。青空市の写真、帳簿。")
    before = tops(market_bank)

    preview = weights_preview(bank=market_bank, changes=SUMMARIES, at=AT)
    ranking_weights_update(bank=market_bank, expected_version=1, changes=SUMMARIES, step=STEP)

    assert preview.changes
    assert_foretold(preview, before, tops(market_bank))


def test_of_more_needs_than_the_bound_those_that_say_the_word_come_first(market_bank, monkeypatch):
    monkeypatch.setattr(previews, "MOST_NEEDS", 2)

    ranking = previewed(market_bank)

    assert (ranking.needs_compared, ranking.needs_left_out) == (2, 1)
    assert {change.need.title for change in ranking.changes} == {"マルシェに出たい", "青空市の写真を撮りたい"}


def test_of_more_professionals_than_the_bound_those_that_rank_or_say_the_word_are_compared(market_bank, monkeypatch):
    every = previewed(market_bank)
    for _ in range(5):
        make_professional(market_bank, headline="その他", summary="なにも当てはまらない。")
    revision_bump(market_bank.pk, basis=True)
    monkeypatch.setattr(previews, "MOST_PROFESSIONALS", 4)

    some = previewed(market_bank)

    assert (some.professionals_compared, some.professionals_left_out) == (4, 5)
    assert [(change.need.pk, change.met) for change in some.changes] == [
        (change.need.pk, change.met) for change in every.changes
    ]


def test_who_may_not_be_matched_and_needs_that_take_nobody_are_no_part_of_it(market_bank):
    for need in Need.objects.filter(bank=market_bank):
        for professional in Professional.objects.filter(bank=market_bank, headline__contains="青空市"):
            pair_write(need_id=need.pk, professional_id=professional.pk, state="declined", round=1, at=AT)
    Need.objects.filter(bank=market_bank, title__contains="帳簿").update(accepting=False)

    ranking = previewed(market_bank)

    declined = set(
        Professional.objects.filter(bank=market_bank, headline__contains="青空市").values_list("pk", flat=True)
    )
    assert ranking.needs_compared == 2
    assert declined.isdisjoint(ranking.professionals)


def test_a_bank_without_needs_or_people_has_nothing_to_compare():
    ranking = previewed(make_bank())

    assert (ranking.changes, ranking.needs_compared, ranking.professionals_compared) == ((), 0, 0)


def previewed(bank: Bank) -> Preview:
    return thesaurus_preview(bank=bank, write=lambda: group_add(bank=bank, values=MARKET, step=STEP), at=AT).ranking
