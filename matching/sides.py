"""The two sides of a pair, analyzed and ready to be compared."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from matching import skills
from matching.analysis import Occurrences, Refused
from matching.documents import Document, Query
from matching.weights import Weights


@dataclass(frozen=True, slots=True)
class Near:
    """A term asked for because it is near a word of the need."""

    word: str
    cosine: float
    weight: float


@dataclass(frozen=True, slots=True)
class AnalyzedQuery:
    """A need ready to be compared.

    weights : term to what it is worth, summing to a
    words : those of the terms that are words, neither parts nor stems nor concepts
    near : near term to the words that it is near to
    skill_share : 1 - a
    """

    query: Query
    weights: Mapping[str, float]
    words: frozenset[str]
    near: Mapping[str, tuple[Near, ...]]
    occurrences: Occurrences
    refused: tuple[Refused, ...]
    skill_share: float

    @property
    def is_empty(self) -> bool:
        return not self.weights and not self.query.wishes

    def row(self) -> dict[str, float]:
        """Every index term of the need with its weight."""
        row = dict(self.weights)
        for term, found in self.near.items():
            row[term] = row.get(term, 0.0) + sum(each.weight for each in found)
        return {**row, **skills.wish_terms(self.query.wishes, share=self.skill_share)}

    def rivals(self) -> list[dict[str, float]]:
        """A need has no rows of which only the best counts."""
        return []


@dataclass(frozen=True, slots=True)
class WeighedText:
    """A text of a profile.

    coverage : term to x
    share : its w in the linear part; best_share : if it is the best
    whole : term to what the profile read as one covers of it, as far as it stands here: its part of the linear part
    """

    field: str
    coverage: Mapping[str, float]
    occurrences: Occurrences
    share: float
    best_share: float = 0.0
    whole: Mapping[str, float] = dataclasses.field(default_factory=dict)

    def worth(self, term: str, *, is_best: bool = False) -> float:
        """What a need that asks for this term alone finds here."""
        share = self.share + (self.best_share if is_best else 0.0)
        return share * self.coverage.get(term, 0.0) + self.whole.get(term, 0.0)


@dataclass(frozen=True, slots=True)
class AnalyzedDocument:
    """A professional ready to be compared. under : the numbers that its texts and claims are weighed by"""

    document: Document
    texts: tuple[WeighedText, ...]
    refused: tuple[Refused, ...]
    under: Weights

    @property
    def is_empty(self) -> bool:
        return not self.texts and not self.document.skills

    def row(self) -> dict[str, float]:
        """Every index term of the professional with its weight, but for what the best experience adds."""
        row = skills.claim_terms(self.document.skills, self.under)
        for text in self.texts:
            for term in text.coverage:
                row[term] = row.get(term, 0.0) + text.worth(term)
        return row

    def rivals(self) -> list[dict[str, float]]:
        """Of each experience what it adds if it is the best."""
        return [
            {term: text.best_share * covered for term, covered in text.coverage.items()}
            for text in self.texts
            if text.best_share
        ]
