import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.text import CHUNK_CHARACTERS, STEM_MARK, Layer, normalize, tokenize


def terms(text: str, *layers: Layer) -> list[str]:
    """Terms of these layers, of words alone where none is named."""
    return [token.term for token in tokenize(text) if token.layer in (layers or (Layer.WORD,))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("C++", ["c++"]),
        ("C#", ["c#"]),
        ("C♯", ["c#"]),
        ("Ｃ＃とＣ＋＋", ["c#", "c++"]),
        (".NET", [".net"]),
        ("ASP.NETと.NET Framework", ["asp.net", ".net"]),
        ("Node.js", ["node.js"]),
        ("NodeJS", ["node.js"]),
        ("Next.jsとVue", ["next.js", "vue.js"]),
        ("Power BI", ["power bi"]),
        ("PowerBI", ["power bi"]),
        ("After Effects", ["after effects"]),
        ("R言語", ["r"]),
        ("RとPython", ["r", "python"]),
        ("R&D", ["r&d"]),
        ("C言語", ["c"]),
        ("Excel VBA", ["excel", "vba"]),
        ("ExcelVBA", ["excel", "vba"]),
        ("Python/Django", ["python", "django"]),
        ("ＡＷＳ", ["aws"]),
        ("kintone", ["kintone"]),
        ("MP3と3DとB2B", ["mp3", "3d", "b2b"]),
        ("Excel2019とvba2019", ["excel", "2019", "vba", "2019"]),
        ("Windows10", ["windows", "10"]),
        ("PC3台", ["pc", "3", "台"]),
        ("3DCADと3Dプリンター", ["3d", "cad", "3d", "プリンター"]),
        ("log4jとmp4", ["log4j", "mp4"]),
        ("㈱", []),
        ("IT導入補助金", ["it", "導入", "補助金"]),
        ("①", ["1"]),
    ],
)
def test_technical_terms_stay_whole(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("サーバ", "サーバー"),
        ("コンピュータ", "コンピューター"),
        ("ウェブ制作", "Web制作"),
        ("ｴｸｾﾙ", "エクセル"),
        ("ﾃﾞｰﾀﾍﾞｰｽ", "データベース"),
        ("打合せ", "打ち合わせ"),
        ("ＳＮＳ運用", "sns運用"),
        ("ホ－ムペ−ジ", "ホームページ"),
        ("サ一バ―の", "サーバーの"),
        ("ホームぺージ", "ホームページ"),
        ("動\ufe00画\U000e0100編集", "動画編集"),
        ("か\u3099っこう", "がっこう"),
        ("Power\u3000BI", "power bi"),
        ("node\u200d.js", "Node.js"),
    ],
)
def test_spellings_of_one_word_become_one_term(one: str, other: str) -> None:
    assert terms(one) == terms(other) != []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("managers", "マネージャー"),
        ("servers", "サーバ"),
        ("labour centres", "labor center"),
        ("organised", "organized"),
        ("databases", "database"),
        ("companies", "company"),
    ],
)
def test_english_is_folded_to_what_the_other_side_writes(one: str, other: str) -> None:
    assert terms(one) == terms(other) != []


@pytest.mark.parametrize(
    "word", ["aws", "cms", "sns", "sales", "windows", "kubernetes", "statistics", "analysis", "saas"]
)
def test_what_only_looks_like_a_plural_keeps_its_s(word: str) -> None:
    singular = word.removesuffix("s")
    assert terms(word) and set(terms(word)).isdisjoint({singular, *terms(singular)})


def test_words_of_one_stem_share_it_and_differ() -> None:
    manager, management = tokenize("manager"), tokenize("management")

    assert terms("manager") != terms("management")
    assert {token.term for token in manager} & {token.term for token in management} == {STEM_MARK + "manag"}


@pytest.mark.parametrize(
    ("compound", "parts"),
    [
        ("システムリソース", {"システム", "リソース"}),
        ("プレイヤデーモン", {"デーモン"}),
        ("CDチェンジャー", {"チェンジャー"}),
        ("補助金", {"補助"}),
        ("在庫", set()),
    ],
)
def test_a_compound_is_one_word_beside_its_parts(compound: str, parts: set[str]) -> None:
    assert parts <= set(terms(compound, Layer.PART)) and parts.isdisjoint(terms(compound))


def test_a_verb_that_helps_another_is_no_topic() -> None:
    assert terms("取り扱っております") == terms("取り扱う")
    assert terms("教えてほしい") == terms("教えてくれる") == terms("教える")
    assert "切る" in terms("紙を切る")


def test_a_product_is_no_everyday_word_of_the_same_sound() -> None:
    assert set(terms("Teams Ruby GAS")).isdisjoint(terms("チーム ルビー ガス"))


def test_a_particle_or_a_range_is_no_mistyped_katakana() -> None:
    assert terms("サイトへアクセス") == ["サイト", "アクセス"]
    assert terms("サーバー〜ネットワーク") == terms("サーバー-ネットワーク") == ["サーバー", "ネットワーク"]
    assert terms("チーム一カ月") == terms("チーム 一カ月")
    assert terms("スマホ-PC") == ["スマホ", "pc"]


def test_a_longer_name_wins_over_the_shorter_one_within() -> None:
    assert terms("React NativeとReact") == ["react native", "react"]


def test_words_after_a_protected_term_are_read_in_context() -> None:
    assert terms("C#、.NETやNode.js") == ["c#", ".net", "node.js"]


@pytest.mark.parametrize(
    "text", ["", " \n", "これはそれです", "the of and", "。、！", "🎉", "\u0301", "\u200f\u202e", "\x00"]
)
def test_a_text_without_content_has_no_terms(text: str) -> None:
    assert tokenize(text) == ()


@pytest.mark.parametrize(
    ("text", "surfaces"),
    [
        ("ＡＷＳとｴｸｾﾙ", ["ＡＷＳ", "ｴｸｾﾙ"]),
        ("ﾃﾞｰﾀﾍﾞｰｽを設計", ["ﾃﾞｰﾀﾍﾞｰｽ", "設計"]),
        ("㌔と㍿ウェブ", ["㌔", "㍿", "ウェブ"]),
        ("①　Power　BI", ["①", "Power　BI"]),
        ("Straße と C＋＋", ["Straße", "C＋＋"]),
        ("🎉動画🎉編集", ["動画", "編集"]),
        ("SNS\u200f運用", ["SNS", "運用"]),
    ],
)
def test_a_span_points_at_the_characters_as_they_were_written(text: str, surfaces: list[str]) -> None:
    assert [text[token.start : token.end] for token in tokenize(text) if token.layer is Layer.WORD] == surfaces


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(codec=None), max_size=80))
def test_no_text_raises_and_every_span_lies_within_it(text: str) -> None:
    tokens = tokenize(text)

    assert all(0 <= token.start < token.end <= len(text) for token in tokens)
    assert [token.start for token in tokens] == sorted(token.start for token in tokens)


@pytest.mark.parametrize(
    "unit", ["a", "あ", "漢字", "🎉", "ｶﾞ", "\u0301\u0323", "\u200f", "c++ ", "。", "1a", "\ud800", "Webを"]
)
def test_two_hundred_thousand_characters_take_linear_time(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    started = time.process_time()

    tokenize(text)

    assert time.process_time() - started < 10


def test_a_long_text_is_cut_between_words() -> None:
    sentence = "ネットショップの運営を支援します。"
    repetitions = 3 * CHUNK_CHARACTERS // len(sentence)

    assert terms(sentence * repetitions) == terms(sentence) * repetitions


def test_a_long_text_without_separators_is_cut_all_the_same() -> None:
    assert len(terms("業務" * CHUNK_CHARACTERS)) == CHUNK_CHARACTERS


def test_normalization_keeps_one_origin_for_each_character() -> None:
    normalized = normalize("㍿ｶﾞ")

    assert normalized.text == "株式会社ガ"
    assert list(zip(normalized.starts, normalized.ends, strict=True)) == [(0, 1)] * 4 + [(1, 3)]


def test_threads_tokenize_alike() -> None:
    text = "クラウド会計ソフトとPower BIを導入したい"
    seen: list[list[str]] = []
    threads = [threading.Thread(target=lambda: seen.extend(terms(text) for _ in range(50))) for _ in range(4)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert seen == [terms(text)] * 200
