"""Our thesaurus: what its rows must be, what its reader refuses, and that plain words meet the professional's."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from matching.lexicon import CONCEPT_MARK, Analyzer, Lexicon, unread
from matching.text import Layer, tokenize
from talentbank.core.errors import InvalidInput
from talentbank.ranking.thesaurus_files import own_groups_read
from talentbank.skills.files import DATA_DIR
from talentbank.skills.occurrences import folded
from talentbank.skills.thesaurus import OWN_AREAS, SynonymGroup, thesaurus_read

GROUPS = thesaurus_read(tokenize=tokenize)
ANALYZER = Analyzer(Lexicon({group.code: group.triggers for group in GROUPS}))
OWN = Analyzer(Lexicon(own_groups_read()))
HIRAGANA = re.compile("[ぁ-ゖー]*")
HEADER = "code,area,forms_ja,forms_en,note"
TOO_COMMON = "作る 使う 見る 売る 探す 仕事 会社 システム サービス 人 店 お店 お客さん 紙 お金 利用 system service work"
"""Words that stand in every other need; a group reached by one of them alone would be found by everybody."""
ROOT = DATA_DIR.parents[2]


def terms(form: str) -> tuple[str, ...]:
    """What is read of a form; of one that is found as a whole alone, that whole."""
    return (form,) if any(unread(form)) else tuple(token.term for token in tokenize(form))


def forms_of(group: SynonymGroup) -> tuple[str, ...]:
    return (*group.forms, *group.forms_en)


def owners() -> dict[tuple[str, ...], set[str]]:
    """Terms of a form, as the engine reads it → the groups that hold it."""
    found = defaultdict(set)
    for group in GROUPS:
        for form in forms_of(group):
            found[terms(form)].add(group.code)
    return found


def concepts(text: str) -> set[str]:
    """Codes of the groups that the engine hears in a text."""
    heard = (token.term for token in ANALYZER.analyze(text))
    return {term.removeprefix(CONCEPT_MARK) for term in heard if term.startswith(CONCEPT_MARK)}


def written(directory: Path, *lines: str, header: str = HEADER) -> Path:
    path = directory / "own.csv"
    path.write_text("\n".join([header, *lines]) + "\n", "utf-8")
    return path


def refused(path: Path) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        thesaurus_read(path)
    return [(error.pointer, error.code) for error in caught.value.errors]


def test_there_are_enough_groups_and_most_speak_both_languages():
    assert len(GROUPS) >= 430
    assert sum(bool(group.forms_en) for group in GROUPS) >= 0.9 * len(GROUPS)


def test_no_form_stands_in_two_groups_but_on_purpose():
    shared = {(group.code, terms(form)) for group in GROUPS for form in group.shared}
    unplanned = {
        form: codes
        for form, codes in owners().items()
        if len(codes) > 1 and not all((code, form) in shared for code in codes)
    }
    assert unplanned == {}


def test_what_is_said_to_be_shared_is_shared():
    found = owners()
    alone = [
        (group.code, form) for group in GROUPS for form in group.shared if len(found[terms(form)]) < 2
    ]  # fmt: skip
    assert alone == []


def test_few_forms_are_shared():
    assert sum(len(group.shared) for group in GROUPS) <= 30


def test_no_group_is_a_part_of_another():
    held = {group.code: frozenset(map(terms, forms_of(group))) for group in GROUPS}
    inside = [(code, other) for code in held for other in held if code != other and held[code] <= held[other]]
    assert inside == []


def test_every_group_holds_two_forms_that_the_engine_tells_apart():
    assert [group.code for group in GROUPS if len(set(map(terms, forms_of(group)))) < 2] == []


def test_a_form_read_as_one_word_is_that_word_or_found_as_a_whole_alone():
    """`お客さんが来ない` is read as お客さん alone, and would drag every customer along."""
    torn = [
        (code, form)
        for code, forms in own_groups_read().items()
        for form in forms
        if len(words := [token for token in tokenize(form) if token.layer is Layer.WORD]) == 1
        and (word := form[words[0].start : words[0].end]) not in forms
        and letters(word) != letters(form)
        and CONCEPT_MARK + code in {token.term for token in OWN.analyze(word)}
        and not HIRAGANA.fullmatch(form.replace(word, ""))
    ]
    assert torn == []


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def test_every_form_is_heard_in_its_own_words():
    """The engine bridges a particle within a form, but no かどうか and no する: such a form would never be found."""
    deaf = [(group.code, form) for group in GROUPS for form in group.triggers if group.code not in concepts(form)]
    assert deaf == []


def test_no_form_is_a_word_of_every_need():
    common = {terms(word) for word in TOO_COMMON.split()}
    assert {form: codes for form, codes in owners().items() if form in common} == {}


def test_every_own_area_is_used_and_told_in_the_notice():
    notice = (DATA_DIR / "NOTICE.md").read_text("utf-8")
    used = {group.area for group in GROUPS}
    assert [area for area in sorted(OWN_AREAS) if area not in used or f"`{area}`" not in notice] == []


@pytest.mark.parametrize(
    ("need", "profile"),
    [
        ("ネットショップを始めたい", "EC運用・Shopify構築"),
        ("お客さんがホームページを見つけてくれない", "SEO対策"),
        ("帳簿をつけるのが大変", "会計ソフト導入・記帳代行"),
        ("ハンコをなくしたい", "電子契約・電子署名・ペーパーレス"),
        ("チラシを作りたい", "DTP・Illustrator"),
        ("お年寄りにスマホの使い方を教えてほしい", "スマホ教室の講師"),
        ("倉庫の在庫がわからない", "inventory management"),
        ("データをクラウドに移したい", "Cloud services (AWS, Azure)"),
        ("HPを新しくしたい", "ウェブサイト制作"),
        ("AIを使ってみたい", "人工知能の研究"),
    ],
)
def test_plain_words_meet_the_words_of_the_professional(need, profile):
    assert concepts(need) & concepts(profile)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Shopifyを使っています", "ネットショップ"),
        ("お客さんが多いです", "集客"),
        ("イラストレーターです", "Illustratorが使えます"),
        ("補助金を申請したい", "融資の相談"),
        ("AIを使ってみたい", "機械学習"),
    ],
)
def test_what_is_merely_related_stays_apart(one, other):
    assert not concepts(one) & concepts(other)


def test_a_product_points_to_its_kind_and_is_no_form_of_it():
    by_code = {group.code: group for group in GROUPS}
    products = [group for group in GROUPS if group.kind_of]
    assert len(products) >= 50
    for product in products:
        for wider in product.kind_of:
            assert not {*map(folded, product.forms)} & {*map(folded, by_code[wider].forms)}, product.code


def test_a_row_becomes_a_group(tmp_path):
    path = written(
        tmp_path, "shop,it,ネットショップ|通販サイト,online shop,shared:通販サイト", "base,it,BASE|ベイス,,kind-of:shop"
    )
    assert thesaurus_read(path) == (
        SynonymGroup("shop", "it", ("ネットショップ", "通販サイト"), ("online shop",), shared=("通販サイト",)),
        SynonymGroup("base", "it", ("BASE", "ベイス"), kind_of=("shop",)),
    )


def test_a_silent_form_triggers_nothing():
    group = SynonymGroup("ai", "it", ("人工知能",), ("AI", "artificial intelligence"), silent=frozenset({"AI"}))
    assert group.triggers == ("人工知能", "artificial intelligence")


@pytest.mark.parametrize(
    ("row", "pointer", "code"),
    [
        (",it,注文|受注,order,", "2/code", "blank"),
        ("order,,注文|受注,order,", "2/area", "blank"),
        ("order,cooking,注文|受注,order,", "2/area", "unknown_area"),
        ("order,it,注文||受注,order,", "2/forms_ja", "blank"),
        ("order,it,注文|受注,order|,", "2/forms_en", "blank"),
        ("order,it,注文|受注|注文,order,", "2/forms_ja", "duplicate_item"),
        ("order,it,注文|Ｏｒｄｅｒ,order,", "2/forms_en", "duplicate_item"),
        ("order,it,注文,,", "2/forms_ja", "too_few_forms"),
        ("order,it,,,", "2/forms_ja", "too_few_forms"),
        (f"order,it,注文|{'あ' * 61},order,", "2/forms_ja", "max_length"),
        ("order,it,注文|・、,order,", "2/forms_ja", "says_nothing"),
        ("order,it,注文|受注,order,todo", "2/note", "unknown_note"),
        ("order,it,注文|受注,order,shared:", "2/note", "unknown_note"),
        ("order,it,注文|受注,order,shared:発注", "2/note", "unknown_form"),
        ("order,it,注文|受注,order,kind-of:trade", "2/note", "unknown_group"),
        ("order,it,注文|受注,order,kind-of:order", "2/note", "unknown_group"),
    ],
)
def test_a_wrong_field_is_named(tmp_path, row, pointer, code):
    assert refused(written(tmp_path, row)) == [(f"/own.csv:{pointer}", code)]


def test_a_code_given_twice_is_named_at_its_second_line(tmp_path):
    path = written(tmp_path, "order,it,注文|受注,,", "order,it,在庫|ストック,,")
    assert refused(path) == [("/own.csv:3/code", "duplicate_item")]


def test_all_that_is_wrong_comes_at_once(tmp_path):
    path = written(tmp_path, ",it,注文|受注,,", "stock,it,在庫,,", "price,it,値段|価格|価格,,")
    assert refused(path) == [
        ("/own.csv:2/code", "blank"),
        ("/own.csv:3/forms_ja", "too_few_forms"),
        ("/own.csv:4/forms_ja", "duplicate_item"),
    ]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"\xff\xfe", ("/own.csv", "unreadable")),
        (b"", ("/own.csv:1", "missing_columns")),
        (b"code,area\n", ("/own.csv:1", "missing_columns")),
        (f'{HEADER}\na,it,"x"y,z,\n'.encode(), ("/own.csv:2", "unreadable")),
        (f"{HEADER}\na,it,注文|受注,order,,more\n".encode(), ("/own.csv:2/", "wrong_number_of_columns")),
    ],
)
def test_a_broken_file_is_invalid_input(tmp_path, content, error):
    path = tmp_path / "own.csv"
    path.write_bytes(content)
    assert error in refused(path)


def test_a_field_without_a_length_of_its_own_still_has_an_end(tmp_path):
    """It used to fall over the length that nobody named."""
    path = written(tmp_path, f"order,it,注文|受注,order,shared:{'|'.join(['注文'] * 400)}")
    assert refused(path) == [("/own.csv:2/note", "max_length")]


def test_an_absent_file_is_invalid_input(tmp_path):
    assert refused(tmp_path / "own.csv") == [("/own.csv", "unreadable")]


def test_the_readers_need_neither_django_nor_settings():
    code = (
        "import sys; from talentbank.skills import sudachi, thesaurus; thesaurus.thesaurus_read();"
        "sys.exit('django' in sys.modules)"
    )
    finished = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={}, capture_output=True, check=False)
    assert finished.returncode == 0, finished.stderr
