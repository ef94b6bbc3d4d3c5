"""The index in shards on Ray, for more profiles than one machine should hold: the same answers, bit for bit.

An id lies in one shard, by its hash. Shards know no idf: it stands on the side of what is asked, so it is that of all
profiles. A version of a shard is a value under a token, the digest of all that led to it; whoever makes the same
change gets the same token, so any number of processes may write, and nobody waits for anybody. Versions lie in files
that all nodes see, which is what a shard that Ray starts anew, or a replica, takes them from.

A search is answered by all shards or not at all. Ray itself is imported where it is connected to (`ray_shards`) alone.
"""


class IndexUnavailable(Exception):
    """A shard does not answer. What it holds is unknown, so there is no answer; a repeat may succeed."""

    code = "index_unavailable"


class VersionLost(IndexUnavailable):
    """A shard no longer has this version, in memory or in a file: build the index anew."""

    code = "version_lost"
