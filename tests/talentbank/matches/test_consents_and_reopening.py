"""Consents that lapse or are taken back, and what an undo may and may not bring back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from talentbank.banks.services import bank_text_publish
from talentbank.core.actors import SYSTEM, Channel
from talentbank.core.audit import Step, Subject
from talentbank.core.errors import ActionRefused
from talentbank.matches.models import Match
from talentbank.matches.services import match_create
from talentbank.matches.states import Origin
from talentbank.organizations.services import organization_transition
from talentbank.privacy.models import Consent
from talentbank.privacy.services import consents_grant
from talentbank.ranking.eligibility import eligible
from talentbank.ranking.services import candidates_for_need
from tests import factories
from tests.factories import AT
from tests.talentbank.matches.steps import move, refusal_codes


def publish_new_text(bank, kind="matching"):
    bank_text_publish(bank=bank, kind=kind, number=2, bodies={"ja": "新しい文面"}, step=Step(actor=SYSTEM, at=AT))


def refusals(*args, **kwargs):
    with pytest.raises(ActionRefused) as refused:
        move(*args, **kwargs)
    return {refusal.code: refusal.facts for refusal in refused.value.refusals}


def test_a_new_text_is_asked_for_at_the_next_yes(need, professional, bank):
    match = factories.make_match(need, professional, "awaiting_professional")
    publish_new_text(bank)

    asked = refusals(match, "accept", professional.user)
    assert asked == {"consent_missing": {"missing": {"professional": ["matching"]}}}

    subject = Subject("professional", professional.pk, bank.pk)
    consents_grant(
        subject=subject, kinds=["matching"], actor=factories.actor(professional.user), channel=Channel.WEB, at=AT
    )
    assert move(match, "accept", professional.user).state == "awaiting_organization"


def test_a_no_needs_no_consent(need, professional, bank):
    match = factories.make_match(need, professional, "awaiting_professional")
    publish_new_text(bank)

    assert move(match, "decline", professional.user).state == "closed"


@pytest.mark.parametrize("side", ["professional", "organization"])
def test_who_took_back_the_consent_to_matching_is_matched_no_more(need, professional, coordinator, side):
    kept = professional if side == "professional" else need.organization
    match = factories.make_match(need, professional, "prospect")
    Consent.objects.filter(subject_id=kept.pk, text_kind="matching").update(withdrawn_at=AT)

    assert refusal_codes(match, "propose", coordinator) == ["consent_withdrawn"]


def test_who_took_back_the_consent_is_counted_among_the_left_out(need, professional):
    assert candidates_for_need(need=need, limit=20, at=AT).considered == 1
    Consent.objects.filter(subject_id=professional.pk, text_kind="matching").update(withdrawn_at=AT)

    answer = candidates_for_need(need=need, limit=20, at=AT)
    assert (answer.considered, answer.excluded) == (0, {"consent_withdrawn": 1})


@pytest.fixture
def filled(need, professional, owner, bank):
    """A contract that filled a need of one place, and the rival that was closed with it."""
    match = factories.make_match(need, professional, "negotiating")
    factories.make_terms(match)
    rival = factories.make_match(need, factories.make_professional(bank), "awaiting_organization")
    move(match, "confirm", owner)
    move(match, "confirm", professional.user)
    rival.refresh_from_db()
    assert (rival.state, rival.closed_reason) == ("closed", "filled")
    return match, rival


def undo_by_both(match, owner, professional):
    move(match, "undo", professional.user)
    return move(match, "undo", owner)


def test_a_rival_who_can_be_matched_no_more_stays_closed_when_the_fill_is_undone(filled, owner, professional):
    match, rival = filled
    rival.professional.registration_state = "suspended"
    rival.professional.save_step(at=AT)

    assert undo_by_both(match, owner, professional).state == "negotiating"
    rival.refresh_from_db()
    assert rival.state == "closed"


def test_an_undone_withdrawal_does_not_exceed_the_introductions(need, professional, owner, bank):
    bank.policy_json = {"introductions_per_place": 1}
    bank.save()
    match = factories.make_match(need, professional, "introduced")
    move(match, "withdraw", owner)
    factories.make_match(need, factories.make_professional(bank), "introduced")

    assert refusal_codes(match, "undo", owner) == ["introductions_exhausted"]


def test_a_proposal_is_remembered_and_forgotten_when_it_is_undone(need, professional, coordinator):
    match = factories.make_match(need, professional, "prospect")

    move(match, "propose", coordinator)
    professional.refresh_from_db()
    assert professional.last_proposed_at == AT

    move(match, "undo", coordinator, at=AT + timedelta(minutes=1))
    professional.refresh_from_db()
    assert professional.last_proposed_at is None and Match.objects.get(pk=match.pk).state == "prospect"


def proposed_and_undone(match, coordinator, at):
    """The professional, after a proposal and its undo."""
    move(match, "propose", coordinator, at=at)
    move(match, "undo", coordinator, at=at + timedelta(minutes=1))
    return fresh(match.professional)


def test_an_undone_proposal_leaves_the_invitation_before_it(organization, professional, owner, coordinator):
    step = Step(actor=factories.actor(owner), at=AT)
    invited = factories.make_need(organization)
    match_create(need_id=invited.pk, professional_id=professional.pk, origin=Origin.INVITE, step=step)
    match = factories.make_match(factories.make_need(organization), professional, "prospect")

    assert proposed_and_undone(match, coordinator, AT + timedelta(hours=1)).last_proposed_at == AT


def test_what_was_undone_before_does_not_count_once_more(organization, professional, coordinator):
    one, two = (factories.make_match(factories.make_need(organization), professional, "prospect") for _ in range(2))

    proposed_and_undone(one, coordinator, AT)

    assert proposed_and_undone(two, coordinator, AT + timedelta(hours=1)).last_proposed_at is None


def test_a_professional_stands_and_falls_with_the_organization_that_holds_it(need, bank, coordinator):
    holder = factories.make_organization(bank)
    held = factories.make_professional(bank, holder_kind="organization", organization=holder, user=None)
    match = factories.make_match(need, held, "awaiting_approval")

    step = Step(actor=factories.actor(coordinator), at=AT, reason_codes=("unlawful",))
    organization_transition(organization_id=holder.pk, action="suspend", expected_version=None, step=step)

    match.refresh_from_db()
    assert (match.state, match.closed_reason) == ("closed", "party_unavailable")
    assert [refusal.code for refusal in eligible(need=need, professional=fresh(held), at=AT, creating=True)] == [
        "professional_not_approved"
    ]


def fresh(professional):
    return type(professional).objects.get(pk=professional.pk)
