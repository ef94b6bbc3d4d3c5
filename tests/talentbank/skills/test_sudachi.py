"""SudachiDict's synonym file: what each column does, and that a broken line is named and never breaks the reader."""

from __future__ import annotations

from pathlib import Path

import pytest

from talentbank.core.errors import InvalidInput
from talentbank.skills.sudachi import (
    Abbreviation,
    Expansion,
    Headword,
    Kind,
    Part,
    Spelling,
    sudachi_headwords_read,
    sudachi_synonyms_read,
)
from talentbank.skills.thesaurus import SynonymGroup, thesaurus_read

REAL = Path(__file__).resolve().parents[4] / "shared" / "thesaurus" / "sudachi_synonyms.txt"
"""Beside the clone, where somebody put it; it is not ours to commit."""

real_file = pytest.mark.skipif(
    not REAL.exists(), reason="NOT TESTED: the real synonyms.txt, absent from ../shared/thesaurus beside this clone"
)


def written(directory: Path, text: str) -> Path:
    path = directory / "synonyms.txt"
    path.write_text(text, "utf-8")
    return path


def refused(path: Path) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        sudachi_synonyms_read(path)
    return [(error.pointer, error.code) for error in caught.value.errors]


def line(text: str, group: int = 1, *, part: int = 1, expansion: int = 0, fields: str = "()") -> str:
    return f"{group:06},{part},{expansion},1,0,0,0,{fields},{text},,\n"


def test_every_column_is_read(tmp_path):
    path = written(tmp_path, "000116,1,1,1/2,3,2,1,(IT/娯楽),net game,,\n")
    assert sudachi_headwords_read(path) == (
        Headword(
            group="000116",
            part=Part.NOUN,
            expansion=Expansion.NO_TRIGGER,
            lexemes=(1, 2),
            kind=Kind.FORMER_NAME,
            abbreviation=Abbreviation.SHORTENED,
            spelling=Spelling.LATIN,
            fields=("IT", "娯楽"),
            text="net game",
        ),
    )


def test_what_is_left_out_is_zero_and_expands(tmp_path):
    path = written(tmp_path, "000127,,,,,,,,インフルエンザ,,\n000127,,,,,,,,influenza,,\n")
    assert sudachi_synonyms_read(path) == (SynonymGroup("sudachi-000127", "", ("インフルエンザ",), ("influenza",)),)


def test_groups_go_by_number_with_or_without_a_blank_line_and_either_line_end(tmp_path):
    path = written(
        tmp_path, (line("宛先") + line("送り先") + "\n" + line("値段", 2) + line("価格", 2)).replace("\n", "\r\n")
    )
    apart = sudachi_synonyms_read(path)
    assert [group.forms for group in apart] == [("宛先", "送り先"), ("値段", "価格")]
    assert sudachi_synonyms_read(written(tmp_path, path.read_text("utf-8").replace("\n\n", "\n"))) == apart


def test_a_quoted_headword_keeps_its_comma(tmp_path):
    path = written(tmp_path, line('"Works, Ltd."') + line("ワークス"))
    (group,) = sudachi_synonyms_read(path)
    assert group.forms_en == ("Works, Ltd.",)


def test_a_deleted_headword_is_gone(tmp_path):
    (group,) = sudachi_synonyms_read(written(tmp_path, line("宛先") + line("送り先") + line("名宛", expansion=2)))
    assert group.forms == ("宛先", "送り先")


def test_a_headword_that_is_no_trigger_is_silent(tmp_path):
    (group,) = sudachi_synonyms_read(written(tmp_path, line("支払い") + line("お勘定") + line("会計", expansion=1)))
    assert group.forms == ("支払い", "お勘定", "会計")
    assert group.triggers == ("支払い", "お勘定")


def test_of_a_headword_given_twice_the_one_that_may_not_trigger_wins(tmp_path):
    (group,) = sudachi_synonyms_read(written(tmp_path, line("帰り道") + line("帰路") + line("帰路", expansion=1)))
    assert group.forms == ("帰り道", "帰路")
    assert group.silent == {"帰路"}


def test_verbs_and_offensive_words_are_left_out(tmp_path):
    text = line("支払い") + line("支払") + line("支払う", part=2) + line("悪口", fields="(人/不快)")
    (group,) = sudachi_synonyms_read(written(tmp_path, text))
    assert group.forms == ("支払い", "支払")


AMBIGUOUS = (
    line("人工知能") + line("AI") + line("人工授精", 2) + line("ＡＩ", 2) + line("鳥インフル", 3) + line("ai", 3)
)


def test_a_form_of_several_groups_expands_nothing_in_any_of_them(tmp_path):
    groups = sudachi_synonyms_read(written(tmp_path, AMBIGUOUS))
    assert [group.triggers for group in groups] == [("人工知能",), ("人工授精",), ("鳥インフル",)]
    assert [len((*group.forms, *group.forms_en)) for group in groups] == [2, 2, 2]


def test_how_many_groups_are_too_many_is_the_callers_choice(tmp_path):
    groups = sudachi_synonyms_read(written(tmp_path, AMBIGUOUS), most_groups=3)
    assert [group.silent for group in groups] == [frozenset()] * 3


def test_a_form_of_ours_keeps_our_meaning(tmp_path):
    ours = [SynonymGroup("website", "it", ("ホームページ", "ＨＰ"))]
    text = line("ヒューレットパッカード") + line("Hewlett-Packard") + line("hp")
    (group,) = sudachi_synonyms_read(written(tmp_path, text), ours=ours)
    assert group.silent == {"hp"}


def test_a_group_without_a_trigger_or_of_one_form_is_left_out(tmp_path):
    text = (
        line("勘定", expansion=1)
        + line("会計", expansion=1)
        + line("値段", 2)
        + line("送る", 3)
        + line("送る", 3, part=2)
    )
    assert sudachi_synonyms_read(written(tmp_path, text)) == ()


@pytest.mark.parametrize(
    ("broken", "where", "code"),
    [
        ("000001,1,0,1,0,0,0,()", "", "wrong_number_of_columns"),
        ("これは表ではない", "", "wrong_number_of_columns"),
        ('000001,1,0,1,0,0,0,(),"開いたまま,,', "", "unreadable"),
        ('000001,1,0,1,0,0,0,(),"宛"先,,', "", "unreadable"),
        (f"000001,1,0,1,0,0,0,(),{'長' * 200_000},,", "", "unreadable"),
        ("１２３４５６,1,0,1,0,0,0,(),宛先,,", "/group", "invalid"),
        ("\ufeff000001,1,0,1,0,0,0,(),宛先,,", "/group", "invalid"),
        (f"{'9' * 5000},1,0,1,0,0,0,(),宛先,,", "/group", "invalid"),
        ("000001,3,0,1,0,0,0,(),宛先,,", "/part", "invalid"),
        ("000001,1,3,1,0,0,0,(),宛先,,", "/expansion", "invalid"),
        ("000001,1,0,one,0,0,0,(),宛先,,", "/lexeme", "invalid"),
        ("000001,1,0,1,5,0,0,(),宛先,,", "/kind", "invalid"),
        ("000001,1,0,1,0,3,0,(),宛先,,", "/abbreviation", "invalid"),
        ("000001,1,0,1,0,0,4,(),宛先,,", "/spelling", "invalid"),
        ("000001,1,0,1,0,0,0,IT,宛先,,", "/fields", "invalid"),
        ("000001,1,0,1,0,0,0,(), ,,", "/headword", "blank"),
    ],
)
def test_a_broken_line_is_named(tmp_path, broken, where, code):
    path = written(tmp_path, f"{line('宛先')}{broken}\n{line('送り先')}")
    assert refused(path) == [(f"/synonyms.txt:2{where}", code)]


def test_bytes_that_are_no_utf8_are_named_by_their_line(tmp_path):
    path = tmp_path / "synonyms.txt"
    path.write_bytes(line("宛先").encode() + line("送り先").encode("cp932"))
    assert refused(path) == [("/synonyms.txt:2", "unreadable")]


def test_all_that_is_wrong_comes_at_once(tmp_path):
    path = written(tmp_path, f"0,9,0,1,0,0,0,(),宛先,,\n{line('送り先')}x\n")
    assert refused(path) == [
        ("/synonyms.txt:1/group", "invalid"),
        ("/synonyms.txt:1/part", "invalid"),
        ("/synonyms.txt:3", "wrong_number_of_columns"),
    ]


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_an_empty_file_is_refused(tmp_path, text):
    assert refused(written(tmp_path, text)) == [("/synonyms.txt", "blank")]


def test_a_file_that_is_not_there_is_refused(tmp_path):
    assert refused(tmp_path / "synonyms.txt") == [("/synonyms.txt", "unreadable")]
    assert refused(tmp_path) == [(f"/{tmp_path.name}", "unreadable")]


@real_file
def test_the_real_file_is_read_whole():
    """67,311 headwords in 24,862 groups in the edition at hand; later ones have grown, never shrunk."""
    headwords = sudachi_headwords_read(REAL)
    assert len(headwords) >= 67_311
    assert len({headword.group for headword in headwords}) >= 24_862
    assert len(sudachi_synonyms_read(REAL)) >= 24_000


@real_file
def test_in_the_real_file_hp_and_ai_expand_nothing_beside_ours():
    groups = sudachi_synonyms_read(REAL, ours=thesaurus_read())
    heard = [group for group in groups if {"HP", "AI", "EC", "PC"} & set(group.triggers)]
    assert heard == []
    assert any("HP" in group.silent for group in groups)


@real_file
def test_in_the_real_file_no_trigger_stands_in_two_groups():
    triggers = [trigger.casefold() for group in sudachi_synonyms_read(REAL) for trigger in group.triggers]
    assert len(triggers) == len(set(triggers))
