from __future__ import annotations

import pytest

from tests import factories


@pytest.fixture
def need(organization):
    return factories.make_need(organization)


@pytest.fixture
def owner(organization):
    return factories.owner_of(organization)
