"""The contract of an index: every back end, against a naive ranking."""

import copy
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.index import (
    Asking,
    DuplicateId,
    InvalidId,
    InvalidLimit,
    InvalidTerm,
    InvalidWeight,
    MaskLengthMismatch,
    Rows,
    backends,
)
from matching.index.compiled import CompiledSearch
from matching.index.dense import DenseSearch
from matching.index.kernel_types import Words
from matching.index.kernel_words import columns_of, table_of
from matching.index.question import Questions
from matching.index.search import Search
from matching.index.segment import Segment
from matching.index.segmented import LOOSE, TIER, SegmentedIndex
from matching.index.signatures import bit_of, signatures_of
from matching.index.vocabulary import UNKNOWN

Row = dict[str, float]
Corpus = dict[str, tuple[Row, list[Row]]]
"""Id to its linear row and its rivals."""

WEIGHTS = st.sampled_from([0.125, 0.25, 0.5, 0.75])
ROW = st.dictionaries(st.sampled_from("abcdef"), WEIGHTS, max_size=5)
RIVALS = st.lists(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from([0.0625, 0.125]), max_size=3), max_size=3)
ID = st.text("xyz0髙", min_size=1, max_size=3)
CORPUS = st.dictionaries(ID, st.tuples(ROW, RIVALS), max_size=12).map(
    lambda corpus: {id: _with_terms_of_rivals(*row) for id, row in corpus.items()}
)
SEARCHES: dict[str, Search] = {
    "scipy": DenseSearch(),
    "numba": CompiledSearch(),
    "numba, few rows as many": CompiledSearch(few_rows=0),
}
TERM = st.text(st.characters(exclude_characters="\0", exclude_categories=[]), max_size=4)
"""Half a surrogate too, and no letter at all."""
each_back_end = pytest.mark.parametrize("search", SEARCHES.values(), ids=SEARCHES.keys())


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


def built(search: Search, rows: Corpus) -> SegmentedIndex:
    return SegmentedIndex(search).upsert(list(rows), rows_of(rows))


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


@each_back_end
@settings(max_examples=100, deadline=None)
@given(rows=CORPUS, query=ROW, rivals=RIVALS, limit=st.integers(1, 15), data=st.data())
def test_top_equals_the_naive_ranking_under_any_mask(
    search: Search, rows: Corpus, query: Row, rivals: list[Row], limit: int, data: st.DataObject
) -> None:
    index = built(search, rows)
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows))), dtype=np.bool_)
    allowed = {id for id, may in zip(index.ids, mask, strict=True) if may}

    assert index.mask(allowed).tolist() == mask.tolist()
    assert index.top(query, limit=limit, mask=mask) == naive_top(rows, query, limit, allowed)
    assert index.top(query, rivals, limit=limit) == naive_top(rows, query, limit, set(rows), rivals)


@each_back_end
@settings(max_examples=100, deadline=None)
@given(rows=CORPUS, more=CORPUS, asking=st.lists(st.tuples(ROW, RIVALS), max_size=9), limit=st.integers(1, 15))
def test_many_questions_at_once_are_answered_as_one_by_one(
    search: Search, rows: Corpus, more: Corpus, asking: list[tuple[Row, list[Row]]], limit: int
) -> None:
    index = built(search, rows).upsert(list(more), rows_of(more))
    mask = np.arange(len(index)) % 2 == 0

    for each in (None, mask):
        found = index.top_each(asking, limit=limit, mask=each)

        assert found == [index.top(asked, rivals, limit=limit, mask=each) for asked, rivals in asking]


@each_back_end
def test_an_unusual_question_among_many_takes_nothing_from_the_others(search: Search) -> None:
    """More terms than the kernel takes, a term with NUL, nothing but unknown words."""
    row = {f"t{n}": 0.5 for n in range(5_000)}
    index = SegmentedIndex(search).upsert(["p1", "p2"], Rows.of([row, {"t5": 0.5}]))
    usual: Row = {"t5": 0.25, "t7": 0.25}
    long = dict.fromkeys(row, 2.0**-14)
    half = [("p1", 0.25), ("p2", 0.125)]
    whole = [("p1", 5_000 / 2**15), ("p2", round(2.0**-15, 12))]

    found = index.top_each([(usual, ()), (long, ()), ({"z": 1.0}, ()), ({}, ()), (usual, ())], limit=2)
    beside_nul = index.top_each([(usual, ()), ({"t\0": 1.0}, ()), (usual, ())], limit=2)

    assert found == [half, whole, [], [], half]
    assert beside_nul == [half, [], half]
    with pytest.raises(InvalidWeight):
        index.top_each([(usual, ()), ({"t5": -1.0}, ()), (usual, ())], limit=2)


@each_back_end
@settings(max_examples=100, deadline=None)
@given(
    row=st.dictionaries(TERM, st.just(2.0**-6), min_size=1, max_size=30),
    query=st.dictionaries(TERM, st.just(2.0**-6), max_size=10),
)
def test_any_text_is_a_term(search: Search, row: Row, query: Row) -> None:
    """And is found under its own letters alone."""
    index = built(search, {"p1": (row, [])})

    assert index.top({**query, **row}, limit=1) == [("p1", len(row) / 4_096)]
    assert index.top(query, limit=1) == naive_top({"p1": (row, [])}, query, 1, {"p1"})
    for term in row:
        assert index.top({term + "x": 1.0, "x" + term: 1.0, term: 1.0}, limit=1)[0][1] >= 2.0**-6


@each_back_end
def test_a_term_with_nul_is_refused_in_a_row_and_unknown_where_it_is_asked(search: Search) -> None:
    index = built(search, {"p1": ({"a": 0.5, "b": 0.25, "c": 0.125}, [])})

    with pytest.raises(InvalidTerm):
        index.upsert(["p2"], Rows.of([{"a\0b": 0.5}]))
    assert index.top({"a\0b": 1.0, "c": 0.5}, limit=1) == [("p1", 0.0625)]
    assert index.top({"c": 0.5}, [{"\0": 1.0}, {"b\0": 0.5, "b": 0.5}], limit=1) == [("p1", 0.1875)]
    assert index.top({"\0": 1.0}, limit=1) == []


@each_back_end
@settings(max_examples=50, deadline=None)
@given(changes=st.lists(st.tuples(st.sampled_from(["add", "remove", "merge"]), CORPUS), max_size=6), query=ROW)
def test_any_sequence_of_changes_equals_a_fresh_index(
    search: Search, changes: list[tuple[str, Corpus]], query: dict[str, float]
) -> None:
    index, rows = SegmentedIndex(search), Corpus()
    for change, batch in changes:
        if change == "add":
            index, rows = index.upsert(list(batch), rows_of(batch)), {**rows, **batch}
        elif change == "remove":
            index, rows = index.remove(batch.keys()), {id: row for id, row in rows.items() if id not in batch}
        else:
            index = index.merged()

    assert sorted(index.ids) == sorted(rows) and len(index) == len(rows)
    assert (
        index.top(query, limit=50) == naive_top(rows, query, 50, set(rows)) == built(search, rows).top(query, limit=50)
    )


N_ROWS, N_TERMS = 140_000, 400


@dataclass(frozen=True)
class Many:
    rows: Rows
    ids: list[str]
    segments: tuple[Segment, ...]


@pytest.fixture(scope="module", params=[False, True], ids=["linear", "rivals"])
def many(request: pytest.FixtureRequest) -> Many:
    """Rows over three blocks, with terms of one row, of few and of most, of rows that lie together (every seventh),
    and rivals across a block's border."""
    random = np.random.default_rng(5)
    share = 0.3 / np.arange(1, N_TERMS + 1)
    places = [random.choice(N_ROWS, max(1, int(N_ROWS * each)), replace=False) for each in share]
    for n in range(0, N_TERMS, 7):
        places[n] = np.arange(len(places[n])) + (n * 211 + 60_000) % (N_ROWS - len(places[n]))
    columns = np.repeat(np.arange(N_TERMS), [len(each) for each in places])
    weights = random.random(len(columns)).astype(np.float32) * 0.1
    matrix = sp.csr_array(sp.coo_array((weights, (np.concatenate(places), columns)), shape=(N_ROWS, N_TERMS)))
    owners = np.sort(random.integers(0, N_ROWS, N_ROWS // 2 if request.param else 0))
    rivals = matrix[owners]
    rivals.data = rivals.data * random.random(len(rivals.data)).astype(np.float32)
    rows = Rows(tuple(f"t{n}" for n in range(N_TERMS)), matrix, rivals, owners)
    ids = [f"{n:06d}" for n in range(N_ROWS)]
    return Many(rows, ids, SegmentedIndex(DenseSearch()).upsert(ids, rows).segments)


def oracle(rows: Rows, asked: Row, rivals: list[Row], eligible: np.ndarray) -> np.ndarray:
    """Scores of all rows by plain matrix products, 0 where not eligible."""

    def vector(row: Row) -> np.ndarray:
        return np.array([row.get(term, 0.0) for term in rows.terms])

    scores = rows.matrix.astype(np.float64) @ vector(asked)
    best = np.zeros(N_ROWS)
    np.maximum.at(best, rows.owners, rows.rivals.astype(np.float64) @ vector(asked))
    ours = np.max([rows.matrix @ vector(rival) for rival in rivals], axis=0) if rivals else 0.0
    return np.minimum(scores + best + ours, 1.0) * eligible


def assert_best(found: list[tuple[str, float]], scores: np.ndarray, ids: list[str], limit: int) -> None:
    """The overlap is whole but for ties: the scores are right, and nothing better is left out."""
    order = np.argsort(-scores, kind="stable")[:limit]
    assert len(found) == min(limit, np.count_nonzero(scores))
    by_id = dict(zip(ids, scores.tolist(), strict=True))
    assert [score for _, score in found] == pytest.approx(scores[order][: len(found)].tolist(), abs=1e-11)
    assert [by_id[id] for id, _ in found] == pytest.approx([score for _, score in found], abs=1e-11)


@each_back_end
@pytest.mark.parametrize("share", [0.0, 0.0003, 0.01, 0.05, 0.5, 1.0])
def test_the_best_of_many_are_found_under_a_filter(search: Search, many: Many, share: float) -> None:
    random = np.random.default_rng(7)
    index = SegmentedIndex(search, many.segments)
    mask = random.random(N_ROWS) < share
    for n_terms, limit in ((1, 20), (3, 1), (50, 20), (50, 300)):
        terms = random.choice(N_TERMS, n_terms, replace=False)
        asked = {f"t{term}": weight for term, weight in zip(terms, random.random(n_terms).tolist(), strict=True)}
        rivals = [{f"t{term}": 0.1 for term in terms[:5]}, {f"t{term}": 0.1 for term in terms[3:]}]
        for ours in ([], rivals):
            found = index.top(asked, ours, limit=limit, mask=mask)

            assert_best(found, oracle(many.rows, asked, ours, mask), many.ids, limit)


def test_the_back_ends_agree_to_the_last_bit(many: Many) -> None:
    dense = SegmentedIndex(DenseSearch(), many.segments).remove(many.ids[::7])
    compiled = SegmentedIndex(CompiledSearch(), dense.segments)
    random = np.random.default_rng(11)
    for share in (0.3, 0.0003) * 5:
        mask = random.random(len(dense)) < share
        asked = {f"t{term}": random.random() / 50 for term in random.choice(N_TERMS, 50, replace=False)}
        rivals = [{f"t{term}": random.random() / 50 for term in random.choice(N_TERMS, 20)} for _ in range(3)]

        assert compiled.top(asked, limit=20) == dense.top(asked, limit=20)
        assert compiled.top(asked, rivals, limit=20, mask=mask) == dense.top(asked, rivals, limit=20, mask=mask)
        both: list[Asking] = [(asked, ()), (asked, rivals)]
        assert compiled.top_each(both, limit=20, mask=mask) == dense.top_each(both, limit=20, mask=mask)


@pytest.mark.parametrize("limit", [20, 1_000])
def test_a_usual_need_is_answered_by_the_kernel_alone(many: Many, monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    def adds_everything(*_: object) -> None:
        raise AssertionError("the kernel gave up")

    monkeypatch.setattr(DenseSearch, "best", adds_everything)
    asked = {f"t{term}": 0.02 for term in np.random.default_rng(3).choice(N_TERMS, 50, replace=False)}

    assert len(SegmentedIndex(CompiledSearch(), many.segments).top(asked, limit=limit)) == limit


@each_back_end
def test_rivals_without_a_word_count_for_nothing(search: Search) -> None:
    corpus: Corpus = {f"p{n}": ({f"t{n}": 0.25, "a": 0.5}, [{}, {}]) for n in range(5)}

    assert built(search, corpus).top({"a": 1.0, "t3": 0.5}, limit=2) == [("p3", 0.625), ("p0", 0.5)]


ONE: Corpus = {"p1": ({"a": 0.5}, [])}


@each_back_end
def test_sums_that_round_alike_from_both_sides_are_equal(search: Search) -> None:
    rows = Rows.of([{"y": 1.0}, {"g": 1.0}, {"m": 1.0}])
    index = SegmentedIndex(search).upsert(["a", "b", "z"], rows)

    found = index.top({"y": 0.5553979459355, "g": 0.5553979459365, "m": 0.864827723214972}, limit=2)

    assert [id for id, _ in found] == ["z", "a"]


@each_back_end
def test_a_weight_too_small_for_single_precision_is_kept(search: Search) -> None:
    """For its rivals, which have no term that their row lacks."""
    index = built(search, {"p": ({"a": 1e-50}, [{"a": 0.5}]), "q": ({"a": 0.25}, []), "r": ({"a": 0.125}, [])})

    assert index.top({"a": 1.0}, limit=1) == [("p", 0.5)]


def test_a_rival_of_a_term_that_its_row_lacks_is_refused() -> None:
    rows = Rows(
        ("a", "b"),
        sp.csr_array(np.array([[0.25, 0], [0, 0.5]])),
        sp.csr_array(np.array([[0, 0.75]])),
        np.array([0]),
    )
    with pytest.raises(ValueError, match="its row lacks"):
        SegmentedIndex(DenseSearch()).upsert(["p", "q"], rows)


def test_rows_that_are_not_as_many_as_ids_are_refused() -> None:
    for ids in (["p"], ["p", "q", "r"]):
        with pytest.raises(ValueError, match="2 rows"):
            SegmentedIndex(DenseSearch()).upsert(ids, Rows.of([{"a": 0.5}, {"a": 0.25}]))


class Liar(dict[str, float]):
    def __len__(self) -> int:
        return 4_096


@each_back_end
def test_a_mapping_that_lies_about_its_length_is_answered(search: Search) -> None:
    assert built(search, ONE).top(Liar(a=1.0), limit=1) == [("p1", 0.5)]


def test_letters_are_not_read_beyond_their_end() -> None:
    """Of fewer terms than they were said to be."""
    vocabulary = built(CompiledSearch(), ONE).segments[0].vocabulary
    words = Words(vocabulary.letters, vocabulary.ends, table_of(vocabulary.letters, vocabulary.ends))
    memory = np.frombuffer(b"a\0b" + b"x" * 1_000 + b"\0", np.uint8)

    columns, end = columns_of(memory[:3], 0, 3, words)

    assert (columns.tolist(), end) == ([0, UNKNOWN, UNKNOWN], 5)


def test_what_is_no_question_is_given_up() -> None:
    index = built(CompiledSearch(), ONE)

    asked = Questions([({}, ())], b"a\0b", b"\0" * 16, np.array([2, 2]).tobytes())

    best = CompiledSearch().best(index.segments[0], asked, 1, None)

    assert best.counts == [0] and len(best.positions) == len(best.scores) == 0


@each_back_end
@pytest.mark.parametrize(
    "mask", [np.ones((1, 4), np.bool_), np.ones((1,) * 24, np.bool_), np.ones(1), np.ones(1, np.int64)]
)
def test_a_mask_of_another_shape_or_kind_is_refused(search: Search, mask: np.ndarray) -> None:
    with pytest.raises(TypeError, match="a row of booleans"):
        built(search, ONE).top({"a": 1.0}, limit=1, mask=mask)


@each_back_end
def test_a_copy_answers_from_its_own_arrays(search: Search) -> None:
    index = built(search, ONE)
    assert index.top({"a": 1.0}, limit=1) == [("p1", 0.5)]

    copied = copy.deepcopy(index)

    assert all(not segment.notes for segment in copied.segments)
    assert copied.top({"a": 1.0}, limit=1) == [("p1", 0.5)]


@each_back_end
def test_an_old_index_still_answers_after_a_change(search: Search) -> None:
    old = built(search, ONE)

    new = old.upsert(["p1"], Rows.of([{"a": 0.25}])).remove(["p2"])

    assert old.top({"a": 1.0}, limit=1) == [("p1", 0.5)]
    assert new.top({"a": 1.0}, limit=1) == [("p1", 0.25)]


@each_back_end
def test_many_small_changes_are_merged_and_nothing_is_lost(search: Search) -> None:
    index, rows = SegmentedIndex(search), Corpus()
    for first in range(0, TIER**2 + 50, 10):
        batch = {f"p{n:04}": ({"a": (n % 7 + 1) / 8, f"t{n}": 0.5}, []) for n in range(first, first + 10)}
        rows |= batch
        index = index.upsert(list(batch), rows_of(batch))

    assert len(index.segments) <= 2 + LOOSE
    assert index.top({"a": 1.0}, limit=2_000) == naive_top(rows, {"a": 1.0}, 2_000, set(rows))


@each_back_end
def test_a_segment_of_tombstones_alone_falls_away(search: Search) -> None:
    index = built(search, {id: ({"a": 0.5}, []) for id in "abc"})

    assert [len(segment.names) for segment in index.remove("ab").segments] == [1]
    assert index.remove("abc").segments == ()


@each_back_end
def test_ties_are_broken_by_id_across_segments(search: Search) -> None:
    many_rows = {f"b{n:04}": ({"a": 0.5}, []) for n in range(100)}
    index = built(search, many_rows).upsert(["a", "c"], Rows.of([{"a": 0.5}] * 2))

    assert len(index.segments) == 2
    assert [id for id, _ in index.top({"a": 1.0}, limit=3)] == ["a", "b0000", "b0001"]


@each_back_end
def test_rows_that_are_all_equal_are_ranked_by_id(search: Search) -> None:
    ids = [f"{n:05d}" for n in range(30_000)]
    index = SegmentedIndex(search).upsert(ids[::-1], Rows.of([{"a": 0.3, "b": 0.1}] * len(ids)))

    assert index.top({"a": 0.5, "b": 0.5}, limit=3) == [(id, pytest.approx(0.2, abs=1e-7)) for id in ids[:3]]


@each_back_end
@pytest.mark.parametrize("n_others", [0, 3_000, 14_000])
def test_rows_that_are_worth_more_than_everything_are_equal(search: Search, n_others: int) -> None:
    rows = [{"a": weight} for weight in [0.7] * 9 + [0.9] * 2 + [0.1] * n_others]
    index = SegmentedIndex(search).upsert([f"{n:05d}" for n in range(len(rows))], Rows.of(rows))

    assert index.top({"a": 2.0}, limit=2) == [("00000", 1.0), ("00001", 1.0)]


@each_back_end
def test_rows_that_differ_by_less_than_what_is_rounded_are_equal(search: Search) -> None:
    """Of weights so small that what is rounded is many steps of a bound."""
    steps = np.array([135, 71, 101, 127, 119, 116, 63])
    terms = [f"t{n}" for n in range(len(steps))]
    fewer = steps - (np.arange(len(steps)) == 0)
    weights = [(fewer - 0.001) / 255, (steps + 0.02) / 255, np.ones(len(steps))]
    rows = Rows.of([dict(zip(terms, row.tolist(), strict=True)) for row in weights])
    index = SegmentedIndex(search).upsert(["b", "c", "z"], rows)
    asked = dict.fromkeys(terms, 1e-9 / len(terms))
    mask = np.array([True, True, False])

    found = index.top(asked, limit=2, mask=mask)

    assert found[0][1] == found[1][1]
    assert index.top(asked, limit=1, mask=mask) == found[:1] == [("b", found[0][1])]


@each_back_end
def test_weights_that_are_finite_alone_are_ranked(search: Search) -> None:
    index = built(search, {"p1": ({"a": 0.7e30}, []), "p2": ({"a": 0.9e30}, [])})

    assert index.top({"a": 1e300}, limit=1) == [("p1", 1.0)]


@each_back_end
@pytest.mark.parametrize("n_others", [1, 3_000])
def test_a_word_of_next_to_no_weight_counts(search: Search, n_others: int) -> None:
    rows: Corpus = {"p1": ({"a": 0.5}, []), "p3": ({"b": 0.5}, [])}
    index = built(search, rows | {f"p2{n:04}": ({"b": 0.25}, []) for n in range(n_others)})

    assert index.top({"a": 1.0, "b": 1e-6}, limit=3) == [("p1", 0.5), ("p3", 5e-7), ("p20000", 2.5e-7)]


@each_back_end
@pytest.mark.parametrize("limit", [5_000, 10**9])
def test_more_than_there_is_may_be_asked_for(search: Search, limit: int) -> None:
    ids = [f"{n:05d}" for n in range(3_000)]
    index = SegmentedIndex(search).upsert(ids, Rows.of([{"a": (n + 1) / 4_096} for n in range(3_000)]))

    assert index.top({"a": 1.0}, limit=limit) == [(ids[n], (n + 1) / 4_096) for n in reversed(range(3_000))]


@each_back_end
def test_each_word_of_long_rows_is_found(search: Search) -> None:
    """Their signatures have several words."""
    random = np.random.default_rng(5)
    rows = [{f"t{term}": 0.5 for term in random.choice(2_000, 200, replace=False)} for _ in range(40)]
    ids = [f"{n:02d}" for n in range(40)]
    index = SegmentedIndex(search).upsert(ids, Rows.of(rows))

    for term in {term for row in rows for term in row}:
        expected = [(id, 0.5) for id, row in zip(ids, rows, strict=True) if term in row]
        assert index.top({term: 1.0, "t": 1.0}, limit=40) == expected


def test_a_signature_tells_of_most_words_that_a_row_lacks_them() -> None:
    matrix = sp.random_array((300, 2_000), density=0.05, format="csr", rng=np.random.default_rng(5))

    signatures = signatures_of(matrix)

    bits = bit_of(np.arange(2_000, dtype=np.uint64), np.uint64(64 * signatures.shape[1])).astype(np.int64)
    may_have = (signatures[:, bits >> 6] >> (bits & 63).astype(np.uint64)) & np.uint64(1)
    assert may_have[matrix.nonzero()].all()
    assert 0.2 < may_have.mean() < 0.45


@each_back_end
def test_a_need_of_thousands_of_words_is_answered(search: Search) -> None:
    row = {f"t{n}": 0.5 for n in range(10_000)}
    index = SegmentedIndex(search).upsert(["p1", "p2"], Rows.of([row, {"t5": 0.5}]))

    found = index.top({term: 1 / 16_384 for term in row}, limit=2)

    assert found == [("p1", pytest.approx(5_000 / 16_384)), ("p2", pytest.approx(0.5 / 16_384))]


@each_back_end
def test_a_mask_of_the_wrong_length_is_refused(search: Search) -> None:
    with pytest.raises(MaskLengthMismatch) as refused:
        built(search, ONE).top({"a": 1.0}, limit=1, mask=np.ones(2, dtype=np.bool_))

    assert (refused.value.expected, refused.value.actual) == (1, 2)


@each_back_end
@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_below_one_is_refused(search: Search, limit: int) -> None:
    with pytest.raises(InvalidLimit):
        SegmentedIndex(search).top({"a": 1.0}, limit=limit)


@each_back_end
@pytest.mark.parametrize("weight", [-0.5, math.nan, math.inf])
def test_a_weight_that_is_none_is_refused(search: Search, weight: float) -> None:
    index = built(search, ONE)
    refused: list[Callable[[], object]] = [
        lambda: index.upsert(["p2"], Rows.of([{"a": weight}])),
        lambda: index.top({"a": weight}, limit=1),
        lambda: index.top({"a": 1.0, "unknown": weight}, limit=1),
        lambda: index.top({}, [{"b": weight}], limit=1),
        lambda: SegmentedIndex(search).top({"a": weight}, limit=1),
        lambda: index.top_each([({"a": 1.0}, ()), ({"a": weight}, ())], limit=1),
    ]
    for call in refused:
        with pytest.raises(InvalidWeight):
            call()


@each_back_end
def test_weights_too_great_to_add_make_a_score_of_1(search: Search) -> None:
    index = built(search, {"p1": ({"a": 0.5, "b": 0.5}, []), "p2": ({"a": 1e-300}, [])})
    great = np.finfo(np.float64).max

    for asked in ({"a": great, "b": great, "c": great}, {"a": great, **{f"u{n}": 1e307 for n in range(30)}}):
        assert index.top(asked, limit=1) == [("p1", 1.0)]
        assert index.top({"a": 0.5}, [asked], limit=1) == [("p1", 1.0)]


def test_an_id_given_twice_or_with_nul_is_refused() -> None:
    with pytest.raises(DuplicateId) as refused:
        SegmentedIndex(DenseSearch()).upsert(["p1", "p1"], Rows.of([{"a": 0.5}] * 2))
    with pytest.raises(InvalidId):
        SegmentedIndex(DenseSearch()).upsert(["p1\0"], Rows.of([{"a": 0.5}]))

    assert refused.value.ids == ("p1",)


@each_back_end
def test_an_empty_index_and_unknown_words_give_nothing(search: Search) -> None:
    empty = SegmentedIndex(search).upsert([], Rows.of([]))
    assert built(search, ONE).top_each([], limit=3) == empty.top_each([], limit=3) == []
    assert empty.top({"a": 1.0}, limit=3) == empty.top({"a": 1.0}, limit=3, mask=np.zeros(0, np.bool_)) == []
    with pytest.raises(MaskLengthMismatch):
        empty.top({"a": 1.0}, limit=3, mask=np.ones(1, np.bool_))
    assert built(search, ONE).top({"z": 1.0}, limit=3) == []
    assert built(search, ONE).top({}, limit=3) == []
    assert built(search, ONE).top({"a": 0.0}, limit=3) == []
    assert built(search, {"p1": ({}, [])}).top({"a": 1.0}, limit=3) == []


def test_without_numba_the_base_install_searches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    for module in ("compiled", "kernel"):
        monkeypatch.delitem(sys.modules, f"matching.index.{module}")

    assert backends.search.__wrapped__().name == "scipy"


def test_with_numba_the_kernel_searches() -> None:
    assert backends.search().name == "numba"
