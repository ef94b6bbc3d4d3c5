"""Shards as actors of a Ray cluster: found by name or made, started anew by Ray, each in as many replicas as wished.

The one file that imports Ray.
"""

import hashlib
import itertools
import logging
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import ray
from ray.exceptions import RayError, RayTaskError

from matching.cluster import IndexUnavailable, VersionLost
from matching.cluster.shard import FORMAT, SWEEP_SECONDS, Shard

RESOURCE = "talentbank_replica_{}"
"""What a node offers: how many shards of this replica it may hold."""
THREADS = 8
"""Calls that a shard answers at once; the kernel runs without Python's lock."""
SEARCH_SECONDS = 5.0
LONG_SECONDS = {"change": 600.0, "size": 60.0, "ids": 60.0}
"""Of calls that may read a file or move much."""
CONNECT_SECONDS = 2.0
START_SECONDS = 20.0
REST_SECONDS = 2.0
"""A replica that failed is asked last for so long."""

_connecting = threading.Lock()


class RayShards:
    """replicas : of each shard, the handles of its actors"""

    def __init__(self, replicas: Sequence[Sequence[Any]]) -> None:
        self.replicas = replicas
        self._turn = itertools.count()
        self._resting: dict[tuple[int, int], float] = {}

    def __len__(self) -> int:
        return len(self.replicas)

    def call(self, method: str, arguments: Mapping[int, tuple[Any, ...]]) -> dict[int, Any]:
        seconds = LONG_SECONDS.get(method, SEARCH_SECONDS)
        orders = {shard: self._order(shard) for shard in arguments}
        answers: dict[int, Any] = {}
        failures: dict[int, IndexUnavailable] = {}
        for attempt in range(max(map(len, orders.values()))):
            open_ = [shard for shard in arguments if shard not in answers]
            promises = [self._promise(shard, orders[shard][attempt], method, arguments[shard]) for shard in open_]
            end = time.monotonic() + seconds
            for shard, promise in zip(open_, promises, strict=True):
                try:
                    answers[shard] = _answer(promise, end)
                except IndexUnavailable as failure:
                    failures[shard] = failure
                    self._resting[shard, orders[shard][attempt]] = time.monotonic() + REST_SECONDS
            if len(answers) == len(arguments):
                return answers
        left = [failures[shard] for shard in arguments if shard not in answers]
        raise next((failure for failure in left if isinstance(failure, VersionLost)), left[0])

    def _order(self, shard: int) -> list[int]:
        """Replicas in turn, but those that failed of late last."""
        n, first, now = len(self.replicas[shard]), next(self._turn), time.monotonic()
        turn = [(first + step) % n for step in range(n)]
        return sorted(turn, key=lambda replica: self._resting.get((shard, replica), 0.0) > now)

    def _promise(self, shard: int, replica: int, method: str, given: tuple[Any, ...]) -> Any:
        try:
            return getattr(self.replicas[shard][replica], method).remote(*given)
        except RayError as error:
            return error


def connected(address: str, *, n_shards: int, n_replicas: int, directory: Path) -> RayShards:
    """The shards of this directory on the cluster at `address` (host:port); they are made where there are none.

    directory : the same on every node of the cluster

    :raises IndexUnavailable: no cluster there, or its nodes have no room for the shards.
    """
    _connect(address)
    digest = hashlib.sha256(f"{FORMAT} {directory}".encode()).hexdigest()[:12]
    made = ray.remote(Shard)
    names = [[f"shard {n} of {n_shards}, replica {replica}" for replica in range(n_replicas)] for n in range(n_shards)]
    try:
        replicas = [
            [
                made.options(
                    name=name,
                    namespace=f"talentbank {digest}",
                    lifetime="detached",
                    get_if_exists=True,
                    max_restarts=-1,
                    max_concurrency=THREADS,
                    num_cpus=0,
                    resources={RESOURCE.format(replica): 1},
                    scheduling_strategy="SPREAD",
                ).remote(str(directory), SWEEP_SECONDS)
                for replica, name in enumerate(of_shard)
            ]
            for of_shard in names
        ]
        starting = [handle.size.remote("") for of_shard in replicas for handle in of_shard]
        ray.wait(starting, num_returns=len(starting), timeout=START_SECONDS)
    except (RayError, ValueError) as error:
        raise IndexUnavailable(f"the shards cannot be made: {error}") from None
    return RayShards(replicas)


def _connect(address: str) -> None:
    """Once in a process. In a thread of its own, for Ray would take over signals of the main thread."""
    with _connecting:
        if ray.is_initialized():
            return
        host, _, port = address.rpartition(":")
        failures: list[Exception] = []

        def connect() -> None:
            try:
                socket.create_connection((host.strip("[]"), int(port)), CONNECT_SECONDS).close()
                ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
            except (OSError, RuntimeError, ValueError, RayError) as error:
                failures.append(error)

        connecting = threading.Thread(target=connect)
        connecting.start()
        connecting.join()
        if failures:
            raise IndexUnavailable(f"no cluster at {address}: {failures[0]}")


def _answer(promise: Any, end: float) -> Any:
    """:raises IndexUnavailable: the actor is gone, or silent until `end`.
    :raises: what the method itself raised.
    """
    if isinstance(promise, RayError):
        raise IndexUnavailable(str(promise)) from None
    try:
        return ray.get(promise, timeout=max(0.0, end - time.monotonic()))
    except RayTaskError as error:
        cause: Exception = error.cause
        raise cause from None
    except RayError as error:  # died, is being started, or GetTimeoutError
        raise IndexUnavailable(f"{type(error).__name__}: a shard does not answer") from None
