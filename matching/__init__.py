"""Ranking of professionals for needs and needs for professionals: exact, explained, free of any framework."""

from matching.documents import (
    Contribution,
    Document,
    Missing,
    Part,
    Query,
    Ranked,
    Relation,
    SkillClaim,
    SkillWish,
    Span,
)
from matching.engine import Engine, NeedEngine
from matching.lexicon import Lexicon
from matching.scoring import Model
from matching.weighting import BackgroundFrequencies
from matching.weights import InvalidWeights, Weights

__all__ = [
    "BackgroundFrequencies",
    "Contribution",
    "Document",
    "Engine",
    "InvalidWeights",
    "Lexicon",
    "Missing",
    "Model",
    "NeedEngine",
    "Part",
    "Query",
    "Ranked",
    "Relation",
    "SkillClaim",
    "SkillWish",
    "Span",
    "Weights",
]
