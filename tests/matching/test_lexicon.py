from collections.abc import Mapping

import pytest

from matching.lexicon import CONCEPT_MARK, Analyzer, Lexicon
from matching.text import Layer


def concepts(groups: Mapping[str, tuple[str, ...]], text: str) -> list[tuple[str, str]]:
    tokens = Analyzer(Lexicon(groups)).analyze(text)
    return [(t.term[1:], text[t.start : t.end]) for t in tokens if t.term.startswith(CONCEPT_MARK)]


EC = {"ec": ("ネットショップ", "ECサイト", "EC", "e-commerce", "通販サイト")}


@pytest.mark.parametrize(
    "form", ["ネットショップ", "ECサイト", "ＥＣサイト", "EC", "e-commerce", "E-Commerce", "通販サイト"]
)
def test_every_form_of_a_concept_is_recognized(form: str) -> None:
    assert concepts(EC, f"{form}を始めたい") == [("ec", form)]


def test_the_longest_form_of_a_concept_counts_once() -> None:
    assert concepts(EC, "ECサイト") == [("ec", "ECサイト")]


def test_concepts_nest() -> None:
    groups = {**EC, "ec-build": ("ECサイト構築",)}

    assert concepts(groups, "ECサイト構築") == [("ec", "ECサイト"), ("ec-build", "ECサイト構築")]


def test_a_particle_may_stand_within_a_form_but_no_full_stop() -> None:
    groups = {"web": ("ホームページ作成",)}

    assert concepts(groups, "ホームページの作成") == [("web", "ホームページの作成")]
    assert concepts(groups, "ホームページ。作成は") == []


def test_a_concept_stands_beside_the_words_of_its_form() -> None:
    tokens = Analyzer(Lexicon(EC)).analyze("通販サイト")

    words = [token.term for token in tokens if token.layer is Layer.WORD]
    (concept,) = [token for token in tokens if token.layer is Layer.CONCEPT]
    assert (words, concept.term, concept.form) == (["通販", "サイト"], CONCEPT_MARK + "ec", "通販 サイト")


def test_a_form_in_two_groups_belongs_to_both() -> None:
    assert concepts({"a": ("HP",), "b": ("HP", "ホームページ")}, "HP") == [("a", "HP"), ("b", "HP")]


def test_a_form_without_content_recognizes_nothing() -> None:
    assert concepts({"a": ("", "これ", "🎉")}, "これは🎉") == []


def test_no_text_can_name_a_concept_by_its_mark() -> None:
    assert concepts({"ec": ("EC",)}, f"{CONCEPT_MARK}ec2") == []


def test_the_digest_depends_on_the_groups_and_not_on_their_order() -> None:
    one, other = Lexicon({"a": ("x", "y"), "b": ("z",)}), Lexicon({"b": ("z",), "a": ("y", "x")})

    assert one.digest() == other.digest() != Lexicon({"a": ("x",), "b": ("y", "z")}).digest()
