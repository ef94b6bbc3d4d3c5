"""What leads from one version of a shard to the next, as a value with a digest, and as a file. No pickle in files."""

import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from matching.index import Rows
from matching.index.files import CorruptIndex

NO_ROWS = Rows.of([])


@dataclass(frozen=True)
class Change:
    """Ids left out, then rows put in, in place of those of the same ids.

    base : token of the version that is changed, "" for one without rows
    """

    base: str
    gone: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    rows: Rows = NO_ROWS

    @cached_property
    def token(self) -> str:
        """Of the version after the change: 40 hex digits that stand for the change and all before it."""
        digest = hashlib.blake2b(digest_size=20)
        for name, array in self._arrays.items():
            digest.update(f"{name} {array.dtype.str} {array.shape} ".encode())
            digest.update(np.ascontiguousarray(array).data if array.size else b"")
        return digest.hexdigest()

    @property
    def nbytes(self) -> int:
        return sum(array.nbytes for array in self._arrays.values())

    @cached_property
    def _arrays(self) -> Mapping[str, NDArray[Any]]:
        texts = {"base": self.base, "gone": self.gone, "ids": self.ids, "terms": self.rows.terms}
        return {
            "texts": np.frombuffer(json.dumps(texts).encode(), np.uint8),
            **_parts("rows", self.rows.matrix),
            **_parts("rivals", self.rows.rivals),
            "owners": np.asarray(self.rows.owners, np.int64),
        }

    def __reduce__(self) -> tuple[Any, ...]:
        """Travels as its arrays, in single precision."""
        return _from_arrays, (dict(self._arrays),)

    def write(self, path: Path) -> None:
        """Beside, then renamed: there is never a part of it."""
        written(path, lambda file: np.savez(file, allow_pickle=False, **self._arrays))

    @classmethod
    def read(cls, path: Path, token: str) -> "Change":
        """:raises FileNotFoundError: there is no such file.
        :raises CorruptIndex: what it holds does not lead to this token.
        """
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                change = _from_arrays(dict(arrays))
            if change.token == token:
                return change
        except (ValueError, KeyError, EOFError, zipfile.BadZipFile):
            pass
        raise CorruptIndex(f"{path.name} is altered")


def taken(rows: Rows, positions: NDArray[np.int64]) -> Rows:
    """Some of the rows, by ascending position, with their rivals, over the terms that they have."""
    of_these = np.isin(rows.owners, positions)
    matrix, rivals = rows.matrix[positions], rows.rivals[np.flatnonzero(of_these)]
    used = np.unique(np.concatenate([matrix.indices, rivals.indices]))
    narrow = [
        sp.csr_array((each.data, np.searchsorted(used, each.indices), each.indptr), shape=(each.shape[0], len(used)))
        for each in (matrix, rivals)
    ]
    owners = np.searchsorted(positions, rows.owners[of_these])
    return Rows(tuple(rows.terms[column] for column in used.tolist()), narrow[0], narrow[1], owners)


def written(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """A file that is whole from the moment it has its name."""
    part = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}.part")
    try:
        with part.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _parts(name: str, matrix: Any) -> dict[str, NDArray[Any]]:
    """Weights in single precision, as an index keeps them."""
    with np.errstate(over="ignore"):  # too great a weight is refused by the index
        weights = matrix.data.astype(np.float32)
    return {
        f"{name}.weights": weights,
        f"{name}.columns": matrix.indices.astype(np.int32),
        f"{name}.starts": matrix.indptr.astype(np.int64),
    }


def _from_arrays(arrays: Mapping[str, NDArray[Any]]) -> Change:
    texts: dict[str, Any] = json.loads(arrays["texts"].tobytes())
    terms: Sequence[str] = texts["terms"]

    def matrix(name: str) -> Any:
        parts = (arrays[f"{name}.weights"].astype(np.float64), arrays[f"{name}.columns"], arrays[f"{name}.starts"])
        return sp.csr_array(parts, shape=(len(parts[2]) - 1, len(terms)))

    rows = Rows(tuple(terms), matrix("rows"), matrix("rivals"), arrays["owners"])
    return Change(texts["base"], tuple(texts["gone"]), tuple(texts["ids"]), rows)
