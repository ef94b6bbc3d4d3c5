"""No age, sex, nationality or anything else of who somebody is may reach what ranks.

Every field of a row that is not named here as read gets a word of its own; none of these words may come out anywhere.
A field that is added later is watched without a change here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pytest
from django.db import models

from matching import tables
from matching.documents import Document, Query
from matching.text import tokenize
from matching.weights import DOCUMENT_FIELDS, QUERY_FIELDS
from talentbank.banks.models import Bank
from talentbank.needs.models import Need
from talentbank.organizations.models import Organization
from talentbank.professionals.models import Professional, ProfessionalSkill
from talentbank.ranking.corpus import document_of, query_of
from talentbank.ranking.scored_pairs import pair_score
from talentbank.ranking.services import candidates_for_need
from talentbank.ranking.store import state_of
from tests.factories import AT, make_problem
from tests.talentbank.ranking.samples import make_shop_need, make_shopkeeper

READ = {
    Professional: {"headline", "summary", "experiences"},
    ProfessionalSkill: {"level", "years", "last_used"},
    Need: {
        *("title", "own_words", "public_summary", "background", "tools_today", "wished_outcome", "deliverables"),
    },
    Organization: set[str](),
}
"""Columns that `corpus` may read for their content, beside skills and problems; of evidence only that there is any."""
READ_OF_AN_EXPERIENCE = {"title", "description", "industry"}
EXPERIENCE = {
    "title": "通販の立ち上げ",
    "description": "受注を自動化。",
    "industry": "食品",
    "started": "2019-04",
    "ended": "2021-03",
    "client_name": "みはり商会",
}
PERSONAL = re.compile(
    r"name|kana|birth|born|\bage\b|age_|_age|sex|gender|nation|citizen|address|phone|mail|photo|famil|marri|religio"
    r"|employer|resid|user|contact|hidden",
)


def counted_in_the_bank(counts: Mapping[str, float]) -> set[str]:
    """Terms that the fit has learned from texts, and not from the table of usual words that it begins with."""
    usual = tables.background().counts
    return {term for term, count in counts.items() if count != usual.get(term)}


def watched(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """Columns that can hold words and are not read."""
    kinds = (models.CharField, models.TextField, models.JSONField)
    columns = (each for each in model._meta.get_fields() if isinstance(each, kinds))
    return [each for each in columns if each.name not in READ[model] and not isinstance(each, models.UUIDField)]


def sentinel(model: type[models.Model], name: str) -> str:
    """A word that stands nowhere else, and that the tokenizer keeps as one: zq, model, field."""
    return f"zq{model.__name__.lower()}{name.replace('_', '')}zq"


def watch(row: models.Model) -> list[str]:
    """Put a sentinel into every watched column, in memory: none of them would pass the database's choices."""
    model = type(row)
    for column in watched(model):
        word = sentinel(model, column.name)
        setattr(row, column.name, [word] if isinstance(column, models.JSONField) else word)
    return [sentinel(model, column.name) for column in watched(model)]


@pytest.fixture
def professional(bank: Bank) -> Professional:
    return make_shopkeeper(bank, experiences=[EXPERIENCE])


@pytest.fixture
def need(organization: Organization) -> Need:
    return make_shop_need(organization, problems=["発送"], public_summary="通販の相談です。")


def told(value: Document | Query) -> str:
    return json.dumps(asdict(value), ensure_ascii=False, default=str)


def test_the_engine_s_own_fields_are_none_of_a_person():
    names = [*DOCUMENT_FIELDS, *QUERY_FIELDS, *Document.__dataclass_fields__, *Query.__dataclass_fields__]

    assert [name for name in names if PERSONAL.search(name)] == []


def test_what_is_read_of_a_row_is_nothing_of_a_person():
    read = {name for model in READ for name in READ[model]} | READ_OF_AN_EXPERIENCE

    assert [name for name in read if PERSONAL.search(name)] == []
    assert {"name", "kana", "postal_address", "email", "phone", "employer", "residency", "hidden_from"} <= {
        column.name for column in watched(Professional)
    }


def test_no_other_field_of_a_professional_reaches_its_document(professional):
    before = told(document_of(professional))

    words = watch(professional)
    after = told(document_of(professional))

    assert len(words) > 20
    assert [word for word in words if word in after] == []
    assert after == before


def test_of_an_experience_neither_client_nor_time_is_read(professional):
    experience = {name: f"zq{name}zq" for name in EXPERIENCE} | {"born": "zqbornzq", "sex": "zqsexzq"}
    professional.experiences = [experience]

    read = set(re.findall("zq([a-z_]+)zq", told(document_of(professional))))

    assert read == READ_OF_AN_EXPERIENCE


def test_of_a_claim_the_evidence_s_words_are_not_read(professional):
    claim = professional.skills.get()
    claim.evidence = "zqevidencezq"
    claim.save()

    document = document_of(professional)

    assert document.skills[0].evidence is True
    assert "zq" not in told(document)


def test_no_other_field_of_a_need_or_its_organization_reaches_its_query(need):
    before = told(query_of(need))

    words = watch(need) + watch(need.organization)
    after = told(query_of(need))

    assert len(words) > 20
    assert [word for word in words if word in after] == []
    assert after == before


def test_every_field_that_is_read_of_a_need_would_be_seen_here(need):
    """The watch itself: a word in a column that is read does come out."""
    for name in READ[Need]:
        setattr(need, name, sentinel(Need, name))

    after = told(query_of(need))

    assert [name for name in READ[Need] if sentinel(Need, name) not in after] == []


PERSON = {
    "name": "御厨 みはる",
    "kana": "ミクリヤ ミハル",
    "email": "miharu@watch.example",
    "phone": "090-4321-8765",
    "postal_address": "あかつき市つつじ台九丁目",
    "best_time": "孫のいない日曜",
    "employer": "やまびこ信用金庫",
    "travel": "自転車圏内",
    "hidden_from": ["有限会社だるま堂"],
    "residency": "tie",
    "pause_reason": "育児休業",
    "areas": ["つつじ台"],
}
SECRET = (
    *("御厨", "みはる", "ミクリヤ", "miharu", "4321", "つつじ", "孫", "やまびこ", "自転車", "だるま", "育児"),
    "みはり商会",
)


def test_nothing_of_a_person_is_in_the_index_the_idf_the_snapshot_or_the_reasons(bank, organization, need):
    """From the database to the answer: whatever the engine has learned is looked through."""
    make_problem("発送")
    professional = make_shopkeeper(
        bank,
        **PERSON,
        experiences=[EXPERIENCE],
        headline="御厨みはるのECサイト構築",
        summary="やまびこ信用金庫勤務。みはり商会の通信販売。miharu@watch.example まで。",
    )

    state = state_of(bank.pk)
    document = state.professionals.model.document(state.professionals.held.item(str(professional.pk)))
    learned = {
        *document.row(),
        *state.professionals.model.query(state.needs.held.item(str(need.pk))).row(),
        *counted_in_the_bank(state.professionals.model._snapshot.counts),
    }
    terms = {token.term for word in SECRET for token in tokenize(word)}
    (candidate,) = candidates_for_need(need=need, limit=5, at=AT).results
    snapshot = pair_score(need=need, professional=professional, at=AT).snapshot
    everything = json.dumps([sorted(learned), asdict(candidate.ranked), snapshot], ensure_ascii=False, default=str)

    assert candidate.ranked.contributions and snapshot["reasons"] and len(learned) > 20
    assert [word for word in (*SECRET, organization.name, organization.kana) if word in everything] == []
    assert terms & learned == set()
    assert [term for term in terms if state.professionals.index.top({term: 1.0}, limit=1)] == []


def test_who_somebody_is_changes_no_score(bank, need):
    """Counterfactual: the same words under another name, kana, address, employer and residency."""
    make_shopkeeper(bank, **PERSON)
    make_shopkeeper(bank, name="ジョン・スミス", kana="", residency="city", postal_address="", employer="")

    one, other = candidates_for_need(need=need, limit=5, at=AT).results

    assert one.ranked.score == other.ranked.score
    assert one.ranked.contributions == other.ranked.contributions
