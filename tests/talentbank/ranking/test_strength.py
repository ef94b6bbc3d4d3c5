"""Words for scores mean what they say: how seldom chance reaches them. Grades of the judged set are not looked at."""

import json
from pathlib import Path

import pytest

from matching import Document, Engine, Lexicon, Query, tables
from talentbank.ranking.candidates import FAIR_FROM, STRONG_FROM
from talentbank.ranking.thesaurus_files import own_groups_read

DIRECTORY = Path(__file__).parents[2] / "judged" / "sme_needs"


def lines(name: str) -> list[dict]:
    return [json.loads(line) for line in (DIRECTORY / name).read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def pairs() -> list[float]:
    """The score of every need with every profile, nothing in common is 0."""
    profiles = lines("profiles.jsonl")
    fields = [
        {name: tuple(value) if isinstance(value, list) else value for name, value in each.items() if name != "id"}
        for each in profiles
    ]
    documents = [Document(each["id"], texts=texts) for each, texts in zip(profiles, fields, strict=True)]
    engine = Engine.fit(
        documents,
        lexicon=Lexicon(own_groups_read()),
        background=tables.background(),
        neighbours=tables.near_terms(),
    )
    needs = [Query(texts={"own_words": need["text"]}) for need in lines("queries.jsonl")]
    met = [score for need in needs for _, score in engine.scores(need, limit=len(documents))]
    return met + [0.0] * (len(needs) * len(documents) - len(met))


@pytest.mark.parametrize(("least", "one_in"), [(FAIR_FROM, 20), (STRONG_FROM, 100)])
def test_chance_reaches_it_as_seldom_as_the_word_says(pairs, least, one_in):
    share = sum(score >= least for score in pairs) / len(pairs)

    assert 0.75 / one_in <= share <= 1.25 / one_in
