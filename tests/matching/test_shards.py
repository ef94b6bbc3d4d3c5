"""Shards without their carrier: the same answers as in one process, after any changes, losses and restarts."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import Engine
from matching.cluster import IndexUnavailable, VersionLost, index, shard
from matching.cluster.change import Change
from matching.cluster.index import ClusterIndex
from matching.cluster.shard import KEPT_SECONDS, Shard
from matching.index import (
    Asking,
    DuplicateId,
    InvalidId,
    InvalidLimit,
    InvalidTerm,
    InvalidWeight,
    MaskLengthMismatch,
    Rows,
)
from matching.index.backends import empty_index
from matching.index.segmented import SegmentedIndex
from tests.matching.samples import DOCUMENTS, LEXICON, NEEDS
from tests.matching.test_index import CORPUS, RIVALS, ROW, Corpus, Row, rows_of

CHANGES = st.lists(st.tuples(st.sampled_from(["add", "remove", "restart", "whole"]), CORPUS), max_size=6)
SOME: Corpus = {"p1": ({"a": 0.5, "b": 0.25}, [{"a": 0.125}]), "p2": ({"a": 0.25}, []), "p3": ({}, [])}


class Here:
    """Shards in this process, of one directory. They can be lost and start anew, as on a cluster."""

    def __init__(self, n_shards: int, directory: Path) -> None:
        self.directory = directory
        self.shards = [Shard(str(directory)) for _ in range(n_shards)]

    def __len__(self) -> int:
        return len(self.shards)

    def call(self, method: str, arguments: Mapping[int, tuple[Any, ...]]) -> dict[int, Any]:
        return {number: getattr(self.shards[number], method)(*given) for number, given in arguments.items()}

    def restart(self) -> None:
        self.shards = [Shard(str(self.directory)) for _ in self.shards]

    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.directory.iterdir()}


@pytest.fixture
def one(tmp_path: Path) -> Here:
    return Here(1, tmp_path)


def added(to: ClusterIndex, rows: Corpus) -> ClusterIndex:
    return to.upsert(list(rows), rows_of(rows))


def token(of: ClusterIndex) -> str:
    (part,) = of.parts
    return part.token


@settings(max_examples=40, deadline=None)
@given(changes=CHANGES, query=ROW, rivals=RIVALS, limit=st.integers(1, 15), data=st.data())
def test_any_number_of_shards_answers_as_one_process_bit_for_bit(
    tmp_path_factory: pytest.TempPathFactory,
    changes: list[tuple[str, Corpus]],
    query: Row,
    rivals: list[Row],
    limit: int,
    data: st.DataObject,
) -> None:
    here = empty_index()
    carriers = [Here(n, tmp_path_factory.mktemp("shards")) for n in (1, 2, 4)]
    there = [ClusterIndex(carrier) for carrier in carriers]
    for change, batch in changes:
        if change == "add":
            here, there = here.upsert(list(batch), rows_of(batch)), [added(each, batch) for each in there]
        elif change == "remove":
            here, there = here.remove(batch.keys()), [each.remove(batch.keys()) for each in there]
        for carrier, each in zip(carriers, there, strict=True):
            if change == "restart":
                carrier.restart()
            elif change == "whole":
                carrier.call("write_whole", {number: (part.token,) for number, part in each._filled()})
    chosen = data.draw(st.sets(st.sampled_from(here.ids))) if len(here) else set()

    for carrier, each in zip(carriers, there, strict=True):
        mask = each.mask([*chosen, "nobody"])
        assert (sorted(each.ids), len(each)) == (sorted(here.ids), len(here))
        assert {id for id, may in zip(each.ids, mask, strict=True) if may} == each.known([*chosen, "nobody"]) == chosen
        assert each.top(query, rivals, limit=limit) == here.top(query, rivals, limit=limit)
        both: list[Asking] = [(query, ()), (query, rivals)]
        assert each.top_each(both, limit=limit) == here.top_each(both, limit=limit)
        expected = here.top(query, limit=limit, mask=here.mask(chosen))
        assert each.top(query, limit=limit, mask=mask) == expected
        # A shard that lays its rows out anew in between takes the mask as it was meant.
        carrier.call("write_whole", {number: (part.token,) for number, part in each._filled()})
        assert each.top(query, limit=limit, mask=mask) == expected


@pytest.mark.parametrize("n_shards", [1, 2, 4])
def test_the_whole_model_ranks_and_explains_as_in_one_process(n_shards: int, tmp_path: Path) -> None:
    here = Engine.fit(DOCUMENTS, lexicon=LEXICON)
    assert isinstance(here.index, SegmentedIndex)
    there = here.with_index(ClusterIndex(Here(n_shards, tmp_path)).filled(here.index))
    there.remove(["p5"])
    there.upsert([DOCUMENTS[1]])
    here.remove(["p5"])

    for need in NEEDS:
        assert there.rank(need) == here.rank(need)
        assert there.rank(need, eligible={"p1", "p3", "p8"}) == here.rank(need, eligible={"p1", "p3", "p8"})
    assert "p5" not in there.index.ids


def test_questions_travel_in_pieces(one: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "TOGETHER", 2)
    some, asking = added(ClusterIndex(one), SOME), [({term: 1.0}, ()) for term in "abzab"]
    travelled = []
    monkeypatch.setattr(one, "call", lambda *given: travelled.append(given) or Here.call(one, *given))

    found = some.top_each(asking, limit=9)

    a, b = [("p1", 0.625), ("p2", 0.25)], [("p1", 0.25)]
    assert (found, len(travelled)) == ([a, b, [], a, b], 3)


def test_rows_travel_in_pieces(one: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "CHUNK", 2)
    rows: Corpus = {f"p{n}": ({"a": 0.5, f"t{n}": 0.25}, [{"a": 0.125}] * (n % 3)) for n in range(7)}

    whole = added(ClusterIndex(one), rows)

    assert len(one.files()) == 4
    assert whole.top({"a": 1.0, "t3": 0.5}, limit=9) == empty_index().upsert(list(rows), rows_of(rows)).top(
        {"a": 1.0, "t3": 0.5}, limit=9
    )


def test_the_same_change_made_by_two_is_one_version(one: Here) -> None:
    first = added(ClusterIndex(one), SOME)
    files = one.files()

    second = added(ClusterIndex(one), SOME)

    assert (token(first), one.files()) == (token(second), files)


def test_rows_that_another_sent_do_not_travel_again(one: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "FEW", 2)
    first = added(ClusterIndex(one), SOME)
    monkeypatch.setattr(one.shards[0], "change", None)

    assert added(ClusterIndex(one), SOME).parts == first.parts


def test_ids_are_asked_only_of_shards_that_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    carrier = Here(4, tmp_path)
    before = added(ClusterIndex(carrier), {f"p{n}": ({"a": 0.5}, []) for n in range(40)})
    asked = []
    call = carrier.call
    monkeypatch.setattr(
        carrier, "call", lambda method, given: asked.append((method, len(given))) or call(method, given)
    )

    assert len(before.ids) == 40
    assert "p7" not in before.remove(["p7"]).ids and "p7" in before.ids
    assert asked == [("ids", 4), ("change", 1), ("ids", 1)]


def test_a_change_calls_only_the_shards_that_it_falls_into(tmp_path: Path) -> None:
    carrier = Here(4, tmp_path)
    before = added(ClusterIndex(carrier), {f"p{n}": ({"a": 0.5}, []) for n in range(40)})

    after = added(before, {"p7": ({"a": 0.75}, [])})

    assert sum(one != other for one, other in zip(before.parts, after.parts, strict=True)) == 1
    assert before.top({"a": 1.0}, limit=1) == [("p0", 0.5)]
    assert after.top({"a": 1.0}, limit=1) == [("p7", 0.75)]


def test_who_changed_much_is_written_whole_and_searched_from_there(one: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shard, "FEW_ROWS", 2)
    some = added(ClusterIndex(one), SOME)
    one.shards[0]._background.shutdown(wait=True)

    assert f"{token(some)}.index" in one.files()
    os.unlink(one.directory / f"{token(some)}.change")
    one.restart()
    assert some.top({"a": 1.0}, limit=9) == [("p1", 0.625), ("p2", 0.25)]


def test_two_who_write_a_version_whole_at_once_write_it_once(one: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the background and when asked to: to write takes many times the memory of a search."""
    some, begun, n_written, index_write = added(ClusterIndex(one), SOME), threading.Event(), [0], shard.index_write

    def write(*arguments: Any, **more: Any) -> None:
        n_written[0] += 1
        begun.set()
        time.sleep(0.3)  # while the other may begin
        index_write(*arguments, **more)

    monkeypatch.setattr(shard, "index_write", write)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(one.shards[0].write_whole, token(some))
        assert begun.wait(10)
        second = threads.submit(one.shards[0].write_whole, token(some))

    assert [first.exception(), second.exception(), n_written] == [None, None, [1]]
    assert some.top({"a": 1.0}, limit=9) == [("p1", 0.625), ("p2", 0.25)]


@pytest.mark.parametrize("kind", ["change", "index"])
@pytest.mark.parametrize("damage", ["cut", "altered", "gone"])
def test_a_damaged_file_gives_no_answer_and_is_written_again(one: Here, kind: str, damage: str) -> None:
    some = added(ClusterIndex(one), SOME)
    if kind == "index":
        one.shards[0].write_whole(token(some))
        os.unlink(one.directory / f"{token(some)}.change")
    path = one.directory / f"{token(some)}.{kind}"
    good = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        place = good.rindex(np.float32(0.25).tobytes())
        path.write_bytes(good[:place] if damage == "cut" else good[:place] + b"\x01" + good[place + 1 :])
    one.restart()

    with pytest.raises(VersionLost):
        some.top({"a": 1.0}, limit=9)

    assert some.is_lost and not path.exists()
    assert added(ClusterIndex(one), SOME).top({"a": 1.0}, limit=9) == [("p1", 0.625), ("p2", 0.25)]


def test_a_version_that_nobody_uses_is_forgotten_and_its_file_kept_for_a_day(one: Here) -> None:
    some = added(ClusterIndex(one), SOME)
    other = added(some, {"p4": ({"a": 0.5}, [])})
    now = os.stat(one.directory / f"{token(some)}.change").st_mtime
    held = one.shards[0]._held

    held_before = set(held)
    one.shards[0].sweep(now)
    one.shards[0].sweep(now)

    assert held_before == {"", token(some), token(other)} and set(held) == {""}
    assert some.top({"a": 1.0}, limit=1) == [("p1", 0.625)]
    one.shards[0].sweep(now + KEPT_SECONDS - 60)  # marks the file of `some`, which was used
    one.shards[0].sweep(now + KEPT_SECONDS + 60)
    assert set(one.files()) == {f"{token(some)}.change"}


def test_of_somebody_removed_nothing_is_left_in_a_file_after_two_days(one: Here) -> None:
    everybody = added(ClusterIndex(one), {"erased-id": ({"erased-word": 0.5, "a": 0.5}, []), **SOME})
    left = everybody.remove(["erased-id"])
    assert any(b"erased" in held for held in one.files().values())
    now = os.stat(one.directory / f"{token(left)}.change").st_mtime

    for hours in range(0, 49, 4):
        assert left.top({"a": 1.0}, limit=1) == [("p1", 0.625)]
        one.shards[0].sweep(now + 60 + hours * 3_600)

    assert one.files() and not any(b"erased" in held for held in one.files().values())
    one.restart()
    assert left.top({"a": 1.0}, limit=1) == [("p1", 0.625)]


def test_a_change_travels_and_lies_in_a_file_as_it_is(tmp_path: Path) -> None:
    change = Change("", ("gone",), ("髙", "\ud800"), Rows.of([{"語": 0.1}, {}]))
    change.write(tmp_path / "one")

    read = Change.read(tmp_path / "one", change.token)

    assert (read.token, read.gone, read.ids, read.rows.terms) == (change.token, ("gone",), ("髙", "\ud800"), ("語",))
    assert read.rows.matrix.toarray().tolist() == [[np.float32(0.1)], [0.0]]


def test_what_an_index_refuses_is_refused(one: Here) -> None:
    some = added(ClusterIndex(one), SOME)

    with pytest.raises(DuplicateId):
        some.upsert(["p1", "p1"], Rows.of([{"a": 0.5}] * 2))
    with pytest.raises(InvalidId):
        some.upsert(["p\0"], Rows.of([{"a": 0.5}]))
    with pytest.raises(InvalidTerm):
        some.upsert(["p9"], Rows.of([{"a\0": 0.5}]))
    with pytest.raises(InvalidWeight):
        some.upsert(["p9"], Rows.of([{"a": -0.5}]))
    with pytest.raises(InvalidWeight):
        some.upsert(["p9"], Rows.of([{"a": 1e300}]))
    with pytest.raises(InvalidWeight):
        some.top({"a": float("nan")}, limit=1)
    with pytest.raises(InvalidWeight):
        some.top_each([({"a": 1.0}, ()), ({"a": -1.0}, ())], limit=1)
    with pytest.raises(InvalidLimit):
        some.top({"a": 1.0}, limit=0)
    with pytest.raises(MaskLengthMismatch):
        some.top({"a": 1.0}, limit=1, mask=np.ones(2, np.bool_))
    assert some.top({"a": 1.0}, limit=1) == [("p1", 0.625)] and set(one.files()) == {f"{token(some)}.change"}


def test_a_change_that_cannot_be_kept_is_no_change(one: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patched, pytest.raises(IndexUnavailable):
        patched.setattr(Change, "write", full)
        added(ClusterIndex(one), SOME)

    assert one.files() == {}
    assert added(ClusterIndex(one), SOME).top({"a": 1.0}, limit=1) == [("p1", 0.625)]


def test_an_empty_index_and_a_mask_of_nobody_give_nothing(one: Here) -> None:
    empty = ClusterIndex(one)
    some = added(empty, SOME)

    assert (empty.top({"a": 1.0}, limit=3), empty.ids, len(empty), empty.mask(["p1"]).tolist()) == ([], (), 0, [])
    assert empty.remove(["p1"]) is empty
    assert some.top({"a": 1.0}, limit=3, mask=some.mask([])) == []
    assert added(empty, {}).top({"a": 1.0}, limit=3) == []
