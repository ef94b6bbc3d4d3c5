"""Near terms: what a word of a need may also mean, at less than its own weight."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class NeighbourTable:
    """Term to the terms near it with their cosines in (0, 1], nearest first; handed in by the caller.

    name : of a table that is too large to be read whole for its digest; says which edition, by a digest of its file
    """

    near: Mapping[str, tuple[tuple[str, float], ...]]
    name: str = ""

    @classmethod
    def of(cls, near: Mapping[str, tuple[tuple[str, float], ...]]) -> "NeighbourTable":
        return cls(MappingProxyType(dict(near)))

    def nearest(self, term: str) -> tuple[tuple[str, float], ...]:
        """() for a term of which nothing is known."""
        return self.near.get(term, ())

    def digest(self) -> str:
        """SHA-256 in hex."""
        facts = self.name or json.dumps(sorted(self.near.items()))
        return hashlib.sha256(facts.encode()).hexdigest()
