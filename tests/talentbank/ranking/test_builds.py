"""Indexes in files: followed by every process, and never believed when they are not what was written."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from matching import engine, scoring
from matching.documents import Query
from talentbank.banks.models import Bank
from talentbank.core.actors import Actor
from talentbank.core.audit import Step
from talentbank.core.revision import revision_bump, revision_current
from talentbank.professionals.models import Professional
from talentbank.ranking import building, builds, store
from talentbank.ranking.models import IndexBuild
from talentbank.ranking.store import State, state_of
from talentbank.skills.groups import group_add
from tests.clear_files import in_clear
from tests.factories import AT, make_bank, make_organization, make_professional
from tests.talentbank.ranking.samples import EMPTY, edit, make_bookkeeper, make_shop_need, make_shopkeeper

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("index_dir")]
SHOP = Query(texts={"title": "ネットショップを始めたい", "own_words": "通信販売と会計を相談したい"})


@pytest.fixture
def bank() -> Bank:
    bank = make_bank()
    make_shop_need(make_organization(bank))
    make_shopkeeper(bank)
    make_bookkeeper(bank)
    make_professional(bank, **EMPTY)
    return bank


@pytest.fixture
def built(bank: Bank) -> IndexBuild:
    build = builds.build(bank.pk, at=AT)
    assert build is not None
    return build


@pytest.fixture
def reading(monkeypatch) -> list[Any]:
    """Documents whose texts are read from now on."""
    documents: list[Any] = []
    read_document = scoring.read_document

    def reads(analyzer: Any, document: Any, weights: Any) -> Any:
        documents.append(document)
        return read_document(analyzer, document, weights)

    for module in (scoring, engine, builds):
        monkeypatch.setattr(module, "read_document", reads)
    return documents


def restarted(bank: Bank) -> State:
    """What a process that has just started sees."""
    store._held.pop(bank.pk, None)
    return state_of(bank.pk)


def ranking(state: State) -> list[Any]:
    return state.professionals.rank(SHOP)


def anew(bank: Bank) -> list[Any]:
    """From the rows alone."""
    return ranking(store.loaded(bank.pk, revision_current(bank.pk)))


def someone(bank: Bank) -> Professional:
    return Professional.objects.filter(bank=bank).order_by("id")[0]


def test_a_process_that_starts_reads_no_text_and_ranks_as_from_the_rows(bank, built, reading):
    state = restarted(bank)

    assert reading == []
    assert state.build == built.pk
    assert ranking(state) == anew(bank) != []
    assert (len(state.professionals), len(state.professionals.insufficient), len(state.needs)) == (3, 1, 1)


def test_what_changed_since_the_files_is_followed(bank, built):
    edit(someone(bank), headline="Power BI で分析")
    edit(make_shopkeeper(bank), headline="あたらしい人の通信販売")

    assert ranking(restarted(bank)) == anew(bank)


def test_a_larger_bank_keeps_the_idf_of_its_files_and_indexes_only_what_changed(bank, built, reading, monkeypatch):
    monkeypatch.setattr(store, "REFIT_UP_TO", 0)
    before = restarted(bank)
    edit(someone(bank), headline="Power BI で分析")

    state = state_of(bank.pk)

    assert [document.id for document in reading] == [str(someone(bank).pk)]
    assert state.model_version == before.model_version
    assert state.changed == 1


def test_newer_files_are_taken_up_at_the_next_ranking_of_a_process_that_runs(bank, built):
    before = restarted(bank)
    assert state_of(bank.pk) is before

    newer = builds.build(bank.pk, at=AT + timedelta(seconds=1))

    assert newer is not None
    assert state_of(bank.pk).build == newer.pk != before.build


def test_the_next_files_are_made_of_the_counts_of_the_last_and_what_changed(bank, built, reading):
    edit(someone(bank), headline="Power BI で分析")

    builds.build(bank.pk, at=AT)

    assert [document.id for document in reading] == [str(someone(bank).pk)]
    assert ranking(restarted(bank)) == anew(bank)


@pytest.mark.parametrize("part", ["professionals", "needs"])
@pytest.mark.parametrize("damage", ["flipped byte", "cut off", "gone"])
def test_damaged_files_are_never_believed_and_are_due(bank, built, part, damage):
    path = builds._path(built, part)
    whole = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        middle = len(whole) // 2
        flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
        path.write_bytes(flipped if damage == "flipped byte" else whole[:middle])

    state = restarted(bank)

    assert state.build is None
    assert ranking(state) == anew(bank)
    assert builds.builds_due(at=AT) == [bank]


def test_damaged_files_fall_back_on_those_before(bank, built):
    edit(someone(bank), headline="Power BI で分析")
    newer = builds.build(bank.pk, at=AT)
    assert newer is not None
    builds._path(newer, "professionals").write_bytes(b"half a file")

    state = restarted(bank)

    assert state.build == built.pk
    assert ranking(state) == anew(bank)


def test_files_of_another_program_version_are_passed_over(bank, built, monkeypatch):
    monkeypatch.setattr(scoring, "tokenizer_version", lambda: "the next one")

    state = restarted(bank)

    assert state.build is None
    assert ranking(state) == anew(bank)


def test_files_of_a_history_that_never_was_are_passed_over(bank, built):
    """After an older copy of the database was brought back, its revisions are given out a second time."""
    IndexBuild.objects.all().delete()
    Professional.objects.filter(pk=someone(bank).pk).update(headline="復元")

    state = restarted(bank)

    assert state.build is None
    assert ranking(state) == anew(bank)


def test_another_basis_outdates_the_files_of_a_bank_that_can_be_read_anew_at_once(bank, built):
    group_add(bank=bank, values={"forms_ja": ["物販", "お店での販売"]}, step=Step(actor=Actor(), at=AT))

    state = restarted(bank)

    assert state.build is None
    assert ("物販", "お店での販売") in state.basis.lexicon.groups.values()
    assert builds.builds_due(at=AT) == [bank]


def test_a_large_bank_goes_on_with_the_basis_of_its_files_until_there_are_others(bank, built, reading, monkeypatch):
    monkeypatch.setattr(builds, "BASIS_UP_TO", 0)
    monkeypatch.setattr(store, "REFIT_UP_TO", 0)
    running = restarted(bank)
    group_add(bank=bank, values={"forms_ja": ["物販", "お店での販売"]}, step=Step(actor=Actor(), at=AT))

    followed, started = state_of(bank.pk), restarted(bank)
    assert reading == []
    assert followed.model_version == started.model_version == running.model_version
    builds.build(bank.pk, at=AT)

    assert ("物販", "お店での販売") in state_of(bank.pk).basis.lexicon.groups.values()


def test_files_are_due_when_much_has_changed_or_a_day_has_passed_since_a_change(bank, built, monkeypatch):
    assert builds.builds_due(at=AT + timedelta(days=2)) == []
    edit(someone(bank), headline="Power BI で分析")
    assert builds.builds_due(at=AT) == []
    assert builds.builds_due(at=AT + timedelta(days=1, seconds=1)) == [bank]

    monkeypatch.setattr(builds, "DELTA_LEAST", 0)
    assert builds.builds_due(at=AT) == [bank]


def test_who_must_be_forgotten_is_in_no_file_after_the_next_build(bank, index_dir):
    person = make_shopkeeper(bank, headline="珍獣カピバラの世話")
    builds.build(bank.pk, at=AT)
    builds.build(bank.pk, at=AT)

    def traces() -> list[Path]:
        return [path for path in index_dir.rglob("*") if path.is_file() and "カピバラ".encode() in in_clear(path)]

    assert len(traces()) >= 2
    edit(person, registration_state="withdrawn", headline="")

    builds.forget(bank.pk)
    assert builds.builds_due(at=AT) == [bank]
    builds.build(bank.pk, at=AT)

    assert traces() == []
    assert builds.builds_due(at=AT) == []


def test_two_builds_stay_and_the_folders_of_banks_that_are_gone_do_not(bank, built, index_dir):
    (index_dir / str(uuid4())).mkdir()
    (index_dir / "shards").mkdir()
    for _ in range(3):
        revision_bump(bank.pk)
        builds.build(bank.pk, at=AT)

    builds.abandoned_remove()

    assert len(list(builds._folder(bank.pk).glob("*.professionals"))) == IndexBuild.objects.count() == 2
    assert {folder.name for folder in index_dir.iterdir()} == {str(bank.pk), "shards"}


def test_a_builder_that_is_killed_leaves_the_files_as_they_were(bank, built, index_dir):
    before = {path.name: path.read_bytes() for path in index_dir.rglob("*.*") if path.is_file()}
    pid = os.fork()
    if pid == 0:
        builds.engines_write = lambda *_, **__: os._exit(9)
        builds.build(bank.pk, at=AT)
        os._exit(0)

    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9
    after = {path.name: path.read_bytes() for path in index_dir.rglob("*.*") if path.is_file()}
    assert {name: after[name] for name in before} == before
    assert ranking(restarted(bank)) == anew(bank)
    assert builds.build(bank.pk, at=AT) is not None
    assert {path.name.split(".")[0] for path in index_dir.rglob("*.*") if path.is_file()} == {
        str(id) for id in IndexBuild.objects.values_list("pk", flat=True)
    }


def test_a_bank_that_nobody_asks_for_leaves_memory(bank, monkeypatch):
    other = make_bank()
    state_of(other.pk)
    monkeypatch.setattr(store, "IDLE_SECONDS", -1)

    state_of(bank.pk)

    assert other.pk not in store._held


class Process:
    """Of which the worker is told how it goes."""

    started: list[list[str]] = []

    def __init__(self, command: list[str], **_: Any) -> None:
        self.code: int | None = None
        self.started.append(command)

    def poll(self) -> int | None:
        return self.code

    def terminate(self) -> None:
        self.code = -15

    def wait(self, _: float | None = None) -> int | None:
        return self.code


def test_the_worker_has_one_process_build_what_is_due_and_waits_after_a_failure(bank, monkeypatch):
    monkeypatch.setattr(building.subprocess, "Popen", Process)
    monkeypatch.setattr(Process, "started", [])
    worker = building.Building()

    worker.turn(at=AT)
    worker.turn(at=AT)
    assert [command[-2:] for command in Process.started] == [["build_index", "--due"]]

    worker._process.code = 1
    worker.turn(at=AT)
    worker.turn(at=AT + building.PAUSE / 2)
    assert len(Process.started) == 1
    worker.turn(at=AT + building.PAUSE)
    assert len(Process.started) == 2

    worker.stop()
    assert worker._process.code == -15


def test_the_worker_starts_nothing_where_nothing_is_due(bank, built, monkeypatch):
    monkeypatch.setattr(building.subprocess, "Popen", Process)
    monkeypatch.setattr(Process, "started", [])

    building.Building().turn(at=AT)

    assert Process.started == []
