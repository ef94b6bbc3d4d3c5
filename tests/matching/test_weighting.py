import math
from collections import Counter

import numpy as np
import pytest

from matching.weighting import BackgroundFrequencies, FieldWeightedTfidf, IdfSnapshot, UnknownField

FIELDS = {"headline": 0.6, "summary": 0.4}
CORPUS = [
    {"headline": ["a", "b"], "summary": ["a", "a", "c"]},
    {"summary": ["c"]},
    {"headline": ["d"], "summary": []},
    {},
]


def naive_row(document: dict[str, list[str]], idf: dict[str, float], unseen: float) -> dict[str, float]:
    row: Counter[str] = Counter()
    for field, weight in FIELDS.items():
        raw = {t: (1 + math.log(n)) * idf.get(t, unseen) for t, n in Counter(document.get(field, [])).items()}
        norm = math.sqrt(sum(value**2 for value in raw.values())) or 1.0
        row.update({term: weight * value / norm for term, value in raw.items()})
    return dict(row)


def test_rows_follow_the_formula() -> None:
    weighting = FieldWeightedTfidf.fit(CORPUS, fields=FIELDS)
    df = Counter(term for document in CORPUS for term in {t for terms in document.values() for t in terms})
    idf = {term: math.log(5 / (1 + count)) + 1 for term, count in df.items()}

    rows = weighting.transform(CORPUS)

    for position, document in enumerate(CORPUS):
        values = dict(zip(rows.terms, rows.matrix[[position]].toarray().ravel(), strict=True))
        assert {t: v for t, v in values.items() if v} == pytest.approx(naive_row(document, idf, math.log(5) + 1))


def test_the_fields_of_a_document_sum_to_its_row() -> None:
    weighting = FieldWeightedTfidf.fit(CORPUS, fields=FIELDS)

    by_field = weighting.by_field(CORPUS[0])

    summed: Counter[str] = Counter()
    for weights in by_field.values():
        summed.update(weights)
    rows = weighting.transform(CORPUS)
    assert [summed[term] for term in rows.terms] == rows.matrix[[0]].toarray().ravel().tolist()


def test_an_empty_field_gives_its_weight_to_nobody() -> None:
    weighting = FieldWeightedTfidf.fit(CORPUS, fields=FIELDS)

    assert weighting.by_field({"summary": ["c"]}) == {"summary": {"c": pytest.approx(0.4)}}


def test_a_word_never_seen_has_the_highest_idf() -> None:
    snapshot = IdfSnapshot(9, {"known": 9})

    assert snapshot.idf("known") == pytest.approx(1.0)
    assert snapshot.idf("unknown") == pytest.approx(math.log(10) + 1)


def test_the_background_adds_its_documents_and_counts() -> None:
    background = BackgroundFrequencies(96, {"a": 95}, name="test")

    weighting = FieldWeightedTfidf.fit(CORPUS, fields=FIELDS, background=background)

    assert weighting.snapshot.n_documents == 100
    assert weighting.snapshot.idf("a") == pytest.approx(math.log(101 / 97) + 1)


def test_no_documents_and_no_words_give_rows_without_columns() -> None:
    weighting = FieldWeightedTfidf.fit([], fields=FIELDS)

    assert weighting.transform([]).matrix.shape == (0, 0)
    assert weighting.transform([{}, {"summary": []}]).matrix.shape == (2, 0)


def test_a_field_without_weight_is_refused() -> None:
    with pytest.raises(UnknownField) as refused:
        FieldWeightedTfidf.fit([], fields=FIELDS).transform([{"age": ["70"]}])

    assert refused.value.unknown == ("age",)


def test_field_weights_must_sum_to_one() -> None:
    with pytest.raises(ValueError, match="sum to"):
        FieldWeightedTfidf({"headline": 0.5}, IdfSnapshot(0, {}))


def test_weights_are_doubles() -> None:
    assert FieldWeightedTfidf.fit(CORPUS, fields=FIELDS).transform(CORPUS).matrix.dtype == np.float64
