"""The world of the matrix: built once, in a transaction around those of its tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from tests.api.matrix.calls import operations
from tests.api.matrix.things import world_make
from tests.api.matrix.world import World
from tests.factories import AT


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """One bank in which something stands in every state; what a test marked `django_db` does to it is taken back."""
    with pytest.MonkeyPatch.context() as stopped, django_db_blocker.unblock(), transaction.atomic():
        stopped.setattr(timezone, "now", lambda: AT)
        stopped.setattr("django.conf.settings.SANDBOX", True)
        stopped.setattr("api.sandbox.sandbox_reset", lambda *, at: at)  # who may ask is the matter here
        made = world_make()
        for operation in operations().values():
            made.token("no_scope", without=operation.scopes)
        yield made
        transaction.set_rollback(True)
