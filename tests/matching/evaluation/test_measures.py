import math

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, ndcg_score

from matching.evaluation import JudgedSet
from matching.evaluation.measures import DEPTH, MEASURES, average_precision, measured, mrr, ndcg, recall


def test_the_measures_follow_their_definitions() -> None:
    grades = {"a": 3, "b": 1}

    assert ndcg(["a", "b"], grades, k=10) == 1.0
    assert ndcg(["x", "a"], grades, k=10) == pytest.approx((7 / math.log2(3)) / (7 + 1 / math.log2(3)))
    assert ndcg(["x", "a"], grades, k=1) == 0.0
    assert mrr(["x", "b", "a"], grades, k=10) == 0.5
    assert mrr(["x"] * 10 + ["a"], grades, k=10) == 0.0
    assert recall(["x", "b"], grades, k=2) == 0.5
    assert average_precision(["x", "b", "y", "a"], grades) == pytest.approx((1 / 2 + 2 / 4) / 2)
    assert average_precision(["b"], grades) == pytest.approx(1 / 2)


def test_where_nothing_is_relevant_every_measure_is_zero() -> None:
    assert {name: measure(["a", "b"], {"a": 0}) for name, measure in MEASURES.items()} == dict.fromkeys(MEASURES, 0.0)
    assert {name: measure([], {"a": 1}) for name, measure in MEASURES.items()} == dict.fromkeys(MEASURES, 0.0)


def test_average_precision_looks_no_deeper_than_its_depth() -> None:
    above = [f"x{position}" for position in range(DEPTH - 1)]

    assert average_precision([*above, "a"], {"a": 1}) == pytest.approx(1 / DEPTH)
    assert average_precision([*above, "x", "a"], {"a": 1}) == 0.0


@pytest.mark.parametrize("seed", range(20))
def test_scikit_learn_agrees(seed: int) -> None:
    random = np.random.default_rng(seed)
    ids = [f"d{position}" for position in range(60)]
    grades = {id: int(random.integers(0, 4)) for id in ids}
    scores = random.permutation(60)
    ranking = [ids[position] for position in np.argsort(-scores)]

    gains = [[2 ** grades[id] - 1 for id in ids]]
    assert ndcg(ranking, grades, k=10) == pytest.approx(ndcg_score(gains, [scores], k=10))
    assert average_precision(ranking, grades) == pytest.approx(
        average_precision_score([grades[id] > 0 for id in ids], scores)
    )


def test_every_asked_query_has_a_value_in_the_order_of_the_ids() -> None:
    judged = JudgedSet(
        "s", {"a": "", "b": ""}, {"q2": "two", "q1": "one", "q3": "three"}, {"q1": {"a": 1}, "q2": {"b": 1}}
    )
    rankings = {"one": ["a", "b"], "two": ["a", "b"]}

    values = measured(judged, rankings.__getitem__)

    assert values["mrr@10"].tolist() == [1.0, 0.5]
    assert set(values) == set(MEASURES)
