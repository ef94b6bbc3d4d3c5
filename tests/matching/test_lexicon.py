import time
import unicodedata
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


@pytest.mark.parametrize(
    ("form", "whole", "other"),
    [
        ("脱ハンコ", "脱ハンコを進める", "ハンコを注文"),
        ("You Tube", "Ｙｏｕ　Ｔｕｂｅの講座", "タイヤのチューブ"),
        ("AS/400", "as/400から移す", "400 件の登録"),
        ("物撮り", "物撮りします", "建物撮りも"),
        ("見やすいホームページ", "見やすいホームページに", "ホームページに"),
        ("no-code", "no-codeで", "QRコード"),
    ],
)
def test_a_form_of_which_one_word_is_read_is_found_as_a_whole_alone(form: str, whole: str, other: str) -> None:
    assert [concept for concept, _ in concepts({"it": (form,)}, whole)] == ["it"]
    assert concepts({"it": (form,)}, other) == []


@pytest.mark.parametrize(
    "text", ["パソコンが動かない", "パソコンは動きません", "パソコンが動いてくれない", "パソコンが動かなくて"]
)
def test_a_form_that_says_no_is_found_where_its_last_word_is_denied(text: str) -> None:
    assert [concept for concept, _ in concepts({"broken": ("パソコンが動かない",)}, text)] == ["broken"]


@pytest.mark.parametrize("text", ["パソコンで動くソフト", "パソコンが動く", "パソコンが動きます。使わない時は"])
def test_a_form_that_says_no_is_not_found_where_the_word_is_said(text: str) -> None:
    assert concepts({"broken": ("パソコンが動かない",)}, text) == []


def test_endings_of_a_form_are_left_open() -> None:
    assert concepts({"it": ("帳面をつける",)}, "帳面をつけて") and concepts({"it": ("変なメール",)}, "変なメールが来た")


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


ELDERLY = {
    "web": ("ホームページ", "HP"),
    "invoice": ("インボイス",),
    "insta": ("インスタ", "Instagram"),
    "app": ("アプリ",),
    "stock": ("在庫管理",),
    "bamboo": ("シナイ",),
    "ginger": ("ショウガ",),
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ほーむぺーじを つくりたい", [("web", "ほーむぺーじ")]),
        ("あたらしいほーむぺーじをつくりたい", [("web", "ほーむぺーじ")]),
        ("わたしのいんぼいすは まだです", [("invoice", "いんぼいす")]),
        ("いんすたをはじめたい", [("insta", "いんすた")]),
        ("あぷりの つかいかた", [("app", "あぷり")]),
        ("ざいこかんりを かみで。ほーむぺーじも", [("stock", "ざいこかんり"), ("web", "ほーむぺーじ")]),
        ("対応しないので", []),
        ("連絡はしないの", []),
        ("そうでしょうが、それは", []),
        ("いんすたれーしょん", []),
    ],
)
def test_a_word_in_hiragana_is_the_word_where_it_can_be_no_other(text: str, expected: list[tuple[str, str]]) -> None:
    assert concepts(ELDERLY, text) == expected


def test_words_around_one_in_hiragana_keep_their_places() -> None:
    text = "市のざいこかんりと動画"

    tokens = [t for t in Analyzer(Lexicon(ELDERLY)).analyze(text) if t.layer is Layer.WORD]

    assert [(t.term, text[t.start : t.end]) for t in tokens] == [
        ("市", "市"),
        ("在庫管理", "ざいこかんり"),
        ("動画", "動画"),
    ]


def test_hiragana_without_end_is_read_in_linear_time() -> None:
    analyzer = Analyzer(Lexicon(ELDERLY))
    begun = time.process_time()

    analyzer._spellings.applied("のーをは" * 50_000)

    assert time.process_time() - begun < 10


def test_decomposed_characters_stand_between_the_words_of_a_form_like_composed_ones() -> None:
    groups = {"code": ("バーコード管理",)}

    assert len(concepts(groups, unicodedata.normalize("NFD", "バーコードで管理"))) == 1


def test_a_form_in_two_groups_belongs_to_both() -> None:
    assert concepts({"a": ("HP",), "b": ("HP", "ホームページ")}, "HP") == [("a", "HP"), ("b", "HP")]


def test_a_form_without_content_recognizes_nothing() -> None:
    assert concepts({"a": ("", "これ", "🎉")}, "これは🎉") == []


def test_no_text_can_name_a_concept_by_its_mark() -> None:
    assert concepts({"ec": ("EC",)}, f"{CONCEPT_MARK}ec2") == []


def test_the_digest_depends_on_the_groups_and_not_on_their_order() -> None:
    one, other = Lexicon({"a": ("x", "y"), "b": ("z",)}), Lexicon({"b": ("z",), "a": ("y", "x")})

    assert one.digest() == other.digest() != Lexicon({"a": ("x",), "b": ("y", "z")}).digest()
