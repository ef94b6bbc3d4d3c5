"""Which back end searches: numba where it is installed (the extra `scale`), else numpy and scipy alone."""

from functools import cache

from matching.index.dense import DenseSearch
from matching.index.search import Search
from matching.index.segmented import SegmentedIndex


@cache
def search() -> Search:
    """The back end of this process. The first call compiles the kernel: call it at start, not inside a request."""
    try:
        from matching.index.compiled import CompiledSearch
    except ModuleNotFoundError as missing:
        if missing.name != "numba":
            raise
        return DenseSearch()
    return CompiledSearch()


def empty_index() -> SegmentedIndex:
    return SegmentedIndex(search())
