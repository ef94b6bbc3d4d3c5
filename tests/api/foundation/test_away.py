"""A database that is away or busy is a clean 503 with Retry-After; a broken query stays a fault of ours."""

from __future__ import annotations

import pytest
from django.db import InterfaceError, OperationalError

from api.errors import is_away, is_busy


class Psycopg(Exception):
    def __init__(self, sqlstate: str | None) -> None:
        self.sqlstate = sqlstate


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize("state", [None, "08006", "08003", "57P01", "57P02", "57P03"])
def test_a_lost_connection_is_away(state):
    assert is_away(caused(OperationalError("lost"), Psycopg(state)))
    assert is_away(caused(InterfaceError("the connection is closed"), Psycopg(state)))


@pytest.mark.parametrize("state", ["55P03", "40P01", "40001"])
def test_a_lock_that_was_not_given_is_busy(state):
    assert is_busy(caused(OperationalError("busy"), Psycopg(state)))


@pytest.mark.parametrize("state", ["42P01", "53100", "22003"])
def test_what_a_repeat_would_not_mend_is_neither(state):
    error = caused(OperationalError("no"), Psycopg(state))

    assert not is_away(error) and not is_busy(error)


def test_sqlites_lock_is_busy_and_its_missing_table_is_neither():
    assert is_busy(caused(OperationalError("database is locked"), Exception()))
    missing = caused(OperationalError("no such table: x"), Exception())
    assert not is_away(missing) and not is_busy(missing)
