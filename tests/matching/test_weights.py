"""The numbers of the formula as one value: they share out wholes, and every one of them reaches the scores."""

import math
from dataclasses import fields, replace
from typing import Any

import pytest

from matching import (
    BackgroundFrequencies,
    Document,
    Engine,
    InvalidWeights,
    NeedEngine,
    Query,
    SkillClaim,
    SkillWish,
    Weights,
)
from matching.lexicon import Lexicon
from matching.neighbours import NeighbourTable

DOCUMENTS = (
    Document(
        "p1",
        {
            "headline": "通販サイトの写真",
            "experiences": ("通販サイト", "動画編集と動画配信の動画講座"),
            "summary": "動画の撮影も請け負い、写真や文章も仕上げます",
        },
        (SkillClaim("ec", level=1, years=4.0, evidence=True),),
    ),
    Document("p2", {"headline": "経理", "summary": "帳簿"}, (SkillClaim("ec", level=4, years=1.0),)),
)
NEED = Query(
    "n1",
    {"title": "ネットショップ", "own_words": "動画撮影と写真編集、カメラ"},
    (SkillWish("ec", level=2), SkillWish("video")),
)
OTHER: dict[str, Any] = {
    "document_fields": {"headline": 0.1, "skills": 0.2, "experiences": 0.4, "summary": 0.3},
    "query_fields": {**Weights().query_fields, "title": 0.10, "own_words": 0.30},
    "text_share": 0.5,
    "near_share": 0.2,
    "whole_share": 0.2,
    "best_share": 0.8,
    "saturation": 1.2,
    "length_pivot": 0.5,
    "part_share": 0.1,
    "usual_half": 0.1,
    "synonym_share": 0.8,
    "claim_share": {"claim_share": 0.5, "level_share": 0.3},
    "level_share": {"level_share": 0.1, "years_share": 0.2},
    "years_share": {"years_share": 0.05, "claim_share": 0.65},
    "evidence_share": {"evidence_share": 0.0, "claim_share": 0.7},
    "full_years": 8.0,
}


def scores(weights: Weights) -> dict[str, float | None]:
    engine = Engine.fit(
        DOCUMENTS,
        lexicon=Lexicon({"shop": ("ネットショップ", "通販サイト")}),
        background=BackgroundFrequencies(100, {"動画": 3.0}),
        neighbours=NeighbourTable.of({"カメラ": (("写真", 0.7),)}),
        weights=weights,
    )
    needs = NeedEngine(engine.model, [NEED])
    found = {document.id: engine.score(NEED, document.id) for document in DOCUMENTS}
    for document in DOCUMENTS:
        pair = found[document.id]
        assert pair.score == needs.score(document, "n1").score
        assert math.fsum(row.value for row in pair.contributions) == pytest.approx(pair.score, abs=1e-9)
        ranked = {each.id: each.score for each in engine.rank(NEED)}
        assert ranked.get(document.id, 0.0) == pair.score
    return {id: pair.score for id, pair in found.items()}


def changed(name: str) -> Weights:
    value = OTHER[name]
    values = value if name.endswith("_share") and isinstance(value, dict) else {name: value}
    return replace(Weights(), **values)


@pytest.mark.parametrize("name", [spec.name for spec in fields(Weights)])
def test_every_number_reaches_the_scores_alike_in_both_directions_and_in_their_reasons(name: str) -> None:
    assert scores(changed(name)) != scores(Weights())


@pytest.mark.parametrize("name", [spec.name for spec in fields(Weights)])
def test_every_number_is_part_of_the_model_version(name: str) -> None:
    before, after = (Engine.fit(DOCUMENTS, weights=weights).model_version for weights in (Weights(), changed(name)))

    assert before != after


def test_weights_that_are_not_handed_in_are_the_default_ones() -> None:
    assert Engine.fit(DOCUMENTS).model_version == Engine.fit(DOCUMENTS, weights=Weights()).model_version


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"document_fields": {"headline": 0.5}}, "document_fields"),
        ({"query_fields": {"title": 1.5, "own_words": -0.5}}, "query_fields"),
        ({"text_share": 1.01}, "text_share"),
        ({"best_share": -0.01}, "best_share"),
        ({"length_pivot": math.nan}, "length_pivot"),
        ({"saturation": 0.0}, "saturation"),
        ({"full_years": math.inf}, "full_years"),
        ({"claim_share": 0.7}, "claim_share"),
    ],
)
def test_a_number_out_of_its_range_is_refused_by_name(values: dict[str, Any], name: str) -> None:
    with pytest.raises(InvalidWeights) as refusal:
        Weights(**values)

    assert refusal.value.name == name


def test_the_facts_are_plain_values_that_make_the_same_weights_again() -> None:
    assert Weights(**Weights().facts()) == Weights()  # type: ignore[arg-type]


def test_a_model_under_another_lexicon_and_weights_scores_as_a_fit_of_its_own_does() -> None:
    lexicon = Lexicon({"shop": ("ネットショップ", "通販サイト"), "photo": ("写真", "カメラ")})
    engine = Engine.fit(DOCUMENTS, lexicon=Lexicon({"old": ("動画", "文章")}))

    model = engine.model.under(lexicon=lexicon, weights=changed("best_share"))
    fitted = Engine.fit(DOCUMENTS, lexicon=lexicon, weights=changed("best_share"))

    replaced = Engine(model, DOCUMENTS)
    for document in DOCUMENTS:
        ours, theirs = replaced.score(NEED, document.id), fitted.score(NEED, document.id)
        assert ours.score == pytest.approx(theirs.score, abs=1e-12)
    assert len({engine.model_version, model.version, fitted.model_version}) == 3
