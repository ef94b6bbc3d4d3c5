"""A real worker, killed in the middle of a delivery: what it held is delivered by the next one, and nothing is lost."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.db import connection

from talentbank.notifications.webhooks.redelivery import endpoint_ping
from tests import factories
from tests.factories import AT
from tests.receiver import answering

ROOT = Path(__file__).resolve().parents[4]
SECONDS = 240
pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="copies an SQLite database into a file")


@pytest.fixture
def database(tmp_path):
    """Copy the test's database, as it stands, into a file for processes of their own."""
    opened: list[sqlite3.Connection] = []

    def copy():
        opened.append(sqlite3.connect(tmp_path / "worker.sqlite3", isolation_level=None, timeout=SECONDS))
        connection.connection.backup(opened[0])
        return opened[0]

    yield copy
    for each in opened:
        each.close()


@pytest.fixture
def work(tmp_path):
    """Start `manage.py work` in a process of its own."""
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{tmp_path / 'worker.sqlite3'}",
        "WEBHOOK_LOOPBACK": "1",
        "WEBHOOK_SECRET_KEYS": "of this test alone",
        "LOG_LEVEL": "ERROR",
    }
    started: list[subprocess.Popen[str]] = []

    def start(*options: str) -> subprocess.Popen[str]:
        command = [sys.executable, "manage.py", "work", *options]
        started.append(subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def ended(process: subprocess.Popen[str]) -> None:
    _, told = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, told


def states(file: sqlite3.Connection) -> list[str]:
    rows = file.execute("SELECT state, attempts FROM notifications_webhookdelivery ORDER BY id")
    return [f"{state} {attempts}" for state, attempts in rows]


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_in_the_middle_loses_nothing(listen, bank_admin, receiver, database, work, settings):
    settings.WEBHOOK_SECRET_KEYS = ["of this test alone"]
    arrived, never = threading.Event(), threading.Event()

    def hold_the_second(handler, number):
        if number == 2:
            arrived.set()
            never.wait(SECONDS)
        answering(204)(handler, number)

    receiver.answer = hold_the_second
    endpoint, secret = listen(bank_admin)
    for _ in range(3):
        endpoint_ping(actor=factories.actor(bank_admin), endpoint=endpoint, at=AT)
    file = database()

    worker = work()
    assert arrived.wait(SECONDS)
    worker.kill()
    assert worker.wait(SECONDS) == -9
    never.set()
    assert states(file) == ["delivered 1", "waiting 0", "waiting 0"]

    ended(work("--once"))  # the dead worker's lease still holds
    assert states(file) == ["delivered 1", "waiting 0", "waiting 0"]
    file.execute("UPDATE notifications_webhookendpoint SET leased_until = '2026-11-02 00:00:00'")
    ended(work("--once"))
    assert states(file) == ["delivered 1", "delivered 1", "delivered 1"]

    ids = [each.headers["webhook-id"] for each in receiver.received]
    assert len(ids) == 4 and ids[1] == ids[2] and len(set(ids)) == 3
    assert {each.verified(secret)["type"] for each in receiver.received} == {"webhook_endpoint.ping"}
