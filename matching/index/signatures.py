"""Signatures of rows: a few bits that tell of most terms that a row lacks them, without a look into their lists.

Each term sets one bit, which others share, so that a bit that is not set is certain, and one that is set is not.

Source: Faloutsos and Christodoulakis 1984, "Signature Files: An Access Method for Documents and Its Analytical
Performance Evaluation".
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

WORD = 64
"""Bits of a word of a signature."""
TERMS_A_WORD = 24
"""Terms of a mean row, so that a third of all bits is set, and a signature costs a third of a byte a posting."""
TOGETHER = 65_536
"""Rows whose bits are set at once."""
GOLDEN = np.uint64(2_654_435_769)
"""2**32 over the golden ratio, which spreads neighbours. Source: Knuth 1973, The Art of Computer Programming, 6.4."""
LOW, HALF = np.uint64(2**32 - 1), np.uint64(32)


def signatures_of(matrix: Any) -> NDArray[np.uint64]:
    """Shape (n_rows, n_words), of a csr matrix; n_words as suits its mean row. Read-only."""
    n_rows = matrix.shape[0]
    n_words = max(1, round(matrix.nnz / (max(1, n_rows) * TERMS_A_WORD)))
    signatures = np.empty((n_rows, n_words), np.uint64)
    for first in range(0, n_rows, TOGETHER):
        part = matrix[first : first + TOGETHER]
        is_set = np.zeros((part.shape[0], n_words * WORD), np.bool_)
        rows = np.repeat(np.arange(part.shape[0]), np.diff(part.indptr))
        is_set[rows, bit_of(part.indices.astype(np.uint64), np.uint64(n_words * WORD))] = True
        signatures[first : first + TOGETHER] = np.packbits(is_set, axis=1, bitorder="little").view(np.uint64)
    signatures.setflags(write=False)
    return signatures


def bit_of(column: Any, n_bits: np.uint64) -> Any:
    """The bit of a column, uint64 as the answer, or of an array of them, in a signature of so many bits."""
    return (((column * GOLDEN) & LOW) * n_bits) >> HALF
