"""The life of an index: changes, files, damage."""

import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.index.compiled import CompiledSearch
from matching.index.dense import DenseSearch
from matching.index.files import (
    LARGE,
    MAGIC,
    PREFIX,
    CorruptIndex,
    IncompatibleIndex,
    arrays_read,
    arrays_write,
    index_read,
    index_write,
)
from matching.index.segmented import SegmentedIndex
from tests.clear_files import in_clear
from tests.matching.test_index import CORPUS, ROW, Corpus, built, each_back_end, naive_top, rows_of

CHANGES = st.lists(st.tuples(st.sampled_from(["add", "edit", "remove", "rebuild", "reopen"]), CORPUS), max_size=8)
SOME: Corpus = {"p1": ({"a": 0.5, "b": 0.25}, [{"a": 0.125}]), "p2": ({"a": 0.25}, []), "p3": ({}, [])}


@each_back_end
@settings(max_examples=60, deadline=None)
@given(changes=CHANGES, query=ROW)
def test_after_any_changes_the_ranking_equals_a_fresh_fit(search, tmp_path_factory, changes, query) -> None:
    index, rows = SegmentedIndex(search), Corpus()
    path = tmp_path_factory.getbasetemp() / f"{search.name}.index"
    for change, batch in changes:
        if change in ("add", "edit"):
            taken = batch if change == "add" else {id: row for id, row in batch.items() if id in rows}
            index, rows = index.upsert(list(taken), rows_of(taken)), {**rows, **taken}
        elif change == "remove":
            index, rows = index.remove(batch.keys()), {id: row for id, row in rows.items() if id not in batch}
        elif change == "rebuild":
            index = built(search, rows)
        else:
            index_write(path, index, version="1")
            index = index_read(path, search, version="1").index

        assert index.top(query, limit=50) == naive_top(rows, query, 50, set(rows))


def test_a_file_gives_back_the_index_and_what_was_kept_beside(tmp_path: Path) -> None:
    path = tmp_path / "one.index"
    index = built(DenseSearch(), SOME).remove(["p2"])

    index_write(path, index, version="v", beside={"digests": np.array([[1, 2], [3, 4]], np.uint8)})
    stored = index_read(path, CompiledSearch(), version="v")

    assert stored.index.ids == index.ids
    assert stored.index.top({"a": 1.0}, limit=9) == index.top({"a": 1.0}, limit=9) == [("p1", 0.625)]
    assert stored.beside["digests"].tolist() == [[1, 2], [3, 4]]
    with pytest.raises(ValueError, match="read-only"):
        stored.index.segments[0].rows.values[0] = 1


def test_an_empty_index_has_a_file_too(tmp_path: Path) -> None:
    path = tmp_path / "none.index"

    index_write(path, SegmentedIndex(DenseSearch()), version="v", beside={"none": np.zeros((0, 3))})

    stored = index_read(path, DenseSearch(), version="v")
    assert (stored.index.ids, stored.beside["none"].shape) == ((), (0, 3))


def test_of_somebody_erased_nothing_is_left_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "one.index"
    rows: Corpus = {"erased-id": ({"erased-word": 0.5, "a": 0.5}, []), **SOME, "p9": ({"a": 0.5}, [])}
    index = built(DenseSearch(), rows)
    index_write(path, index, version="v")
    assert b"erased-id" in in_clear(path) and b"erased-word" in in_clear(path)

    index_write(path, index_read(path, DenseSearch(), version="v").index.remove(["erased-id"]), version="v")

    assert b"erased" not in in_clear(path)


def test_two_threads_may_write_the_same_file_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a shard may, in the background and when it is asked to."""
    path, arrays, both, sync = tmp_path / "one.index", {"a": np.arange(9)}, threading.Barrier(2, timeout=10), os.fsync

    def sync_together(descriptor: int) -> None:
        sync(descriptor)
        both.wait()

    monkeypatch.setattr(os, "fsync", sync_together)
    with ThreadPoolExecutor(2) as threads:
        written = [threads.submit(arrays_write, path, arrays, version="v", facts={}) for _ in range(2)]

    assert [each.exception() for each in written] == [None, None]
    assert arrays_read(path, version="v")[0]["a"].tolist() == [*range(9)]
    assert [each.name for each in tmp_path.iterdir()] == ["one.index"]


def test_large_arrays_lie_in_the_file_as_they_are_and_small_ones_as_short_as_they_can(tmp_path: Path) -> None:
    path = tmp_path / "one.index"
    random = np.random.default_rng(1)
    arrays = {
        "large": np.zeros(LARGE, np.uint8),
        "small": np.arange(1_000).reshape(2, 500),
        "noise": random.integers(0, 256, 1_000, np.uint8),
    }

    arrays_write(path, arrays, version="v", facts={})
    read, _ = arrays_read(path, version="v")

    assert all(np.array_equal(read[name], array) and read[name].dtype == array.dtype for name, array in arrays.items())
    assert not any(array.flags.writeable for array in read.values())
    assert LARGE + 1_000 < path.stat().st_size < LARGE + 1_000 + 4_000
    assert arrays["noise"].tobytes() in path.read_bytes() and arrays["small"].tobytes() not in path.read_bytes()


def test_whoever_reads_the_old_file_goes_on_while_it_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "one.index"
    index_write(path, built(DenseSearch(), SOME), version="v")
    old = index_read(path, CompiledSearch(), version="v").index

    index_write(path, built(DenseSearch(), {}), version="v")

    assert old.top({"a": 1.0}, limit=1) == [("p1", 0.625)]
    assert index_read(path, CompiledSearch(), version="v").index.ids == ()
    assert os.listdir(tmp_path) == ["one.index"]


def test_a_file_of_another_version_or_format_is_incompatible(tmp_path: Path) -> None:
    path = tmp_path / "one.index"
    index_write(path, built(DenseSearch(), SOME), version="v")
    with pytest.raises(IncompatibleIndex):
        index_read(path, DenseSearch(), version="w")


def test_there_may_be_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        index_read(tmp_path / "none.index", DenseSearch(), version="v")


def test_a_file_with_any_byte_altered_or_any_end_cut_off_is_corrupt(tmp_path: Path) -> None:
    path = tmp_path / "one.index"
    index_write(path, built(DenseSearch(), SOME), version="v")
    whole = path.read_bytes()
    header = json.loads(whole[PREFIX : PREFIX + int.from_bytes(whole[len(MAGIC) : len(MAGIC) + 8], "little")])
    begin = len(whole) - header["size"]
    told = {begin + facts[2] for facts in header["arrays"].values() if facts[2] < header["size"] and 0 not in facts[1]}
    for place in [0, 9, len(MAGIC) + 8, PREFIX, PREFIX + 20, *sorted(told)]:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(CorruptIndex):
            index_read(path, DenseSearch(), version="v")
    for damaged in (b"", whole[:20], whole[:PREFIX], whole[:-1], whole + b"\0"):
        path.write_bytes(damaged)
        with pytest.raises(CorruptIndex):
            index_read(path, DenseSearch(), version="v")


def test_a_writer_killed_in_the_middle_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "one.index"
    index_write(path, built(DenseSearch(), SOME), version="v")
    killed = (
        "import os, sys\nfrom pathlib import Path\nfrom matching.index import files\n"
        "from matching.index.dense import DenseSearch\nfrom matching.index.segmented import SegmentedIndex\n"
        "files.os.replace = lambda *_: os._exit(9)\n"
        "files.index_write(Path(sys.argv[1]), SegmentedIndex(DenseSearch()), version='v')\n"
    )

    finished = subprocess.run([sys.executable, "-c", killed, str(path)], check=False)

    assert finished.returncode == 9
    assert index_read(path, DenseSearch(), version="v").index.ids == ("p1", "p2", "p3")
