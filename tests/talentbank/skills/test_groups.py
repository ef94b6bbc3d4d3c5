"""Groups of the thesaurus: shared ones follow their file, a bank's own stand beside them or in their place."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from talentbank.banks.models import Bank
from talentbank.core.actors import Actor
from talentbank.core.audit import Step
from talentbank.core.errors import DomainError
from talentbank.core.revision import revision_basis
from talentbank.skills.groups import StoodInFor, group_add, group_remove, group_update, thesaurus_load
from talentbank.skills.models import GroupSource, ThesaurusGroup
from talentbank.skills.selectors import thesaurus_concepts
from talentbank.skills.thesaurus import SynonymGroup
from tests.factories import AT

STEP = Step(actor=Actor(), at=AT)
SHOP = SynonymGroup("online-shop", "online-sales", ("ネットショップ", "通販サイト"), ("online shop",))
SITE = SynonymGroup("website", "it", ("ホームページ", "ウェブサイト"))
pytestmark = [pytest.mark.django_db, pytest.mark.database]


def load(*groups: SynonymGroup, source: GroupSource = GroupSource.TALENTBANK) -> Any:
    return thesaurus_load(groups=groups, source=source, at=AT)


def shared(code: str) -> ThesaurusGroup:
    return ThesaurusGroup.objects.get(code=code)


def add(bank: Bank, **values: Any) -> ThesaurusGroup:
    return group_add(bank=bank, values=values, step=STEP)


def stand_in(bank: Bank, code: str, **values: Any) -> ThesaurusGroup:
    return group_add(bank=bank, shared_id=shared(code).pk, values=values, step=STEP)


def test_a_second_load_changes_nothing_and_a_changed_group_keeps_its_id():
    load(SHOP, SITE)
    before = shared("online-shop")

    again = load(SHOP, SITE)
    changed = load(SynonymGroup("online-shop", "online-sales", ("ネットショップ", "通販")), SITE)

    assert (again.wrote, again.unchanged) == (False, 2)
    assert (changed.changed, changed.unchanged) == (1, 1)
    after = shared("online-shop")
    assert (after.pk, after.version, after.forms) == (before.pk, before.version + 1, ("ネットショップ", "通販"))


def test_a_load_leaves_the_groups_of_other_sources_and_banks_alone(bank):
    load(SHOP)
    add(bank, forms_ja=["朝市", "マルシェ"])

    load(SynonymGroup("sudachi-000001", "商業", ("物販", "小売り")), source=GroupSource.SUDACHI)
    gone = load(source=GroupSource.SUDACHI)

    assert gone.removed == 1
    assert ThesaurusGroup.objects.count() == 2


def test_a_group_that_left_its_file_is_kept_off_while_a_bank_stands_in_for_it(bank, other_bank):
    load(SHOP, SITE)
    mine = stand_in(bank, "online-shop", forms_ja=["ネットショップ", "通販サイト", "ネットの売店"])

    counts = load(SITE)

    assert (counts.kept, counts.removed) == (["online-shop"], 0)
    assert "ネットの売店" in thesaurus_concepts(bank.pk)["online-shop"]
    assert "online-shop" not in thesaurus_concepts(other_bank.pk)
    assert not load(SITE).wrote
    assert load(SHOP, SITE).changed == 1
    assert "online-shop" in thesaurus_concepts(other_bank.pk)
    group_remove(group=mine, expected_version=1, step=STEP)
    assert "ネットの売店" not in thesaurus_concepts(bank.pk)["online-shop"]


def test_what_is_off_is_no_concept_and_a_stand_in_is_the_concept_it_stands_for(bank):
    load(SHOP, SITE)
    own = add(bank, forms_ja=["朝市", "マルシェ"])
    site = stand_in(bank, "website", active=False)
    stand_in(bank, "online-shop", forms_en=[])

    assert thesaurus_concepts(bank.pk) == {
        "online-shop": ("ネットショップ", "通販サイト"),
        str(own.pk): ("朝市", "マルシェ"),
    }
    group_update(group=site, expected_version=1, changes={"active": True}, step=STEP)
    assert thesaurus_concepts(bank.pk)["website"] == SITE.forms


def test_a_silent_form_stays_silent_in_what_stands_in_for_its_group(bank):
    load(SynonymGroup("sudachi-000002", "", ("株式会社", "会社", "カンパニー"), silent=frozenset({"会社"})))

    stand_in(bank, "sudachi-000002", forms_ja=["株式会社", "会社", "企業体"])

    assert thesaurus_concepts(bank.pk)["sudachi-000002"] == ("株式会社", "企業体")


def test_the_banks_own_meaning_of_a_form_counts_before_that_of_the_general_synonyms(bank, other_bank):
    general = SynonymGroup("sudachi-000003", "企業名", ("ヒューレット・パッカード", "ＨＰ"))
    load(general, source=GroupSource.SUDACHI)
    load(SynonymGroup("power", "it", ("体力", "HP")))

    add(bank, forms_ja=["ホームページ"], forms_en=["hp"])

    assert thesaurus_concepts(bank.pk)["sudachi-000003"] == ("ヒューレット・パッカード",)
    assert thesaurus_concepts(bank.pk)["power"] == ("体力", "HP")
    assert thesaurus_concepts(other_bank.pk)["sudachi-000003"] == general.forms


def test_only_what_ranking_reads_outdates_an_index(bank):
    group = add(bank, forms_ja=["朝市", "マルシェ"])
    before = revision_basis(bank.pk)

    group = group_update(group=group, expected_version=1, changes={"note": "商店街の言い方"}, step=STEP)
    noted = revision_basis(bank.pk)
    group_update(group=group, expected_version=2, changes={"forms_ja": ["朝市", "青空市"]}, step=STEP)

    assert noted == before < revision_basis(bank.pk)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no row locks: a writer has the database")
@pytest.mark.django_db(transaction=True)
def test_of_two_stand_ins_at_once_one_is_refused(bank):
    load(SHOP)
    made, refused, barrier = [], [], threading.Barrier(2)

    def call() -> None:
        barrier.wait(timeout=10)
        try:
            made.append(stand_in(bank, "online-shop", active=False))
        except DomainError as error:
            refused.append(type(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=call) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)

    assert (len(made), refused) == (1, [StoodInFor])
