"""Staff's `q`: a name is found in any script and spacing, a number however it was typed."""

from __future__ import annotations

from typing import Any

import pytest

from talentbank.accounts.models import User
from talentbank.banks.models import Bank
from talentbank.organizations.models import Organization
from tests import factories
from tests.contract import ContractClient

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.database]


@pytest.fixture
def staff(coordinator: User) -> ContractClient:
    client = ContractClient()
    client.force_login(coordinator)
    return client


def found(staff: ContractClient, path: str, q: str) -> list[str]:
    response = staff.get(f"/api/v1/{path}", {"q": q})
    assert response.status_code == 200
    return [row["id"] for row in response.json()["results"]]


NAMES: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({"kana": "サトウ"}, ("サトウ", "さとう", "ｻﾄｳ", "サ トウ", "とう")),
    ({"kana": "やまだ はる"}, ("ヤマダ", "ﾔﾏﾀﾞ", "やまだはる", "ヤマダ　ハル", "やまだハル")),
    ({"name": "山田 春"}, ("山田春", "山田　春", "田春")),
    ({"name": "ＡＢＣ商店"}, ("abc商店", "ABC", "Ａｂｃ")),
    ({"name": "100%_工房"}, ("100%", "％＿工")),
]


@pytest.mark.parametrize(("stored", "queries"), NAMES)
def test_names_are_found_in_any_script_width_and_spacing(bank: Bank, staff: ContractClient, stored, queries) -> None:
    plain = {"name": "高橋", "kana": "タカハシ"}
    person = factories.make_professional(bank, **plain | stored)
    company = factories.make_organization(bank, **plain | stored)
    factories.make_professional(bank, **plain)
    factories.make_organization(bank, **plain)

    for query in queries:
        assert found(staff, "professionals", query) == [str(person.pk)], query
        assert found(staff, "organizations", query) == [str(company.pk)], query


@pytest.mark.parametrize("stored", ["0245251111", "024-525-1111", "０２４－５２５－１１１１", "(024) 525 1111"])
def test_telephone_numbers_are_found_however_either_side_was_typed(
    bank: Bank, staff: ContractClient, stored: str
) -> None:
    person = factories.make_professional(bank, phone=stored)
    company = factories.make_organization(bank, contact_phone=stored)
    need = factories.make_need(company)
    factories.make_professional(bank, phone="090-1234-5678")

    for query in ("0245251111", "024-525-1111", "０２４ー５２５ー１１１１", "525 11", "024−525−1111"):
        assert found(staff, "professionals", query) == [str(person.pk)], query
        assert found(staff, "organizations", query) == [str(company.pk)], query
        assert found(staff, "needs", query) == [str(need.pk)], query


def test_digits_inside_words_reach_no_telephone_number(bank: Bank, staff: ContractClient) -> None:
    factories.make_professional(bank, phone="024-525-1111")

    assert found(staff, "professionals", "佐藤525") == found(staff, "professionals", "--") == []


def test_words_of_a_need_are_found_in_any_script(organization: Organization, staff: ContractClient) -> None:
    need = factories.make_need(organization, own_words="ホームページを 作りたい")
    factories.make_need(organization, own_words="帳簿をつけたい")

    for query in ("ホームページ", "ほーむぺーじ", "ﾎｰﾑﾍﾟｰｼﾞ", "ホームページを作り"):
        assert found(staff, "needs", query) == [str(need.pk)], query


def test_a_reference_is_found_in_full_width(bank: Bank, staff: ContractClient) -> None:
    person = factories.make_professional(bank, reference="R8-登-0012")

    assert found(staff, "professionals", "Ｒ８－登－００１２") == [str(person.pk)]
