"""Tables of the reader of refusals: what looks like one, what is one, and in whose text. Data, no code.

All patterns read text after `matching.text.normalize` (NFKC, lower case), one line at a time, and look ahead a bounded
number of characters only, so that time stays linear. None of them holds a capturing group.

Sources: the scheme of NegEx (Chapman et al. 2001, "A Simple Algorithm for Identifying Negated Findings and Diseases in
Discharge Summaries": pseudo-cues, cues, bounded scope, terminators); the focus of a Japanese negation after Matsuyoshi
2014 (contrastive は, しか, だけ); the forms themselves from everyday profiles and notices.
"""

from enum import Enum, StrEnum
from typing import NamedTuple


class Speaker(StrEnum):
    """Whose text it is: "I cannot do it" is a wish in a need and a refusal in a profile."""

    NEED = "need"
    PROFILE = "profile"


class RefusalKind(StrEnum):
    """Why the words are refused."""

    UNABLE = "unable"
    UNWILLING = "unwilling"
    EXCLUDED = "excluded"
    ABSENT = "absent"
    UNNEEDED = "unneeded"


class Reach(Enum):
    """Which words a cue refuses."""

    CLAUSE = "the clause before it, narrowed to its focus"
    PHRASE = "the noun phrase right before it"
    LIST = "that phrase and the list it closes (A、B以外なら)"
    CONTRAST = "the part of the phrase before it that what follows replaces"
    ENGLISH_AFTER = "the English phrase or list after it"
    ENGLISH_BEFORE = "the English clause before it"


class Cue(NamedTuple):
    """One row: in whose texts the pattern refuses what."""

    kind: RefusalKind
    reach: Reach
    speakers: frozenset[Speaker]
    pattern: str


class Pseudo(NamedTuple):
    """A wording that holds a cue and refuses nothing."""

    speakers: frozenset[Speaker]
    pattern: str


NEED = frozenset({Speaker.NEED})
PROFILE = frozenset({Speaker.PROFILE})
BOTH = NEED | PROFILE

UNABLE, UNWILLING, EXCLUDED, ABSENT, UNNEEDED = RefusalKind
CLAUSE, PHRASE, LIST, CONTRAST, ENGLISH_AFTER, ENGLISH_BEFORE = Reach

PICTURES = "\u2600-\u2612\u2614-\u2712\u2717-\u274b\u274d-\u27bf\U0001f000-\U0001faff♪"
"""Emoji and their like end a sentence, but for the crosses that refuse something (☓✕✖❌)."""

# A cue counts only where its sentence may end or go on as a statement. 苦手な方, 未経験でも, できないことはない and
# 対応不可の場合 go on otherwise: this keeps out most double negation and most talk about other people.
_STOP = rf"\s|\Z|[。、,.;:!)\]」』】/・|※…~〜★☆{PICTURES}]|\(?笑(?![一-鿿])|w+(?![a-z0-9])"
_NOUN_END = (
    rf"(?={_STOP}|です|で(?![もはきすな])|だ(?![っとけ])|と(?:し|な[りっ]|さ|の|いた)|な(?:の|ん)で|[なの]ため|"
    rf"につき|ゆえ|扱い|だ?と(?:思|考)|(?:かな[あぁ]?|[ねよ]ー?)(?={_STOP}))"
)
_PLAIN_END = (
    rf"(?={_STOP}|です|ので|の?ため|の(?:です|だ)|んです|から(?!こそ)|が(?!ち)|け(?:ど|れど)|し[、\s]|"
    r"と(?:思い|考えて|の))"
)
_MASEN = r"ません(?!か|でし|よう|でも|とも)"
_NAI = rf"(?:ない|ね[えぇー]){_PLAIN_END}"
_NOT = rf"(?:{_MASEN}|{_NAI})"
_NONE = rf"(?:(?:あり|ござい){_MASEN}|(?:な|無)い{_PLAIN_END}|(?:なし|無し|ゼロ){_NOUN_END})"
# する behind a noun of two characters or a particle; not 逃したくない, 増やしません.
_SURU = r"(?:(?<=[一-鿿ァ-ヺー]{2})|(?<=[はをもがa-z0-9)」]))"
_POLITE = r"(?:お(?:引き?)?受け|お(?:請け|答え|伺い|手伝い|取り?扱い)|ご(?:対応|提供|案内|用意))"
_HOW_MUCH = r"(?:ほとんど|殆ど|まったく|全く|全然|一切|あまり|特に|まだ)?"

CUES: tuple[Cue, ...] = (
    # Unable: できません, 対応不可, 苦手です, わかりません
    Cue(UNABLE, CLAUSE, PROFILE, rf"{_POLITE}?(?:でき|出来){_NOT}"),
    Cue(UNABLE, CLAUSE, PROFILE, rf"{_POLITE}?(?:でき|出来|応じ|(?:いた|致)?し)かね(?:ます|る)(?!か)"),
    Cue(UNABLE, CLAUSE, PROFILE, rf"(?:対応不可|不可能|対応外|[未非]対応|(?:専門|範囲|業務)外){_NOUN_END}"),
    Cue(UNABLE, CLAUSE, PROFILE, rf"(?:見る|聞く)だけ(?={_STOP}|です|だ(?![っとけ]))"),
    Cue(UNABLE, CLAUSE, PROFILE, rf"(?:苦手|不得意|不得手|疎い|無理|ムリ|ダメ|だめ|駄目){_NOUN_END}"),
    Cue(UNABLE, CLAUSE, PROFILE, rf"(?:得意|専門)(?:では|じゃ|で)(?:あり{_MASEN}|{_NAI})"),
    Cue(UNABLE, CLAUSE, PROFILE, rf"(?:詳し|明る)く(?:は|も)?(?:あり{_MASEN}|{_NAI})"),
    Cue(
        UNABLE,
        CLAUSE,
        PROFILE,
        r"(?:使え|扱え|書け|話せ|組め|作れ|読め|描け|撮れ|触れ|承れ|行け|伺え|通え|出られ|来られ|教えられ|答えられ|"
        rf"(?:お?引き?|お)?受けられ|応じられ){_NOT}",
    ),
    Cue(UNABLE, CLAUSE, PROFILE, rf"(?:(?:分か|わか|知)り{_MASEN}|(?:分か|わか|知)ら{_NAI}|存じ(?:上げ)?{_MASEN})"),
    Cue(
        UNABLE,
        CLAUSE,
        PROFILE,
        rf"(?<=対応|訪問|出張|参加|出社|常駐|稼働|受注|面談)[はが](?:難し|むずかし|厳し)い{_PLAIN_END}",
    ),
    # Absent: 経験がありません, 未経験です, 使ったことがない, 車なし
    Cue(
        ABSENT,
        CLAUSE,
        PROFILE,
        rf"(?:実務|業務)?(?:経験|実績|知識|スキル|資格|免許|ノウハウ)[はがもの]?{_HOW_MUCH}{_NONE}",
    ),
    Cue(ABSENT, CLAUSE, PROFILE, rf"(?:実務)?(?:未経験|未習得|未学習){_NOUN_END}"),
    Cue(
        ABSENT,
        CLAUSE,
        PROFILE,
        rf"(?:使っ|触っ|やっ|行っ|扱っ|書い|作っ|{_SURU}し)たこと[はがも]{_HOW_MUCH}{_NONE}",
    ),
    Cue(ABSENT, CLAUSE, PROFILE, rf"(?:持って(?:い|おり)?{_NOT}|お持ちで{_NAI})"),
    Cue(ABSENT, PHRASE, PROFILE, rf"(?<![はがもの:])(?:なし|無し)(?={_STOP}|です)"),
    # Unwilling: やっていません, お断り, ご遠慮ください, したくない
    Cue(
        UNWILLING,
        CLAUSE,
        PROFILE,
        rf"(?:{_POLITE}し|{_SURU}(?:いた|致)?し|やっ|行なっ|行っ|おこなっ|承っ|(?:お?引き?)?受け(?:付け)?|使っ|"
        rf"(?:取り?)?扱っ|触っ|請け負っ)て(?:(?:い|おり)?{_NOT}|おらず(?=[、。]))",
    ),
    Cue(
        UNWILLING,
        CLAUSE,
        PROFILE,
        rf"(?:{_POLITE}(?:いた|致)?し{_NOT}|{_SURU}(?:いた|致)?し{_NOT}|(?:やり|作り|行い|扱い|承り){_MASEN}|"
        rf"(?:やら|作ら|行わ|扱わ|承ら){_NAI})",
    ),
    Cue(UNWILLING, CLAUSE, BOTH, rf"(?:使い{_MASEN}|使わ{_NAI}|受け(?:付け)?{_NOT})"),
    Cue(UNWILLING, CLAUSE, BOTH, rf"(?:を|は)?(?:希望|想定|予定|検討)(?:し|は?して(?:い|おり)?){_NOT}"),
    Cue(UNWILLING, CLAUSE, BOTH, r"(?:お断り|断って(?:い|お)|断りた)(?!せ)"),
    Cue(
        UNWILLING,
        CLAUSE,
        BOTH,
        r"(?:は|を)?ご(?:容赦|勘弁)|(?:ご?遠慮|お?控え)(?:て|を)?(?:下さ|くださ|いただ|頂|願|させ|した|します|致し|いたし|して(?:い|お))",
    ),
    Cue(
        UNWILLING,
        CLAUSE,
        BOTH,
        rf"(?:{_SURU}し|やり|使い|受け|行い|頼み|任せ|続け)たく(?:は)?(?:あり{_MASEN}|{_NAI})",
    ),
    # Given up: SNS投稿代行は卒業しました; not 大学を卒業しました
    Cue(
        UNWILLING,
        CLAUSE,
        PROFILE,
        r"(?<=は)(?:もう|既に|すでに|現在は?|今は|いまは)?、?(?:卒業|引退|終了|お休み|休止|撤退|停止)(?:いた|致)?し(?:まし(?=た)|た(?=[。\s]|\Z|ため|ので)|て(?:い|お)(?:ます|る|り))",
    ),
    # A need that wants to be rid of paper asks for help with paper.
    Cue(UNWILLING, CLAUSE, PROFILE, r"(?:は|を)?(?:やめ|止め)たい(?!人|方|わけ)"),
    Cue(UNWILLING, CLAUSE, BOTH, r"(?:は|を)?(?:避け|控え)たい(?!人|方|わけ)"),
    Cue(UNWILLING, CLAUSE, BOTH, rf"(?:{_SURU}し|使わ|やら|送ら|来)ないで(?=くださ|下さ|ほし|欲し|もら|いただ|頂)"),
    # Excluded: 不可, NG, ×, 禁止, 対象外, 以外, を除く, ではなく, なしで, を使わずに
    Cue(EXCLUDED, CLAUSE, BOTH, rf"(?<![a-z0-9])ng{_NOUN_END}"),
    Cue(EXCLUDED, CLAUSE, BOTH, r"(?:(?<=[^\s0-9])[×✕✖☓❌](?=\s)|[×✕✖☓❌](?=\Z|[、。,)/;・」】]))"),
    Cue(EXCLUDED, CLAUSE, BOTH, rf"(?:不可|禁止|厳禁|対象外|除外){_NOUN_END}"),
    Cue(EXCLUDED, CLAUSE, BOTH, r"除外(?=(?:し|され|いた|と)[^なかま])"),
    Cue(EXCLUDED, LIST, BOTH, r"(?:以外(?=なら|は|で(?!も)|すべて|全て|何でも|全般)|[をは]除(?:いて|き(?!ま)|けば))"),
    Cue(EXCLUDED, PHRASE, BOTH, rf"(?:以外(?=の|を|が|{_STOP})|[をは]除(?:く|きます|いた))"),
    Cue(EXCLUDED, CONTRAST, BOTH, r"(?:で(?:は)?|じゃ)なく(?:て(?![もは])|(?![てなとはも]))"),
    Cue(EXCLUDED, PHRASE, BOTH, r"(?<!っぱ)(?:なし|無し|抜き)で(?![もはす])|抜きの"),
    Cue(
        EXCLUDED,
        PHRASE,
        BOTH,
        r"[をはに]?(?:使わ|使用せ|利用せ|用い|頼ら|書か|通さ|介さ|かけ)(?:ず(?!には|とも|に済ま|に?(?:きた|きま|来|いた|いる|いま))|ないで(?!も))",
    ),
    # Unneeded, in needs only: 「設定は不要です」 in a profile promises the client less work.
    Cue(UNNEEDED, CLAUSE, NEED, rf"(?:不(?:必)?要|(?<=[はもが])ふよう){_NOUN_END}"),
    Cue(UNNEEDED, CLAUSE, NEED, rf"必要(?:は|も|では|じゃ|が)?(?:あり{_MASEN}|{_NAI}|無い{_PLAIN_END})"),
    Cue(UNNEEDED, CLAUSE, NEED, rf"必要[はも]?(?:なし|無し){_NOUN_END}"),
    Cue(
        UNNEEDED,
        CLAUSE,
        NEED,
        rf"(?<=[はもが])[、,\s]?(?:(?:要|い)り{_MASEN}|(?:要|い)ら(?:{_NAI}|ん(?={_STOP}|です)))",
    ),
    Cue(UNNEEDED, CLAUSE, NEED, r"(?<=は)[、,\s]?(?:もう)?間に合って(?:い|お)?(?:ます|る)"),
    Cue(UNNEEDED, CLAUSE, NEED, r"(?<=は)(?:もう)?(?:結構|けっこう)(?:です)?(?=[。!、\s]|\Z|なので|ですので)"),
    # English
    Cue(
        ABSENT,
        ENGLISH_AFTER,
        PROFILE,
        r"\bno (?:[a-z]+ )?(?:experience|knowledge|skills?|background|expertise) (?:in|with|of|on|at|using) ",
    ),
    Cue(
        ABSENT,
        ENGLISH_AFTER,
        PROFILE,
        r"\b(?:never (?:used|tried|done|touched|worked with)|inexperienced (?:in|with)) ",
    ),
    Cue(
        UNABLE,
        ENGLISH_AFTER,
        PROFILE,
        r"\b(?:can ?not|can['’]t|unable to|not able to|(?:do not|don['’]t) know how to)(?: (?:do|use|handle|offer|"
        r"provide|take|support|accept|write|speak|work (?:with|on|in)|(?:code|program) in))? ",
    ),
    Cue(UNABLE, ENGLISH_AFTER, PROFILE, r"\b(?:do not|don['’]t) (?:really )?(?:know|speak|understand)(?: any)? "),
    Cue(
        UNABLE,
        ENGLISH_AFTER,
        PROFILE,
        r"\bnot (?:very )?(?:familiar|experienced|proficient|skilled|good|comfortable|fluent) (?:with|in|at) ",
    ),
    Cue(
        UNWILLING,
        ENGLISH_AFTER,
        PROFILE,
        r"\b(?:do not|don['’]t|no longer) (?:use|do|offer|provide|handle|take|support|work (?:with|on|in))(?: any)? ",
    ),
    Cue(
        UNWILLING,
        ENGLISH_AFTER,
        BOTH,
        r"\b(?:(?:do not|don['’]t) (?:accept|like|want(?: to (?:use|do))?)(?: any)?(?! to)|avoid(?:ing)?) ",
    ),
    Cue(UNNEEDED, ENGLISH_AFTER, NEED, r"\b(?:do not|don['’]t) (?:need|require)(?: any)? (?!to )"),
    Cue(
        EXCLUDED,
        ENGLISH_AFTER,
        BOTH,
        r"\b(?:without(?: (?:any|using|the use of))?|except(?: for)?|excluding|other than|instead of|rather than|"
        r"(?:any|every)thing but) ",
    ),
    Cue(EXCLUDED, ENGLISH_AFTER, BOTH, r"(?:\A\W{0,4}|(?<=[,;(] )|(?<=\()|(?<=\bbut ))not (?:for )?"),
    Cue(EXCLUDED, ENGLISH_AFTER, PROFILE, r"\bno "),
    Cue(
        EXCLUDED,
        ENGLISH_AFTER,
        NEED,
        r"(?<!have )(?<!has )(?<!had )(?<!is )(?<!are )(?<!was )(?<!got )(?<!with )(?<!there['’]s )(?<!of )\bno "
        r"(?!(?:in-house|own|proper|real|web ?site|homepage|staff|budget|time|money|designer|engineer|employee|one)\b)",
    ),
    Cue(
        UNABLE,
        ENGLISH_BEFORE,
        PROFILE,
        r" (?:is |are )?(?:not (?:available|possible|supported|offered)|unavailable|unsupported)\b",
    ),
    Cue(
        EXCLUDED,
        ENGLISH_BEFORE,
        BOTH,
        r" (?:is |are )?(?:not (?:accepted|allowed|included|welcome|wanted)|prohibited|forbidden|excluded)\b",
    ),
    Cue(UNNEEDED, ENGLISH_BEFORE, NEED, r" (?:is |are )?(?:not|un) ?(?:needed|required|necessary)\b"),
)

# Headings; their list goes on to the end of the sentence, or over the bullets of the lines below.
_THING = r"(?:こと|もの|業務|分野|仕事|内容|作業|言語|ツール|範囲|事項|項目|案件|条件|サービス)?"
HEADINGS: tuple[Cue, ...] = (
    Cue(UNABLE, CLAUSE, PROFILE, rf"(?:対応|お?引き?受け|お受け|担当|提供)?(?:でき|出来)(?:ない|ません){_THING}"),
    Cue(UNABLE, CLAUSE, PROFILE, rf"対応(?:不可|外)(?:の|な)?{_THING}|(?:苦手|不得意|不得手|未経験)(?:な|の)?{_THING}"),
    Cue(UNABLE, CLAUSE, PROFILE, r"(?:things i )?can(?:not|['’]t)(?: do)?|not (?:available|supported|offered)"),
    Cue(UNWILLING, CLAUSE, BOTH, rf"(?:お断り(?:して(?:いる|おります))?|やりたくない|避けたい){_THING}"),
    Cue(EXCLUDED, CLAUSE, BOTH, rf"(?:不可|ng|×|対象外|除外|禁止)(?:の|な)?{_THING}|exclu(?:ded|sions?)|not included"),
    Cue(UNNEEDED, CLAUSE, NEED, rf"不要(?:な)?{_THING}|not (?:needed|required)"),
)
