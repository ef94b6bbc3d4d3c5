"""The numbers of the formula as one value, each with its reason. They are few, and chosen by reasoning; `usual_half`
and `whole_share` were chosen with judged sets in sight (docs/ranking.md)."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType

EXPERIENCES = "experiences"
"""The field whose texts are weighed one by one."""
WHOLE = "profile"
"""All texts of a profile read as one: no field, but with a usual length as fields have."""

DOCUMENT_FIELDS: Mapping[str, float] = MappingProxyType(
    # What somebody did says most about what they can do; a headline is short and chosen with care, so that its few
    # words deserve as much as a list of skill names; the summary is the least specific.
    {"headline": 0.25, "skills": 0.25, EXPERIENCES: 0.30, "summary": 0.20}
)

QUERY_FIELDS: Mapping[str, float] = MappingProxyType(
    # Title and own words carry the need; named problems and skills translate it into the vocabulary of the profiles;
    # the rest is context and must not outvote them.
    {
        "title": 0.20,
        "own_words": 0.20,
        "public_summary": 0.10,
        "problems": 0.15,
        "skills": 0.15,
        "outcome": 0.08,
        "deliverables": 0.05,
        "background": 0.04,
        "tools": 0.03,
    }
)

CREDIT = ("claim_share", "level_share", "years_share", "evidence_share")
"""Numbers that share out one whole: what a claimed skill is worth."""


class InvalidWeights(ValueError):
    """A number out of its range, or numbers that share out one whole and do not sum to 1.

    name : of the first number that is wrong
    """

    code = "invalid_weights"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name} must lie in its range, and what it shares with others must sum to 1")


@dataclass(frozen=True, slots=True)
class Weights:
    """The numbers that a score depends on beside the texts; part of a model and of its version.

    document_fields, query_fields : field to its weight, each mapping summing to 1
    text_share : in [0, 1], a of the formula
    near_share : in [0, 1]
    whole_share, best_share : in [0, 1]
    saturation, length_pivot : k > 0 and b in [0, 1] of BM25
    part_share, synonym_share : in [0, 1]
    usual_half : > 0
    claim_share, level_share, years_share, evidence_share : in [0, 1], summing to 1
    full_years : > 0, years

    :raises InvalidWeights: when made with a number out of these ranges.
    """

    document_fields: Mapping[str, float] = field(default_factory=lambda: DOCUMENT_FIELDS)
    query_fields: Mapping[str, float] = field(default_factory=lambda: QUERY_FIELDS)
    text_share: float = 0.6
    """Of a need with words and wishes. Words outweigh: they are the need, a list of skills is a reading of it."""
    near_share: float = 0.3
    """Of a word's weight, times the cosine, for each near term: it may help, but says less than a synonym."""
    whole_share: float = 0.5
    """Of a profile's texts for all of them read as one; the rest for its fields. Many paste all they have into one box,
    and what somebody can do is as true there."""
    best_share: float = 0.5
    """Of the experiences for the best; the rest for their mean. One good fit must not drown in a long career."""
    saturation: float = 0.8
    """How fast a repeated term stops counting. Low, for a profile says a thing once or twice."""
    length_pivot: float = 0.75
    """How far a long text is held to be merely wordy."""
    part_share: float = 0.3
    """Of a part of a compound, or of a stem, beside the word it stands in."""
    usual_half: float = 0.04
    """Share of everyday documents at which a word is worth half of its idf: what everybody says, such as to do, to go
    or a year, names no topic, and there is much of it in needs that are told at length."""
    synonym_share: float = 0.5
    """Of a word's weight that its concept carries: a synonym counts half as much as the word itself."""
    claim_share: float = 0.6
    """The claim alone: most people state nothing more, and a stated skill is the point of the wish."""
    level_share: float = 0.2
    """Stated level against the asked one; a higher one earns no more, so that experts do not crowd out the able."""
    years_share: float = 0.1
    evidence_share: float = 0.1
    """Small, as both favor those who can document their past."""
    full_years: float = 3.0
    """Years of practice beyond which more of them earn nothing."""

    def __post_init__(self) -> None:
        for name in ("document_fields", "query_fields"):
            shares = getattr(self, name)
            if not _is_whole(shares.values()) or min(shares.values()) < 0:
                raise InvalidWeights(name)
        for name in ("saturation", "full_years", "usual_half"):
            if not 0 < getattr(self, name) < math.inf:
                raise InvalidWeights(name)
        for name in (spec.name for spec in fields(self) if spec.name.endswith(("_share", "_pivot"))):
            if not 0 <= getattr(self, name) <= 1:
                raise InvalidWeights(name)
        if not _is_whole(getattr(self, name) for name in CREDIT):
            raise InvalidWeights(CREDIT[0])

    def field_share(self, name: str) -> float:
        """Of the text part, of a field of the profile."""
        return (1 - self.whole_share) * self.document_fields[name]

    def facts(self) -> dict[str, object]:
        """Name to number, in plain values, for a version or a record."""
        values = {spec.name: getattr(self, spec.name) for spec in fields(self)}
        return {name: dict(value) if isinstance(value, Mapping) else value for name, value in values.items()}


def _is_whole(shares: Iterable[float]) -> bool:
    return math.isclose(math.fsum(shares), 1.0, abs_tol=1e-9)
