"""What a step is told must fit what is on record: days in their order, notice, papers, codes; and who held the pen."""

from __future__ import annotations

from datetime import timedelta

import pytest

from talentbank.core.actors import Channel, OnBehalf, Side
from talentbank.core.audit import Step
from talentbank.core.errors import ActionRefused, InvalidInput, StaleVersion
from talentbank.core.models import Event
from talentbank.matches.models import Match, Terms
from talentbank.matches.services import match_create, match_transition, terms_draft
from talentbank.matches.states import Origin
from tests import factories
from tests.factories import AT, TODAY
from tests.talentbank.matches.steps import move, refusal_codes

pytestmark = pytest.mark.django_db
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


def pointers(refused: pytest.ExceptionInfo[InvalidInput]) -> list[tuple[str, str]]:
    return [(error.pointer, error.code) for error in refused.value.errors]


@pytest.mark.parametrize(
    ("state", "action", "fields", "values", "wrong"),
    [
        ("contracted", "start", {}, {"started_on": YESTERDAY}, ("/started_on", "before_contract")),
        ("contracted", "terminate", {}, {"ended_on": YESTERDAY}, ("/ended_on", "before_start")),
        ("active", "complete", {"started_on": TODAY}, {"ended_on": YESTERDAY}, ("/ended_on", "before_start")),
        ("active", "terminate", {"made_on": YESTERDAY}, {"notice_given_on": TODAY, "ended_on": YESTERDAY}, None),
    ],
)
def test_days_of_a_step_stand_in_their_order(need, professional, coordinator, state, action, fields, values, wrong):
    match = factories.make_match(need, professional, state, **fields)

    with pytest.raises(InvalidInput) as refused:
        move(match, action, coordinator, **values)

    assert pointers(refused) == [wrong or ("/notice_given_on", "after_end")]
    assert Match.objects.get(pk=match.pk).state == state


def test_a_start_may_lie_between_the_contract_and_today(need, professional, coordinator):
    match = factories.make_match(need, professional, "contracted", made_on=TODAY - timedelta(days=3))
    assert move(match, "start", coordinator, started_on=YESTERDAY).started_on == YESTERDAY


@pytest.mark.parametrize(("days", "note", "refusals"), [(30, "", []), (29, "", ["notice_too_short"]), (29, "水害", [])])
def test_notice_of_fewer_than_30_days_says_why(need, professional, owner, days, note, refusals):
    match = factories.make_match(need, professional, "active", made_on=TODAY - timedelta(days=200))
    factories.make_terms(
        match, confirmed_by=("professional", "organization"), starts_on="2026-01-01", ends_on="2026-12-31"
    )
    told = {"notice_given_on": TODAY - timedelta(days=days), "note": note}

    if refusals:
        assert refusal_codes(match, "terminate", owner, **told) == refusals
    else:
        assert move(match, "terminate", owner, **told).state == "closed"


@pytest.mark.parametrize(("action", "state"), [("confirm", "negotiating"), ("amend", "active")])
def test_a_signature_on_paper_says_where_the_paper_is(need, professional, desk, action, state):
    match = factories.make_match(need, professional, state)
    factories.make_terms(match, confirmed_by=("professional", "organization") if action == "amend" else ())
    if action == "amend":
        factories.make_terms(match)
    paper = OnBehalf(Side.PROFESSIONAL, Channel.PAPER)

    def sign(**given: object) -> Match:
        step = Step(
            actor=factories.actor(desk), at=AT, on_behalf=paper, input={"terms_version": match.terms_version, **given}
        )
        return match_transition(match_id=match.pk, action=action, step=step, expected_version=match.version)

    with pytest.raises(InvalidInput) as refused:
        sign()
    assert pointers(refused) == [("/paper_kept_at", "required")]
    sign(paper_kept_at="商工課 契約ファイル7")
    assert Terms.objects.get(match=match, number=match.terms_version).paper_kept_at == "商工課 契約ファイル7"


def test_terms_take_neither_a_day_to_come_nor_a_made_up_reason(need, professional, owner):
    match = factories.make_match(need, professional, "negotiating")
    step = Step(actor=factories.actor(owner), at=AT, happened_on=TOMORROW, reason_codes=("because",))

    with pytest.raises(InvalidInput) as refused:
        terms_draft(match_id=match.pk, content=factories.complete_terms(), step=step)

    assert set(pointers(refused)) == {("/happened_on", "in_the_future"), ("/reason_codes/0", "unknown_reason_code")}
    assert not Terms.objects.exists() and not Event.objects.filter(action="draft-terms").exists()


def test_wrong_input_is_named_before_a_stale_version_and_before_guards(need, professional, coordinator):
    match = factories.make_match(need, professional, "awaiting_professional")

    with pytest.raises(InvalidInput):
        move(match, "decline", professional.user, reason_codes=("because",), expected_version=99)
    with pytest.raises(StaleVersion):
        move(match, "decline", professional.user, expected_version=99)
    step = Step(actor=factories.actor(coordinator), at=AT, happened_on=TOMORROW)
    with pytest.raises(InvalidInput):
        match_create(need_id=need.pk, professional_id=professional.pk, origin=Origin.PROSPECT, step=step)
    with pytest.raises(ActionRefused):
        step = Step(actor=factories.actor(coordinator), at=AT)
        match_create(need_id=need.pk, professional_id=professional.pk, origin=Origin.PROSPECT, step=step)


@pytest.mark.parametrize("channel", ["line", "web", "paper"])
def test_who_typed_an_organization_in_does_not_approve_its_match(need, professional, coordinator, channel):
    organization = need.organization
    organization.entered_by, organization.channel = coordinator, channel
    organization.save_step(at=AT)
    match = factories.make_match(need, professional, "awaiting_approval")
    factories.decide_conflict(match)

    assert "four_eyes" in refusal_codes(match, "approve", coordinator)


def test_an_owner_who_registered_the_organization_is_nobodys_hand(need, professional, owner, coordinator):
    organization = need.organization
    organization.entered_by, organization.channel = owner, "paper"
    organization.save_step(at=AT)
    match = factories.make_match(need, professional, "awaiting_approval")
    factories.decide_conflict(match)

    assert move(match, "approve", coordinator).state == "introduced"


def test_what_follows_a_step_typed_in_late_did_not_happen_before_its_own_last_step(
    need, bank, professional, owner, coordinator
):
    match = factories.make_match(need, professional, "negotiating")
    factories.make_terms(match, confirmed_by=("organization",))
    rival = factories.make_match(need, factories.make_professional(bank), "introduced")
    later = AT + timedelta(days=3)
    move(rival, "negotiate", owner, at=later)

    move(match, "confirm", professional.user, at=later, happened_on=TODAY)
    move(match, "undo", professional.user, at=later, happened_on=TODAY)
    move(match, "undo", owner, at=later, happened_on=TODAY)

    days = Event.objects.filter(subject_id=rival.pk).order_by("position").values_list("action", "happened_on")
    assert list(days)[-3:] == [(action, later.date()) for action in ("negotiate", "cascade", "undo")]
    assert Event.objects.get(subject_id=match.pk, action="confirm").happened_on == TODAY
