"""A score that can be told again: all that it was made of, as plain values to be kept beside the texts of the pair.

What a term is worth and how far it is covered are kept as numbers, so that a replay needs neither the model of that
day (lexicon, snapshot, neighbours, tokenizer) nor the weights of today. Of the profile only the terms that the need
asks for or refuses are kept. The words themselves are read from the texts again: without them there is no replay.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from datetime import date
from typing import Any

from matching.analysis import Occurrence, Refused
from matching.documents import Document, Query, Ranked, SkillClaim, SkillWish, Span, Texts
from matching.explanation import explain
from matching.sides import AnalyzedDocument, AnalyzedQuery, Near, WeighedText
from matching.weights import Weights

Record = Mapping[str, Any]


def record_of(query: AnalyzedQuery, document: AnalyzedDocument) -> dict[str, Any]:
    """The pair as values that JSON keeps exactly. It holds no text, only terms and where they stand."""
    wanted = query.weights.keys() | query.near.keys() | {no.term for no in query.refused}
    return {
        "weights": document.under.facts(),
        "need": {
            "skill_share": query.skill_share,
            "wishes": [asdict(wish) for wish in query.query.wishes],
            "weights": dict(query.weights),
            "words": sorted(query.words),
            "near": {term: [[each.word, each.cosine, each.weight] for each in query.near[term]] for term in query.near},
            "occurrences": {term: _places(found) for term, found in query.occurrences.items()},
            "refused": _refusals(query.refused),
        },
        "profile": {
            "claims": [{**asdict(claim), "last_used": _day(claim.last_used)} for claim in document.document.skills],
            "texts": [_text(text, wanted) for text in document.texts],
            "refused": _refusals(no for no in document.refused if no.term in query.words),
        },
    }


def replay(record: Record, *, need: Texts, profile: Texts, id: str) -> Ranked:
    """The score and its reasons as they were, from the record and the texts that it was made of.

    The confidence is that of what is kept, not of the whole profile.

    :raises KeyError: a field of the texts is gone.
    """
    known = {spec.name for spec in fields(Weights)}
    under = Weights(**{name: value for name, value in record["weights"].items() if name in known})
    return explain(_query(record["need"], need), _document(record["profile"], profile, under), id=id)


def _query(kept: Mapping[str, Any], texts: Texts) -> AnalyzedQuery:
    near = {term: tuple(Near(*each) for each in found) for term, found in kept["near"].items()}
    return AnalyzedQuery(
        query=Query(texts=texts, wishes=tuple(SkillWish(**wish) for wish in kept["wishes"])),
        weights=kept["weights"],
        words=frozenset(kept["words"]),
        near=near,
        occurrences={term: _occurrences(found, texts) for term, found in kept["occurrences"].items()},
        refused=_refused(kept["refused"], texts),
        skill_share=kept["skill_share"],
    )


def _document(kept: Mapping[str, Any], texts: Texts, under: Weights) -> AnalyzedDocument:
    claims = (SkillClaim(**{**claim, "last_used": _read_day(claim["last_used"])}) for claim in kept["claims"])
    weighed = tuple(
        WeighedText(
            field=text["field"],
            coverage=text["coverage"],
            occurrences={term: _occurrences(found, texts) for term, found in text["occurrences"].items()},
            share=text["share"],
            best_share=text["best_share"],
            whole=text.get("whole", {}),  # there was none before
        )
        for text in kept["texts"]
    )
    return AnalyzedDocument(Document("", texts, tuple(claims)), weighed, _refused(kept["refused"], texts), under)


def _text(text: WeighedText, wanted: Iterable[str]) -> dict[str, Any]:
    terms = sorted(text.coverage.keys() & set(wanted))
    return {
        "field": text.field,
        "share": text.share,
        "best_share": text.best_share,
        "coverage": {term: text.coverage[term] for term in terms},
        "whole": {term: text.whole[term] for term in terms},
        "occurrences": {term: _places(text.occurrences[term]) for term in terms},
    }


def _places(found: Iterable[Occurrence]) -> list[list[Any]]:
    return [_place(each) for each in found]


def _place(found: Occurrence) -> list[Any]:
    """Field, entry, start, end and form, and what is shown of an inflected word; the characters are the text's."""
    span = found.span
    return [span.field, span.entry, span.start, span.end, found.form, *([span.shown] if span.shown else [])]


def _refusals(found: Iterable[Refused]) -> list[dict[str, Any]]:
    return [{"term": no.term, "place": _place(no.occurrence), "cue": no.cue} for no in found]


def _refused(kept: Iterable[Mapping[str, Any]], texts: Texts) -> tuple[Refused, ...]:
    return tuple(Refused(no["term"], _occurrence(no["place"], texts), no["cue"]) for no in kept)


def _occurrences(places: Iterable[list[Any]], texts: Texts) -> tuple[Occurrence, ...]:
    return tuple(_occurrence(place, texts) for place in places)


def _occurrence(place: list[Any], texts: Texts) -> Occurrence:
    field, entry, start, end, form, *rest = place
    given, shown = texts[field], "".join(rest)
    text = given if isinstance(given, str) else given[entry]
    return Occurrence(Span(field, entry, start, end, shown), shown or text[start:end], form)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _read_day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
