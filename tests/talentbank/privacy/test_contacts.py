"""Contacts in free text: found as people write them, never mistaken for versions and prices, in linear time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talentbank.privacy.contacts import (
    MASKS,
    ContactKind,
    contacts_find,
    contacts_strip,
    organization_forms,
    person_forms,
)

CONTACTS = {
    ContactKind.EMAIL: [
        "taro@example.jp",
        "ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ",
        "taro.y+dx@mail.example.co.jp",
        "taro [at] example.jp",
        "taro（アット）example.jp",
        "taroアットマークexample.jp",
        "taro☆example.jp",
        "taro at example dot jp",
        "taro＠example［dot］jp",
        "t\u200baro@exam\u200bple.jp",
    ],
    ContactKind.PHONE: [
        "090-1234-5678",
        "０９０－１２３４－５６７８",
        "〇九〇ー一二三四ー五六七八",
        "○九○の一二三四".replace("の一二三四", "一二三四五六七八"),
        "090 1234 5678",
        "09012345678",
        "0 9 0 1 2 3 4 5 6 7 8",
        "⓪⑨⓪①②③④⑤⑥⑦⑧",
        "080(1234)5678",
        "(024)525-3784",
        "024（525）3784",
        "024‐525‐3784",
        "0245253784",
        "050-1234-5678",
        "0120-123-456",
        "+81 90-1234-5678",
        "＋８１(0)24 525 3784",
        "+1 415 555 0100",
        "TEL: 525-3784",
    ],
    ContactKind.URL: [
        "https://example.jp/a?b=c",
        "hxxps://example.jp/x",
        "https://例え.jp/a",
        "www.example.jp",
        "ｗｗｗ．ｅｘａｍｐｌｅ．ｊｐ",
        "example.co.jp",
        "sub.example.com/path",
        "example［dot］jp",
        "lin.ee/abCdE",
        "https://us02web.zoom.us/j/123456789",
        "us02web.zoom.us/j/123456789",
    ],
    ContactKind.ACCOUNT: [
        "LINE ID: taro_123",
        "LINEのIDは hanako88",
        "ラインID：abc123",
        "Instagram: hanako.yamada",
        "インスタのアカウントは「hanako」",
        "XのIDは@taro_dx",
        "@taro_dx",
        "＠taro_dx",
        "Zoom ID: 123 456 7890",
        "Skype: live_taro",
    ],
    ContactKind.ADDRESS: [
        "〒960-8601",
        "〒９６０－８６０１",
        "福島市五老内町3番1号",
        "福島市五老内町3-1",
        "信夫山1丁目2番3号",
        "曽根田町１丁目",
        "曽根田町三丁目",
        "飯坂町１２番地の３",
        "960-8601福島県福島市",
    ],
}
INNOCENT = [
    "Python 3.11.4 で作りました",
    "v1.2.3-beta.4 から 2.0.dev まで",
    "1,200,000円と3,000円",
    "2026-11-23 から 2027-03-31",
    "2026年11月23日",
    "2024/04/01-2025/03/31",
    "10:30〜12:00",
    "週2-3回、市内10-20名",
    "町内会3-4か所",
    "Node.js と Vue.js",
    "ASP.NET と VB.NET、Socket.IO",
    "C++ と C#",
    "index.html と main.py、README.md",
    "Draw.io で図を書く",
    "Amazon.co.jp に出品",
    "iPhone 15 Pro と RTX-4090",
    "JAN 4901234567894",
    "法人番号 7000012050002",
    "単価@5000円",
    "@types/node を入れる",
    '@app.route("/")',
    "LINE: API 連携、Facebook: ads",
    "LINE IDを取得して連携する",
    "Instagram: 運用代行",
    "DXの一丁目一番地です",
    "一番大切なことを三つ",
    "192.168.0.1 の 8080番ポート",
    "UTF-8 と ISO/IEC 27001:2013",
    "A4 210×297",
    "エクセルのA1:B10",
    "受付番号 R8-登-0012",
    "売上を0.5%伸ばす",
    "01 02 03 04 05 06 07 08 09 10",
    "",
]
NAMES = [
    *person_forms("佐藤 匠太郎", "サトウ タクミタロウ", "Sato Takumi", "髙橋 明", "ナカノ"),
    *organization_forms("株式会社こけし工房", "カブシキガイシャコケシコウボウ", "有限会社ほしぞら"),
]


@pytest.mark.parametrize(("kind", "contact"), [(kind, each) for kind, texts in CONTACTS.items() for each in texts])
def test_a_contact_is_found_and_nothing_around_it(kind, contact):
    before, after = "ご連絡は「", "」までお願いします。"

    found = contacts_find(before + contact + after)

    assert {each.kind for each in found} == {kind}
    assert found[0].start == len(before)
    assert found[-1].end <= len(before) + len(contact)
    relayed = contacts_strip(before + contact + after)
    assert relayed.startswith(before + "〔") and relayed.endswith(after)
    assert not any(digit in relayed for digit in "12345678五六")
    assert not any(word in relayed for word in ("taro", "example", "hanako", "五老内", "曽根田"))


@pytest.mark.parametrize("text", INNOCENT)
def test_what_only_looks_like_a_contact_is_left_alone(text):
    assert contacts_strip(text, NAMES) == text


@pytest.mark.parametrize(
    ("text", "relayed"),
    [
        ("佐藤匠太郎です", "〔名前〕です"),
        ("佐 藤　匠\n太郎です", "〔名前〕です"),
        ("佐藤と申します", "〔名前〕と申します"),
        ("さとうたくみたろうです", "〔名前〕です"),
        ("ｻﾄｳ･ﾀｸﾐﾀﾛｳです", "〔名前〕です"),
        ("ＳＡＴＯです", "〔名前〕です"),
        ("高橋と髙橋", "〔名前〕と〔名前〕"),
        ("こけし工房の者です", "〔名前〕の者です"),
        ("（株）こけし工房", "（株）〔名前〕"),
        ("ほしぞらです", "〔名前〕です"),
        ("ナカノです", "〔名前〕です"),
        ("この会のなかのこと", "この会のなかのこと"),
        ("satoriとSatomi", "satoriとSatomi"),
        ("ヤナカノート", "ヤナカノート"),
        ("sato@example.jp", "〔連絡先〕"),
    ],
)
def test_known_names_are_found_however_they_are_written(text, relayed):
    assert contacts_strip(text, NAMES) == relayed


def test_names_of_one_character_are_too_common_to_be_looked_for():
    assert contacts_strip("森の中で明るく、もりもり", person_forms("森 明", "モリ")) == "森の中で明るく、もりもり"


def test_several_contacts_are_told_apart_in_order():
    text = "佐藤（090-1234-5678、taro@example.jp）、〒960-8601 福島市五老内町3番1号、https://example.jp。"

    assert [each.kind for each in contacts_find(text, NAMES)] == ["name", "phone", "email", "address", "address", "url"]
    assert contacts_strip(text, NAMES) == ("〔名前〕（〔連絡先〕、〔連絡先〕）、〔住所〕 〔住所〕、〔連絡先〕。")


def test_a_mask_of_ones_own_replaces_every_kind():
    assert contacts_strip("佐藤 090-1234-5678", NAMES, mask="＊＊") == "＊＊ ＊＊"


def test_a_typed_mask_hides_nothing_behind_it():
    assert contacts_strip("〔連絡先〕090-1234-5678") == "〔連絡先〕〔連絡先〕"


PIECES = st.sampled_from(
    [
        *("taro@example.jp", "090-1234-5678", "https://example.jp", "@taro_dx", "〒960-8601", "佐藤", "LINE ID:"),
        *(*MASKS.values(), "町", "1丁目", "０９０", "ー", "一", "@", ".", "a", "-", " ", "(", "example.com", "ﷺ", "ｶﾞ"),
        *("at", "[", "dot", "]", "+81", "\u200b", "の", "さとう", "0", "x=", "tel", "番地"),
    ]
)
TEXTS = st.one_of(st.text(), st.lists(PIECES, max_size=30).map("".join))


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_stripping_is_idempotent_and_leaves_the_rest_as_it_was(text):
    found = contacts_find(text, NAMES)
    relayed = contacts_strip(text, NAMES)

    edges = [0, *(edge for each in found for edge in (each.start, each.end)), len(text)]
    assert edges == sorted(edges)
    assert all(each.start < each.end for each in found)
    outside = [text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)]
    masks = [MASKS[each.kind] for each in found]
    assert relayed == "".join(part for pair in zip(outside, [*masks, ""], strict=True) for part in pair)
    assert contacts_strip(relayed, NAMES) == relayed


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "a.",
        "a-",
        "a@",
        "@abc.",
        "0",
        "09-",
        " ",
        "町1",
        "http://",
        "((",
        "ﷺ",
        "+81 ",
        "亜",
        "日本語の文章です。",
        "〔連絡先〕",
    ],
)
def test_a_text_of_200_000_characters_takes_well_under_a_second(unit):
    text = (unit * 200_000)[:200_000]
    began = time.process_time()

    contacts_find(text, NAMES)

    assert time.process_time() - began < 1.0
