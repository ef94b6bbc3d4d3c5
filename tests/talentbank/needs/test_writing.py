"""Drafting and editing a need."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from talentbank.banks.models import Bank
from talentbank.core.actors import Actor, OnBehalf
from talentbank.core.errors import Conflict, DomainError, Forbidden, InvalidInput, NotFound, StaleVersion
from talentbank.core.models import Event
from talentbank.core.revision import revision_current
from talentbank.needs.models import Need
from talentbank.needs.services import HeadcountBelowTaken, NeedNotEditable, need_create, need_update
from talentbank.organizations.models import Organization
from tests import factories
from tests.factories import AT
from tests.talentbank.needs.conftest import FOR_ORGANIZATION, actions_of, move, owner_actor

pytestmark = pytest.mark.database
Actors = Callable[[str], Actor]
COUNTED = {"budget_max_yen", "hours_per_week"}
WORDS = {"title": "ネットで漬物を売りたい", "own_words": "ﾈｯﾄ通販を始めたい🥒 髙橋﨑"}


def create(organization: Organization, actor: Actor, on_behalf: OnBehalf | None = None, **fields: Any) -> Need:
    return need_create(actor=actor, organization=organization, fields={**WORDS, **fields}, on_behalf=on_behalf, at=AT)


def update(need: Need, actor: Actor, on_behalf: OnBehalf | None = None, **changes: Any) -> Need:
    return need_update(actor=actor, need_id=need.pk, expected_version=None, changes=changes, on_behalf=on_behalf, at=AT)


def wrong(call: Callable[[], Any]) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        call()
    return [(error.pointer, error.code) for error in caught.value.errors]


def test_a_member_drafts_a_need_in_own_words(organization: Organization, actors: Actors) -> None:
    factories.make_problem("online-sales")
    factories.make_skill("ec-site")

    need = create(
        organization,
        actors("member"),
        problems=["online-sales"],
        skills=[{"skill": "ec-site", "required": True, "level": 2, "weight": 0.5}],
        deadline=date(2027, 3, 31),
    )

    need.refresh_from_db()
    assert (need.state, need.reference, need.own_words, need.channel) == ("draft", "", WORDS["own_words"], "web")
    assert need.entered_by_id == actors("member").user_id
    assert [wish.skill.code for wish in need.skills.all()] == ["ec-site"]
    assert [problem.code for problem in need.problems.all()] == ["online-sales"]
    assert need.revision == revision_current(need.bank_id) == 1
    assert actions_of(need) == ["create"]


@pytest.mark.parametrize("name", ["deadline", "period_start", "budget_max_yen", "hours_per_week"])
def test_days_and_numbers_may_be_undecided_again(organization: Organization, actors: Actors, name: str) -> None:
    need = create(organization, actors("member"), **{name: None})
    kept = update(need, actors("member"), **{name: 40 if name in COUNTED else date(2027, 3, 31)})
    assert getattr(kept, name) is not None

    assert getattr(update(need, actors("member"), **{name: None}), name) is None
    assert wrong(lambda: update(need, actors("member"), headcount=None)) == [("/headcount", "null")]


def test_a_desk_drafts_a_need_for_an_organization_and_the_channel_is_kept(
    organization: Organization, actors: Actors
) -> None:
    need = create(organization, actors("desk"), FOR_ORGANIZATION)

    event = Event.objects.get(subject_kind="need", subject_id=need.pk)
    assert (need.channel, event.actor_role, event.on_behalf_of) == ("phone", "support_desk", "organization")


@pytest.mark.parametrize("part", ["coordinator", "desk", "analyst", "stranger"])
def test_nobody_but_its_people_drafts_a_need_in_an_organizations_name(
    organization: Organization, actors: Actors, part: str
) -> None:
    with pytest.raises(Forbidden):
        create(organization, actors(part))
    assert not Need.objects.exists()


def test_the_people_of_another_organization_do_not_draft_it(bank: Bank, organization: Organization) -> None:
    with pytest.raises(Forbidden):
        create(organization, owner_actor(factories.make_organization(bank)))


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        ({"problems": ["no-such"]}, "/problems/0", "unknown_problem"),
        ({"problems": ["known", "known"]}, "/problems/1", "duplicate_item"),
        ({"problems": "known"}, "/problems", "invalid"),
        ({"skills": [{"skill": "no-such"}]}, "/skills/0/skill", "unknown_skill"),
        ({"skills": [{"skill": "known"}, {"skill": "known"}]}, "/skills/1/skill", "duplicate_item"),
        ({"skills": [{"skill": "known", "level": 5}]}, "/skills/0/level", "invalid"),
        ({"skills": [{"skill": "known", "weight": 0}]}, "/skills/0/weight", "weight_out_of_range"),
        ({"skills": [{"skill": "known", "years": 3}]}, "/skills/0/years", "unknown_field"),
        ({"headcount": 0}, "/headcount", "min_value"),
        ({"headcount": None}, "/headcount", "null"),
        ({"hours_per_week": 169}, "/hours_per_week", "max_value"),
        ({"hours_per_week": True}, "/hours_per_week", "invalid"),
        ({"budget_min_yen": -1}, "/budget_min_yen", "min_value"),
        ({"budget_min_yen": 2**70}, "/budget_min_yen", "max_value"),
        ({"budget_min_yen": 9, "budget_max_yen": 8}, "/budget_max_yen", "below_minimum"),
        ({"period_start": date(2027, 2, 1), "period_end": date(2027, 1, 1)}, "/period_end", "before_start"),
        ({"deadline": date(2026, 11, 1)}, "/deadline", "in_the_past"),
        ({"engagement_type": "slavery"}, "/engagement_type", "invalid_choice"),
        ({"title": "あ" * 201}, "/title", "max_length"),
        ({"title": None}, "/title", "invalid"),
        ({"state": "open"}, "/state", "unknown_field"),
    ],
)
def test_what_is_wrong_is_pointed_at_and_nothing_is_half_written(
    organization: Organization, actors: Actors, fields: dict[str, Any], pointer: str, code: str
) -> None:
    factories.make_problem("known")
    factories.make_skill("known")
    need = factories.make_need(organization, skills=["known"])

    assert wrong(lambda: create(organization, actors("owner"), **fields)) == [(pointer, code)]
    assert wrong(lambda: update(need, actors("owner"), **{"title": "新しい題", **fields})) == [(pointer, code)]
    need.refresh_from_db()
    assert (Need.objects.count(), need.version, need.title) == (1, 1, "ネットで漬物を売りたい")
    assert not Event.objects.exists()


def test_all_that_is_wrong_is_named_at_once(organization: Organization, actors: Actors) -> None:
    errors = wrong(lambda: create(organization, actors("owner"), headcount=0, problems=["a"], skills=[{"skill": "b"}]))

    assert [pointer for pointer, _ in errors] == ["/headcount", "/problems/0", "/skills/0/skill"]


def test_only_a_coordinator_writes_the_public_summary(organization: Organization, actors: Actors) -> None:
    need = factories.make_need(organization)

    for part, on_behalf in (("owner", None), ("desk", FOR_ORGANIZATION)):
        with pytest.raises(Forbidden):
            update(need, actors(part), on_behalf, public_summary="要約")
    assert update(need, actors("coordinator"), public_summary="要約").public_summary == "要約"
    assert update(need, actors("owner"), public_summary="要約", title="題").title == "題"


def test_staff_put_no_words_into_an_organizations_mouth(organization: Organization, actors: Actors) -> None:
    need = factories.make_need(organization)

    with pytest.raises(Forbidden):
        update(need, actors("coordinator"), own_words="市が書いた困りごと")
    assert update(need, actors("coordinator"), FOR_ORGANIZATION, own_words="電話で伺った").own_words == "電話で伺った"


def test_an_edited_summary_waits_for_agreement_again(organization: Organization, actors: Actors) -> None:
    need = factories.make_need(organization, public_summary="前の要約", summary_agreed_at=AT)

    assert update(need, actors("coordinator"), title="題").summary_agreed_at == AT
    assert update(need, actors("coordinator"), public_summary="新しい要約").summary_agreed_at is None


def test_an_edit_that_changes_nothing_is_no_step(organization: Organization, actors: Actors) -> None:
    need = factories.make_need(organization, skills=["ec-site"])

    same = update(need, actors("owner"), title=need.title, skills=[{"skill": "ec-site", "required": True}])

    assert (same.version, actions_of(need)) == (1, [])


def test_an_edit_keeps_the_old_words_in_the_erasable_texts_alone(organization: Organization, actors: Actors) -> None:
    need = factories.make_need(organization)

    update(need, actors("owner"), title="新しい題")

    event = Event.objects.get(subject_id=need.pk)
    assert event.facts == {"fields": ["title"]}
    assert event.text.content["before"] == {"title": "ネットで漬物を売りたい"}
    assert need.title not in str(event.facts)


@pytest.mark.parametrize("state", ["fulfilled", "closed", "cancelled", "expired"])
def test_history_is_not_edited(organization: Organization, actors: Actors, state: str) -> None:
    need = factories.make_need(organization, state=state)

    with pytest.raises(NeedNotEditable):
        update(need, actors("owner"), title="題")


def test_the_headcount_does_not_fall_below_what_is_taken(organization: Organization, actors: Actors) -> None:
    need = factories.make_need(organization, state="in_progress", headcount=3, taken=2, running=2)

    with pytest.raises(HeadcountBelowTaken) as caught:
        update(need, actors("owner"), headcount=1)
    assert isinstance(caught.value, Conflict)
    assert caught.value.facts == {"headcount": 1, "taken": 2}
    assert update(need, actors("owner"), headcount=2).places_free == 0


def test_a_need_whose_headcount_falls_to_what_is_completed_is_fulfilled(
    organization: Organization, actors: Actors
) -> None:
    need = factories.make_need(organization, state="open", headcount=2, taken=1, completed=1)

    assert update(need, actors("owner"), headcount=1).state == "fulfilled"
    assert actions_of(need) == ["update", "fulfill"]


def test_an_open_need_does_not_turn_into_employment_without_notification(
    organization: Organization, actors: Actors
) -> None:
    need = factories.make_need(organization)

    with pytest.raises(DomainError) as caught:
        update(need, actors("owner"), engagement_type="employment")
    assert caught.value.code == "free_placement_not_notified"
    need.refresh_from_db()
    assert need.engagement_type == "quasi_mandate"


def test_own_words_of_a_submitted_need_are_not_emptied(organization: Organization, actors: Actors) -> None:
    need = factories.make_need(organization, state="submitted")

    assert wrong(lambda: update(need, actors("owner"), own_words=" ")) == [("/own_words", "required")]


def test_an_edit_of_what_one_does_not_see_finds_nothing(organization: Organization, actors: Actors) -> None:
    need = factories.make_need(organization, state="draft")

    with pytest.raises(NotFound):
        update(need, actors("desk"), title="題")
    assert update(need, actors("desk"), FOR_ORGANIZATION, title="題").title == "題"


def test_a_professional_who_sees_a_need_does_not_edit_it(organization: Organization, actors: Actors) -> None:
    need = factories.make_need(organization)

    with pytest.raises(Forbidden):
        update(need, actors("desk"), title="題")


def test_a_stale_edit_does_nothing(organization: Organization, actors: Actors) -> None:
    need = move(factories.make_need(organization), "hold", actors("owner"))

    with pytest.raises(StaleVersion):
        need_update(
            actor=actors("owner"), need_id=need.pk, expected_version=1, changes={"title": "題"}, on_behalf=None, at=AT
        )
