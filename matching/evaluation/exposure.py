"""How evenly rankings show those who can be ranked.

Source: Gini 1912; the measure as used for exposure in Biega, Gummadi and Weikum 2018, "Equity of Attention".
"""

from collections.abc import Sequence


def gini(times: Sequence[int]) -> float:
    """In [0, 1): 0 where all are shown equally often, (n - 1) / n where one alone is shown. 0 where nobody is.

        G = sum_i (2 i - n - 1) x_i / (n sum_i x_i)      x in rising order, i from 1

    times : how often each was shown, >= 0, in any order
    """
    total, n = sum(times), len(times)
    if not total:
        return 0.0
    return sum((2 * place - n - 1) * x for place, x in enumerate(sorted(times), start=1)) / (n * total)


def least_gini(shown: int, n: int) -> float:
    """The Gini of `shown` appearances spread as evenly as whole numbers allow over n: what no ranking can go below.

    n - r are shown floor(shown / n) times and r = shown mod n once more, hence G = r (n - r) / (n shown).
    """
    if not shown:
        return 0.0
    once_more = shown % n
    return once_more * (n - once_more) / (n * shown)
