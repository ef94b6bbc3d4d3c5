"""Who says no to what: refused words, and words that only stand near a no."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.cues import Speaker
from matching.negation import refusals, refused
from matching.text import tokenize


@pytest.mark.parametrize(
    ("speaker", "text", "yes", "no"),
    [
        (Speaker.PROFILE, "電話対応はできません", "電話 対応", ""),
        (Speaker.PROFILE, "Javaは不可、Pythonは可", "java", "python"),
        (Speaker.PROFILE, "JavaやC#は不可", "java c#", ""),
        (Speaker.PROFILE, "WordPressは扱っていません", "wordpress", ""),
        (Speaker.PROFILE, "SNS以外なら何でも", "sns", ""),
        (Speaker.PROFILE, "SNS運用（広告を除く）", "広告", "sns 運用"),
        (Speaker.PROFILE, "Excelしかできません", "", "excel"),
        (Speaker.PROFILE, "訪問できないことはないです", "", "訪問"),
        (Speaker.PROFILE, "苦手ではない英語", "", "英語"),
        (Speaker.PROFILE, "PHPは苦手です", "php", ""),
        (Speaker.PROFILE, "動画編集の経験はありません", "動画", ""),
        (Speaker.PROFILE, "デザインだけでなくコーディングも", "", "デザイン コーディング"),
        (Speaker.PROFILE, "パソコンが苦手な方に教えます", "", "パソコン"),
        (Speaker.PROFILE, "対応できないこと：電話、訪問", "電話 訪問", ""),
        (Speaker.PROFILE, "電話対応はできませんが、メールならすぐ返せます", "電話", "メール"),
        (Speaker.NEED, "ネットショップができない、困っている", "", "ネットショップ"),
        (Speaker.NEED, "SNSの使い方がわかりません", "", "sns"),
        (Speaker.NEED, "WordPressは不要です", "wordpress", ""),
        (Speaker.NEED, "Javaではなく、Pythonで作りたい", "java", "python"),
        (Speaker.NEED, "チラシは要りません", "チラシ", ""),
        (Speaker.PROFILE, "no Java please", "java", ""),
        (Speaker.NEED, "電話なしで予約を受けたい", "電話", "予約"),
        (Speaker.NEED, "写真を撮ってもらえませんか？", "", "写真"),
        (Speaker.PROFILE, "未経験でも丁寧に教えます", "", ""),
        (Speaker.PROFILE, "出張はお断りしています", "出張", ""),
        (Speaker.PROFILE, "英語はNGです", "英語", ""),
        (Speaker.NEED, "Javaは遠慮いたします", "java", ""),
        (Speaker.PROFILE, "写真のことも遠慮なくどうぞ", "", "写真"),
        (Speaker.PROFILE, "やったことがないのはドローンです", "", ""),
        (Speaker.NEED, "紙のタイムカードをやめたい", "", "紙 タイムカード"),
        (Speaker.PROFILE, "動画編集はやめたい", "動画 編集", ""),
        (Speaker.NEED, "料理の写真を撮ってほしい．動画は不要．", "動画", "料理 写真"),
        (Speaker.NEED, "料理の写真を撮ってほしい🙏動画は不要😊", "動画", "料理 写真"),
        (Speaker.NEED, "写真が欲しいし動画は不要かな", "動画", "写真"),
        (Speaker.NEED, "動画は不要だと思います", "動画", ""),
        (Speaker.NEED, "動画は不要ですか？", "", "動画"),
        (Speaker.NEED, "動画は、いりません", "動画", ""),
        (Speaker.NEED, "動画はいらん", "動画", ""),
        (Speaker.NEED, "動画は必要なし", "動画", ""),
        (Speaker.NEED, "動画は不要(笑)", "動画", ""),
        (Speaker.NEED, "ホームページは間に合っていますが動画が欲しい", "ホームページ", "動画"),
        (Speaker.PROFILE, "Web非対応です", "web", ""),
        (Speaker.PROFILE, "YouTubeは見るだけです", "youtube", ""),
        (Speaker.PROFILE, "見るだけで分かる動画を作ります", "", "動画"),
        (Speaker.PROFILE, "起動しないwindowsを直します", "", "起動 windows"),
        (Speaker.PROFILE, "ホームページは作れねえけどエクセルなら教えられる", "ホームページ", "エクセル"),
        (Speaker.PROFILE, "電話番はやらねえ", "電話番", ""),
        (Speaker.PROFILE, "ロゴは作りません", "ロゴ", ""),
        (Speaker.PROFILE, "急ぎでも手を抜いては作りません、写真も撮ります", "", "写真"),
        (Speaker.NEED, "ホームページが作れねえ", "", "ホームページ"),
        (Speaker.PROFILE, "動画編集はもう受けていません", "動画 編集", ""),
        (Speaker.PROFILE, "SNSの投稿代行は卒業しました。", "sns 投稿", ""),
        (Speaker.PROFILE, "サーバー構築は現在お休みしています", "サーバー", ""),
        (Speaker.PROFILE, "情報工学科を卒業しました。", "", "情報 工学科"),
        (Speaker.PROFILE, "No on-site work.", "site", ""),
        (Speaker.NEED, "SNSは苦手なので使わずに進めたい", "sns", ""),
        (Speaker.NEED, "Javaは社内に詳しい者がいないので使いません", "", "java"),
        (Speaker.NEED, "電話が鳴りっぱなしです", "", "電話"),
        (Speaker.NEED, "ホームページ制作から撤退しましたが、動画はお願いしたい", "", "動画"),
    ],
)
def test_what_is_refused_and_what_is_not(speaker: Speaker, text: str, yes: str, no: str) -> None:
    tokens = tokenize(text)
    found = {tokens[position].term for position in refused(text, tokens, speaker=speaker)}

    assert {token.term for token in tokenize(yes)} <= found
    assert found.isdisjoint({token.term for token in tokenize(no)})


def test_a_refusal_shows_the_words_that_say_so() -> None:
    text = "電話対応はできません。"

    (refusal,) = refusals(text, speaker=Speaker.PROFILE)

    assert text[refusal.cue_start : refusal.cue_end].startswith("できません")


@settings(max_examples=200, deadline=None)
@given(
    st.text(st.sampled_from("ないできません不可以外はが、。\n：JavaPC🎉\u200f"), max_size=60), st.sampled_from(Speaker)
)
def test_no_text_raises_and_every_range_lies_within_it(text: str, speaker: Speaker) -> None:
    for refusal in refusals(text, speaker=speaker):
        assert 0 <= refusal.start <= refusal.end <= len(text)
        assert 0 <= refusal.cue_start < refusal.cue_end <= len(text)


@pytest.mark.parametrize("unit", ["ない", "🎉", "できません。", "以外", "\u200f", "Javaは不可、"])
def test_a_text_of_two_hundred_thousand_characters_is_read(unit: str) -> None:
    text = unit * (200_000 // len(unit))

    assert all(refusal.end <= len(text) for refusal in refusals(text, speaker=Speaker.PROFILE))
