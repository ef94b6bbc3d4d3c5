"""Where the index of professionals lies: in this process, or in the shards of a cluster (TALENTBANK_INDEX).

Needs that ask are few beside professionals: their index stays in the process.
"""

from __future__ import annotations

import logging
import threading
import time
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings

from matching.cluster import IndexUnavailable
from matching.engine import Engine

if TYPE_CHECKING:
    from matching.cluster.index import ClusterIndex

logger = logging.getLogger(__name__)
RankingUnavailable = IndexUnavailable
"""What every ranking raises while the index does not answer, by a name for the rooms that know no index."""
REST_SECONDS = 5.0
"""After the cluster was not reached, requests are refused at once for so long instead of waiting one after another."""


class _Cluster:
    """The cluster of this process, reached at first use."""

    def __init__(self) -> None:
        self._reaching = threading.Lock()
        self._empty: ClusterIndex | None = None
        self._failed_at = float("-inf")

    def empty_index(self) -> ClusterIndex:
        """:raises IndexUnavailable: the cluster cannot be reached, or was not a moment ago."""
        with self._reaching:
            if self._empty is None:
                if time.monotonic() - self._failed_at < REST_SECONDS:
                    raise IndexUnavailable("the cluster was not reached a moment ago")
                try:
                    self._empty = self._reached()
                except IndexUnavailable:
                    self._failed_at = time.monotonic()
                    raise
            return self._empty

    @staticmethod
    def _reached() -> ClusterIndex:
        # Only here is Ray imported: it is an extra, and starts threads.
        from matching.cluster.index import ClusterIndex
        from matching.cluster.ray_shards import connected

        shards = connected(
            settings.INDEX_CLUSTER,
            n_shards=settings.INDEX_SHARDS,
            n_replicas=settings.INDEX_REPLICAS,
            directory=settings.INDEX_DIR / "shards",
        )
        return ClusterIndex(shards)


@cache
def _cluster() -> _Cluster:
    return _Cluster()


def placement_prepare() -> None:
    """Reach the cluster before the first request has to; one that is down now may be up then."""
    if settings.INDEX_CLUSTER:
        try:
            _cluster().empty_index()
        except IndexUnavailable as error:
            logger.warning("rankings are refused for now: %s", error)


def index_placed(engine: Engine) -> Engine:
    """The engine with its rows where the settings want them.

    :raises IndexUnavailable: they want a cluster, which cannot be reached.
    """
    if not settings.INDEX_CLUSTER:
        return engine
    return engine.with_index(_cluster().empty_index().filled(engine.own_index))


def index_is_lost(engine: Engine) -> bool:
    """Whether the cluster has lost the rows, so that all must be loaded anew."""
    return getattr(engine.index, "is_lost", False)
