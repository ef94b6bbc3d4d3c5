"""The predicate 'eligible' of domain.md, reason by reason."""

from datetime import date
from uuid import uuid4

import pytest

from talentbank.core.errors import Refusal
from talentbank.needs.models import Need
from talentbank.organizations.models import Organization
from talentbank.professionals.models import HoursReservation, Professional
from talentbank.ranking.eligibility import eligible
from talentbank.ranking.services import pair_write
from tests.factories import AT, make_bank, make_need, make_organization, make_professional


def refusals(need: Need, professional: Professional, **given: object) -> list[Refusal]:
    return eligible(**{"need": need, "professional": professional, "at": AT, "creating": True, **given})


def change(row: Professional | Need | Organization, **fields: object) -> None:
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()


@pytest.fixture
def need(organization: Organization) -> Need:
    return make_need(organization)


def test_an_available_professional_may_be_matched_with_an_open_need(need, professional):
    assert refusals(need, professional) == []


PROFESSIONAL_REFUSALS = [
    ({"registration_state": "suspended"}, Refusal("professional_not_approved")),
    ({"referral_status": "paused"}, Refusal("professional_paused")),
    ({"referral_status": "paused", "paused_until": date(2026, 11, 2)}, Refusal("professional_paused")),
    ({"hours_per_week": 3}, Refusal("capacity_insufficient", {"left": 3, "needed": 4})),
    ({"hours_per_week": None}, Refusal("capacity_insufficient", {"left": 0, "needed": 4})),
    ({"hidden_from": ["㈱ こけし本舗"]}, Refusal("not_available")),
    ({"hidden_from": ["5380001000011"]}, Refusal("not_available")),
]


@pytest.mark.parametrize(("fields", "refusal"), PROFESSIONAL_REFUSALS)
def test_a_professional_is_refused_for(bank, fields, refusal):
    need = make_need(make_organization(bank, name="株式会社こけし本舗", corporate_number="5380001000011"))

    assert refusals(need, make_professional(bank, **fields)) == [refusal]


NEED_REFUSALS = [
    ({"state": "on_hold"}, Refusal("need_not_open", {"state": "on_hold"})),
    ({"taken": 1, "state": "in_progress"}, Refusal("no_place_free")),
    ({"accepting": False}, Refusal("need_not_accepting")),
    ({"deadline": date(2026, 11, 1)}, Refusal("need_not_accepting")),
]


@pytest.mark.parametrize(("fields", "refusal"), NEED_REFUSALS)
def test_a_need_is_refused_for(organization, professional, fields, refusal):
    assert refusals(make_need(organization, **fields), professional) == [refusal]


@pytest.mark.parametrize(
    "fields",
    [
        {"referral_status": "paused", "paused_until": date(2026, 11, 1)},
        {"referral_status": "paused", "paused_from": date(2026, 11, 3)},
        {"hidden_from": ["株式会社だるま", " "]},
    ],
)
def test_a_rest_that_is_over_or_yet_to_come_and_another_name_refuse_nothing(need, bank, fields):
    assert refusals(need, make_professional(bank, **fields)) == []


def test_undecided_hours_of_a_need_ask_for_none(organization, bank):
    need = make_need(organization, hours_per_week=None)

    assert refusals(need, make_professional(bank, hours_per_week=None)) == []


def test_accepting_matters_only_at_creation(organization, professional):
    need = make_need(organization, accepting=False, deadline=date(2026, 11, 1))

    assert refusals(need, professional, creating=False) == []


def test_an_organization_that_is_not_approved_takes_nobody(need, organization, professional):
    change(organization, registration_state="submitted")
    need.refresh_from_db()

    assert refusals(need, professional) == [Refusal("organization_not_approved")]


def test_an_organization_does_not_help_itself(need, organization, bank):
    itself = make_professional(bank, holder_kind="organization", organization=organization)

    assert refusals(need, itself) == [Refusal("holder_is_organization")]


def test_hours_of_running_matches_are_not_offered_twice(need, professional):
    HoursReservation.create(at=AT, professional=professional, match_id=uuid4(), hours_per_week=7)
    HoursReservation.create(at=AT, professional=professional, match_id=uuid4(), hours_per_week=9, released_at=AT)

    assert refusals(need, professional) == [Refusal("capacity_insufficient", {"left": 3, "needed": 4})]


def test_another_open_match_of_the_pair_refuses(need, professional):
    pair_write(need_id=need.pk, professional_id=professional.pk, state="open", round=1, at=AT, match_id=uuid4())

    assert refusals(need, professional) == [Refusal("pair_open")]
    assert refusals(need, professional, ignoring_match=uuid4()) == [Refusal("pair_open")]


@pytest.mark.parametrize("names_itself", [True, False])
def test_the_asking_match_itself_is_not_counted(organization, professional, names_itself):
    match_id = uuid4()
    need = make_need(organization, taken=1, state="in_progress")
    HoursReservation.create(at=AT, professional=professional, match_id=match_id, hours_per_week=10)
    pair_write(
        need_id=need.pk,
        professional_id=professional.pk,
        state="open",
        round=1,
        at=AT,
        match_id=match_id if names_itself else None,
    )

    assert refusals(need, professional, ignoring_match=match_id, creating=False) == []


def test_every_reason_is_told_at_once(organization, bank):
    need = make_need(organization, state="closed", accepting=False)
    tired = make_professional(bank, referral_status="paused", hours_per_week=1)

    codes = [refusal.code for refusal in refusals(need, tired)]

    assert codes == ["professional_paused", "capacity_insufficient", "need_not_open", "need_not_accepting"]


def test_who_hides_gives_no_other_reason_away(organization, bank):
    need = make_need(organization, state="closed")
    hidden = make_professional(bank, hidden_from=[organization.name], referral_status="paused")

    assert refusals(need, hidden) == [Refusal("not_available")]


def test_banks_do_not_meet(need):
    assert refusals(need, make_professional(make_bank())) == [Refusal("not_available")]


def test_a_guard_asks_few_questions(need, professional, django_assert_num_queries):
    need, professional = Need.objects.get(pk=need.pk), Professional.objects.get(pk=professional.pk)

    with django_assert_num_queries(5):  # organization, hours, consents of both, pair
        refusals(need, professional)


def test_a_pair_is_one_row_that_moves(need, professional):
    first = pair_write(need_id=need.pk, professional_id=professional.pk, state="open", round=1, at=AT)
    second = pair_write(need_id=need.pk, professional_id=professional.pk, state="declined", round=1, at=AT)

    assert (first.pk, second.version, second.state) == (second.pk, 2, "declined")
