"""The index of a bank follows its revision: nothing missed, nothing kept that was rolled back."""

import threading
from collections.abc import Mapping
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from matching.documents import Document, Query
from talentbank.banks.models import Bank
from talentbank.core.actors import Actor
from talentbank.core.audit import Step
from talentbank.core.models import Revision
from talentbank.core.revision import revision_bump
from talentbank.needs.models import Need
from talentbank.professionals.models import Professional
from talentbank.ranking import store
from talentbank.ranking.store import state_of
from talentbank.skills.groups import group_add
from talentbank.skills.models import Skill
from talentbank.skills.services import indexes_outdate
from tests.factories import AT, make_bank, make_organization, make_skill
from tests.talentbank.ranking.samples import edit, make_bookkeeper, make_shop_need, make_shopkeeper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop_bank() -> Bank:
    bank = make_bank()
    make_shop_need(make_organization(bank))
    make_shopkeeper(bank)
    make_bookkeeper(bank)
    return bank


def professional(bank: Bank) -> Professional:
    return Professional.objects.filter(bank=bank).order_by("id")[0]


def documents(state: store.State) -> Mapping[str, Document]:
    return state.professionals.held.many(state.professionals.ids)


def queries(state: store.State) -> Mapping[str, Query]:
    return state.needs.held.many(state.needs.ids)


def headlines(state: store.State) -> set[Any]:
    return {document.texts["headline"] for document in documents(state).values()}


def test_an_unchanged_bank_costs_one_query(shop_bank, django_assert_num_queries):
    first = state_of(shop_bank.pk)

    with django_assert_num_queries(1):
        assert state_of(shop_bank.pk) is first


def test_a_changed_row_is_pulled_and_the_old_state_stays_as_it_was(shop_bank):
    before = state_of(shop_bank.pk)

    edit(professional(shop_bank), headline="Power BI で分析")
    after = state_of(shop_bank.pk)

    assert "Power BI で分析" in headlines(after)
    assert "Power BI で分析" not in headlines(before)
    assert after.revision == before.revision + 1
    assert after.model_version != before.model_version


def test_changes_are_pulled_without_reading_the_others(shop_bank, django_assert_num_queries):
    state_of(shop_bank.pk)
    edit(professional(shop_bank), headline="Power BI で分析")

    with django_assert_num_queries(7):  # revision twice and its basis, professionals, their claims and skills, needs
        state_of(shop_bank.pk)


def test_who_is_no_longer_approved_or_asking_leaves(shop_bank):
    before = state_of(shop_bank.pk)
    gone, need = professional(shop_bank), Need.objects.get(bank=shop_bank)

    edit(gone, registration_state="withdrawn")
    edit(need, state="closed")
    after = state_of(shop_bank.pk)

    assert len(before.professionals) == 2
    assert str(gone.pk) not in after.professionals
    assert str(gone.pk) not in documents(after)
    assert (len(after.needs), queries(after)) == (0, {})


def test_a_bump_that_changes_no_text_fits_nothing_anew(shop_bank):
    before = state_of(shop_bank.pk)

    edit(professional(shop_bank), phone="024-000-1111")
    after = state_of(shop_bank.pk)

    assert after.professionals.model is before.professionals.model
    assert after.revision == before.revision + 1


def test_a_changed_need_alone_keeps_the_model(shop_bank):
    before = state_of(shop_bank.pk)

    edit(Need.objects.get(bank=shop_bank), title="在庫を管理したい")
    after = state_of(shop_bank.pk)

    assert after.professionals.model is before.professionals.model
    assert {query.texts["title"] for query in queries(after).values()} == {"在庫を管理したい"}
    assert {query.texts["title"] for query in queries(before).values()} == {"ネットショップを始めたい"}


def test_a_larger_bank_keeps_its_model_until_a_share_has_changed(shop_bank, monkeypatch):
    monkeypatch.setattr(store, "REFIT_UP_TO", 0)
    monkeypatch.setattr(store, "REFIT_SHARE", 0.9)
    one, other = Professional.objects.filter(bank=shop_bank).order_by("id")
    before = state_of(shop_bank.pk)

    edit(one, headline="Power BI で分析")
    pulled = state_of(shop_bank.pk)
    edit(other, headline="kintone の導入")
    refitted = state_of(shop_bank.pk)

    assert pulled.professionals.model is before.professionals.model
    assert pulled.needs.model is pulled.professionals.model
    assert refitted.professionals.model is not before.professionals.model
    assert refitted.needs.model is refitted.professionals.model
    assert headlines(refitted) == {"Power BI で分析", "kintone の導入"}


def test_pulling_gives_what_loading_anew_gives(shop_bank):
    state_of(shop_bank.pk)
    edit(professional(shop_bank), headline="Power BI で分析")

    pulled = state_of(shop_bank.pk)
    anew = store.loaded(shop_bank.pk, pulled.revision)

    assert (documents(pulled), queries(pulled)) == (documents(anew), queries(anew))
    assert pulled.model_version == anew.model_version


def test_what_is_rolled_back_was_seen_inside_and_is_kept_nowhere(shop_bank):
    state_of(shop_bank.pk)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        edit(professional(shop_bank), headline="まぼろし")
        assert "まぼろし" in headlines(state_of(shop_bank.pk))
        raise ZeroDivisionError

    edit(professional(shop_bank), headline="ほんもの")  # takes the very revision that was rolled back

    assert "ほんもの" in headlines(state_of(shop_bank.pk))
    assert "まぼろし" not in headlines(state_of(shop_bank.pk))


def test_a_transaction_reads_on_from_what_it_has_read_and_hands_it_over_at_its_commit(shop_bank, monkeypatch):
    loads, loaded = [], store.loaded
    monkeypatch.setattr(store, "loaded", lambda *given: loads.append(1) or loaded(*given))

    with transaction.atomic():
        for headline in ("一つめ", "二つめ", "三つめ"):
            edit(professional(shop_bank), headline=headline)
            seen = state_of(shop_bank.pk)
            assert headline in headlines(seen)

    assert state_of(shop_bank.pk) is seen
    assert len(loads) == 1


def test_what_a_savepoint_took_back_is_not_read_on_from(shop_bank):
    with transaction.atomic():
        edit(professional(shop_bank), headline="はじめの一歩")
        kept = state_of(shop_bank.pk)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            edit(professional(shop_bank), headline="まぼろし")
            assert "まぼろし" in headlines(state_of(shop_bank.pk))
            raise ZeroDivisionError
        assert state_of(shop_bank.pk) is kept
        edit(professional(shop_bank), headline="ほんもの")  # takes the very revision that was rolled back
        assert "ほんもの" in headlines(state_of(shop_bank.pk))

    assert headlines(state_of(shop_bank.pk)) & {"はじめの一歩", "まぼろし", "ほんもの"} == {"ほんもの"}


def test_a_transaction_that_commits_late_does_not_set_the_others_back(shop_bank):
    with transaction.atomic():
        edit(professional(shop_bank), headline="はじめの一歩")
        promised = state_of(shop_bank.pk)
        store._held[shop_bank.pk] = newer = store.replace(promised, revision=promised.revision + 1)

    assert store._held[shop_bank.pk] is newer


def test_a_restored_database_with_an_older_revision_is_read_anew(shop_bank):
    revision_bump(shop_bank.pk)
    state_of(shop_bank.pk)
    Revision.objects.filter(pk=shop_bank.pk).update(value=0)
    Professional.objects.filter(pk=professional(shop_bank).pk).update(headline="復元")

    assert "復元" in headlines(state_of(shop_bank.pk))


def test_many_threads_at_once_load_a_bank_once(shop_bank, monkeypatch):
    loads, states, barrier = [], [], threading.Barrier(4)
    loaded = store.loaded
    monkeypatch.setattr(store, "loaded", lambda *given: loads.append(1) or loaded(*given))

    def read() -> None:
        barrier.wait(timeout=10)
        states.append(state_of(shop_bank.pk))
        connection.close()

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)

    assert len(loads) == 1
    assert len(states) == 4
    assert len({id(state) for state in states}) == 1


def test_banks_do_not_share_a_state(shop_bank):
    other = make_bank()
    make_shopkeeper(other, headline="となりの人")

    assert "となりの人" not in headlines(state_of(shop_bank.pk))
    assert headlines(state_of(other.pk)) == {"となりの人"}


def test_an_empty_bank_has_an_index_too():
    make_skill("ec-site")
    state = state_of(make_bank().pk)

    assert (len(state.professionals), len(state.needs)) == (0, 0)


def test_a_changed_skill_reaches_an_index_that_runs(shop_bank):
    before = state_of(shop_bank.pk)
    Skill.objects.filter(code="ec-site").update(name_ja="ネットの店づくり")

    indexes_outdate()
    after = state_of(shop_bank.pk)

    (claimed,) = (document.texts["skills"] for document in documents(after).values() if document.skills)
    assert "ネットの店づくり" in claimed
    assert "ネットの店づくり" in after.basis.lexicon.groups["ec-site"]
    assert after.model_version != before.model_version


def test_the_general_synonyms_of_a_city_reach_the_index_and_leave_it_again(shop_bank, tmp_path):
    path = tmp_path / "synonyms.txt"
    path.write_text("000001,1,0,1,0,0,0,(商業),物販,,\n000001,1,0,2,0,0,0,(商業),小売り,,\n", "utf-8")
    before = state_of(shop_bank.pk)

    call_command("load_synonyms", str(path), stdout=StringIO())
    loaded = state_of(shop_bank.pk)
    call_command("load_synonyms", "--remove", stdout=StringIO())

    assert ("物販", "小売り") in loaded.basis.lexicon.groups.values()
    assert loaded.model_version != before.model_version == state_of(shop_bank.pk).model_version


def test_a_changed_thesaurus_reaches_the_index_of_its_bank_alone(shop_bank):
    other = make_bank()
    step = Step(actor=Actor(), at=AT)
    before, theirs = state_of(shop_bank.pk), state_of(other.pk)

    group_add(bank=shop_bank, values={"forms_ja": ["物販", "お店での販売"]}, step=step)

    assert ("物販", "お店での販売") in state_of(shop_bank.pk).basis.lexicon.groups.values()
    assert state_of(shop_bank.pk).model_version != before.model_version
    assert state_of(other.pk) is theirs


def test_a_change_of_one_row_keeps_the_basis_and_reads_no_vocabulary(shop_bank):
    before = state_of(shop_bank.pk)

    edit(professional(shop_bank), headline="Power BI で分析")

    assert state_of(shop_bank.pk).basis is before.basis


def test_a_vocabulary_that_loads_as_it_was_outdates_nothing(shop_bank):
    call_command("load_vocabulary", stdout=StringIO())
    before = state_of(shop_bank.pk)

    call_command("load_vocabulary", stdout=StringIO())

    assert state_of(shop_bank.pk) is before
