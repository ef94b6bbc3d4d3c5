"""Engines in files: what is opened ranks as what was written, and after any changes as a fresh fit would."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import Document, Engine, Lexicon, NeedEngine, Query, SkillClaim, Weights, tables
from matching.counts import Counts, digest_of
from matching.files import IncompatibleIndex, counts_read, counts_write, engines_read, engines_write
from matching.lexicon import analyzer_of
from matching.neighbours import NeighbourTable
from matching.scoring import Model, read_document
from matching.weighting import BackgroundFrequencies
from tests.matching.samples import DOCUMENTS, LEXICON, NEEDS

WEIGHTS = Weights(text_share=0.7)
WORDS = ("EC運用", "経理", "ホームページ制作", "Excel VBA", "SNS", "講師")
PROFILES = st.builds(
    Document,
    st.sampled_from(["p1", "p2", "p3", "p4", "p9", "p10"]),
    st.fixed_dictionaries(
        {},
        optional={
            "headline": st.sampled_from(WORDS),
            "experiences": st.lists(st.sampled_from(WORDS), max_size=2).map(tuple),
        },
    ),
    st.sampled_from([(), (SkillClaim("sns", level=2, years=1.5),), (SkillClaim("excel", evidence=True),)]),
)
CHANGES = st.lists(
    st.tuples(st.sampled_from(["put", "remove", "rebuild", "restart"]), st.lists(PROFILES, max_size=3)), max_size=7
)


class Bank:
    """Profiles as they truly are, and an engine that follows them: files, a delta, tombstones."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.truth: dict[str, Document] = {}
        self.queries = {need.id: need for need in NEEDS}
        self.kept = Counts.of([])
        self.rebuild()

    def rebuild(self) -> None:
        """From the counts that are kept, and what is not in them as it is."""
        stale = [id for id, digest in zip(self.kept.ids, self.kept.digests, strict=True) if not self._holds(id, digest)]
        kept = self.kept.without(stale)
        analyzer = analyzer_of(LEXICON)
        new = [read_document(analyzer, each, WEIGHTS) for id, each in self.truth.items() if id not in kept.ids]
        counts = Counts.joined([kept, Counts.of(new)])
        model = Model.fit(counts, lexicon=LEXICON, weights=WEIGHTS, background=tables.background())
        counts_write(self.folder / "counts", counts, LEXICON)
        engines_write(counts, model, NEEDS, professionals=self.folder / "a", needs=self.folder / "b")
        self.restart()

    def restart(self) -> None:
        self.engine, self.needs = opened(self.folder, documents=self._read, queries=self._asked)
        self.kept = counts_read(self.folder / "counts", LEXICON)
        self.engine.remove([id for id in self.engine.ids if id not in self.truth])
        self.put(self.truth.values())

    def put(self, documents: Iterable[Document]) -> None:
        changed = {document.id: document for document in documents}
        self.truth = {**self.truth, **changed}
        self.engine.upsert(self.engine.held.differing(changed.values()))

    def remove(self, documents: Iterable[Document]) -> None:
        gone = {document.id for document in documents}
        self.truth = {id: each for id, each in self.truth.items() if id not in gone}
        self.engine.remove(gone)

    def _read(self, ids: Sequence[str]) -> Iterable[Document]:
        return [self.truth[id] for id in ids if id in self.truth]

    def _asked(self, ids: Sequence[str]) -> Iterable[Query]:
        return [self.queries[id] for id in ids]

    def _holds(self, id: str, digest: object) -> bool:
        return id in self.truth and bytes(digest) == digest_of(self.truth[id])  # type: ignore[call-overload]


def opened(
    folder: Path,
    *,
    documents: Callable[[Sequence[str]], Iterable[Document]],
    queries: Callable[[Sequence[str]], Iterable[Query]] = lambda ids: [],
    neighbours: NeighbourTable | None = None,
    background: BackgroundFrequencies | None = None,
) -> tuple[Engine, NeedEngine]:
    return engines_read(
        professionals=folder / "a",
        needs=folder / "b",
        documents=documents,
        queries=queries,
        neighbours=neighbours or NeighbourTable.of({}),
        background=background or tables.background(),
    )


def by_id(ids: Sequence[str]) -> list[Document]:
    return [document for document in DOCUMENTS if document.id in ids]


@pytest.fixture
def fitted(tmp_path: Path) -> Engine:
    """Written to the folder, and as it is in memory."""
    counts = Counts.of([read_document(analyzer_of(LEXICON), each, WEIGHTS) for each in DOCUMENTS])
    model = Model.fit(counts, lexicon=LEXICON, weights=WEIGHTS, background=tables.background())
    counts_write(tmp_path / "counts", counts, LEXICON)
    engines_write(counts, model, NEEDS, professionals=tmp_path / "a", needs=tmp_path / "b")
    return Engine.fit(DOCUMENTS, lexicon=LEXICON, weights=WEIGHTS, background=tables.background())


@settings(max_examples=25, deadline=None)
@given(changes=CHANGES)
def test_after_any_changes_rebuilds_and_restarts_the_ranking_equals_a_fresh_fit(tmp_path_factory, changes) -> None:
    bank = Bank(tmp_path_factory.mktemp("index"))

    for change, documents in changes:
        getattr(bank, change)(*([documents] if change in {"put", "remove"} else []))
        fresh = Engine(bank.engine.model, bank.truth.values())

        assert set(bank.engine.ids) == bank.truth.keys()
        assert bank.engine.insufficient == fresh.insufficient
        for need in NEEDS:
            assert bank.engine.rank(need, limit=50) == fresh.rank(need, limit=50)
            assert bank.engine.scores(need, limit=50) == fresh.scores(need, limit=50)
        if change == "rebuild":
            anew = Engine.fit(bank.truth.values(), lexicon=LEXICON, weights=WEIGHTS, background=tables.background())
            assert bank.engine.model_version == anew.model_version


def test_what_is_opened_ranks_both_ways_as_what_was_written(fitted: Engine, tmp_path: Path) -> None:
    engine, needs = opened(tmp_path, documents=by_id, queries=lambda ids: [each for each in NEEDS if each.id in ids])

    assert engine.model_version == fitted.model_version
    assert engine.insufficient == fitted.insufficient == {"p6"}
    assert [engine.rank(need) for need in NEEDS] == [fitted.rank(need) for need in NEEDS]
    theirs = NeedEngine(fitted.model, NEEDS)
    assert [needs.rank(document) for document in DOCUMENTS] == [theirs.rank(document) for document in DOCUMENTS]


def test_nothing_is_read_that_is_not_shown(fitted: Engine, tmp_path: Path) -> None:
    asked: list[list[str]] = []

    def read(ids: Sequence[str]) -> list[Document]:
        asked.append(list(ids))
        return by_id(ids)

    engine, _ = opened(tmp_path, documents=read)
    shown = [each.id for each in engine.rank(NEEDS[0], limit=2)]
    engine.rank(NEEDS[0], limit=2)

    assert asked == [sorted(shown)]


def test_an_item_as_it_was_written_is_no_change_and_one_that_its_keeper_lost_is_not_shown(
    fitted: Engine, tmp_path: Path
) -> None:
    engine, _ = opened(tmp_path, documents=lambda ids: [each for each in by_id(ids) if each.id != "p1"])
    edited = Document("p2", {"headline": "別の仕事"})

    assert engine.held.differing([*DOCUMENTS[2:], edited]) == [edited]
    assert "p1" in engine
    assert "p1" not in [each.id for each in engine.rank(NEEDS[0])]


def test_counts_come_back_as_they_were(fitted: Engine, tmp_path: Path) -> None:
    model = Model.fit(counts_read(tmp_path / "counts", LEXICON), lexicon=LEXICON, weights=WEIGHTS)
    anew = Engine.fit(DOCUMENTS, lexicon=LEXICON, weights=WEIGHTS)

    assert model.version == anew.model_version
    assert [each.years for each in counts_read(tmp_path / "counts", LEXICON).claims[0]] == [4.0, None]


def test_files_of_other_tables_another_lexicon_or_another_writing_are_refused(fitted: Engine, tmp_path: Path) -> None:
    with pytest.raises(IncompatibleIndex):
        opened(tmp_path, documents=by_id, neighbours=NeighbourTable.of({"a": (("b", 0.5),)}))
    with pytest.raises(IncompatibleIndex):
        opened(tmp_path, documents=by_id, background=BackgroundFrequencies(name="other"))
    with pytest.raises(IncompatibleIndex):
        counts_read(tmp_path / "counts", Lexicon({"ec": ("EC",)}))
    counts = Counts.of([])
    other = Model.fit(counts, lexicon=LEXICON, background=tables.background())
    engines_write(counts, other, NEEDS, professionals=tmp_path / "c", needs=tmp_path / "b")
    with pytest.raises(IncompatibleIndex):
        opened(tmp_path, documents=by_id)
