import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.evaluation.exposure import gini, least_gini

TIMES = st.lists(st.integers(0, 50), min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([3, 3, 3, 3], 0.0),
        ([0, 0, 0, 8], 3 / 4),
        ([0, 0], 0.0),
        ([], 0.0),
        ([1, 2, 3, 4], 1 / 4),
        ([1, 1, 2, 2], 1 / 6),
        ([1, 0, 1, 0], 1 / 2),
    ],
)
def test_known_distributions_have_their_gini(times: list[int], expected: float) -> None:
    assert gini(times) == pytest.approx(expected)


@given(TIMES)
def test_gini_is_half_the_relative_mean_difference(times: list[int]) -> None:
    n, total = len(times), sum(times)
    differences = sum(abs(one - other) for one in times for other in times)

    assert gini(times) == pytest.approx(differences / (2 * n * total) if total else 0.0)


@given(TIMES, st.integers(2, 5), st.randoms(use_true_random=False))
def test_neither_order_nor_scale_nor_a_copy_of_the_whole_bank_matters(times: list[int], factor: int, random) -> None:
    shuffled = list(times)
    random.shuffle(shuffled)

    assert gini(shuffled) == gini(times)
    assert gini([factor * each for each in times]) == pytest.approx(gini(times))
    assert gini(times * factor) == pytest.approx(gini(times))


@given(TIMES)
def test_nothing_is_more_even_than_the_least(times: list[int]) -> None:
    n, total = len(times), sum(times)
    even = [total // n + (number < total % n) for number in range(n)]

    assert gini(even) == pytest.approx(least_gini(total, n))
    assert gini(times) >= least_gini(total, n) - 1e-12


def test_fewer_appearances_than_people_leave_some_out_whatever_is_done() -> None:
    assert least_gini(15, 38) == pytest.approx(1 - 15 / 38)
    assert least_gini(0, 0) == 0.0
