import numpy as np
import pytest

from matching.evaluation import (
    MATCHING,
    MATCHING_WITH_THESAURUS,
    REGISTRY,
    SCIKIT_LEARN,
    SUDACHI_TFIDF,
    Concepts,
    JudgedSet,
    Lever,
    compared,
    configurations,
    levers_at_work,
)
from matching.evaluation.rankers import matching
from matching.text import Layer, tokenize

CONCEPTS = Concepts(more={"ec": ("ネットショップ", "ごみ箱")})


def a_set(*texts: str) -> JudgedSet:
    """Documents d0, d1 … with these texts."""
    return JudgedSet("s", {f"d{position}": text for position, text in enumerate(texts)}, {}, {})


@pytest.mark.parametrize("configuration", REGISTRY.values(), ids=list(REGISTRY))
def test_equal_texts_stand_by_id_and_only_what_meets_is_ranked(configuration) -> None:
    texts = {id: "python のサーバー" for id in ("d9", "d10", "d1")} | {"d0": "動画 編集"}
    rank = configuration.fit(JudgedSet("s", texts, {}, {}), CONCEPTS)

    assert list(rank("python")) == ["d1", "d10", "d9"]


@pytest.mark.parametrize("configuration", REGISTRY.values(), ids=list(REGISTRY))
def test_a_corpus_without_a_word_gives_empty_rankings(configuration) -> None:
    assert list(configuration.fit(a_set("。", ""), CONCEPTS)("動画")) == []


def test_the_baseline_is_plain_tf_idf_over_the_words_of_the_engine() -> None:
    texts = ["動画を編集します。動画の撮影も", "会計とソフトの導入", "動画の配信と会計"]
    counts = [
        [token.term for token in tokenize(text) if token.layer is Layer.WORD] for text in [*texts, "動画で会計を学ぶ"]
    ]

    def row(terms: list[str]) -> dict[str, float]:
        weights = {
            term: terms.count(term) * (np.log(4 / (1 + sum(term in other for other in counts[:3]))) + 1)
            for term in terms
            if any(term in other for other in counts[:3])
        }
        return {term: weight / np.linalg.norm(list(weights.values())) for term, weight in weights.items()}

    asked = row(counts[3])
    scores = [sum(asked.get(term, 0.0) * weight for term, weight in row(terms).items()) for terms in counts[:3]]

    ranking = SUDACHI_TFIDF.fit(a_set(*texts), None)("動画で会計を学ぶ")
    assert list(ranking) == [f"d{position}" for position in np.argsort(scores)[::-1]]


def test_by_field_reads_the_profile_where_there_is_one() -> None:
    texts = {"d1": "動画", "d2": "動画"}
    judged = JudgedSet("s", texts, {}, {}, profiles={"d1": {"headline": "会計"}, "d2": {"headline": "動画"}})

    assert list(REGISTRY["matching"].fit(judged, None)("動画")) == ["d1", "d2"]
    assert list(REGISTRY["matching, by field"].fit(judged, None)("動画")) == ["d2"]


def test_scikit_learn_as_it_comes_cuts_no_japanese() -> None:
    judged = a_set("ネットショップの運営を支援します")

    assert list(SCIKIT_LEARN.fit(judged, None)("ネットショップ")) == []
    assert list(SUDACHI_TFIDF.fit(judged, None)("ネットショップ")) == ["d0"]


def test_the_thesaurus_is_a_lever() -> None:
    judged = a_set("ごみ箱の支援", "動画の編集")
    (without,) = configurations([Lever.THESAURUS])

    assert list(MATCHING_WITH_THESAURUS.fit(judged, CONCEPTS)("ネットショップ")) == ["d0"]
    assert list(without.fit(judged, CONCEPTS)("ネットショップ")) == []
    assert list(MATCHING.fit(judged, CONCEPTS)("ネットショップ")) == []


@pytest.mark.parametrize(
    ("lever", "asked", "told"),
    [
        (Lever.OWN_CONCEPTS, "ネットショップ", "ごみ箱"),
        (Lever.NEAR_TERMS, "帳簿", "経理の仕事"),
        (Lever.PARTS, "システムリソース", "システム"),
    ],
)
def test_what_only_a_lever_finds_is_not_found_without_it(lever: Lever, asked: str, told: str) -> None:
    judged = a_set(told, "動画の編集")
    concepts = Concepts(own=CONCEPTS.more)
    (without,) = configurations([lever])

    assert "d0" in MATCHING.fit(judged, concepts)(asked)
    rest = set(Lever) - {lever, Lever.THESAURUS}
    alone = matching("alone", off=rest)
    assert "d0" in alone.fit(judged, concepts)(asked)
    assert "d0" not in without.fit(judged, concepts)(asked)


def test_in_a_small_bank_the_background_tells_a_usual_word_from_a_telling_one() -> None:
    judged = a_set("仕事", "帳簿")

    def ranking(*off: Lever) -> list[str]:
        return list(matching("some", off=off).fit(judged, None)("仕事と帳簿"))

    assert ranking(Lever.NEAR_TERMS) == ["d1", "d0"]
    assert ranking(Lever.NEAR_TERMS, Lever.BACKGROUND) == ["d0", "d1"]


def test_only_levers_that_do_something_are_switched_off() -> None:
    assert Lever.THESAURUS in levers_at_work(CONCEPTS)
    assert Lever.THESAURUS not in levers_at_work(Concepts())
    assert [each.name for each in configurations(list(Lever))] == [f"without {lever}" for lever in Lever]


def test_a_comparison_measures_all_on_the_same_queries() -> None:
    judged = JudgedSet("s", {"d1": "ごみ箱の支援", "d2": "動画"}, {"q": "ネットショップ"}, {"q": {"d1": 1}})
    begun: list[str] = []

    comparison = compared(
        judged,
        MATCHING_WITH_THESAURUS,
        others=(SUDACHI_TFIDF,),
        ablated=configurations([Lever.THESAURUS]),
        concepts=CONCEPTS,
        begin=lambda configuration: begun.append(configuration.name),
    )

    assert begun == [result.name for result in comparison.results]
    assert [result.estimates["ndcg@10"].value for result in comparison.results] == [1.0, 0.0, 0.0]
    assert comparison.result.differences(comparison.others[0])["map"].value == 1.0
