import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.index import DuplicateId, InvalidLimit, MaskLengthMismatch
from matching.index.postings import SMALLEST_MERGE, PostingsIndex
from matching.scoring import sparse_rows
from matching.weighting import TermRows

Rows = dict[str, dict[str, float]]

WEIGHTS = st.sampled_from([0.125, 0.25, 0.5, 0.75])
ROW = st.dictionaries(st.sampled_from("abcdef"), WEIGHTS, max_size=5)
CORPUS = st.dictionaries(st.text("xyz0", min_size=1, max_size=3), ROW, max_size=12)


def built(rows: Rows) -> PostingsIndex:
    return PostingsIndex().upsert(list(rows), sparse_rows(list(rows.values())))


def naive_top(rows: Rows, query: dict[str, float], limit: int, allowed: set[str]) -> list[tuple[str, float]]:
    scores = {id: sum(query[t] * row.get(t, 0.0) for t in query) for id, row in rows.items() if id in allowed}
    return sorted(((id, s) for id, s in scores.items() if s > 0), key=lambda pair: (-pair[1], pair[0]))[:limit]


@settings(max_examples=200, deadline=None)
@given(CORPUS, ROW, st.integers(1, 15), st.data())
def test_top_equals_the_naive_ranking_under_any_mask(
    rows: Rows, query: dict[str, float], limit: int, data: st.DataObject
) -> None:
    index = built(rows)
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows))), dtype=np.bool_)
    allowed = {id for id, may in zip(index.ids, mask, strict=True) if may}

    assert index.top(query, limit=limit, mask=mask) == naive_top(rows, query, limit, allowed)
    assert index.top(query, limit=limit) == naive_top(rows, query, limit, set(rows))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.booleans(), CORPUS), max_size=6), ROW)
def test_any_sequence_of_changes_equals_a_fresh_index(
    changes: list[tuple[bool, Rows]], query: dict[str, float]
) -> None:
    index, rows = PostingsIndex(), dict[str, dict[str, float]]()
    for adds, batch in changes:
        if adds:
            index, rows = index.upsert(list(batch), sparse_rows(list(batch.values()))), {**rows, **batch}
        else:
            index, rows = index.remove(batch.keys()), {id: row for id, row in rows.items() if id not in batch}

    assert sorted(index.ids) == sorted(rows)
    assert index.top(query, limit=50) == naive_top(rows, query, 50, set(rows))


def test_an_old_index_still_answers_after_a_change() -> None:
    old = built({"p1": {"a": 0.5}})

    new = old.upsert(["p1"], sparse_rows([{"a": 0.25}])).remove(["p2"])

    assert old.top({"a": 1.0}, limit=1) == [("p1", 0.5)]
    assert new.top({"a": 1.0}, limit=1) == [("p1", 0.25)]


def test_many_small_changes_are_merged_and_nothing_is_lost() -> None:
    index, rows = PostingsIndex(), dict[str, dict[str, float]]()
    for number in range(SMALLEST_MERGE + 50):
        rows[f"p{number:04}"] = {"a": (number % 7 + 1) / 8, f"t{number}": 0.5}
        index = index.upsert([f"p{number:04}"], sparse_rows([rows[f"p{number:04}"]]))

    assert index.top({"a": 1.0}, limit=400) == naive_top(rows, {"a": 1.0}, 400, set(rows))


def test_ties_are_broken_by_id_across_both_segments() -> None:
    index = built({id: {"a": 0.5} for id in ("d", "b", "e")}).upsert(["a", "c"], sparse_rows([{"a": 0.5}] * 2))

    assert [id for id, _ in index.top({"a": 1.0}, limit=3)] == ["a", "b", "c"]


def test_a_mask_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(MaskLengthMismatch) as refused:
        built({"p1": {"a": 0.5}}).top({"a": 1.0}, limit=1, mask=np.ones(2, dtype=np.bool_))

    assert (refused.value.expected, refused.value.actual) == (1, 2)


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_below_one_is_refused(limit: int) -> None:
    with pytest.raises(InvalidLimit):
        PostingsIndex().top({"a": 1.0}, limit=limit)


def test_an_id_given_twice_is_refused() -> None:
    with pytest.raises(DuplicateId) as refused:
        PostingsIndex().upsert(["p1", "p1"], sparse_rows([{"a": 0.5}] * 2))

    assert refused.value.ids == ("p1",)


def test_an_empty_index_and_unknown_words_give_nothing() -> None:
    empty_rows = TermRows((), sp.csr_array((0, 0)))

    assert PostingsIndex().upsert([], empty_rows).top({"a": 1.0}, limit=3) == []
    assert built({"p1": {"a": 0.5}}).top({"z": 1.0}, limit=3) == []
    assert built({"p1": {"a": 0.5}}).top({}, limit=3) == []
    assert built({"p1": {}}).top({"a": 1.0}, limit=3) == []
