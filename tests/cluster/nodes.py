"""Two nodes of a real Ray cluster on this machine's loopback: without dashboard, usage statistics or traces behind."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from matching.cluster.index import ClusterIndex
from matching.index.backends import search

ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    # How soon a dead node is noticed; docs/operations.md recommends the same.
    "RAY_health_check_initial_delay_ms": "0",
    "RAY_health_check_period_ms": "500",
    "RAY_health_check_timeout_ms": "1000",
    "RAY_health_check_failure_threshold": "4",
}
HEAD, OTHER = "127.0.0.2", "127.0.0.3"
"""Not 127.0.0.1, in whose place Ray puts the address of a network card."""
OBJECTS = 100 * 2**20
"""Bytes for objects on their way, of a node."""


class Nodes:
    """A head, and a node that can be killed. directory : where the shards' files lie"""

    def __init__(self, directory: Path, objects: int) -> None:
        from ray.cluster_utils import Cluster

        self.directory = directory
        self.objects = objects
        self.cluster = Cluster(initialize_head=True, head_node_args=self._arguments(HEAD))
        self.other = self.add()

    @property
    def address(self) -> str:
        return str(self.cluster.address)

    def add(self, replica: int = 0) -> Any:
        """A second node, which takes shards of this replica."""
        self.other = self.cluster.add_node(**self._arguments(OTHER, replica))
        return self.other

    def kill(self) -> None:
        """SIGKILL to everything of the second node; its shards notice and end by themselves."""
        self.cluster.remove_node(self.other, allow_graceful=False)

    def index(self, n_shards: int, *, n_replicas: int = 1, name: str = "shards") -> ClusterIndex:
        """Empty."""
        from matching.cluster.ray_shards import connected

        directory = self.directory / name
        return ClusterIndex(connected(self.address, n_shards=n_shards, n_replicas=n_replicas, directory=directory))

    @staticmethod
    def narrowed(index: Any, n_shards: int) -> ClusterIndex:
        """An empty one of the first of its shards, which do not know how many they are."""
        from matching.cluster.ray_shards import RayShards

        return ClusterIndex(RayShards(index.shards.replicas[:n_shards]))

    @staticmethod
    def doubled(index: Any) -> ClusterIndex:
        """An empty one of a single shard, whose replicas are the first two of its shards."""
        from matching.cluster.ray_shards import RayShards

        (one,), (other,) = index.shards.replicas[:2]
        return ClusterIndex(RayShards([[one, other]]))

    @staticmethod
    def asked(index: Any, question: Callable[[object], Any]) -> list[Any]:
        """The answer of the process of each shard, and of each replica of it."""
        import ray

        handles = [handle for replicas in index.shards.replicas for handle in replicas]
        return list(ray.get([handle.__ray_call__.remote(question) for handle in handles], timeout=60))

    def whereabouts(self, index: Any) -> list[tuple[str, int]]:
        """Addresses of nodes, and process ids."""
        import ray

        return self.asked(index, lambda shard: (ray.util.get_node_ip_address(), os.getpid()))

    def left_over(self, seconds: float = 10) -> list[int]:
        """Processes of the cluster that have not ended after so long: those that were born into its environment."""
        mark, end = f"RAY_TMPDIR={self.directory}".encode(), time.monotonic() + seconds
        while (found := [id for id, born in _environments() if mark in born]) and time.monotonic() < end:
            time.sleep(0.1)
        return found

    def _arguments(self, address: str, replica: int = 0) -> dict[str, Any]:
        return {
            "node_ip_address": address,
            "num_cpus": 1,
            "object_store_memory": self.objects,
            "include_dashboard": False,
            "include_log_monitor": False,
            "no_monitor": True,
            "resources": {f"talentbank_replica_{replica}": 16},
        }


def _environments() -> Iterator[tuple[int, bytes]]:
    for process in Path("/proc").glob("[0-9]*"):
        try:
            yield int(process.name), (process / "environ").read_bytes()
        except OSError:  # it ended, or is not ours
            continue


@contextmanager
def two_nodes(objects: int = OBJECTS) -> Iterator[Nodes]:
    """All processes of the cluster have ended, and its files are gone, when this is left."""
    search()  # compiles the kernel, if need be, once and not in each shard at once
    # Short, for the paths of sockets lie in it.
    directory = Path(tempfile.mkdtemp(prefix="ray-"))
    before = dict(os.environ)
    os.environ.update(ENVIRONMENT, RAY_TMPDIR=str(directory))
    try:
        import ray

        nodes = Nodes(directory, objects)
        try:
            yield nodes
        finally:
            ray.shutdown()
            nodes.cluster.shutdown()
    finally:
        os.environ.clear()
        os.environ.update(before)
        shutil.rmtree(directory, ignore_errors=True)
