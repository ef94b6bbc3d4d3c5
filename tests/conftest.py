"""Fixtures that every room's tests share."""

from __future__ import annotations

import pytest

from talentbank.accounts.models import User
from talentbank.banks.models import Bank
from talentbank.organizations.models import Organization
from talentbank.professionals.models import Professional
from tests import factories


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
