"""Profiles as counted terms: what reading leaves of their texts, and all that a fit needs of them.

To read a text costs far more than to weigh it: who keeps its counts fits anew without reading it again.
"""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer

from matching.analysis import ReadDocument
from matching.documents import Document, Query, SkillClaim
from matching.text import Layer, Token
from matching.weights import EXPERIENCES

DIGEST_BYTES = 16

Ints = NDArray[np.int64]
Claims = tuple[tuple[SkillClaim, ...], ...]


def digest_of(item: Document | Query) -> bytes:
    """DIGEST_BYTES that differ where a text or a skill differs; the id does not enter."""
    facts = (sorted(item.texts.items()), item.skills if isinstance(item, Document) else item.wishes)
    return hashlib.blake2b(repr(facts).encode(errors="surrogatepass"), digest_size=DIGEST_BYTES).digest()


@dataclass(frozen=True, slots=True)
class CountedTexts:
    """Texts whose terms are counted.

    terms : of the columns, unique
    times : csr, float64, shape (n_texts, n_terms), how often a term stands in a text
    words : int64, shape (n_texts,), how many of the terms of a text are words
    """

    terms: tuple[str, ...]
    times: Any
    words: Ints

    @classmethod
    def of(cls, texts: Sequence[Sequence[Token]]) -> Self:
        words = np.fromiter((sum(token.layer is Layer.WORD for token in text) for text in texts), np.int64, len(texts))
        if not any(texts):
            return cls((), sp.csr_array((len(texts), 0), dtype=np.float64), words)
        vectorizer = CountVectorizer(analyzer=_terms, dtype=np.float64)
        times = sp.csr_array(vectorizer.fit_transform(texts))
        return cls(tuple(vectorizer.get_feature_names_out().tolist()), times, words)

    def of_profiles(self, owners: Ints, n_profiles: int) -> "CountedTexts":
        """All texts of a profile as one. owners : shape (n_texts,), the profile that each belongs to"""
        n = len(owners)
        held = sp.csr_array((np.ones(n), (owners, np.arange(n))), shape=(n_profiles, n))
        words = np.bincount(owners, self.words, n_profiles).astype(np.int64)
        return CountedTexts(self.terms, sp.csr_array(held @ self.times), words)


def _terms(tokens: Sequence[Token]) -> list[str]:
    return [token.term for token in tokens]


@dataclass(frozen=True, slots=True)
class Counts:
    """Profiles, each with the texts that say something: each experience, and of other fields all entries together.

    ids : of the profiles
    claims : of each profile
    digests : uint8, shape (n_profiles, DIGEST_BYTES), `digest_of` each
    owners : int64, shape (n_texts,), ascending, position of the profile that a text belongs to
    fields, field : names, and int64, shape (n_texts,), which of them a text stands in
    """

    ids: tuple[str, ...]
    claims: Claims
    digests: NDArray[np.uint8]
    owners: Ints
    fields: tuple[str, ...]
    field: Ints
    texts: CountedTexts

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def of(cls, read: Sequence[ReadDocument]) -> Self:
        found = [(owner, *text) for owner, each in enumerate(read) for text in _texts(each)]
        fields = tuple(sorted({name for _, name, _ in found}))
        digests = b"".join(digest_of(each.document) for each in read)
        return cls(
            ids=tuple(each.document.id for each in read),
            claims=tuple(each.document.skills for each in read),
            digests=np.frombuffer(digests, np.uint8).reshape(-1, DIGEST_BYTES),
            owners=np.fromiter((owner for owner, *_ in found), np.int64, len(found)),
            fields=fields,
            field=np.fromiter((fields.index(name) for _, name, _ in found), np.int64, len(found)),
            texts=CountedTexts.of([tokens for *_, tokens in found]),
        )

    def without(self, ids: Collection[str]) -> "Counts":
        """The other profiles, and of the terms those that they have."""
        gone = set(ids)
        kept = np.fromiter((id not in gone for id in self.ids), np.bool_, len(self.ids))
        if kept.all():
            return self
        texts = np.flatnonzero(kept[self.owners])
        times = self.texts.times[texts]
        used = np.unique(times.indices)
        times = sp.csr_array(
            (times.data, np.searchsorted(used, times.indices), times.indptr), shape=(len(texts), len(used))
        )
        positions = np.flatnonzero(kept).tolist()
        return replace(
            self,
            ids=tuple(self.ids[position] for position in positions),
            claims=tuple(self.claims[position] for position in positions),
            digests=self.digests[kept],
            owners=(np.cumsum(kept) - 1)[self.owners[texts]],
            field=self.field[texts],
            texts=CountedTexts(tuple(self.texts.terms[each] for each in used.tolist()), times, self.texts.words[texts]),
        )

    @classmethod
    def joined(cls, parts: Sequence["Counts"]) -> "Counts":
        """These one after the other; no id may stand in two of them."""
        if len(parts) == 1:
            return parts[0]
        columns: dict[str, int] = {}
        places = [
            np.array([columns.setdefault(term, len(columns)) for term in part.texts.terms], np.int64) for part in parts
        ]
        times = [
            sp.csr_array((each.data, place[each.indices], each.indptr), shape=(each.shape[0], len(columns)))
            for each, place in zip((part.texts.times for part in parts), places, strict=True)
        ]
        fields = tuple(sorted({name for part in parts for name in part.fields}))
        firsts = np.cumsum([0, *map(len, parts)])
        nothing = np.zeros(0, np.int64)
        return cls(
            ids=tuple(id for part in parts for id in part.ids),
            claims=tuple(each for part in parts for each in part.claims),
            digests=np.concatenate([np.zeros((0, DIGEST_BYTES), np.uint8), *(part.digests for part in parts)]),
            owners=np.concatenate([nothing, *(part.owners + int(n) for part, n in zip(parts, firsts, strict=False))]),
            fields=fields,
            field=np.concatenate([nothing, *(_renumbered(part, fields) for part in parts)]),
            texts=CountedTexts(
                tuple(columns),
                sp.vstack(times, format="csr") if times else sp.csr_array((0, 0), dtype=np.float64),
                np.concatenate([nothing, *(part.texts.words for part in parts)]),
            ),
        )


def _texts(read: ReadDocument) -> Iterator[tuple[str, list[Token]]]:
    for name, entries in read.fields.items():
        apart = [entries] if name != EXPERIENCES else [(entry,) for entry in entries]
        for together in apart:
            if tokens := [token for entry in together for token in entry.tokens]:
                yield name, tokens


def _renumbered(part: Counts, fields: tuple[str, ...]) -> Ints:
    return np.array([fields.index(name) for name in part.fields], np.int64)[part.field]
