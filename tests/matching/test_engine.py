import math
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import replace
from random import Random
from time import process_time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import Document, Engine, Lexicon, NeedEngine, Part, Query, Ranked, Relation, SkillClaim, SkillWish
from matching.analysis import UnknownField
from matching.directed import UnknownId
from matching.documents import InvalidSkill, Side
from matching.index import InvalidLimit, MaskLengthMismatch
from matching.neighbours import NeighbourTable
from matching.text import Layer, Token, tokenize
from matching.weighting import BackgroundFrequencies
from matching.weights import DOCUMENT_FIELDS, QUERY_FIELDS
from tests.matching.samples import DOCUMENTS, LEXICON, NEEDS

WORDS = (
    "ネットショップ",
    "エクセル",
    "Excel",
    "サーバー",
    "Web制作",
    "C++",
    "動画編集",
    "SNS",
    "会計",
    "キャッシュレス",
    "🎉",
)
TEXT = st.lists(st.sampled_from(WORDS), max_size=6).map("。".join)
LEVEL = st.none() | st.integers(1, 4)
CODE = st.sampled_from(["ec", "sns", "excel"])
CLAIM = st.builds(SkillClaim, code=CODE, level=LEVEL, years=st.none() | st.floats(0, 20), evidence=st.booleans())
WISH = st.builds(SkillWish, code=CODE, required=st.booleans(), level=LEVEL, weight=st.floats(0.1, 5))
DOCUMENT = st.builds(
    Document,
    id=st.just("?"),
    texts=st.dictionaries(st.sampled_from(sorted(DOCUMENT_FIELDS)), TEXT | st.tuples(TEXT, TEXT)),
    skills=st.lists(CLAIM, max_size=3).map(tuple),
)
CORPUS = st.lists(DOCUMENT, max_size=8).map(
    lambda documents: [replace(document, id=f"p{number}") for number, document in enumerate(documents)]
)
NEED = st.builds(
    Query,
    id=st.just("n"),
    texts=st.dictionaries(st.sampled_from(sorted(QUERY_FIELDS)), TEXT),
    wishes=st.lists(WISH, max_size=3).map(tuple),
)


NOTHING_NEAR = NeighbourTable.of({})


@pytest.fixture
def engine() -> Engine:
    return Engine.fit(DOCUMENTS, lexicon=LEXICON)


def naive_scores(documents: list[Document], query: Query) -> dict[str, float]:
    """The formula of `scoring` in plain loops: no lexicon, no near words, no skills."""
    profiles = {d.id: naive_texts(d) for d in documents}
    df = Counter(term for texts in profiles.values() for term in {t.term for _, _, text in texts for t in text})
    lengths: dict[str, list[int]] = {}
    for field, _, text in (each for texts in profiles.values() for each in texts):
        lengths.setdefault(field, []).append(n_words(text))
    asked = naive_asked(query, lambda term: math.log((1 + len(profiles)) / (1 + df[term])) + 1)

    lengths["whole"] = [n for texts in profiles.values() if (n := n_words(t for _, _, text in texts for t in text))]

    def covered(field: str, text: list[Token]) -> float:
        longer = n_words(text) / (sum(lengths[field]) / len(lengths[field]))
        k = 0.8 * (0.25 + 0.75 * longer)
        return sum(asked.get(term, 0.0) * n / (n + k) for term, n in Counter(t.term for t in text).items())

    scores = {}
    for id, texts in profiles.items():
        every = [(field, share, covered(field, text)) for field, share, text in texts]
        mine = [value for field, _, value in every if field == "experiences"]
        scores[id] = sum(share * value for field, share, value in every if field != "experiences")
        scores[id] += 0.3 * (max(mine) + sum(mine) / len(mine)) / 2 if mine else 0.0
        whole = [token for _, _, text in texts for token in text]
        scores[id] = (scores[id] + (covered("whole", whole) if whole else 0.0)) / 2
    return scores


def n_words(text: Iterable[Token]) -> int:
    return sum(token.layer is Layer.WORD for token in text)


def naive_texts(document: Document) -> list[tuple[str, float, list[Token]]]:
    texts = []
    for field, value in document.texts.items():
        entries = [value] if isinstance(value, str) else list(value)
        parted = entries if field == "experiences" else ["。".join(entries)]
        texts += [(field, DOCUMENT_FIELDS[field], list(tokenize(text))) for text in parted if tokenize(text)]
    return texts


def naive_asked(query: Query, idf: Callable[[str], float]) -> dict[str, float]:
    asked: Counter[str] = Counter()
    fields = {field: Counter((t.term, t.layer) for t in tokenize(str(text))) for field, text in query.texts.items()}
    present = sum(QUERY_FIELDS[field] for field, counts in fields.items() if counts)
    for field, counts in fields.items():
        worth: Counter[str] = Counter()
        for (term, layer), n in counts.items():
            worth[term] += (1 if layer is Layer.WORD else 0.3) * (1 + math.log(n)) * idf(term)
        for term, value in worth.items():
            asked[term] += QUERY_FIELDS[field] / present * value / sum(worth.values())
    return dict(asked)


@settings(max_examples=60, deadline=None)
@given(CORPUS, NEED)
def test_the_text_part_is_the_naive_formula(documents: list[Document], need: Query) -> None:
    documents = [Document(d.id, d.texts) for d in documents]
    need = Query(texts=need.texts)

    ranked = Engine.fit(documents, neighbours=NOTHING_NEAR).rank(need, limit=20)

    naive = {id: score for id, score in naive_scores(documents, need).items() if score > 1e-12}
    assert {pair.id: pair.score for pair in ranked} == pytest.approx(naive, abs=1e-9)
    assert ranked == sorted(ranked, key=lambda pair: (-(pair.score or 0), pair.id))


@settings(max_examples=60, deadline=None)
@given(CORPUS, NEED)
def test_contributions_sum_to_the_score_and_the_score_lies_in_the_unit_interval(
    documents: list[Document], need: Query
) -> None:
    engine = Engine.fit(documents, lexicon=LEXICON)

    for document in documents:
        pair = engine.score(need, document.id)
        if pair.score is None:
            continue
        assert 0 <= pair.score <= 1
        assert 0 <= pair.confidence <= 1
        assert math.fsum(row.value for row in pair.contributions) == pytest.approx(pair.score, abs=1e-9)
        assert math.fsum(pair.parts.values()) == pytest.approx(pair.score, abs=1e-9)
        assert all(row.value > 0 and 0 < row.similarity <= 1 for row in pair.contributions)


@settings(max_examples=40, deadline=None)
@given(CORPUS, NEED)
def test_both_directions_and_the_single_pair_give_the_very_same_answer(documents: list[Document], need: Query) -> None:
    engine = Engine.fit(documents, lexicon=LEXICON)
    needs = NeedEngine(engine.model, [need])
    forward = {pair.id: pair for pair in engine.rank(need, limit=20)}

    for document in documents:
        single, reverse = engine.score(need, document.id), needs.score(document, need.id)
        assert replace(reverse, id=single.id) == single
        assert forward.get(document.id, single) == single
        assert [pair.score for pair in needs.rank(document)] == ([single.score] if document.id in forward else [])


@settings(max_examples=40, deadline=None)
@given(CORPUS, NEED, st.randoms())
def test_the_order_of_the_documents_does_not_matter(documents: list[Document], need: Query, random: Random) -> None:
    shuffled = documents.copy()
    random.shuffle(shuffled)

    one, other = Engine.fit(documents, lexicon=LEXICON), Engine.fit(shuffled, lexicon=LEXICON)

    assert one.rank(need, limit=20) == other.rank(need, limit=20)
    assert one.model_version == other.model_version


@settings(max_examples=40, deadline=None)
@given(CORPUS, CORPUS, st.sets(st.sampled_from(["p0", "p1", "p2"])), NEED)
def test_changes_equal_a_fresh_state_under_the_same_idf(
    documents: list[Document], changes: list[Document], gone: set[str], need: Query
) -> None:
    engine = Engine.fit(documents, lexicon=LEXICON)
    engine.upsert(changes)
    engine.remove(gone)

    final = {document.id: document for document in [*documents, *changes] if document.id not in gone}
    fresh = Engine(engine.model, final.values())
    assert engine.rank(need, limit=20) == fresh.rank(need, limit=20)
    assert engine.insufficient == fresh.insufficient
    assert len(engine) == len(final)


def test_words_that_mean_one_thing_meet_as_synonyms(engine: Engine) -> None:
    best = engine.rank(NEEDS[0])[0]

    assert best.id == "p1"
    row = next(row for row in best.contributions if row.relation is Relation.SYNONYM)
    assert (row.query_term, row.document_term) == ("ネットショップ", "EC")


def test_equal_forms_of_a_concept_are_the_same_and_no_synonyms(engine: Engine) -> None:
    pair = engine.score(Query(texts={"title": "Ｅｘｃｅｌとエクセル"}), "p2")

    assert {row.relation for row in pair.contributions} == {Relation.SAME}
    assert {(row.query_term, row.document_term) for row in pair.contributions} == {("Ｅｘｃｅｌ", "Excel")}


def test_spans_point_into_the_original_texts_of_both_sides(engine: Engine) -> None:
    need = NEEDS[1]
    for pair in engine.rank(need):
        texts = next(document.texts for document in DOCUMENTS if document.id == pair.id)
        for row in pair.contributions:
            asked = [_entries(need.texts[s.field])[s.entry][s.start : s.end] for s in row.query_spans]
            told = [_entries(texts[s.field])[s.entry][s.start : s.end] for s in row.document_spans]
            assert row.query_term in asked
            assert row.document_term in told


def _entries(texts: str | tuple[str, ...]) -> tuple[str, ...]:
    return (texts,) if isinstance(texts, str) else texts


def test_missing_names_required_skills_and_words_without_a_counterpart(engine: Engine) -> None:
    pair = engine.score(NEEDS[0], "p2")

    assert pair.missing[0].part is Part.SKILLS
    assert (pair.missing[0].term, pair.missing[0].required) == ("ec-build", True)
    terms = [gap.term for gap in pair.missing if gap.part is Part.TEXT]
    assert "ネットショップ" in terms
    assert not {"ネット", "ショップ", "エクセル", "管理"} & set(terms)


def test_a_word_within_a_concept_that_met_is_not_missing(engine: Engine) -> None:
    pair = engine.score(Query(texts={"title": "ネットショップ"}), "p1")

    assert pair.missing == ()


def test_an_empty_profile_is_insufficient_and_has_no_number(engine: Engine) -> None:
    pair = engine.score(NEEDS[0], "p6")

    assert (pair.score, pair.insufficient_data, pair.contributions, pair.confidence) == (None, True, (), 0.0)
    assert engine.insufficient == {"p6"}
    assert "p6" not in [ranked.id for ranked in engine.rank(NEEDS[0], limit=50)]


def test_a_profile_of_stop_words_only_is_as_good_as_empty(engine: Engine) -> None:
    engine.upsert([Document("p9", {"summary": "これは。🎉"})])

    assert engine.insufficient == {"p6", "p9"}
    assert engine.score(NEEDS[0], "p9").insufficient_data


def test_a_profile_with_nothing_in_common_has_the_score_zero(engine: Engine) -> None:
    pair = engine.score(NEEDS[2], "p5")

    assert (pair.score, pair.insufficient_data) == (0.0, False)


def test_an_empty_need_ranks_nobody(engine: Engine) -> None:
    assert engine.rank(Query()) == []
    assert engine.score(Query(), "p1").insufficient_data


@pytest.mark.parametrize(
    ("claim", "level", "expected"),
    [
        (SkillClaim("sns"), None, 0.6),
        (SkillClaim("sns", level=1), None, 0.8),
        (SkillClaim("sns", level=2), 4, 0.7),
        (SkillClaim("sns", level=4), 2, 0.8),
        (SkillClaim("sns", years=1.5), 2, 0.65),
        (SkillClaim("sns", level=3, years=9.0, evidence=True), 3, 1.0),
        (SkillClaim("video", level=4), 1, 0.0),
    ],
)
def test_a_claim_earns_what_it_states_and_nothing_for_silence(
    claim: SkillClaim, level: int | None, expected: float
) -> None:
    engine = Engine.fit([Document("p1", skills=(claim,))])

    assert engine.score(Query(wishes=(SkillWish("sns", level=level),)), "p1").score == pytest.approx(expected)


def test_the_best_of_two_claims_for_a_skill_counts() -> None:
    claims = (SkillClaim("sns"), SkillClaim("sns", level=4))
    engine = Engine.fit([Document("p1", skills=claims)])
    need = Query(wishes=(SkillWish("sns", level=2),))

    assert engine.rank(need)[0].score == engine.score(need, "p1").score == pytest.approx(0.8)


def test_confidence_grows_with_what_the_profile_states(engine: Engine) -> None:
    full, thin = engine.score(NEEDS[0], "p1"), engine.score(NEEDS[0], "p7")

    assert full.confidence > thin.confidence > 0


def test_scores_alone_are_those_of_the_ranking(engine: Engine) -> None:
    for need in NEEDS:
        for limit in (1, 3, 20):
            ranking = engine.rank(need, eligible={"p1", "p2", "p3", "p7", "p8"}, limit=limit)
            scores = engine.scores(need, eligible={"p1", "p2", "p3", "p7", "p8"}, limit=limit)

            # An index keeps weights in single precision, a ranking tells the exact score.
            assert [id for id, _ in scores] == [each.id for each in ranking]
            assert [score for _, score in scores] == pytest.approx([each.score for each in ranking], abs=1e-6)


def test_every_kind_of_eligibility_leads_to_the_same_ranking(engine: Engine) -> None:
    allowed = {"p1", "p7"}
    mask = np.array([id in allowed for id in engine.ids])

    by_set = engine.rank(NEEDS[0], eligible=allowed)

    assert {pair.id for pair in by_set} == allowed
    assert by_set == engine.rank(NEEDS[0], eligible=lambda id: id in allowed) == engine.rank(NEEDS[0], eligible=mask)
    assert engine.rank(NEEDS[0], eligible=set()) == []
    assert engine.rank(NEEDS[0], eligible=set(engine.ids)) == engine.rank(NEEDS[0])


def test_eligibility_does_not_change_a_score(engine: Engine) -> None:
    scores = {pair.id: pair.score for pair in engine.rank(NEEDS[0])}

    assert engine.rank(NEEDS[0], eligible={"p7"})[0].score == scores["p7"]


def test_equal_profiles_are_ordered_by_id(engine: Engine) -> None:
    ranked = engine.rank(NEEDS[1])

    assert [pair.id for pair in ranked][:2] == ["p3", "p8"]
    assert ranked[0].score == ranked[1].score
    assert engine.rank(NEEDS[1], limit=1) == ranked[:1]


def test_an_edited_profile_ranks_anew_at_once(engine: Engine) -> None:
    assert "p6" not in [pair.id for pair in engine.rank(NEEDS[0])]

    engine.upsert([Document("p6", {"headline": "ネットショップ運営", "summary": "通信販売の拡大を支援"})])

    assert "p6" in [pair.id for pair in engine.rank(NEEDS[0])]


def test_a_removed_profile_leaves_nothing_behind(engine: Engine) -> None:
    engine.rank(NEEDS[0])

    engine.remove(["p1", "never there"])

    assert "p1" not in engine
    assert "p1" not in [pair.id for pair in engine.rank(NEEDS[0])]
    with pytest.raises(UnknownId):
        engine.score(NEEDS[0], "p1")


def test_refitting_gives_the_other_direction_its_new_model(engine: Engine) -> None:
    needs = NeedEngine(engine.model, NEEDS)
    refitted = Engine.fit(DOCUMENTS[:3], lexicon=LEXICON)

    needs.rebuild(refitted.model)

    assert needs.model_version == refitted.model_version != engine.model_version
    assert needs.score(DOCUMENTS[0], "n1").score == refitted.score(NEEDS[0], "p1").score


def test_the_model_version_changes_with_what_changes_a_score(engine: Engine) -> None:
    others = [
        Engine.fit(DOCUMENTS, lexicon=Lexicon()),
        Engine.fit(DOCUMENTS[1:], lexicon=LEXICON),
        Engine.fit(DOCUMENTS, lexicon=LEXICON, background=BackgroundFrequencies(10, {"管理": 5}, name="test")),
    ]

    assert Engine.fit(DOCUMENTS, lexicon=LEXICON).model_version == engine.model_version
    assert len({engine.model_version, *(other.model_version for other in others)}) == 4


def test_a_change_keeps_the_model_version(engine: Engine) -> None:
    before = engine.model_version

    engine.upsert([Document("p9", {"summary": "新しい言葉"})])

    assert engine.model_version == before


def test_what_cannot_be_asked_is_refused_in_clear_words(engine: Engine) -> None:
    with pytest.raises(InvalidLimit):
        engine.rank(NEEDS[0], limit=0)
    with pytest.raises(MaskLengthMismatch):
        engine.rank(NEEDS[0], eligible=np.ones(3, dtype=np.bool_))
    with pytest.raises(UnknownField):
        engine.rank(Query(texts={"age": "70"}))
    with pytest.raises(UnknownField):
        engine.upsert([Document("p9", {"sex": "f"})])
    assert "p9" not in engine


def test_numbers_out_of_range_are_refused() -> None:
    with pytest.raises(InvalidSkill):
        SkillClaim("sns", level=5)
    with pytest.raises(InvalidSkill):
        SkillClaim("sns", years=math.nan)
    with pytest.raises(InvalidSkill):
        SkillWish("sns", weight=0)


def test_an_empty_bank_answers() -> None:
    engine = Engine.fit([])

    assert engine.rank(NEEDS[0]) == []
    engine.upsert([DOCUMENTS[0]])
    assert [pair.id for pair in engine.rank(NEEDS[0])] == ["p1"]


@pytest.mark.parametrize(
    "text", ["🎉", "これは", "\u200f\u202e", "\u0301" * 500, "\ud800\x00", "a" * 200_000, "業務" * 100_000]
)
def test_a_hostile_need_or_profile_is_answered(engine: Engine, text: str) -> None:
    engine.upsert([Document("hostile", {"headline": text, "experiences": (text, "")})])

    for pair in (engine.score(NEEDS[0], "hostile"), *engine.rank(Query(texts={"own_words": text}))):
        assert pair.score is None or 0 <= pair.score <= 1


def test_a_copy_changes_apart_from_its_original(engine: Engine) -> None:
    before = engine.rank(NEEDS[0])
    twin = copy(engine)

    twin.upsert([Document("p9", {"headline": "ネットショップ"})])
    twin.remove(["p1"])

    assert engine.rank(NEEDS[0]) == before
    assert {pair.id for pair in twin.rank(NEEDS[0])} == {pair.id for pair in before} - {"p1"} | {"p9"}
    assert twin.model is engine.model


def test_of_an_id_given_twice_the_last_counts() -> None:
    engine = Engine.fit([Document("p1", {"summary": "会計"}), Document("p1", {"summary": "動画"})])

    assert engine.model_version == Engine.fit([Document("p1", {"summary": "動画"})]).model_version
    assert engine.rank(Query(texts={"title": "会計"})) == []


def test_readers_see_whole_states_while_a_writer_works(engine: Engine) -> None:
    done = threading.Event()

    def read() -> list[Ranked]:
        seen: list[Ranked] = []
        while not done.is_set():
            seen.extend(engine.rank(NEEDS[0]))
        return seen

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read) for _ in range(3)]
        for number in range(60):
            engine.upsert([replace(DOCUMENTS[number % 8], id=f"new{number % 5}")])
            engine.remove([f"new{(number + 2) % 5}"])
        done.set()

    assert all(pair.score for reader in readers for pair in reader.result())


def test_what_a_profile_refuses_does_not_count_and_is_a_conflict() -> None:
    engine = Engine.fit([Document("p", {"summary": "Pythonの開発。Javaは不可です。"})])

    pair = engine.score(Query(texts={"title": "Javaの開発"}), "p")

    assert "Java" not in {row.query_term for row in pair.contributions}
    assert [(each.by, each.term) for each in pair.conflicts] == [(Side.PROFILE, "Java")]
    assert pair.conflicts[0].cue.startswith("不可")


def test_the_words_that_refuse_are_no_topic(engine: Engine) -> None:
    assert engine.model.query(Query(texts={"own_words": "チラシは要りません"})).weights == {}
    assert engine.model.query(Query(texts={"own_words": "倉庫に要る棚"})).weights.keys() >= {"要る"}


def test_a_text_that_refuses_without_end_is_read_in_linear_time(engine: Engine) -> None:
    begun = process_time()
    read = engine.model.read_document(Document("p", {"summary": "動画は作りません。" * 30_000}))

    assert len(read.fields["summary"][0].refused) == 30_000
    assert process_time() - begun < 20


def test_what_a_need_refuses_is_not_asked_for_and_is_a_conflict() -> None:
    engine = Engine.fit([Document("p", {"summary": "WordPressとShopify"})])

    pair = engine.score(Query(texts={"own_words": "Shopifyで作りたい。WordPressは不要です。"}), "p")

    assert [row.query_term for row in pair.contributions] == ["Shopify"]
    assert [(each.by, each.term) for each in pair.conflicts] == [(Side.NEED, "WordPress")]


def test_the_best_experience_counts_beside_the_mean() -> None:
    one = Document("one", {"experiences": ("会計ソフト", "絵画")})
    engine = Engine.fit([one, Document("two", {"experiences": ("会計", "ソフト")})], neighbours=NOTHING_NEAR)

    ranked = engine.rank(Query(texts={"title": "会計ソフト"}))

    assert [pair.id for pair in ranked] == ["one", "two"]


def test_a_near_word_counts_by_its_cosine_and_says_so() -> None:
    near = NeighbourTable.of({"集客": (("販促", 0.5),)})
    engine = Engine.fit([Document("p", {"summary": "販促"}), Document("q", {"summary": "集客"})], neighbours=near)

    same, other = engine.rank(Query(texts={"title": "集客"}))

    assert (same.id, other.id) == ("q", "p")
    (row,) = other.contributions
    assert (row.relation, row.similarity, row.query_term, row.document_term) == (Relation.NEAR, 0.5, "集客", "販促")


def test_an_inflected_word_is_shown_as_dictionaries_write_it() -> None:
    need = Query(texts={"own_words": "端材で作った小物をネットで売り始めたが、手がつかない。"})
    engine = Engine.fit(
        [Document("p", {"headline": "小物をインターネットで売ります", "summary": "作り方も、手につく仕事も。"})],
        lexicon=Lexicon({"ec": ("ネットで売る", "インターネットで売る")}),
    )

    pair = engine.score(need, "p")

    told = {(row.query_term, row.document_term) for row in pair.contributions}
    assert {("ネットで売る", "インターネットで売る"), ("売る", "売る"), ("つく", "つく"), ("小物", "小物")} <= told
    words = [span for row in pair.contributions for span in row.query_spans if row.query_term == "つく"]
    text = need.texts["own_words"]
    assert [(text[span.start : span.end], span.shown) for span in words] == [("つか", "つく")]
    assert "始める" in {gap.term for gap in pair.missing}
