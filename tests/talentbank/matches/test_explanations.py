"""A match's score told again: from what was kept when it was opened, whatever has changed since, until it is erased."""

from __future__ import annotations

import json
from math import fsum

import pytest

from talentbank.core.audit import Step
from talentbank.core.models import Event, EventText
from talentbank.core.verification import verify
from talentbank.matches.bulk import Proposal, matches_propose
from talentbank.matches.explanations import ReplayCode, match_explanation
from talentbank.matches.models import Match
from talentbank.matches.services import match_create
from talentbank.matches.states import Origin
from talentbank.needs.models import Need
from talentbank.organizations.models import Organization
from talentbank.professionals.models import Professional
from talentbank.ranking import corpus
from talentbank.ranking.store import state_of
from tests import factories
from tests.factories import AT, actor
from tests.talentbank.ranking.samples import EMPTY, edit, make_bookkeeper, make_shop_need, make_shopkeeper

EXPERIENCES = [
    {"title": "食品店の通信販売", "description": "ネットショップを開店し三年運営。", "industry": "食品"},
    {"title": "経理", "description": "請求書の電子化。", "industry": ""},
]


@pytest.fixture
def need(organization: Organization) -> Need:
    return make_shop_need(organization, background="SNSは不要です。電話もあります。", problems=["通販を広げたい"])


@pytest.fixture
def professional(bank) -> Professional:
    return make_shopkeeper(
        bank, experiences=EXPERIENCES, summary="食品の通信販売とSNS。電話対応は不可。佐藤まで 090-1234-5678。"
    )


def opened(need, professional, user, origin=Origin.PROSPECT) -> Match:
    step = Step(actor=actor(user), at=AT)
    match = match_create(need_id=need.pk, professional_id=professional.pk, origin=origin, step=step)
    return Match.objects.get(pk=match.pk)


def move_on(bank, need, professional) -> None:
    """Texts edited, skills gone, others come: idf, lengths and version are different ones."""
    professional.skills.all().delete()
    edit(professional, headline="造園", summary="庭木の剪定。", experiences=[])
    need.skills.all().delete()
    need.problems.clear()
    edit(need, title="庭", own_words="庭木。", background="")
    for _ in range(3):
        make_bookkeeper(bank, summary="通信販売の売上の記帳。" * 5)


def test_a_score_is_told_again_after_everything_behind_it_has_moved_on(
    bank, need, professional, coordinator, monkeypatch
):
    match = opened(need, professional, coordinator)
    before = match_explanation(match).replayed.ranked
    move_on(bank, need, professional)
    after = state_of(bank.pk).model_version
    monkeypatch.setattr(corpus, "basis_of", None)

    told = match_explanation(match)

    assert after != match.snapshot["model_version"]
    assert told.code is ReplayCode.REPLAYED
    ranked = told.replayed.ranked
    assert ranked.score == pytest.approx(match.snapshot["score"], abs=1e-9)
    assert fsum(row.value for row in ranked.contributions) == pytest.approx(match.snapshot["score"], abs=1e-9)
    assert [row.value for row in ranked.contributions] == [row["contribution"] for row in match.snapshot["reasons"]]
    assert (ranked.contributions, ranked.missing, ranked.conflicts) == (
        before.contributions,
        before.missing,
        before.conflicts,
    )


def test_what_is_told_again_is_what_the_engine_said(bank, need, professional, coordinator):
    state = state_of(bank.pk)
    said = state.professionals.score(state.needs.held.item(str(need.pk)), str(professional.pk))

    told = match_explanation(opened(need, professional, coordinator)).replayed.ranked

    assert (told.score, told.parts, told.contributions) == (said.score, said.parts, said.contributions)
    assert (told.missing, told.conflicts) == (said.missing, said.conflicts)
    assert {each.by.value for each in told.conflicts} == {"need", "profile"}


def test_a_pair_without_a_score_is_told_again_as_such(bank, need, coordinator):
    match = opened(need, factories.make_professional(bank, **EMPTY), coordinator)

    told = match_explanation(match)

    assert (match.snapshot["score"], told.code, told.replayed.ranked.insufficient_data) == (
        None,
        ReplayCode.REPLAYED,
        True,
    )


def test_after_the_texts_are_erased_numbers_and_terms_remain_and_the_chain_holds(bank, need, professional, coordinator):
    match = opened(need, professional, coordinator)
    EventText.objects.all().delete()

    told = match_explanation(match)

    assert (told.code, told.replayed) == (ReplayCode.TEXTS_ERASED, None)
    assert told.snapshot["score"] == match.snapshot["score"]
    assert told.snapshot["reasons"]
    assert [each for each in verify(bank_ids=[bank.pk]) if str(match.pk) in str(each.subject)] == []


def test_a_match_from_before_texts_were_kept_says_so(need, professional):
    match = factories.make_match(need, professional, "prospect")

    assert match_explanation(match).code is ReplayCode.TEXTS_NOT_KEPT


def test_a_kept_score_that_was_changed_is_found_out(need, professional, coordinator):
    match = opened(need, professional, coordinator)
    match.snapshot["score"] += 1e-6

    assert match_explanation(match).code is ReplayCode.DIFFERS


def test_neither_the_snapshot_nor_the_event_holds_a_text(need, professional, coordinator):
    match = opened(need, professional, coordinator)
    event = Event.objects.get(subject_id=match.pk)

    kept = json.dumps([match.snapshot, event.facts], ensure_ascii=False)

    assert "食品の通信販売とSNS" not in kept
    assert "始めたい" not in kept
    assert "090-1234" not in json.dumps(event.text.content, ensure_ascii=False)


def test_a_prospect_keeps_the_slate_that_it_was_chosen_from(bank, need, coordinator):
    second = make_bookkeeper(bank)
    first = make_shopkeeper(bank)
    make_shopkeeper(bank, hours_per_week=1)

    slate = opened(need, second, coordinator).snapshot["slate"]

    assert (slate["rank"], slate["above"], slate["considered"]) == (2, [str(first.pk)], 2)
    assert (slate["as_of"], slate["excluded_by"], slate["residents_first"]) == (AT.isoformat(), [], "tie_break")
    assert slate["model_version"] == state_of(bank.pk).model_version


def test_a_choice_against_a_hard_condition_is_kept_as_such(bank, organization, coordinator):
    need = make_shop_need(organization, place="on_site")
    shown, away = make_shopkeeper(bank), make_shopkeeper(bank, areas=["となり市"])

    slate = opened(need, away, coordinator).snapshot["slate"]

    assert (slate["rank"], slate["above"], slate["excluded_by"]) == (None, [str(shown.pk)], ["area_not_reached"])


def test_proposals_in_bulk_keep_their_slates_too(bank, need, professional, coordinator):
    item = Proposal(need_id=need.pk, professional_id=professional.pk)

    (made,) = matches_propose(items=[item], ask_first=None, step=Step(actor=actor(coordinator), at=AT)).results

    match = Match.objects.get(pk=made.match_id)
    assert (match.state, match.snapshot["slate"]["rank"]) == ("awaiting_professional", 1)


def test_only_a_coordinator_s_choice_has_a_slate(need, professional):
    match = opened(need, professional, professional.user, Origin.APPLY)

    assert "slate" not in match.snapshot
    assert match_explanation(match).code is ReplayCode.REPLAYED
