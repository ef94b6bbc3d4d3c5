"""Proxies: what the database holds of one, on which days it speaks, and about what."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from talentbank.core.actors import Channel, OnBehalf, Role, Side
from talentbank.core.audit import Step, Subject
from talentbank.core.errors import ActionRefused, InvalidInput, StaleVersion
from talentbank.core.models import Event
from talentbank.privacy.models import Power, Proxy, ProxyKind
from talentbank.privacy.proxies import FITTING, NEEDED, Mandate, mandate_check, proxies_running, proxy_heard
from talentbank.professionals.room import ROOM as PROFESSIONAL
from talentbank.registrations.proxies import registration_proxy_end, registration_proxy_record
from tests import factories
from tests.factories import AT, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.database]
DAY = timedelta(days=1)
MANDATE = Mandate(
    kind=ProxyKind.RELATIVE,
    powers=(Power.REGISTRATION, Power.MATCHES),
    valid_from=TODAY,
    valid_until=date(2027, 3, 31),
    evidence="委任状を窓口で確認",
    name="佐藤 花",
    relationship="長女",
    phone="090-1111-2222",
)


def subject_of(row: object) -> Subject:
    return Subject(row._meta.model_name, row.pk, row.bank_id)


def listening(proxy: Proxy, at: datetime = AT, happened_on: date | None = None) -> Step:
    behalf = OnBehalf(Side(proxy.subject_kind), Channel.PHONE, proxy=proxy.pk)
    return Step(actor=None, at=at, on_behalf=behalf, happened_on=happened_on)


def refused(about: str, row: object, step: Step) -> str | None:
    """Why a step is not heard, as a code at `/proxy`."""
    try:
        proxy_heard(about=about, whose=subject_of(row), step=step)
    except InvalidInput as error:
        ((pointer, code),) = ((each.pointer, each.code) for each in error.errors)
        assert pointer == "/proxy"
        return code
    return None


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"subject_kind": "need"}, "proxy_is_of_a_registration"),
        ({"name": ""}, "proxy_names_a_relative_and_no_desk"),
        ({"relationship": ""}, "proxy_names_a_relative_and_no_desk"),
        ({"kind": "desk"}, "proxy_names_a_relative_and_no_desk"),
        ({"kind": "lawyer"}, "proxy_names_a_relative_and_no_desk"),
        ({"powers": []}, "proxy_has_a_power"),
        ({"powers": ["needs"]}, "proxy_for_needs_is_of_an_organization"),
        ({"valid_until": TODAY - DAY}, "proxy_period_ends_after_it_begins"),
        ({"evidence": ""}, "proxy_has_evidence"),
        ({"ended_on": TODAY}, "proxy_end_is_told_whole"),
        ({"ended_by_role": "owner"}, "proxy_end_is_told_whole"),
        ({"ended_on": TODAY, "ended_at": AT}, "proxy_end_is_told_whole"),
    ],
)
def test_the_database_holds_what_is_true_of_every_proxy(professional, fields, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        factories.make_proxy(professional, **fields)


def test_every_room_that_hears_a_proxy_has_a_power_and_every_power_a_use():
    assert set(NEEDED.values()) == set(Power) == FITTING["organization"]
    assert FITTING["professional"] == set(Power) - {Power.NEEDS}


@pytest.mark.parametrize(
    ("days", "ended_after", "runs"),
    [
        (-1, None, False),
        (0, None, True),
        (9, None, True),
        (10, None, False),
        (4, 5, True),
        (5, 5, False),
        (6, 5, False),
    ],
)
def test_both_days_count_and_from_its_end_on_it_speaks_no_more(professional, days, ended_after, runs):
    end = (
        {"ended_on": TODAY + ended_after * DAY, "ended_at": AT, "ended_by_role": "professional"} if ended_after else {}
    )
    proxy = factories.make_proxy(professional, valid_until=TODAY + 9 * DAY, **end)
    day = TODAY + days * DAY

    assert proxy.runs_on(day) is runs
    assert Proxy.objects.filter(proxies_running(day)).exists() is runs
    assert Proxy.objects.filter(~proxies_running(day)).exists() is not runs
    assert refused("match", professional, listening(proxy, happened_on=day)) == (None if runs else "proxy_not_running")


@pytest.mark.parametrize("about", NEEDED)
def test_it_speaks_of_what_it_has_the_power_for_and_nothing_else(organization, about):
    right = factories.make_proxy(organization, powers=[NEEDED[about]])
    wrong = factories.make_proxy(organization, powers=[power for power in Power if power != NEEDED[about]])

    assert refused(about, organization, listening(right)) is None
    assert refused(about, organization, listening(wrong)) == "proxy_lacks_power"


def test_anybody_elses_proxy_is_like_none_at_all(bank, other_bank, professional, organization):
    others = [factories.make_professional(bank), organization, factories.make_professional(other_bank)]
    proxies = [factories.make_proxy(row) for row in others]
    nobody = listening(proxies[0])
    nobody = replace(nobody, on_behalf=replace(nobody.on_behalf, proxy=bank.pk))

    codes = [refused("match", professional, step) for step in (*map(listening, proxies), nobody)]

    assert codes == ["no_such_proxy"] * 4


def test_a_call_that_happened_yesterday_is_heard_as_of_yesterday(professional):
    end = {"ended_on": TODAY, "ended_at": AT, "ended_by_role": "professional"}
    proxy = factories.make_proxy(professional, valid_from=TODAY - 9 * DAY, **end)

    assert refused("match", professional, listening(proxy)) == "proxy_not_running"
    assert refused("match", professional, listening(proxy, happened_on=TODAY - DAY)) is None


@pytest.mark.parametrize(
    ("changed", "kind", "pointer", "code"),
    [
        ({"powers": ()}, "professional", "/powers", "required"),
        ({"powers": (Power.MATCHES, Power.NEEDS)}, "professional", "/powers/1", "power_does_not_fit"),
        ({"name": " "}, "professional", "/name", "required"),
        ({"relationship": ""}, "professional", "/relationship", "required"),
        ({"kind": ProxyKind.DESK, "name": "", "relationship": ""}, "professional", "/phone", "not_for_a_desk"),
        ({"valid_until": TODAY - DAY}, "professional", "/valid_until", "before_start"),
        ({"valid_from": TODAY - 9 * DAY, "valid_until": TODAY - DAY}, "professional", "/valid_until", "in_the_past"),
        ({"valid_until": TODAY + 366 * DAY}, "professional", "/valid_until", "proxy_too_long"),
        ({"valid_from": date.max, "valid_until": date.max}, "professional", "/valid_from", "proxy_too_far_ahead"),
    ],
)
def test_what_is_wrong_with_a_mandate_is_pointed_at(changed, kind, pointer, code):
    with pytest.raises(InvalidInput) as caught:
        mandate_check(replace(MANDATE, **changed), kind=kind, today=TODAY)

    assert [(error.pointer, error.code) for error in caught.value.errors] == [(pointer, code)]


@pytest.mark.parametrize(
    "changed",
    [
        {"phone": ""},
        {"valid_until": TODAY + 365 * DAY},
        {"valid_from": TODAY - 365 * DAY, "valid_until": TODAY},
        {"kind": ProxyKind.DESK, "name": "", "relationship": "", "phone": ""},
    ],
)
def test_a_year_both_days_counted_and_no_more_than_is_needed(changed):
    mandate_check(replace(MANDATE, **changed), kind="professional", today=TODAY)


def test_its_chain_tells_what_it_may_and_never_who_it_is(professional):
    holder = factories.actor(professional.user)
    proxy = registration_proxy_record(
        room=PROFESSIONAL, id=professional.pk, mandate=MANDATE, step=Step(actor=holder, at=AT)
    )
    registration_proxy_end(room=PROFESSIONAL, proxy_id=proxy.pk, expected_version=1, step=Step(actor=holder, at=AT))

    events = Event.objects.filter(subject_kind="proxy", subject_id=proxy.pk).order_by("position")
    told = [(event.action, event.from_state, event.to_state, event.actor_role) for event in events]
    assert told == [("create", "", "running", Role.PROFESSIONAL), ("end", "running", "ended", Role.PROFESSIONAL)]
    assert events[0].facts["powers"] == ["registration", "matches"]
    kept = str([(event.facts, getattr(event, "text", None)) for event in events])
    assert [word for word in ("佐藤", "長女", "090", "委任状") if word in kept] == []


def test_a_proxy_ends_once_and_not_before_it_was_on_record(professional):
    proxy = factories.make_proxy(professional)
    holder = factories.actor(professional.user)

    def end(version: int = 1, **step: object) -> Proxy:
        given = Step(actor=holder, at=AT + DAY, **step)
        return registration_proxy_end(room=PROFESSIONAL, proxy_id=proxy.pk, expected_version=version, step=given)

    for day, code in ((TODAY + 2 * DAY, "in_the_future"), (TODAY - DAY, "before_last_step")):
        with pytest.raises(InvalidInput) as caught:
            end(happened_on=day)
        assert [error.code for error in caught.value.errors] == [code]
    with pytest.raises(StaleVersion):
        end(version=7)
    ended = end(happened_on=TODAY)
    with pytest.raises(ActionRefused) as refusal:
        end(version=2)

    assert (ended.ended_on, ended.ended_at, ended.ended_by_id) == (TODAY, AT + DAY, professional.user_id)
    assert (refusal.value.state, refusal.value.allowed_actions) == ("ended", ())


def test_a_proxy_whose_period_is_over_is_not_ended(professional):
    proxy = factories.make_proxy(professional, valid_from=TODAY - 9 * DAY, valid_until=TODAY - DAY)
    step = Step(actor=factories.actor(professional.user), at=AT)

    with pytest.raises(ActionRefused) as refusal:
        registration_proxy_end(room=PROFESSIONAL, proxy_id=proxy.pk, expected_version=1, step=step)

    assert refusal.value.state == "over"


def test_a_withdrawn_registration_names_nobody_and_ends_nobody(bank):
    professional = factories.make_professional(bank, registration_state="withdrawn")
    step = Step(actor=factories.actor(professional.user), at=AT)
    proxy = factories.make_proxy(professional)

    with pytest.raises(ActionRefused):
        registration_proxy_record(room=PROFESSIONAL, id=professional.pk, mandate=MANDATE, step=step)

    assert refused("consent", professional, listening(proxy)) is None
