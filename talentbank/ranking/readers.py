"""What a side may read of a pair: its own words and the taxonomy's, never the other's hidden text, and no number."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from matching.documents import Contribution, Part, Span, Texts
from matching.documents import Side as Writer
from talentbank.core.actors import Side
from talentbank.needs.models import Need
from talentbank.ranking.candidates import Candidate
from talentbank.ranking.conditions import Condition, ConditionKind
from talentbank.ranking.corpus import NEED_TEXTS, document_of, query_of

CARD_FIELDS = frozenset({"headline", "skills", "experiences"})
"""Fields of a profile that its card shows. A word met elsewhere is not told: a need could be worded to fish for it."""
NEED_FIELDS = frozenset({"title", "background", "tools", "outcome", "deliverables", "problems", "skills"})
"""Fields of a need that a professional may read; own words never, the public summary once the owner agreed to it."""


class ReasonKind(StrEnum):
    """`other` stands for all that may not be told."""

    TERM = "term"
    SKILL = "skill"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason in words. `own_term` is the reader's own, where the reader is the professional.

    is_written : somebody wrote the need's word in what the reader may see; the vocabulary's are told by the skill
    """

    kind: ReasonKind
    need_term: str = ""
    own_term: str = ""
    skill: str = ""
    is_written: bool = field(default=False, compare=False)


OTHER = Reason(ReasonKind.OTHER)


@dataclass(frozen=True, slots=True)
class Refusing:
    """What one side wants or offers and the other refuses. `term` is the reader's own word for it."""

    by: Side
    term: str


def reasons_for(candidate: Candidate, side: Side) -> list[Reason]:
    """The reasons that a side may read, each once: skills, then words in the order of the need, `other` last.

    Not by weight: what a word weighs depends on everybody in the bank, and so would tell of those who hide.
    """
    texts = query_of(candidate.need).texts
    rows = sorted(candidate.ranked.contributions, key=_place)
    told = [_told(row, candidate.need, texts, side) for row in rows]
    known = each_once(reason for reason in told if reason.kind is not ReasonKind.OTHER)
    return [*known, OTHER] if OTHER in told else known


def each_once(reasons: Iterable[Reason]) -> list[Reason]:
    """Equal ones as one, written where one of them is."""
    every = list(reasons)
    written = {reason for reason in every if reason.is_written}
    return [replace(reason, is_written=reason in written) for reason in dict.fromkeys(every)]


def conditions_for(candidate: Candidate, side: Side) -> list[Condition]:
    """The facts as a side may read them.

    An organization reads whether a term is met, not what the professional holds; a professional reads nothing of a
    budget that is not shared.
    """
    if side is Side.ORGANIZATION:
        return [replace(fact, professional_value=None) for fact in candidate.conditions]
    shared = candidate.need.budget_shared
    return [fact for fact in candidate.conditions if shared or fact.kind is not ConditionKind.FEE]


def conflicts_for(candidate: Candidate, side: Side) -> list[Refusing]:
    """The refusals that a side may read of: where the other's word stands in a text that is open to it.

    What stands elsewhere is not told, not even that there is something: a need could be worded to fish for it.
    """
    need, is_own = candidate.need, side is Side.ORGANIZATION
    shown = CARD_FIELDS if is_own else _shown_of_need(need)
    own = query_of(need).texts if is_own else document_of(candidate.professional).texts
    told = []
    for each in candidate.ranked.conflicts:
        mine, theirs = (each.query_spans, each.document_spans)[:: 1 if is_own else -1]
        if any(span.field in shown for span in theirs):
            by = Side.PROFESSIONAL if each.by is Writer.PROFILE else Side.ORGANIZATION
            told.append(Refusing(by, _surface(own, mine[0])))
    return list(dict.fromkeys(told))


def missing_for(candidate: Candidate, side: Side) -> list[str]:
    """Words of the need, in its order, that nothing answers in what this side may read."""
    texts = query_of(candidate.need).texts
    if side is Side.ORGANIZATION:
        # A word met in a hidden text is as missing as one met nowhere, or its absence here would tell of that text.
        told = [span for row in candidate.ranked.contributions if row.field in CARD_FIELDS for span in row.query_spans]
        shown = frozenset(texts)
        gaps = [word for word in candidate.need_words if not any(_overlap(one, met) for one in word for met in told)]
    else:
        shown = _shown_of_need(candidate.need)
        gaps = [gap.query_spans for gap in candidate.ranked.missing if gap.part is Part.TEXT]
    firsts = (next((span for span in spans if span.field in shown), None) for spans in gaps)
    return list(dict.fromkeys(_surface(texts, span) for span in sorted(filter(None, firsts))))


def _overlap(one: Span, other: Span) -> bool:
    same = (one.field, one.entry) == (other.field, other.entry)
    return same and one.start < other.end and other.start < one.end


def _shown_of_need(need: Need) -> frozenset[str]:
    return NEED_FIELDS | ({"public_summary"} if need.summary_agreed_at else frozenset())


def _place(row: Contribution) -> tuple[bool, float, tuple[Span, ...], str, str]:
    """Skills by what they are worth, which the wish and the claim decide alone; words by where they stand."""
    is_word = row.part is not Part.SKILLS
    return is_word, 0.0 if is_word else -row.value, row.query_spans, row.query_term, row.document_term


def _told(row: Contribution, need: Need, texts: Texts, side: Side) -> Reason:
    if row.part is Part.SKILLS:
        return Reason(ReasonKind.SKILL, skill=row.query_term)
    if side is Side.ORGANIZATION:
        if row.field not in CARD_FIELDS:
            return OTHER
        return Reason(ReasonKind.TERM, _own_word(row, texts), is_written=is_written(row, NEED_TEXTS))
    shown = _shown_of_need(need)
    span = next((span for span in row.query_spans if span.field in shown), None)
    if span is None:
        return OTHER
    word, written = _surface(texts, span), is_written(row, shown & NEED_TEXTS.keys())
    return Reason(ReasonKind.TERM, word, row.document_term, is_written=written)


def is_written(row: Contribution, fields: Collection[str]) -> bool:
    """Whether the need's word stands in one of these fields."""
    return any(span.field in fields for span in row.query_spans)


def _own_word(row: Contribution, texts: Texts) -> str:
    """The word as the organization wrote it; the vocabulary's where it wrote none."""
    span = next((span for span in row.query_spans if span.field in NEED_TEXTS), None)
    return row.query_term if span is None else _surface(texts, span)


def _surface(texts: Mapping[str, str | tuple[str, ...]], span: Span) -> str:
    """The word as that field has it: the row's own may come from a field that is not shown."""
    text = texts[span.field]
    return span.shown or (text if isinstance(text, str) else text[span.entry])[span.start : span.end]
