import numpy as np
import pytest
import scipy.stats

from matching.evaluation import statistics
from matching.evaluation.measures import mrr
from matching.evaluation.statistics import difference, estimate, randomization_p


def reciprocal_ranks(rankings: list[list[str]]) -> statistics.Floats:
    return np.array([mrr(ranking, {"right": 1}, k=10) for ranking in rankings])


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    random = np.random.default_rng(1)
    estimates = [estimate(random.beta(2, 3, size=80)) for _ in range(300)]

    covered = np.mean([each.low <= 2 / 5 <= each.high for each in estimates])

    assert 0.91 <= covered <= 0.98


def test_scipy_finds_the_same_interval() -> None:
    values = np.random.default_rng(2).random(200)

    interval = scipy.stats.bootstrap(
        (values,), np.mean, n_resamples=statistics.RESAMPLES, method="percentile", rng=3
    ).confidence_interval

    ours = estimate(values)
    assert ours.value == pytest.approx(values.mean())
    assert (ours.low, ours.high) == pytest.approx((interval.low, interval.high), abs=0.003)


def test_scipy_finds_the_same_p() -> None:
    random = np.random.default_rng(4)
    better, worse = random.random(100) + 0.06, random.random(100)

    def mean(one, other, axis):
        return np.mean(one - other, axis=axis)

    test = scipy.stats.permutation_test((better, worse), mean, permutation_type="samples", vectorized=True, rng=5)
    expected = test.pvalue

    assert 0.01 < expected < 0.5
    assert difference(better, worse).p == pytest.approx(expected, abs=0.02)


def test_a_shuffled_ranking_is_told_from_a_good_one() -> None:
    random = np.random.default_rng(6)
    good = [["right", *"abcdefgh"] if random.random() < 0.7 else ["a", "right", *"bcdefgh"] for _ in range(60)]
    shuffled = [list(random.permutation(ranking)) for ranking in good]

    found = difference(reciprocal_ranks(good), reciprocal_ranks(shuffled))

    assert found.low > 0 and found.p < 0.001
    assert difference(reciprocal_ranks(shuffled), reciprocal_ranks(good)).high < 0


def test_pairing_finds_what_the_spread_of_the_queries_hides() -> None:
    random = np.random.default_rng(7)
    worse = random.random(100)
    better = worse + random.normal(0.02, 0.03, size=100)

    assert estimate(better).low < estimate(worse).high
    assert difference(better, worse).low > 0 and difference(better, worse).p < 0.01


def test_what_does_not_differ_is_seldom_said_to_differ() -> None:
    random = np.random.default_rng(8)
    alarms = [randomization_p(random.random(40) - random.random(40)) < 0.05 for _ in range(200)]

    assert np.mean(alarms) < 0.10
    assert 0.0 < randomization_p(np.array([1.0])) <= 1.0
    assert randomization_p(np.zeros(40)) == 1.0


def test_the_same_values_give_the_same_figures_in_batches_of_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    values, others = np.random.default_rng(9).random((2, 50))
    once = difference(values, others)

    assert difference(values, others) == once
    monkeypatch.setattr(statistics, "BATCH_CELLS", 700)
    assert difference(values, others) == once
