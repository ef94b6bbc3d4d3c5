"""The terms of a segment: sorted, in one piece of memory that may be a mapped file."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

UNKNOWN = -1
END = b"\0"
"""Of a term, where several are written after each other; no term has it."""
REMEMBERED = 65_536
"""Terms whose column is remembered; a search costs microseconds, a memory of all terms hundreds of MB a process."""


class Vocabulary:
    """Columns of terms, which ascend by term.

    letters : uint8, UTF-8 of all terms
    ends : int64, shape (n_terms,)
    hashed : what a back end has made of it that looks many terms up at once
    """

    hashed: Any = None

    def __init__(self, letters: NDArray[np.uint8], ends: NDArray[np.int64]) -> None:
        self.letters, self.ends = letters, ends
        self._columns: dict[str, int] = {}

    @classmethod
    def of(cls, terms: Sequence[str]) -> "Vocabulary":
        """terms : unique, ascending"""
        encoded = [term.encode("utf-8", "surrogatepass") for term in terms]
        letters = np.frombuffer(b"".join(encoded), np.uint8)
        vocabulary = cls(letters, np.cumsum([len(each) for each in encoded], dtype=np.int64))
        if len(terms) <= REMEMBERED:
            vocabulary._columns.update(zip(terms, range(len(terms)), strict=True))
        return vocabulary

    def __len__(self) -> int:
        return len(self.ends)

    def __iter__(self) -> Iterator[str]:
        return (self._bytes(column).decode("utf-8", "surrogatepass") for column in range(len(self)))

    def columns(self, terms: Iterable[str]) -> NDArray[np.int64]:
        """Of each term, or UNKNOWN."""
        try:
            return np.array([*map(self._columns.get, terms)], np.int64)
        except TypeError:  # one of them was not yet asked for
            return np.array([*map(self.column, terms)], np.int64)

    def column(self, term: str) -> int:
        """Of a term, or UNKNOWN."""
        column = self._columns.get(term)
        if column is None:
            wanted = term.encode("utf-8", "surrogatepass")
            column = bisect_left(range(len(self)), wanted, key=self._bytes)
            if column == len(self) or self._bytes(column) != wanted:
                column = UNKNOWN
            if len(self._columns) >= REMEMBERED:
                self._columns = {}
            self._columns[term] = column
        return column

    def _bytes(self, column: int) -> bytes:
        start = self.ends[column - 1] if column else 0
        return self.letters[start : self.ends[column]].tobytes()


def letters_of(terms: Collection[str]) -> bytes:
    """UTF-8 of the terms, each with its END."""
    return ("\0".join(terms) + "\0" if terms else "").encode("utf-8", "surrogatepass")
