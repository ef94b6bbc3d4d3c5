"""Words for scores mean what they say: how seldom chance reaches them. Grades of the judged set are not looked at."""

import json
from copy import copy
from pathlib import Path

import pytest

from matching import Document, Engine, Lexicon, Query, tables
from talentbank.ranking.candidates import FAIR_FROM, STRONG_FROM
from talentbank.ranking.thesaurus_files import own_groups_read

DIRECTORY = Path(__file__).parents[2] / "judged" / "sme_needs"


def lines(name: str) -> list[dict]:
    return [json.loads(line) for line in (DIRECTORY / name).read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def engine() -> Engine:
    """Of the profiles as they fill in their fields."""
    profiles = lines("profiles.jsonl")
    fields = [
        {name: tuple(value) if isinstance(value, list) else value for name, value in each.items() if name != "id"}
        for each in profiles
    ]
    return Engine.fit(
        [Document(each["id"], texts=texts) for each, texts in zip(profiles, fields, strict=True)],
        lexicon=Lexicon(own_groups_read()),
        background=tables.background(),
        neighbours=tables.near_terms(),
    )


@pytest.fixture(scope="module")
def needs() -> dict[str, Query]:
    return {need["id"]: Query(texts={"own_words": need["text"]}) for need in lines("queries.jsonl")}


@pytest.fixture(scope="module")
def pairs(engine, needs) -> list[float]:
    """The score of every need with every profile, nothing in common is 0."""
    met = [score for need in needs.values() for _, score in engine.scores(need, limit=len(engine))]
    return met + [0.0] * (len(needs) * len(engine) - len(met))


@pytest.mark.parametrize(("least", "one_in"), [(FAIR_FROM, 20), (STRONG_FROM, 100)])
def test_chance_reaches_it_as_seldom_as_the_word_says(pairs, least, one_in):
    share = sum(score >= least for score in pairs) / len(pairs)

    assert 0.75 / one_in <= share <= 1.25 / one_in


def test_who_pastes_a_whole_profile_into_one_box_is_found_as_well(engine, needs):
    texts = {each["id"]: each["text"] for each in lines("corpus.jsonl")}
    found = {id: [profile for profile, _ in engine.scores(need, limit=3)] for id, need in needs.items()}
    lost = []
    for id, best in found.items():
        changed = copy(engine)
        changed.upsert([Document(best[0], texts={"summary": texts[best[0]]})])
        lost.append(best[0] not in [profile for profile, _ in changed.scores(needs[id], limit=10)])

    assert sum(lost) / len(lost) <= 0.1
