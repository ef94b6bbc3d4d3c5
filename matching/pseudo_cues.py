"""Tables of the reader of refusals: what looks like one and is none. Data, no code.

As in `matching.cues`, all patterns read normalized lines and look ahead a bounded number of characters only.
"""

from matching.cues import BOTH, NEED, Pseudo

_NEGATIVE = r"(?:不可|ません|ない|なし|ng|×|断り|遠慮|苦手|未経験|対象外|未対応|禁止)"
_WITHIN = r"[^。、,!?;:]"

PSEUDO: tuple[Pseudo, ...] = (
    # Only: Excelしかできません, Java以外は不可 leave Excel and Java standing.
    Pseudo(BOTH, rf"しか(?![しも]){_WITHIN}{{0,20}}?{_NEGATIVE}"),
    Pseudo(BOTH, rf"(?:以外|を除(?:いて|き)){_WITHIN}{{0,20}}?{_NEGATIVE}"),
    Pseudo(BOTH, rf"(?:(?:なし|無し|抜き|だけ|のみ)[でに]|ずに|ていて|なくて)は{_WITHIN}{{0,20}}?{_NEGATIVE}"),
    Pseudo(BOTH, r"no [a-z ]{1,20}(?:other than|except|but|without)\b"),
    # Also: Java以外も, だけでなく
    Pseudo(BOTH, rf"以外(?:に|も|でも|から|へ|の{_WITHIN}{{1,12}}?も(?![のう]))"),
    Pseudo(BOTH, r"(?:だけ|のみ|ばかり|わけ|訳|もの)(?:で(?:は)?|じゃ)な(?:く|い)"),
    Pseudo(BOTH, r"(?:not (?:only|just|merely|limited to|necessarily|to mention|sure|yet)|instead of just)\b"),
    # Nothing is in the way: NGなし, 問題なし, 経験不問
    Pseudo(
        BOTH,
        r"(?:ng|不可|禁止|制限|問題|不足|遠慮|心配|間違い|支障|抵抗|異存|文句)(?:事項|項目)?[はも]?(?:特に)?"
        r"(?:な[しい]|無し|ありません)",
    ),
    Pseudo(BOTH, r"(?:ご?遠慮|気兼ね)なく|断りな[くし]|お断り(?:する|した)?(?:こと|場合)"),
    Pseudo(BOTH, r"(?:気に|苦に|心配|意識|後悔)(?:は|も)?し(?:て(?:い|おり)?)?(?:ません|ない)"),
    Pseudo(
        BOTH,
        r"\bno (?:problem|doubt|matter|worries|longer(?! (?:do|use|offer|take|support))|one|later|more|less|limit|idea|"
        r"need|code\b|preference|obligation|extra|hidden|restriction)",
    ),
    Pseudo(BOTH, r"\bno [a-z -]{1,30}(?:is |are )?(?:required|needed|necessary)\b"),
    Pseudo(
        BOTH,
        r"\b(?:do not|don['’]t) hesitate|without (?:doubt|hesitation|fail|delay|problems?|issues?|further)|"
        r"(?:can ?not|can['’]t) wait",
    ),
    Pseudo(BOTH, r"(?:never|not) without|whether or not|\b(?:if|why|or) not\b"),
    # What the poster of a need cannot do is what they ask for.
    Pseudo(NEED, r"(?:経験|知識|スキル|資格|実績)[がの]?(?:なし|無し)"),
    Pseudo(NEED, r"対応(?:不可|外)|不可能|\bno (?:[a-z]+ )?(?:experience|knowledge|skills?|background|expertise|idea)"),
)

# Behind a cue: a question or request (できませんか), or other people's words (苦手という方に).
ASKED = r"[^。!?、]{0,12}?(?:か(?=[。?\s」)]|\Z)|\?)"
OTHERS = (
    r"(?:です|だ|ます|ので|から|し)?[」』]?[、.]{0,3}\s?(?:と(?:い[うっ]|お(?:思|悩|困|感)|思っ|感じ|諦め|あきら)|な(?:ど|んて)|"
    rf"で?、?(?:お?困|お?悩|不安|諦め|あきらめ)|そんな)|{_WITHIN}{{0,40}}?という(?:方|人|お|事業|企業|会社|声|悩み)"
)
# Anywhere in a profile: the inability it tells of may be its clients', unless は marks it as the writer's own.
CLIENTS = (
    r"(?:こん|そん|(?:この|その|以下の)よう)な(?:お?悩み|お?困り|方|人|こと|声|課題|状況)|"
    r"お?(?:悩み|困り(?:ごと|事)?)[^。\n]{0,8}?(?:ありませんか|ないですか|解決|相談)|という(?:方|お悩み|お困り|お客)"
)
TROUBLE = rf"(?:で|と|に|の|な|た|、){_WITHIN}{{0,12}}?(?:困|悩)"
