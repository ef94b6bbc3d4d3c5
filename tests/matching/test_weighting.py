"""What a term of a need is worth, and how far a text covers it: by the formulas, in plain loops."""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest

from matching.analysis import Entry, ReadDocument
from matching.counts import CountedTexts, Counts
from matching.documents import Document
from matching.lexicon import CONCEPT_MARK, Analyzer, Lexicon, analyzer_of
from matching.text import Layer, Token
from matching.weighting import USUAL_LENGTH, BackgroundFrequencies, Snapshot, TermRows, asked_weights, coverage_rows
from matching.weights import Weights

WEIGHTS = Weights()
NOTHING = BackgroundFrequencies()
EC = Analyzer(Lexicon({"ec": ("ネットショップ", "通販サイト")}))
EVEN = Snapshot(0, {}, {})
"""Under which every idf is 1."""


def words(*terms: str) -> list[Token]:
    return [Token(term, n, n + 1, term) for n, term in enumerate(terms)]


def covered(texts: Sequence[Sequence[Token]], usual: Sequence[float]) -> TermRows:
    return coverage_rows(CountedTexts.of(texts), np.array(usual, np.float64), WEIGHTS)


def counts(*profiles: dict[str, list[list[Token]]]) -> Counts:
    def entries(name: str, texts: list[list[Token]]) -> tuple[Entry, ...]:
        return tuple(Entry(name, n, tuple(text), (), ()) for n, text in enumerate(texts))

    read = [{name: entries(name, texts) for name, texts in profile.items()} for profile in profiles]
    return Counts.of([ReadDocument(Document(f"p{n}"), fields) for n, fields in enumerate(read)])


def test_rows_follow_the_formula() -> None:
    texts = [words("a", "b", "a"), words("b"), words()]

    rows = covered(texts, [2.0, 4.0, 1.0])

    for position, (text, usual) in enumerate(zip(texts, [2.0, 4.0, 1.0], strict=True)):
        k = 0.8 * (0.25 + 0.75 * len(text) / usual)
        expected = {term: n / (n + k) for term, n in Counter(token.term for token in text).items()}
        values = dict(zip(rows.terms, rows.matrix[[position]].toarray().ravel(), strict=True))
        assert {term: value for term, value in values.items() if value} == pytest.approx(expected)


def test_a_wordy_text_covers_a_term_less_and_a_repeated_term_is_covered_more() -> None:
    rows = covered([words("a"), words("a", "b", "c"), words("a", "a", "c")], [2.0] * 3)

    short, wordy, repeated = rows.matrix.toarray()[:, rows.terms.index("a")]
    assert short > repeated > wordy


def test_parts_and_concepts_do_not_lengthen_a_text() -> None:
    (token,) = words("a")
    beside = [token, Token("b", 0, 1, "b", Layer.PART), Token("c", 0, 1, "a", Layer.CONCEPT)]

    rows = covered([[token], beside], [1.0, 1.0])

    alone, accompanied = rows.matrix.toarray()[:, rows.terms.index("a")]
    assert alone == accompanied


def test_a_word_asked_for_twice_is_worth_more_but_not_twice_as_much() -> None:
    weights = asked_weights([words("a", "b", "a")], EVEN, NOTHING, WEIGHTS)

    assert weights["a"] / weights["b"] == pytest.approx(1 + math.log(2))
    assert math.fsum(weights.values()) == pytest.approx(1)


def test_a_concept_takes_its_share_of_the_words_it_stands_for_and_no_more() -> None:
    weights = asked_weights([EC.analyze("通販サイトを開設")], EVEN, NOTHING, WEIGHTS)

    carried = WEIGHTS.synonym_share * 2 / 3
    assert weights == pytest.approx(
        {"通販": carried / 2, "サイト": carried / 2, CONCEPT_MARK + "ec": carried, "開設": 1 / 3}
    )


def test_a_part_is_worth_its_share_beside_the_words() -> None:
    token = Token("ab", 0, 2, "ab")

    weights = asked_weights([[token, Token("b", 1, 2, "b", Layer.PART)]], EVEN, NOTHING, WEIGHTS)

    assert weights["b"] / weights["ab"] == pytest.approx(WEIGHTS.part_share)


def test_what_everybody_says_is_worth_less_but_where_it_names_a_topic() -> None:
    half = 100 * WEIGHTS.usual_half
    talk = BackgroundFrequencies(100, {"売る": half, "年": 3 * half, "開設": 0.0})
    lexicon = analyzer_of(Lexicon({"ec": ("通販サイト", "ネットで売る")}))

    weights = asked_weights([words("年", "売る", "開設")], EVEN, talk, WEIGHTS)
    named = asked_weights([lexicon.analyze("ネットで売る")], EVEN, talk, WEIGHTS)

    assert weights["売る"] / weights["開設"] == pytest.approx(1 / 2)
    assert weights["年"] / weights["開設"] == pytest.approx(1 / 4)
    assert named["売る"] == named["ネット"]


def test_no_word_is_worth_nothing() -> None:
    assert asked_weights([[]], EVEN, NOTHING, WEIGHTS) == {}


def test_a_word_never_seen_has_the_highest_idf_and_a_field_never_seen_the_usual_length() -> None:
    snapshot = Snapshot.fit(counts(*[{"summary": [words("known")]}] * 9))

    assert snapshot.idf("known") == pytest.approx(1.0)
    assert snapshot.idf("unknown") == pytest.approx(math.log(10) + 1)
    assert (snapshot.length("summary"), snapshot.length("headline")) == (1.0, USUAL_LENGTH)


def test_a_fit_counts_documents_and_measures_each_text_of_a_field() -> None:
    snapshot = Snapshot.fit(
        counts({"experiences": [words("a", "a"), words("a", "b", "c", "d")]}, {"summary": [words("b")]})
    )

    assert (snapshot.n_documents, dict(snapshot.counts)) == (2, {"a": 1, "b": 2, "c": 1, "d": 1})
    assert snapshot.length("experiences") == 3.0


def test_the_background_adds_its_documents_and_counts() -> None:
    background = BackgroundFrequencies(96, {"a": 95}, name="test")

    snapshot = Snapshot.fit(counts(*[{"summary": [words("a")]}] * 4), background)

    assert snapshot.n_documents == 100
    assert snapshot.idf("a") == pytest.approx(math.log(101 / 100) + 1)


def test_no_texts_and_no_words_give_rows_without_columns() -> None:
    assert covered([], []).matrix.shape == (0, 0)
    assert covered([[], []], [1.0, 1.0]).matrix.shape == (2, 0)


def test_weights_are_doubles() -> None:
    assert covered([words("a")], [1.0]).matrix.dtype == np.float64
