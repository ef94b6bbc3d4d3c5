"""Fixtures that every room's tests share."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from talentbank.accounts.models import User
from talentbank.banks.models import Bank
from talentbank.organizations.models import Organization
from talentbank.professionals.models import Professional
from talentbank.skills.files import vocabulary_read
from talentbank.skills.services import vocabulary_load
from tests import factories


def pytest_collection_finish() -> None:
    """Thousands of modules and tests stay to the end: let the collector not go through them again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def bank(db: None) -> Bank:
    return factories.make_bank()


@pytest.fixture
def other_bank(db: None) -> Bank:
    return factories.make_bank()


@pytest.fixture
def coordinator(bank: Bank) -> User:
    return factories.make_staff(bank, "coordinator")


@pytest.fixture
def bank_admin(bank: Bank) -> User:
    return factories.make_staff(bank, "bank_admin")


@pytest.fixture
def desk(bank: Bank) -> User:
    return factories.make_staff(bank, "support_desk")


@pytest.fixture
def analyst(bank: Bank) -> User:
    return factories.make_staff(bank, "analyst")


@pytest.fixture
def organization(bank: Bank) -> Organization:
    return factories.make_organization(bank)


@pytest.fixture
def professional(bank: Bank) -> Professional:
    return factories.make_professional(bank)


@pytest.fixture(scope="module")
def vocabulary(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """All skills and problems, loaded once for the tests of a file; what a test does to them is taken back."""
    with django_db_blocker.unblock(), transaction.atomic():
        vocabulary_load(vocabulary=vocabulary_read())
        yield
        transaction.set_rollback(True)
