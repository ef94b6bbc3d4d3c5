"""Reasons in words: one line for an organization, one sentence for a professional, a list for coordinators.

No number is said. Which words are named is decided by their length, never by what they weigh: that depends on
everybody in the bank, and so would tell of those who hide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from api.catalogue import language, listed, sentence
from matching.documents import Contribution, Relation
from talentbank.core.actors import Side
from talentbank.ranking.candidates import Candidate
from talentbank.ranking.readers import Reason, ReasonKind

MOST_WORDS = 3
MOST_SKILLS = 2


def line(candidate: Candidate, reasons: Iterable[Reason], reader: Side) -> str:
    """Why the pair may fit, for one side: its own words, and for a professional which of the other's they met.

    Empty where nothing speaks for it.
    """
    told = list(reasons)
    kind = "line" if reader is Side.ORGANIZATION else "sentence"
    named = _named([each for each in told if each.kind is ReasonKind.TERM and each.is_written])
    words = [_met(reason, reader) for reason in named]
    names = _names(candidate)
    skills = [_quoted(names.get(each.skill, each.skill)) for each in told if each.kind is ReasonKind.SKILL]
    if not words and not skills:
        return sentence(f"{kind}_other") if told else ""
    which = "_and_".join(name for name, found in (("words", words), ("skills", skills)) if found)
    return sentence(f"{kind}_{which}", words=listed(words), skills=listed(skills[:MOST_SKILLS]))


def reason_lines(candidate: Candidate) -> list[str]:
    """Every reason for coordinators, the heaviest first, each once."""
    names = _names(candidate)
    return list(dict.fromkeys(_said(row, names) for row in candidate.ranked.contributions))


def _said(row: Contribution, names: Mapping[str, str]) -> str:
    if row.relation is Relation.SKILL:
        return sentence("reason_skill", profile=_quoted(names.get(row.document_term, row.document_term)))
    field = sentence(f"profile_{row.field}")
    return sentence(f"reason_{row.relation}", need=row.query_term, profile=row.document_term, field=field)


def _named(reasons: list[Reason]) -> list[Reason]:
    """The longest words, in the order given; a word within one that is named says nothing more.

    Numbers and lone characters, most of which count something (三, 日, 回), where there is nothing else.
    """
    chosen: list[Reason] = []
    worded = [each for each in reasons if len(each.need_term) > 1 and not each.need_term.isdecimal()] or reasons
    for reason in sorted(worded, key=lambda each: -len(each.need_term)):
        if len(chosen) < MOST_WORDS and not any(reason.need_term in other.need_term for other in chosen):
            chosen.append(reason)
    return [reason for reason in reasons if reason in chosen]


def _met(reason: Reason, reader: Side) -> str:
    if reader is Side.ORGANIZATION or reason.own_term == reason.need_term:
        return _quoted(reason.need_term)
    return sentence("met", own=_quoted(reason.own_term), need=_quoted(reason.need_term))


def _names(candidate: Candidate) -> dict[str, str]:
    """Skill code to its name in the language of this answer."""
    claims: Any = candidate.professional.skills.all()
    return {claim.skill.code: getattr(claim.skill, f"name_{language()}") for claim in claims}


def _quoted(word: str) -> str:
    return f"“{word}”" if language() == "en" else f"「{word}」"
