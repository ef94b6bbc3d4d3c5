"""One shard: versions of an index, in memory while they are used and in files for a day after. Knows no Ray."""

import logging
import os
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matching.cluster import IndexUnavailable, VersionLost
from matching.cluster.change import Change
from matching.cluster.order import ByIds
from matching.index import Asking
from matching.index.backends import empty_index
from matching.index.files import CorruptIndex, IncompatibleIndex, index_read, index_write
from matching.index.segmented import SegmentedIndex

FORMAT = "1"
"""Of what lies in the files."""
MOST_CHANGES = 64
"""Changes upon a whole file, at which a new one is written."""
LOOSE_SHARE = 0.1
"""Of rows that came by changes, likewise."""
FEW_ROWS = 1_000
"""Rows up to which that share does not matter."""
KEPT_SECONDS = 86_400.0
"""Until a version that nobody used has no file, and a whole file is written of what changed: so somebody removed is
in no file after twice that, and the time between two sweeps."""
SWEEP_SECONDS = 600.0

Bits = NDArray[np.uint8]
"""A mask of the rows by ascending id, eight to a byte."""


@dataclass(frozen=True)
class _Version:
    """files : what it is read from, changes last; loose : rows that came by changes; since : of the first change"""

    index: SegmentedIndex
    files: tuple[str, ...] = ()
    n_changes: int = 0
    loose: int = 0
    since: float = 0.0

    def after(self, change: Change) -> "_Version":
        return _Version(
            self.index.remove(change.gone).upsert(change.ids, change.rows),
            (*self.files, f"{change.token}.change"),
            self.n_changes + 1,
            self.loose + len(change.gone) + len(change.ids),
            self.since or time.time(),
        )

    @cached_property
    def by_ids(self) -> ByIds:
        return ByIds(self.index)

    @property
    def is_due(self) -> bool:
        """For a file of its own."""
        return self.n_changes >= MOST_CHANGES or self.loose > max(FEW_ROWS, LOOSE_SHARE * len(self.index))


class Shard:
    """Reads need no lock.

    directory : seen by every process that holds this shard or a replica of it
    sweep_seconds : between two sweeps of a thread of its own; None for no such thread
    """

    def __init__(self, directory: str, sweep_seconds: float | None = None) -> None:
        self._directory = Path(directory)
        self._directory.mkdir(parents=True, exist_ok=True)
        self._held = {"": _Version(empty_index())}
        self._used: set[str] = set()
        self._writing = threading.Lock()
        self._background = ThreadPoolExecutor(1)
        self._writing_whole = threading.Lock()
        self._in_background: Future[None] | None = None
        if sweep_seconds is not None:
            threading.Thread(target=self._keep_sweeping, args=(sweep_seconds,), daemon=True).start()

    def change(self, change: Change) -> int:
        """Make the version after the change and keep it; its number of rows. To do so again costs nothing.

        :raises VersionLost: its base is not here.
        :raises IndexUnavailable: there is no room for its file.
        :raises InvalidId, InvalidWeight: as `Index.upsert`.
        """
        token = change.token
        if (made := self._held.get(token)) is None:
            base = self._version(change.base)
            with self._writing:
                made = self._held.get(token)
                if made is None:
                    made = base.after(change)
                    path = self._directory / made.files[-1]
                    if not path.exists():
                        _kept(change, path)
                    self._held[token] = made
        self._used.add(token)
        if made.is_due and (self._in_background is None or self._in_background.done()):
            self._in_background = self._background.submit(self._try_to_write_whole, token)
        return len(made.index)

    def size(self, token: str) -> int | None:
        """Rows of the version; None where it is lost."""
        try:
            return len(self._version(token).index)
        except VersionLost:
            return None

    def ids(self, token: str) -> tuple[str, ...]:
        """Ascending."""
        return tuple(sorted(self._version(token).index.ids))

    def known(self, token: str, ids: Sequence[str]) -> list[str]:
        segments = self._version(token).index.segments
        return [id for segment in segments for id in segment.ids(segment.positions(ids))]

    def mask(self, token: str, ids: Sequence[str]) -> Bits:
        version = self._version(token)
        return np.packbits(version.by_ids.of_segments(version.index.mask(ids)))

    def top(self, token: str, asking: Sequence[Asking], limit: int, mask: Bits | None) -> list[list[tuple[str, float]]]:
        """As `Index.top_each`, of the rows of this shard."""
        version = self._version(token)
        eligible = None
        if mask is not None:
            eligible = version.by_ids.to_segments(np.unpackbits(mask, count=len(version.index)).view(np.bool_))
        return version.index.top_each(asking, limit=limit, mask=eligible)

    def write_whole(self, token: str) -> None:
        """Write the version as one file that needs no other, and search that, mapped, from now on.

        One at a time, as it takes many times the memory of a search.
        """
        path = self._directory / f"{token}.index"
        with self._writing_whole:
            if not path.exists():
                index_write(path, self._version(token).index, version=FORMAT)
            index = index_read(path, empty_index().search, version=FORMAT).index
            self._held[token] = _Version(index, (path.name,))

    def sweep(self, at: float) -> None:
        """Forget versions unused since the last sweep, mark files of the others as used, delete what was long not.

        at : seconds since 1970
        """
        used, self._used = self._used, set()
        held = {token: version for token, version in self._held.copy().items() if token in used}
        with self._writing:
            for token in self._held.keys() - held.keys() - self._used - {""}:
                del self._held[token]
        for token, version in held.items():
            if version.n_changes and at - version.since > KEPT_SECONDS:
                self.write_whole(token)
            for name in self._held.get(token, version).files:
                self._mark(name, at)
        for path in self._directory.iterdir():
            if _last_used(path) < at - KEPT_SECONDS:
                path.unlink(missing_ok=True)

    def _try_to_write_whole(self, token: str) -> None:
        try:
            self.write_whole(token)
        except OSError:
            logging.getLogger(__name__).exception("the index could not be written whole")

    def _keep_sweeping(self, seconds: float) -> None:
        while True:
            time.sleep(seconds)
            try:
                self.sweep(time.time())
            except OSError:
                logging.getLogger(__name__).exception("files of the index could not be swept")

    def _mark(self, name: str, at: float) -> None:
        try:
            os.utime(self._directory / name, (at, at))
        except FileNotFoundError:
            logging.getLogger(__name__).warning("%s is gone, though its version is in use", name)

    def _version(self, token: str) -> _Version:
        version = self._held.get(token)
        if version is None:
            with self._writing:
                version = self._held.get(token) or self._read(token)
                self._held[token] = version
        self._used.add(token)
        return version

    def _read(self, token: str) -> _Version:
        """:raises VersionLost: no files lead to it, or one is damaged or of another format."""
        changes: list[Change] = []
        try:
            while token and not (self._directory / f"{token}.index").exists():
                changes.append(Change.read(self._directory / f"{token}.change", token))
                token = changes[-1].base
            version = self._held[""]
            if token:
                name = f"{token}.index"
                stored = index_read(self._directory / name, empty_index().search, version=FORMAT)
                version = _Version(stored.index, (name,))
        except FileNotFoundError as lost:
            raise VersionLost(str(lost)) from None
        except (CorruptIndex, IncompatibleIndex) as lost:
            for damaged in self._directory.glob(f"{token}.*"):
                damaged.unlink()  # so that whoever builds the index anew writes it again
            raise VersionLost(str(lost)) from None
        for change in reversed(changes):
            version = version.after(change)
        return version


def _kept(change: Change, path: Path) -> None:
    try:
        change.write(path)
    except OSError as error:
        raise IndexUnavailable(f"a change cannot be kept: {error}") from None


def _last_used(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")
