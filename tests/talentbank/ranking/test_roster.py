"""The standings of a bank as columns: they say what the predicate says, and follow whatever moves a standing."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest

from talentbank.banks.models import Bank
from talentbank.core.actors import SYSTEM, Actor, Channel
from talentbank.core.audit import Step, Subject
from talentbank.core.clock import day_of
from talentbank.needs.models import Need
from talentbank.privacy.models import Consent
from talentbank.privacy.services import consent_withdraw, consents_give
from talentbank.professionals.hours import hours_release, hours_reserve
from talentbank.professionals.models import Professional
from talentbank.ranking import roster as rosters
from talentbank.ranking.contest import contest_of, pair_refusals
from talentbank.ranking.eligibility import is_hidden, standings_of_bank
from talentbank.ranking.roster import loaded, roster_of
from talentbank.ranking.services import pair_write
from tests.factories import AT, make_bank, make_need, make_organization, make_professional
from tests.talentbank.ranking.samples import edit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]
TODAY = day_of(AT)


def varied(bank: Bank, organization: Any, number: int) -> Professional:
    chance = random.Random(number)
    fields: dict[str, Any] = {
        "hours_per_week": chance.choice([None, 2, 4, 10]),
        "remote": chance.choice(["", "ok", "only", "no"]),
        "areas": chance.choice([[], ["あかつき市"], ["隣の市"], ["県内全域"]]),
        "residency": chance.choice(["", "city", "other"]),
        "hidden_from": chance.choice([[], [], [organization.name], ["よその会社"]]),
    }
    if chance.random() < 0.3:
        fields |= {"referral_status": "paused", "paused_from": TODAY + timedelta(days=chance.choice([-9, 3]))}
        fields["paused_until"] = chance.choice([None, TODAY - timedelta(days=1), TODAY + timedelta(days=400)])
    if chance.random() < 0.2:
        owned = chance.choice([organization, make_organization(bank, registration_state="suspended")])
        fields |= {"holder_kind": "organization", "organization": owned}
    row = make_professional(bank, **fields)
    if chance.random() < 0.2:
        Consent.objects.filter(subject_id=row.pk).update(withdrawn_at=AT)
    return row


@pytest.mark.parametrize("place", ["on_site", "remote", "mixed"])
def test_the_columns_say_what_the_predicate_says_of_each(place: str) -> None:
    bank = make_bank()
    organization = make_organization(bank)
    need = make_need(organization, place=place, hours_per_week=4, period_end=date(2027, 1, 31))
    people = [varied(bank, organization, number) for number in range(60)]
    for person, state in zip(people, ["open", "declined", "reserve", "ended"] * 5, strict=False):
        pair_write(need_id=need.pk, professional_id=person.pk, state=state, round=1, at=AT)

    contest = contest_of(need, roster_of(bank.pk, at=AT), today=TODAY)

    known = {id: each for id, each in standings_of_bank(bank.pk, at=AT).items() if not is_hidden(organization, each)}
    pairs = dict(need.pairs.values_list("professional_id", "state"))
    refused = {id: pair_refusals(need, each, pairs.get(id), today=TODAY) for id, each in known.items()}
    firsts = [refusals[0].code for refusals in refused.values() if refusals]
    assert contest.excluded() == {code: firsts.count(code) for code in firsts}
    assert contest.refused() == {id: refusals for id, refusals in refused.items() if refusals}
    eligible = {id for id, marked in zip(contest.roster.ids, contest.eligible, strict=True) if marked}
    assert eligible == {id for id, refusals in refused.items() if not refusals}
    assert len(firsts) > 20 and len(eligible) > 2, "the sample has both"


def withdraw(need: Need, person: Professional) -> None:
    consent = Consent.objects.get(subject_id=person.pk, text_kind="matching", withdrawn_at__isnull=True)
    consent_withdraw(consent=consent, expected_version=consent.version, step=Step(actor=SYSTEM, at=AT))


def give_again(need: Need, person: Professional) -> None:
    withdraw(need, person)
    roster_of(person.bank_id, at=AT)
    subject = Subject("professional", person.pk, person.bank_id)
    consents_give(subject=subject, kinds=["matching"], step=Step(actor=Actor(), at=AT), channel=Channel.WEB)


def release(need: Need, person: Professional) -> None:
    hours_reserve(professional_id=person.pk, match_id=need.pk, hours=3, at=AT)
    roster_of(person.bank_id, at=AT)
    hours_release(match_id=need.pk, at=AT)


MOVES = {
    "hours held": lambda need, person: hours_reserve(professional_id=person.pk, match_id=need.pk, hours=3, at=AT),
    "hours given back": release,
    "fewer hours": lambda need, person: edit(person, hours_per_week=1),
    "a pause": lambda need, person: edit(person, referral_status="paused"),
    "another area": lambda need, person: edit(person, areas=["隣の市"]),
    "hiding": lambda need, person: edit(person, hidden_from=[need.organization.name]),
    "no longer approved": lambda need, person: edit(person, registration_state="withdrawn"),
    "a consent taken back": withdraw,
    "a consent given again": give_again,
    "the holder suspended": lambda need, person: edit(person.organization, registration_state="suspended"),
    "somebody new": lambda need, person: edit(make_professional(need.bank), hours_per_week=7),
    "nothing of a standing": lambda need, person: edit(person, headline="別の見出し"),
}


@pytest.mark.parametrize("move", MOVES)
def test_it_follows_what_moves_a_standing(move: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bank = make_bank()
    need = make_need(make_organization(bank))
    held = make_organization(bank)
    person = make_professional(bank, holder_kind="organization", organization=held)
    make_professional(bank, hours_per_week=2)
    before = roster_of(bank.pk, at=AT)
    MOVES[move](need, person)
    monkeypatch.setattr(rosters, "loaded", None)  # it must do with what changed

    after = roster_of(bank.pk, at=AT)

    anew = loaded(bank.pk, after.revision, AT)
    assert after.standings == anew.standings
    assert (after.standings == before.standings) is (
        move in ("nothing of a standing", "a consent given again", "hours given back")
    )
    for roster in (after, anew):
        contest = contest_of(need, roster, today=TODAY)
        found = {id for id, marked in zip(roster.ids, contest.eligible, strict=True) if marked}
        assert contest.excluded() == contest_of(need, anew, today=TODAY).excluded()
        assert found == {
            id
            for id, standing in anew.standings.items()
            if not is_hidden(need.organization, standing) and not pair_refusals(need, standing, None, today=TODAY)
        }


def test_an_unchanged_bank_costs_one_query_and_a_new_day_reads_anew(django_assert_num_queries: Any) -> None:
    bank = make_bank()
    make_professional(bank, referral_status="paused", paused_until=TODAY)
    first = roster_of(bank.pk, at=AT)

    with django_assert_num_queries(1):
        assert roster_of(bank.pk, at=AT) is first
    (today,), (tomorrow,) = (roster_of(bank.pk, at=at).standings.values() for at in (AT, AT + timedelta(days=1)))
    assert (today.paused, tomorrow.paused) == (True, False)
