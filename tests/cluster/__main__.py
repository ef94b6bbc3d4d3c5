"""`make test-cluster`: a node is killed under load. Every answer is compared with that of one process, bit for bit.

First without replicas: while the lost shards start anew there may be no answer, never a part of one. Then with two
replicas on two nodes: nobody may notice. A writer changes profiles all the time.
"""

from __future__ import annotations

import argparse
import random
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp

from matching.cluster import IndexUnavailable
from matching.cluster.index import ClusterIndex
from matching.index import Rows
from matching.index.backends import empty_index
from matching.index.segmented import SegmentedIndex
from tests.benchmarks.generator import N_TERMS, Corpus, generated
from tests.cluster.nodes import Nodes, two_nodes

RECOVERY_SECONDS = 30.0
LIMIT = 20


@dataclass
class Load:
    """Readers and a writer. answers : moment and kind (right, refused, WRONG) of each; `both` is swapped as a whole"""

    corpus: Corpus
    both: tuple[SegmentedIndex, ClusterIndex]
    answers: list[tuple[float, str]] = field(default_factory=list)
    changes: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    def read(self, seed: int) -> None:
        numbers = random.Random(seed)
        while not self.ended.is_set():
            need = self.corpus.need(numbers.randrange(1_000))
            asked = {self.corpus.terms[column]: weight for column, weight in need.items()}
            here, there = self.both
            try:
                kind = "right" if there.top(asked, limit=LIMIT) == here.top(asked, limit=LIMIT) else "WRONG"
            except IndexUnavailable:
                kind = "refused"
                time.sleep(0.05)
            self.answers.append((time.monotonic(), kind))

    def write(self) -> None:
        numbers = random.Random(0)
        while not self.ended.wait(0.2):
            one, other = numbers.randrange(self.corpus.size), numbers.randrange(self.corpus.size)
            id, gone, rows = (
                self.corpus.ids[one],
                [self.corpus.ids[(one + 1) % self.corpus.size]],
                row(self.corpus, other),
            )
            here, there = self.both
            try:
                self.both = here.upsert([id], rows).remove(gone), there.upsert([id], rows).remove(gone)
                self.changes += 1
            except IndexUnavailable:
                continue

    def counted(self, since: float, until: float) -> Counter[str]:
        return Counter(kind for at, kind in self.answers if since <= at < until)


def row(corpus: Corpus, number: int) -> Rows:
    return Rows(corpus.terms, corpus.weights[number : number + 1], sp.csr_array((0, N_TERMS)), np.zeros(0, np.int64))


def killed(nodes: Nodes, load: Load, *, n_readers: int, seconds: float) -> dict[str, float]:
    """Kill the second node under this load; what was answered before, during and after."""
    threads = [threading.Thread(target=load.read, args=(seed,)) for seed in range(n_readers)]
    threads.append(threading.Thread(target=load.write))
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    nodes.kill()
    at = time.monotonic()
    time.sleep(RECOVERY_SECONDS + seconds)
    load.ended.set()
    for thread in threads:
        thread.join()
    refused = [moment for moment, kind in load.answers if kind == "refused" and moment >= at]
    before, after = load.counted(begun, at), load.counted(at, time.monotonic())
    return {
        "answers a second before": sum(before.values()) / (at - begun),
        "right before": before["right"],
        "refused before": before["refused"],
        "right after": after["right"],
        "refused after": after["refused"],
        "WRONG": before["WRONG"] + after["WRONG"],
        "changes": load.changes,
        "seconds until the last refusal": max(refused, default=at) - at,
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="make test-cluster", description=__doc__)
    parser.add_argument("--profiles", type=int, default=20_000)
    parser.add_argument("--readers", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=5, help="of load before the kill, and after the recovery")
    chosen = parser.parse_args()
    corpus = generated(chosen.profiles)
    rows = Rows(corpus.terms, corpus.weights, sp.csr_array((0, N_TERMS)), np.zeros(0, np.int64))
    here = empty_index().upsert(corpus.ids, rows)
    failed, report = False, []
    with two_nodes() as nodes:
        for n_replicas, longest in ((1, RECOVERY_SECONDS), (2, 0.0)):
            if n_replicas == 2:
                nodes.add(replica=1)
            there = nodes.index(2, n_replicas=n_replicas, name=f"of {n_replicas}").upsert(corpus.ids, rows)
            figures = killed(nodes, Load(corpus, (here, there)), n_readers=chosen.readers, seconds=chosen.seconds)
            report.append(f"{corpus.size:,} profiles, 2 shards, {n_replicas} replica(s), a node killed under load:")
            report += [f"  {name}: {figure:,.1f}" for name, figure in figures.items()]
            wrong = bool(figures["WRONG"] or figures["seconds until the last refusal"] > longest)
            failed |= wrong or not figures["right after"] or bool(figures["refused before"])
    left = nodes.left_over()
    report.append(f"processes that did not end: {len(left)}")
    print("\n".join(report))  # now that Ray has had its say
    sys.exit(1 if failed or left else 0)


if __name__ == "__main__":
    main()
