"""An index in a file: written beside and renamed, mapped read-only, shared by all processes that read it. No pickle.

MAGIC, length of the header (8 bytes, little endian), its SHA-256, header (JSON), arrays at multiples of ALIGN.
The header names format, byte order, the caller's version and facts, and of each array type, shape, place, length and
SHA-256 of what is stored: a large array as it is, a small one deflated where that is shorter.
"""

import hashlib
import json
import mmap
import os
import sys
import threading
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.index.postings import Postings
from matching.index.search import Search
from matching.index.segment import Segment
from matching.index.segmented import SegmentedIndex
from matching.index.vocabulary import Vocabulary

MAGIC = b"TBINDEX\n"
FORMAT = 4
ALIGN = 64
LARGE = 512 * 2**10
"""Bytes of an array that is mapped, for all processes; a smaller one each process holds for itself. So the lists of
terms, which would weigh two bytes a posting at 10,000 profiles, are short on the disk, and a few MB in each process."""
PREFIX = len(MAGIC) + 8 + hashlib.sha256().digest_size

Arrays = Mapping[str, NDArray[Any]]
Facts = Mapping[str, Any]
"""Values of JSON."""


class IncompatibleIndex(Exception):
    """The file is whole, but of another format, machine or version: build the index anew."""

    code = "incompatible_index"


class CorruptIndex(Exception):
    """The file is not what was written: build the index anew."""

    code = "corrupt_index"


@dataclass(frozen=True, slots=True)
class StoredIndex:
    """index : in the file; beside, facts : the caller's, read-only"""

    index: SegmentedIndex
    beside: Arrays
    facts: Facts


def index_write(
    path: Path, index: SegmentedIndex, *, version: str, beside: Arrays | None = None, facts: Facts | None = None
) -> None:
    """Replace the file, at once, by this index in one segment without tombstones.

    Whoever reads the old file goes on reading it. Of what was removed nothing is in the new one.

    version : what the weights depend on; a file of another version is not read
    beside, facts : more arrays to keep, of simple types, and values of JSON
    """
    segments = index.merged().segments
    arrays = {**(_segment_arrays(segments[0]) if segments else {}), **_prefixed("beside", beside or {})}
    arrays_write(path, arrays, version=version, facts=facts or {})


def index_read(path: Path, search: Search, *, version: str) -> StoredIndex:
    """The index of a file, as `arrays_read` reads it."""
    arrays, facts = arrays_read(path, version=version)
    beside = {name.removeprefix("beside."): array for name, array in arrays.items() if name.startswith("beside.")}
    return StoredIndex(SegmentedIndex(search, [_segment(arrays)] if "names" in arrays else ()), beside, facts)


def arrays_write(path: Path, arrays: Arrays, *, version: str, facts: Facts) -> None:
    """Replace the file, at once, by these arrays and values of JSON."""
    part = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        with part.open("wb") as file:
            _write(file, arrays, version, facts)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    _sync_directory(path.parent)


def arrays_read(path: Path, *, version: str) -> tuple[Arrays, Facts]:
    """What was written, mapped and checked to the last byte.

    :raises FileNotFoundError: there is no such file.
    :raises IncompatibleIndex: another format, byte order or version.
    :raises CorruptIndex: cut off, or altered.
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size < PREFIX:
            raise CorruptIndex(f"{path.name} is cut off")
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    header = _header(path.name, mapped)
    if (header["format"], header["byte_order"], header["version"]) != (FORMAT, sys.byteorder, version):
        raise IncompatibleIndex(f"{path.name} is of another format, machine or version")
    arrays = {name: _array(path.name, mapped, *facts) for name, facts in header["arrays"].items()}
    return arrays, header["facts"]


def _write(file: Any, arrays: Arrays, version: str, facts: Facts) -> None:
    told: dict[str, tuple[str, Sequence[int], int, int, str]] = {}
    stored = {name: _stored(array) for name, array in arrays.items()}
    place = 0
    for name, array in arrays.items():
        place += -place % ALIGN
        length, digest = len(stored[name]), hashlib.sha256(stored[name]).hexdigest()
        told[name] = (array.dtype.str, array.shape, place, length, digest)
        place += length
    header = {
        "format": FORMAT,
        "byte_order": sys.byteorder,
        "version": version,
        "facts": facts,
        "size": place,
        "arrays": told,
    }
    encoded = json.dumps(header).encode()
    encoded += b" " * (-(PREFIX + len(encoded)) % ALIGN)
    file.write(MAGIC + len(encoded).to_bytes(8, "little") + hashlib.sha256(encoded).digest() + encoded)
    for each in stored.values():
        file.write(b"\0" * (-file.tell() % ALIGN))
        file.write(each)


def _stored(array: NDArray[Any]) -> memoryview:
    whole = _bytes(array)
    if len(whole) >= LARGE:
        return whole
    deflated = memoryview(zlib.compress(whole))
    return deflated if len(deflated) < len(whole) else whole


def _header(name: str, mapped: mmap.mmap) -> dict[str, Any]:
    length = int.from_bytes(mapped[len(MAGIC) : len(MAGIC) + 8], "little")
    encoded = mapped[PREFIX : PREFIX + length]
    digest = mapped[len(MAGIC) + 8 : PREFIX]
    if mapped[: len(MAGIC)] != MAGIC or hashlib.sha256(encoded).digest() != digest:
        raise CorruptIndex(f"{name} is no index, or its header is altered")
    header: dict[str, Any] = json.loads(encoded)
    if len(mapped) != PREFIX + length + header["size"]:
        raise CorruptIndex(f"{name} is cut off, or longer than it was")
    for facts in header["arrays"].values():
        facts[2] += PREFIX + length
    return header


def _array(
    name: str, mapped: mmap.mmap, kind: str, shape: Sequence[int], place: int, length: int, digest: str
) -> NDArray[Any]:
    stored: memoryview | bytes = memoryview(mapped)[place : place + length]
    if hashlib.sha256(stored).hexdigest() != digest:
        raise CorruptIndex(f"{name} is altered")
    of, n = np.dtype(kind), int(np.prod(shape))
    if length < n * of.itemsize:
        stored = zlib.decompress(stored, bufsize=n * of.itemsize)
    return np.frombuffer(stored, of, n).reshape(shape)


def _bytes(array: NDArray[Any]) -> memoryview:
    """Also of an empty array, which has no address."""
    return memoryview(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data if array.nbytes else b"")


def _segment_arrays(segment: Segment) -> dict[str, NDArray[Any]]:
    return {
        "names": segment.names,
        "letters": segment.vocabulary.letters,
        "ends": segment.vocabulary.ends,
        "signatures": segment.signatures,
        "first_rival": segment.first_rival,
        **_prefixed("rows", segment.rows._asdict()),
        **_prefixed("rivals", segment.rivals._asdict()),
    }


def _segment(arrays: Arrays) -> Segment:
    def postings(prefix: str) -> Postings:
        return Postings(*(arrays[f"{prefix}.{field}"] for field in Postings._fields))

    vocabulary = Vocabulary(arrays["letters"], arrays["ends"])
    ours, theirs = (postings("rows"), arrays["signatures"]), (postings("rivals"), arrays["first_rival"])
    return Segment(arrays["names"], vocabulary, *ours, *theirs, np.zeros(0, np.int64))


def _prefixed(prefix: str, arrays: Arrays) -> dict[str, NDArray[Any]]:
    return {f"{prefix}.{name}": array for name, array in arrays.items()}


def _sync_directory(directory: Path) -> None:
    """So that the new name outlives a loss of power."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
