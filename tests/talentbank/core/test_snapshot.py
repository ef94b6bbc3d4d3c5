"""A long read sees one moment. PostgreSQL: an in-memory SQLite has one connection; tests/histories tries a real one."""

from __future__ import annotations

import pytest
from django.db import InternalError, connection, transaction

from talentbank.core.models import Event
from talentbank.core.snapshot import snapshot
from tests.talentbank.core.test_audit import record
from tests.talentbank.matches.test_locks import elsewhere

pytestmark = [
    pytest.mark.database,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="an in-memory SQLite has one connection"),
]


def test_what_others_write_meanwhile_is_not_seen_and_they_do_not_wait():
    with snapshot():
        assert not Event.objects.exists()
        assert isinstance(elsewhere(transaction.atomic(record)), Event)
        assert not Event.objects.exists()

    assert Event.objects.count() == 1


def test_nothing_can_be_written_in_it():
    with pytest.raises(InternalError, match="read-only"), snapshot():
        record()
