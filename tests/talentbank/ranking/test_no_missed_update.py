"""Two writers, four readers and a builder, each a process, some killed on the way: what is committed is ranked."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from uuid import UUID

import pytest
from django.db import OperationalError, connection, transaction

from matching.documents import Query
from talentbank.core.models import lock
from talentbank.core.revision import revision_bump
from talentbank.professionals.models import Professional
from talentbank.ranking import builds, store
from talentbank.ranking.store import state_of
from tests.factories import AT, make_bank, make_professional

pytestmark = [
    pytest.mark.database,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("index_dir"),
]
ROUND_SECONDS = 0.4
KILLS = ("writer-0", "reader-1", "builder-0", "writer-1", "reader-2", "writer-0")
LEAST = {"writer": 30, "reader": 30, "builder": 3}
"""Commits, checks and builds without which a run has shown nothing."""
PATIENCE_SECONDS = 60


class Processes:
    """Forked ones, on a database that all of them share."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "shared.sqlite3"
        self.running: dict[str, tuple[int, Callable[[Path], None]]] = {}
        if connection.vendor == "sqlite":  # the tests' own lies in this process's memory
            with closing(sqlite3.connect(self.database)) as copy:
                connection.connection.backup(copy)
                copy.execute("PRAGMA journal_mode=WAL")  # once, for two that change it at once are refused

    def start(self, name: str, work: Callable[[Path], None]) -> None:
        """Have a process do this over and over; it notes what it did under its name, and its error as its last line."""
        if connection.vendor != "sqlite":
            connection.close()  # a connection must not have two owners
        pid = os.fork()
        if pid:
            self.running[name] = pid, work
            return
        try:
            self._connect()
            while True:
                with suppress(OperationalError):  # SQLite had no turn for it in time: it was refused, and is no update
                    work(self.folder / name)
        except BaseException as error:
            note(self.folder / name, f"failed {type(error).__name__}: {error}")
        finally:
            os._exit(1)

    def _connect(self) -> None:
        store._held.clear()
        if connection.vendor == "sqlite":
            connection.connection = None
            connection.settings_dict["NAME"] = str(self.database)

    def kill(self, name: str) -> Callable[[Path], None]:
        pid, work = self.running.pop(name)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        return work

    def have_done(self, least: dict[str, int]) -> bool:
        return all(len(self.notes(kind)) >= number for kind, number in least.items())

    def failures(self) -> list[str]:
        return [line for kind in LEAST for line in self.notes(kind) if line.startswith("failed")]

    def notes(self, kind: str) -> list[str]:
        return [line for path in self.folder.glob(f"{kind}-*") for line in path.read_text("utf-8").splitlines()]


def note(path: Path, line: str) -> None:
    """One line, whole or not at all, whoever is killed."""
    with path.open("ab", buffering=0) as file:
        file.write(f"{line}\n".encode())


def writing(ids: list[UUID], writer: int) -> Callable[[Path], None]:
    def write(journal: Path) -> None:
        id, number = random.choice(ids), time.monotonic_ns()
        with transaction.atomic():
            row = lock(Professional, id)
            row.headline = f"通信販売 w{writer}x{number}"
            row.revision = revision_bump(row.bank_id)
            row.save()
            time.sleep(random.random() / 200)
        note(journal, f"{id} {number}")
        time.sleep(random.random() / 50)  # SQLite lets nobody else write who never pauses

    return write


def reading(bank_id: UUID, folder: Path, refit_up_to: int) -> Callable[[Path], None]:
    def read(journal: Path) -> None:
        store.REFIT_UP_TO = refit_up_to
        committed: dict[str, int] = {}
        for path in folder.glob("writer-*"):
            for line in path.read_text("utf-8").splitlines():
                id, number = line.split()
                committed[id] = max(int(number), committed.get(id, 0))
        for id, number in committed.items():
            term = headline_term(id)
            assert int(term.split("x")[1]) >= number, f"{id} as of {term}, committed {number}"
            while ranked_by(bank_id, term) != [id]:
                before, term = term, headline_term(id)
                assert before != term, f"{term} of {id} is committed and not ranked"
        note(journal, f"{len(committed)}")

    return read


def headline_term(id: str) -> str:
    """The word by which the last committed headline is told from every other."""
    return str(Professional.objects.values_list("headline", flat=True).get(pk=id)).split()[1]


def ranked_by(bank_id: UUID, term: str) -> list[str]:
    """Who is ranked for the word now."""
    engine = state_of(bank_id).professionals
    return [id for id, _ in engine.scores(Query(texts={"title": term}), limit=5)]


def building(bank_id: UUID) -> Callable[[Path], None]:
    def build(journal: Path) -> None:
        made = builds.build(bank_id, at=AT)
        note(journal, str(made and made.revision))

    return build


def test_every_committed_profile_is_in_the_next_ranking_whoever_is_killed(tmp_path):
    bank = make_bank()
    ids = [make_professional(bank, summary="").pk for _ in range(6)]
    folder = tmp_path / "notes"
    folder.mkdir()
    processes = Processes(folder)
    for writer in range(2):
        processes.start(f"writer-{writer}", writing(ids[3 * writer :][:3], writer))
    for reader in range(4):
        processes.start(f"reader-{reader}", reading(bank.pk, folder, refit_up_to=100 * (reader % 2)))
    processes.start("builder-0", building(bank.pk))
    try:
        for name in KILLS:
            time.sleep(ROUND_SECONDS)
            processes.start(name, processes.kill(name))
        patient_until = time.monotonic() + PATIENCE_SECONDS
        while not (processes.have_done(LEAST) or processes.failures()) and time.monotonic() < patient_until:
            time.sleep(ROUND_SECONDS)
    finally:
        for name in list(processes.running):
            processes.kill(name)

    assert processes.failures() == []
    assert processes.have_done(LEAST)
