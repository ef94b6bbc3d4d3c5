"""A bank: opened with a right code, ruled by a policy with defaults, bound to its texts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from talentbank.banks.models import Bank
from talentbank.banks.policy import FourEyes, Policy
from talentbank.banks.selectors import text_numbers_current
from talentbank.banks.services import TextVersionExists, bank_create, bank_text_publish, bank_update
from talentbank.core.actors import SYSTEM, Role, Side
from talentbank.core.audit import Step
from talentbank.core.errors import InvalidInput, StaleVersion
from talentbank.core.models import Event
from tests.factories import AT

pytestmark = [pytest.mark.django_db, pytest.mark.database]
STEP = Step(actor=SYSTEM, at=AT, role=Role.BANK_ADMIN)
AKATSUKI = {"slug": "akatsuki", "name": "x", "municipality_code": "072010", "municipality_name": "あかつき市"}


def opened(**more) -> Bank:
    return bank_create(**{**AKATSUKI, "opened_on": date(2022, 12, 1), "at": AT, **more})


def pointers(error) -> list[str]:
    return [each.pointer for each in error.value.errors]


def test_a_city_may_run_two_banks_but_a_slug_is_one_banks():
    opened()
    opened(slug="akatsuki-senior", kind="dispatch")

    with pytest.raises(InvalidInput) as error:
        opened()
    assert pointers(error) == ["/slug"]


@pytest.mark.parametrize("code", ["072011", "07201", "０72010"])
def test_a_wrong_municipality_code_opens_no_bank(code):
    with pytest.raises(InvalidInput) as error:
        opened(municipality_code=code)

    assert pointers(error) == ["/municipality_code"] and not Bank.objects.exists()


def test_a_policy_has_defaults_and_keeps_what_was_decided():
    bank = opened(policy={"four_eyes": "countersign", "answer_days": 9})

    changed = bank_update(bank=bank, expected_version=1, step=STEP, changes={"policy": {"ask_first": "organization"}})

    policy = Bank.objects.get(pk=bank.pk).policy
    assert (policy.four_eyes, policy.answer_days) == (FourEyes.COUNTERSIGN, 9)
    assert (policy.ask_first, policy.introductions_per_place) == (Side.ORGANIZATION, 3)
    assert changed.version == 2
    told = Event.objects.get(subject_kind="bank", action="update")
    assert told.facts == {"changed": {"ask_first": {"from": "professional", "to": "organization"}}}
    with pytest.raises(StaleVersion):
        bank_update(bank=bank, expected_version=1, step=STEP, changes={"name": "y"})


@pytest.mark.parametrize(
    "wrong",
    [{"four_eyes": "never"}, {"answer_days": True}, {"answer_days": -1}, {"decision_required": 1}, {"mood": "good"}],
)
def test_a_wrong_policy_is_pointed_at(wrong):
    with pytest.raises(InvalidInput) as error:
        Policy.parse(wrong)

    assert pointers(error) == [f"/policy/{next(iter(wrong))}"]


def test_a_policy_survives_its_own_json():
    policy = Policy(four_eyes=FourEyes.OFF, undo_days=5)

    assert Policy.parse(policy.to_json()) == policy


def test_only_the_newest_version_of_a_text_holds_and_numbers_only_rise(bank):
    later = AT + timedelta(days=1)
    later_step = Step(actor=SYSTEM, at=later)

    bank_text_publish(bank=bank, kind="matching", number=2, bodies={"ja": "二", "en": "two"}, step=later_step)

    assert text_numbers_current(bank.pk, AT)["matching"] == 1
    assert text_numbers_current(bank.pk, later)["matching"] == 2
    for number in (1, 2):
        with pytest.raises(TextVersionExists):
            bank_text_publish(bank=bank, kind="matching", number=number, bodies={"ja": "別"}, step=later_step)
    with pytest.raises(InvalidInput) as error:
        bank_text_publish(bank=bank, kind="matching", number=4, bodies={"ja": "四"}, step=later_step)
    assert pointers(error) == ["/number"]


@pytest.mark.parametrize(
    ("ladder", "pointer"),
    [
        ({"answer_nudge_days": 5}, "/policy/answer_channel_days"),
        ({"answer_days": 8}, "/policy/answer_days"),
        ({"organization_call_days": 15}, "/policy/organization_answer_days"),
    ],
)
def test_the_rungs_of_a_ladder_rise(ladder, pointer):
    with pytest.raises(InvalidInput) as error:
        Policy.parse(ladder)

    assert pointers(error) == [pointer]
