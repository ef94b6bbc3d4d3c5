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
from talentbank.ranking import batches
from talentbank.ranking.market import market_of
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


def test_every_open_need_has_its_candidates_in_the_order_of_the_staff(shop_bank, tmp_path, monkeypatch):
    monkeypatch.setattr(batches, "CHUNK", 2)

    told = rank_all(shop_bank, tmp_path / "out.jsonl")

    market = market_of(shop_bank, at=AT)
    assert [line["need"] for line in told] == sorted(str(need.pk) for need in market.needs)
    assert len(told) == NEEDS
    by_need = {line["need"]: line for line in told}
    for need in market.needs:
        line, best = by_need[str(need.pk)], [] if market.is_blank(need) else market.best(need, 100)
        assert [(each["professional"], each["score"]) for each in line["candidates"]] == [
            (str(fit.id), fit.score) for fit in best
        ]
        assert line["insufficient_data"] == market.is_blank(need)
        assert (line["model_version"], line["revision"]) == (market.state.model_version, market.state.revision)
    assert sum(len(line["candidates"]) for line in told) == 2 * (NEEDS - 1)


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
