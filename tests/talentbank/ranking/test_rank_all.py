"""`manage.py rank_all`: all open needs against all professionals, however often it is stopped."""

from __future__ import annotations

import json
import os
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from talentbank.banks.models import Bank
from talentbank.banks.policy import ResidentsFirst
from talentbank.needs.models import Need
from talentbank.ranking import batches, market
from talentbank.ranking.services import candidates_for_need, pair_write
from tests.factories import AT, make_need, make_organization
from tests.talentbank.ranking.samples import make_bookkeeper, make_shop_need, make_shopkeeper

NEEDS = 5


@pytest.fixture
def shop_bank(bank: Bank) -> Bank:
    organization = make_organization(bank)
    for _ in range(NEEDS - 1):
        make_shop_need(organization)
    make_need(organization, state="closed")
    make_need(organization, title="", own_words="。。")
    make_shopkeeper(bank)
    make_bookkeeper(bank)
    return bank


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def rank_all(bank: Bank, path: Path, **options: Any) -> list[dict[str, Any]]:
    call_command("rank_all", bank=bank.slug, out=path, **options)
    return lines(path)


def about(score: float | None) -> Any:
    """An explained score is in double precision, one of the index alone in single."""
    return pytest.approx(score, abs=1e-6)


def test_every_open_need_has_its_candidates_in_the_order_of_the_staff(shop_bank, tmp_path, monkeypatch):
    monkeypatch.setattr(batches, "CHUNK", 2)

    told = rank_all(shop_bank, tmp_path / "out.jsonl")

    needs = Need.objects.filter(bank=shop_bank, state="open").order_by("id")
    assert [line["need"] for line in told] == [str(need.pk) for need in needs]
    assert len(told) == NEEDS
    for line, need in zip(told, needs, strict=True):
        seen = candidates_for_need(need=need, limit=100, at=AT)
        assert [(each["professional"], each["score"]) for each in line["candidates"]] == [
            (str(each.professional.pk), about(each.ranked.score)) for each in seen.results
        ]
        assert line["insufficient_data"] == seen.insufficient_data
        assert (line["model_version"], line["revision"]) == (seen.model_version, seen.revision)
    assert sum(len(line["candidates"]) for line in told) == 2 * (NEEDS - 1)


@pytest.mark.parametrize("residents_first", list(ResidentsFirst))
@pytest.mark.parametrize("limit", [3, 100])
def test_many_professionals_stand_in_the_order_of_the_staff(bank, tmp_path, monkeypatch, residents_first, limit):
    """Of whom the best are reserved, the first ones cannot take the need, and many are equal."""
    monkeypatch.setattr(market, "TOGETHER", 2)
    bank.policy_json = {"residents_first": residents_first}
    bank.save()
    needs = [make_shop_need(make_organization(bank), hours_per_week=5) for _ in range(3)]
    make = [make_shopkeeper, make_bookkeeper]
    people = [
        make[number % 2](bank, residency="city" if number % 3 else "other", hours_per_week=1 if number < 12 else 10)
        for number in range(24)
    ]
    for need, person in ((needs[0], people[15]), (needs[0], people[20]), (needs[1], people[17])):
        pair_write(need_id=need.pk, professional_id=person.pk, state="reserve", round=1, at=AT)

    told = {line["need"]: line["candidates"] for line in rank_all(bank, tmp_path / "out.jsonl", limit=limit)}

    for need in needs:
        seen = candidates_for_need(need=need, limit=limit, at=AT).results
        assert len(seen) == min(limit, 12)
        assert [(each["professional"], each["is_reserve"], each["score"]) for each in told[str(need.pk)]] == [
            (str(each.professional.pk), each.is_reserve, about(each.ranked.score)) for each in seen
        ]


def test_a_run_that_was_killed_goes_on_and_writes_no_need_twice(shop_bank, tmp_path):
    whole = rank_all(shop_bank, tmp_path / "whole.jsonl")
    path = tmp_path / "out.jsonl"
    pid = os.fork()
    if pid == 0:
        written = batches._line
        counted = iter(range(NEEDS))
        batches._line = lambda *given: written(*given) if next(counted) < 2 else os._exit(9)
        rank_all(shop_bank, path)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9
    assert len(lines(path)) == 2
    with path.open("a", encoding="utf-8") as file:
        file.write('{"need": "half a li')

    told = rank_all(shop_bank, path)

    assert [(line["need"], line["candidates"]) for line in told] == [
        (line["need"], line["candidates"]) for line in whole
    ]
    assert rank_all(shop_bank, path) == told


def test_anew_forgets_what_was_there_and_a_limit_bounds_the_candidates(shop_bank, tmp_path):
    path = tmp_path / "out.jsonl"
    rank_all(shop_bank, path)

    told = rank_all(shop_bank, path, anew=True, limit=1)

    assert len(told) == NEEDS
    assert {len(line["candidates"]) for line in told} == {0, 1}


def test_without_a_file_the_lines_go_to_standard_output(shop_bank):
    out = StringIO()

    call_command("rank_all", bank=shop_bank.slug, stdout=out)

    assert len([json.loads(line) for line in out.getvalue().splitlines()]) == NEEDS


def test_a_file_of_something_else_is_left_alone(shop_bank, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("buy milk\n")

    with pytest.raises(CommandError, match="not a line of a ranking"):
        rank_all(shop_bank, path)
    assert path.read_text() == "buy milk\n"


def test_what_cannot_be_asked_is_said(shop_bank, tmp_path):
    with pytest.raises(CommandError, match="no such bank"):
        call_command("rank_all", bank="nowhere")
    with pytest.raises(CommandError, match="at least 1"):
        rank_all(shop_bank, tmp_path / "out.jsonl", limit=0)
