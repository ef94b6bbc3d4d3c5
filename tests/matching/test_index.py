import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.index import DuplicateId, InvalidLimit, MaskLengthMismatch, Rows
from matching.index.postings import SMALLEST_MERGE, PostingsIndex

Row = dict[str, float]
Corpus = dict[str, tuple[Row, list[Row]]]
"""Id to its linear row and its rivals."""

WEIGHTS = st.sampled_from([0.125, 0.25, 0.5, 0.75])
ROW = st.dictionaries(st.sampled_from("abcdef"), WEIGHTS, max_size=5)
RIVALS = st.lists(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from([0.0625, 0.125]), max_size=3), max_size=3)
ID = st.text("xyz0", min_size=1, max_size=3)
CORPUS = st.dictionaries(ID, st.tuples(ROW, RIVALS), max_size=12).map(
    lambda corpus: {id: _with_terms_of_rivals(*row) for id, row in corpus.items()}
)


def _with_terms_of_rivals(row: Row, rivals: list[Row]) -> tuple[Row, list[Row]]:
    """A rival has no term that its row lacks."""
    return {**{term: 0.0625 for rival in rivals for term in rival}, **row}, rivals


def rows_of(corpus: Corpus) -> Rows:
    linear = Rows.of([row for row, _ in corpus.values()])
    columns = {term: column for column, term in enumerate(linear.terms)}
    every = [(owner, rival) for owner, (_, rivals) in enumerate(corpus.values()) for rival in rivals]
    matrix = np.zeros((len(every), len(columns)))
    for position, (_, rival) in enumerate(every):
        for term, weight in rival.items():
            matrix[position, columns[term]] = weight
    owners = np.array([owner for owner, _ in every], np.int64)
    return Rows(linear.terms, linear.matrix, sp.csr_array(matrix), owners)


def built(rows: Corpus) -> PostingsIndex:
    return PostingsIndex().upsert(list(rows), rows_of(rows))


def naive_top(
    rows: Corpus, query: Row, limit: int, allowed: set[str], asked_rivals: list[Row] | None = None
) -> list[tuple[str, float]]:
    def product(one: Row, other: Row) -> float:
        return sum(one[term] * other.get(term, 0.0) for term in one)

    scores = {}
    for id, (row, rivals) in rows.items():
        best = max((product(query, rival) for rival in rivals), default=0.0)
        ours = max((product(rival, row) for rival in asked_rivals or ()), default=0.0)
        scores[id] = min(1.0, product(query, row) + best + ours)
    found = ((id, score) for id, score in scores.items() if id in allowed and score > 0)
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:limit]


@settings(max_examples=200, deadline=None)
@given(CORPUS, ROW, RIVALS, st.integers(1, 15), st.data())
def test_top_equals_the_naive_ranking_under_any_mask(
    rows: Corpus, query: Row, rivals: list[Row], limit: int, data: st.DataObject
) -> None:
    index = built(rows)
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows))), dtype=np.bool_)
    allowed = {id for id, may in zip(index.ids, mask, strict=True) if may}

    assert index.top(query, limit=limit, mask=mask) == naive_top(rows, query, limit, allowed)
    assert index.top(query, rivals, limit=limit) == naive_top(rows, query, limit, set(rows), rivals)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.booleans(), CORPUS), max_size=6), ROW)
def test_any_sequence_of_changes_equals_a_fresh_index(
    changes: list[tuple[bool, Corpus]], query: dict[str, float]
) -> None:
    index, rows = PostingsIndex(), Corpus()
    for adds, batch in changes:
        if adds:
            index, rows = index.upsert(list(batch), rows_of(batch)), {**rows, **batch}
        else:
            index, rows = index.remove(batch.keys()), {id: row for id, row in rows.items() if id not in batch}

    assert sorted(index.ids) == sorted(rows)
    assert index.top(query, limit=50) == naive_top(rows, query, 50, set(rows))


ONE: Corpus = {"p1": ({"a": 0.5}, [])}


def test_an_old_index_still_answers_after_a_change() -> None:
    old = built(ONE)

    new = old.upsert(["p1"], Rows.of([{"a": 0.25}])).remove(["p2"])

    assert old.top({"a": 1.0}, limit=1) == [("p1", 0.5)]
    assert new.top({"a": 1.0}, limit=1) == [("p1", 0.25)]


def test_many_small_changes_are_merged_and_nothing_is_lost() -> None:
    index, rows = PostingsIndex(), Corpus()
    for number in range(SMALLEST_MERGE + 50):
        rows[f"p{number:04}"] = ({"a": (number % 7 + 1) / 8, f"t{number}": 0.5}, [])
        index = index.upsert([f"p{number:04}"], Rows.of([rows[f"p{number:04}"][0]]))

    assert index.top({"a": 1.0}, limit=400) == naive_top(rows, {"a": 1.0}, 400, set(rows))


def test_ties_are_broken_by_id_across_both_segments() -> None:
    index = built({id: ({"a": 0.5}, []) for id in ("d", "b", "e")}).upsert(["a", "c"], Rows.of([{"a": 0.5}] * 2))

    assert [id for id, _ in index.top({"a": 1.0}, limit=3)] == ["a", "b", "c"]


def test_a_mask_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(MaskLengthMismatch) as refused:
        built(ONE).top({"a": 1.0}, limit=1, mask=np.ones(2, dtype=np.bool_))

    assert (refused.value.expected, refused.value.actual) == (1, 2)


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_below_one_is_refused(limit: int) -> None:
    with pytest.raises(InvalidLimit):
        PostingsIndex().top({"a": 1.0}, limit=limit)


def test_an_id_given_twice_is_refused() -> None:
    with pytest.raises(DuplicateId) as refused:
        PostingsIndex().upsert(["p1", "p1"], Rows.of([{"a": 0.5}] * 2))

    assert refused.value.ids == ("p1",)


def test_an_empty_index_and_unknown_words_give_nothing() -> None:
    assert PostingsIndex().upsert([], Rows.of([])).top({"a": 1.0}, limit=3) == []
    assert built(ONE).top({"z": 1.0}, limit=3) == []
    assert built(ONE).top({}, limit=3) == []
    assert built({"p1": ({}, [])}).top({"a": 1.0}, limit=3) == []
