"""The tables that the engine is shipped with, and the script that builds them."""

import numpy as np
import pytest

from matching import tables
from matching.documents import Document, Query, Relation
from matching.engine import Engine
from matching.tables import build
from matching.text import tokenize


def near(word: str) -> dict[str, float]:
    return dict(tables.near_terms().nearest(word))


@pytest.mark.parametrize(
    ("word", "other"), [("帳簿", "経理"), ("ホームページ", "ウェブサイト"), ("支払い", "決済"), ("集客", "販促")]
)
def test_words_of_the_same_talk_are_near(word: str, other: str) -> None:
    assert other in near(word)


def test_a_table_that_the_tokenizer_has_left_behind_is_noticed() -> None:
    """Built anew whenever this fails: terms must be what the tokenizer makes of a text today."""
    terms = list(tables.near_terms().near)[:20_000:97]
    same = [term for term in terms if [token.term for token in tokenize(term)][:1] == [term]]

    assert len(same) >= 0.95 * len(terms)


def test_near_terms_are_at_most_eight_nearest_first_and_never_the_word_itself() -> None:
    for term, found in list(tables.near_terms().near.items())[::50]:
        cosines = [cosine for _, cosine in found]
        assert len(found) <= build.MOST_NEAR
        assert cosines == sorted(cosines, reverse=True)
        assert all(build.LEAST_COSINE <= cosine <= 1 for cosine in cosines)
        assert term not in dict(found)


def test_the_background_knows_usual_words_and_weighs_as_much_as_a_small_bank() -> None:
    background = tables.background()

    assert background.n_documents == tables.BACKGROUND_DOCUMENTS
    assert background.counts["仕事"] > background.counts["会計"] > background.counts.get("帳簿", 0)
    assert max(background.counts.values()) <= background.n_documents


def test_each_table_is_part_of_the_model_version() -> None:
    document = [Document("p", {"summary": "経理"})]
    versions = {
        Engine.fit(document).model_version,
        Engine.fit(document, neighbours=tables.near_terms()).model_version,
        Engine.fit(document, background=tables.background()).model_version,
        Engine.fit(document, neighbours=tables.near_terms(), background=tables.background()).model_version,
    }

    assert len(versions) == 4


def test_a_near_word_is_found_and_called_near() -> None:
    engine = Engine.fit([Document("p", {"summary": "経理を担当"})], neighbours=tables.near_terms())

    (found,) = engine.rank(Query(texts={"own_words": "帳簿"}))

    assert [(row.query_term, row.document_term, row.relation) for row in found.contributions] == [
        ("帳簿", "経理", Relation.NEAR)
    ]


VECTORS = build.Vectors(
    (("猫", 0), ("犬", 1), ("会計", 2), ("黒猫", 0)),
    np.array([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]], np.float32),
)


def test_the_table_holds_the_nearest_and_lends_a_rare_word_what_its_neighbour_has() -> None:
    table = build.near_table(VECTORS)

    assert table["犬"] == [("猫", 0.8), ("会計", 0.6)]
    assert table["猫"] == [("犬", 0.8), ("黒猫", build.RARE_COSINE)]
    assert table["黒猫"] == [("猫", build.RARE_COSINE), ("犬", round(build.RARE_COSINE * 0.8, 2))]


def test_equal_tables_have_equal_lines_and_each_place_is_that_of_a_line() -> None:
    lines = build.near_lines(build.near_table(VECTORS))

    assert lines == build.near_lines(build.near_table(VECTORS))
    assert lines[[line.split("\t")[0] for line in lines].index("猫")] == "猫\t1:80 3:70"


def test_a_more_frequent_word_stands_in_more_documents() -> None:
    usual = build.usual_words(VECTORS)

    assert usual["猫"] > usual["犬"] > usual["会計"] > 0


def test_another_file_than_the_named_wheel_is_refused(tmp_path) -> None:
    other = tmp_path / "other.whl"
    other.write_bytes(b"no wheel")

    with pytest.raises(build.WrongWheel, match=build.WHEEL_SHA256):
        build.vectors_read(other)


def test_a_packed_map_is_read_in_its_order() -> None:
    packed = bytes([0xDF, 0, 0, 0, 2, 0xCF, *(2**40).to_bytes(8, "big"), 0xCD, 1, 0, 5, 0xCC, 200])

    assert list(build._packed_map(packed)) == [(2**40, 256), (5, 200)]


def test_words_are_keyed_as_in_the_wheel() -> None:
    assert build._murmur("の".encode()) == 2_917_952_641_780_334_418
