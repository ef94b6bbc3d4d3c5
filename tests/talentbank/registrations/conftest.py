from __future__ import annotations

import pytest

from tests import factories


@pytest.fixture
def holder(professional):
    return professional.user


@pytest.fixture
def owner(organization):
    return factories.owner_of(organization)
