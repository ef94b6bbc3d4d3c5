"""Engines in files: a main index with its model, mapped by whoever reads; and counts, to fit anew without reading.

No text is in them, but terms are, and terms tell of a text: who erases a profile lets the files be written anew.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from immutables import Map
from numpy.typing import NDArray

from matching.counts import DIGEST_BYTES, CountedTexts, Counts, digest_of
from matching.documents import Document, Query, SkillClaim
from matching.engine import Engine, NeedEngine
from matching.held import Held, Shelf, StoredT
from matching.index import Mask
from matching.index.backends import empty_index, search
from matching.index.files import (
    Arrays,
    CorruptIndex,
    IncompatibleIndex,
    StoredIndex,
    arrays_read,
    arrays_write,
    index_read,
    index_write,
)
from matching.index.segmented import SegmentedIndex
from matching.index.vocabulary import Vocabulary
from matching.lexicon import Lexicon, analyzer_of
from matching.neighbours import NeighbourTable
from matching.scoring import Model, text_version
from matching.weighting import BackgroundFrequencies, Snapshot
from matching.weights import Weights

__all__ = ["CorruptIndex", "IncompatibleIndex", "counts_read", "counts_write", "engines_read", "engines_write"]

Reader = Callable[[Sequence[str]], Iterable[StoredT]]


class StoredFrequencies(Mapping[str, float]):
    """Document frequencies in a mapped file."""

    def __init__(self, vocabulary: Vocabulary, values: NDArray[np.float64]) -> None:
        self._vocabulary, self._values = vocabulary, values

    def __getitem__(self, term: str) -> float:
        column = self._vocabulary.column(term)
        if column < 0:
            raise KeyError(term)
        return float(self._values[column])

    def __iter__(self) -> Any:
        return iter(self._vocabulary)

    def __len__(self) -> int:
        return len(self._vocabulary)


def engines_write(counts: Counts, model: Model, queries: Iterable[Query], *, professionals: Path, needs: Path) -> None:
    """Write both directions under one model.

    counts : the professionals, read by the lexicon of the model
    """
    rows = model.document_rows(counts)
    index = empty_index().upsert(counts.ids, rows)
    blank = np.diff(rows.matrix.indptr) == 0
    _side_write(professionals, index, counts.ids, counts.digests, blank, model, _snapshot_arrays(model.snapshot))
    asking = NeedEngine(model, queries)
    items = asking.held.many(asking.ids)
    ids = tuple(sorted(items))
    digests = np.frombuffer(b"".join(digest_of(items[id]) for id in ids), np.uint8).reshape(-1, DIGEST_BYTES)
    is_blank = np.fromiter((id in asking.insufficient for id in ids), np.bool_, len(ids))
    _side_write(needs, asking.own_index, ids, digests, is_blank, model, {})


def engines_read(
    *,
    professionals: Path,
    needs: Path,
    documents: Reader[Document],
    queries: Reader[Query],
    neighbours: NeighbourTable,
    background: BackgroundFrequencies,
) -> tuple[Engine, NeedEngine]:
    """Both directions as they were written, mapped, under the lexicon and the weights that they were written under.

    documents, queries : ids to the items as they are now; those that are gone are left out

    :raises FileNotFoundError: a file is not there.
    :raises IncompatibleIndex: texts are read otherwise than at the writing, or the tables are others, or the two files
        are not of one writing.
    :raises CorruptIndex: a file is not what was written.
    """
    version = _version(neighbours, background)
    main = index_read(professionals, search(), version=version)
    other = index_read(needs, search(), version=version)
    model = _model(main, neighbours, background)
    if not main.facts["model"] == other.facts["model"] == model.version:
        raise IncompatibleIndex(f"{professionals.name} and {needs.name} are of different models")
    return Engine.holding(_held(model, main, documents)), NeedEngine.holding(_held(model, other, queries))


def counts_write(path: Path, counts: Counts, lexicon: Lexicon) -> None:
    codes = sorted({claim.code for claims in counts.claims for claim in claims})
    place = {code: position for position, code in enumerate(codes)}
    claims = [(owner, claim) for owner, found in enumerate(counts.claims) for claim in found]
    texts, times = counts.texts, counts.texts.times
    arrays = {
        "digests": counts.digests,
        "owners": counts.owners.astype(np.int32),
        "field": counts.field.astype(np.uint8),
        "words": texts.words.astype(np.int32),
        "times": times.data.astype(np.uint32),
        "indices": times.indices.astype(np.int32),
        "indptr": times.indptr.astype(np.int64),
        "claim_owner": np.array([owner for owner, _ in claims], np.int32),
        "claim_code": np.array([place[claim.code] for _, claim in claims], np.int32),
        "claim_level": np.array([claim.level or 0 for _, claim in claims], np.uint8),
        "claim_years": np.array([np.nan if claim.years is None else claim.years for _, claim in claims], np.float64),
        "claim_evidence": np.array([claim.evidence for _, claim in claims], np.bool_),
        **_strings("ids", counts.ids),
        **_strings("terms", texts.terms),
        **_strings("codes", codes),
    }
    arrays_write(path, arrays, version=_counts_version(lexicon), facts={"fields": counts.fields})


def counts_read(path: Path, lexicon: Lexicon) -> Counts:
    """What was counted under this lexicon.

    :raises FileNotFoundError, IncompatibleIndex, CorruptIndex: as `arrays_read`.
    """
    arrays, facts = arrays_read(path, version=_counts_version(lexicon))
    ids, terms, codes = (tuple(_vocabulary(arrays, name)) for name in ("ids", "terms", "codes"))
    claims: list[list[SkillClaim]] = [[] for _ in ids]
    columns = (arrays[f"claim_{name}"].tolist() for name in ("owner", "code", "level", "years", "evidence"))
    for owner, code, level, years, evidence in zip(*columns, strict=True):
        stated = None if np.isnan(years) else years
        claims[owner].append(SkillClaim(codes[code], level=level or None, years=stated, evidence=evidence))
    times = sp.csr_array(
        (arrays["times"].astype(np.float64), arrays["indices"], arrays["indptr"]),
        shape=(len(arrays["owners"]), len(terms)),
    )
    return Counts(
        ids=ids,
        claims=tuple(map(tuple, claims)),
        digests=arrays["digests"],
        owners=arrays["owners"].astype(np.int64),
        fields=tuple(facts["fields"]),
        field=arrays["field"].astype(np.int64),
        texts=CountedTexts(terms, times, arrays["words"].astype(np.int64)),
    )


def _side_write(
    path: Path,
    index: SegmentedIndex,
    ids: Sequence[str],
    digests: NDArray[np.uint8],
    blank: Mask,
    model: Model,
    more: Arrays,
) -> None:
    order = np.array(sorted(range(len(ids)), key=ids.__getitem__), np.int64)
    facts = {
        "model": model.version,
        "lexicon": {concept: list(forms) for concept, forms in model.lexicon.groups.items()},
        "weights": model.weights.facts(),
        "n_documents": model.snapshot.n_documents,
        "lengths": dict(model.snapshot.lengths),
        "snapshot": model.snapshot.digest(),
    }
    beside: Arrays = {"digests": digests[order], "blank": np.flatnonzero(blank[order]), **more}
    index_write(path, index, version=_version(model.neighbours, model.background), beside=beside, facts=facts)


def _held(model: Model, stored: StoredIndex, read: Reader[StoredT]) -> Held[StoredT, Any, Any]:
    segments = stored.index.segments
    names = segments[0].names if segments else np.zeros(0, np.bytes_)
    shelf = Shelf(names, stored.beside["digests"], read)
    empty = frozenset(name.decode("utf-8", "surrogatepass") for name in names[stored.beside["blank"]].tolist())
    nothing: Held[StoredT, Any, Any] = Held.nothing(model)
    return replace(nothing, index=stored.index, items=Map(), shelf=shelf, empty=empty)


def _model(stored: StoredIndex, neighbours: NeighbourTable, background: BackgroundFrequencies) -> Model:
    facts, arrays = stored.facts, stored.beside
    frequencies = StoredFrequencies(_vocabulary(arrays, "terms"), arrays["frequencies"])
    snapshot = Snapshot(facts["n_documents"], frequencies, facts["lengths"], facts["snapshot"])
    lexicon = Lexicon({concept: tuple(forms) for concept, forms in facts["lexicon"].items()})
    try:
        weights = Weights(**facts["weights"])
    except (TypeError, ValueError) as error:
        raise IncompatibleIndex(f"weights of another version: {error}") from error
    return Model(analyzer_of(lexicon), snapshot, neighbours, weights, background)


def _snapshot_arrays(snapshot: Snapshot) -> dict[str, NDArray[Any]]:
    terms = sorted(snapshot.counts)
    values = np.fromiter((snapshot.counts[term] for term in terms), np.float64, len(terms))
    return {**_strings("terms", terms), "frequencies": values}


def _strings(name: str, strings: Sequence[str]) -> dict[str, NDArray[Any]]:
    vocabulary = Vocabulary.of(strings)
    return {f"{name}.letters": vocabulary.letters, f"{name}.ends": vocabulary.ends}


def _vocabulary(arrays: Arrays, name: str) -> Vocabulary:
    return Vocabulary(arrays[f"{name}.letters"], arrays[f"{name}.ends"])


def _version(neighbours: NeighbourTable, background: BackgroundFrequencies) -> str:
    """What a written engine leans on and does not bring itself."""
    return f"{text_version()} {neighbours.digest()} {background.name}"


def _counts_version(lexicon: Lexicon) -> str:
    return f"{text_version()} {lexicon.digest()}"
