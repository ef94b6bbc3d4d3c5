"""The values that go into the engine and come out of it. All are frozen; none knows a database row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from math import inf

Texts = Mapping[str, str | tuple[str, ...]]

LEVELS = range(1, 5)


class Part(StrEnum):
    """The two parts of a score."""

    TEXT = "text"
    SKILLS = "skills"


class Side(StrEnum):
    """Whose text it is."""

    NEED = "need"
    PROFILE = "profile"


class Relation(StrEnum):
    """How a term of the need and a term of the profile met."""

    SAME = "same"
    SYNONYM = "synonym"
    NEAR = "near"
    SKILL = "skill"


class InvalidSkill(ValueError):
    """A number of a claim or wish is out of its range."""

    code = "invalid_skill"

    def __init__(self, skill: str, name: str, value: float) -> None:
        self.skill, self.name, self.value = skill, name, value
        super().__init__(f"{name} of skill {skill} is {value}")


def _require_level(skill: str, level: int | None) -> None:
    if level is not None and level not in LEVELS:
        raise InvalidSkill(skill, "level", level)


@dataclass(frozen=True, slots=True)
class SkillClaim:
    """A skill that a professional states.

    level : 1 to 4, or None where nothing is said
    years : years of practice, >= 0, or None
    last_used : kept for the reader of a profile; not scored yet
    evidence : True when a work, certificate or evaluation backs the claim
    """

    code: str
    level: int | None = None
    years: float | None = None
    last_used: date | None = None
    evidence: bool = False

    def __post_init__(self) -> None:
        _require_level(self.code, self.level)
        if self.years is not None and not 0 <= self.years < inf:
            raise InvalidSkill(self.code, "years", self.years)


@dataclass(frozen=True, slots=True)
class SkillWish:
    """A skill that a need asks for.

    level : the least level that satisfies, 1 to 4, or None where any will do
    weight : importance relative to the other wishes of the same need, > 0
    """

    code: str
    required: bool = False
    level: int | None = None
    weight: float = 1.0

    def __post_init__(self) -> None:
        _require_level(self.code, self.level)
        if not 0 < self.weight < inf:
            raise InvalidSkill(self.code, "weight", self.weight)


@dataclass(frozen=True, slots=True)
class Document:
    """A professional as the engine reads it.

    texts : field (headline, skills, experiences, summary) to one text or a tuple of texts; an absent field adds nothing
    skills : at most one claim for each code counts: the one with the highest credit
    """

    id: str
    texts: Texts = field(default_factory=dict)
    skills: tuple[SkillClaim, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """A need as the engine reads it.

    texts : field (see `weights.QUERY_FIELDS`) to one text or a tuple of texts
    wishes : skills asked for; the text part alone decides where there are none
    """

    id: str = ""
    texts: Texts = field(default_factory=dict)
    wishes: tuple[SkillWish, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters [start, end) of the original `texts[field]`, of its `entry`-th text where the field is a tuple.

    shown : them with the last word as dictionaries write it (作る for 作っ), for people to read; "" where they are so
    """

    field: str
    entry: int
    start: int
    end: int
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Contribution:
    """One row of the explanation. The values of all rows of a pair sum to its score.

    query_term, document_term : as written in the two texts, but for an inflected end; or the skill code
    similarity : in [0, 1]; 1 where the terms are the same, the cosine where they are near, the credit for a skill
    value : share of the score, > 0
    field : field of the document, "skills" for a claim
    query_spans, document_spans : where the terms stand; empty for a claim
    """

    part: Part
    query_term: str
    document_term: str
    relation: Relation
    similarity: float
    value: float
    field: str
    query_spans: tuple[Span, ...] = ()
    document_spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """What the need asks for and the profile nowhere shows: a term of its text, or a skill by its code."""

    part: Part
    term: str
    required: bool = False
    query_spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Conflict:
    """A word that one side wants or offers and the other refuses. It adds nothing to the score.

    by : who refuses
    term, cue : the word, and what says no, as written by who refuses
    """

    by: Side
    term: str
    cue: str
    query_spans: tuple[Span, ...] = ()
    document_spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranked:
    """A pair, scored and explained.

    id : of the ranked side (the professional, or the need in the reverse direction)
    score : in [0, 1]; None when the profile is empty, which is no score of 0
    parts : share of each part, summing to the score
    contributions : largest value first
    missing : skills first, then terms, heaviest first
    conflicts : what the profile refuses first
    confidence : in [0, 1], how much there was to judge by; see `scoring.confidence`
    """

    id: str
    score: float | None
    parts: Mapping[Part, float] = field(default_factory=dict)
    contributions: tuple[Contribution, ...] = ()
    missing: tuple[Missing, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    confidence: float = 0.0
    insufficient_data: bool = False
