"""Tables of the reader of refusals: where clauses, lists and phrases begin and end, what narrows them. Data, no code.

The patterns read windows of a normalized line (`matching.reach`). Source: NegEx's terminators (Chapman et al. 2001), in
the forms Japanese gives them; the focus marks of Matsuyoshi 2014.
"""

from matching.cues import PICTURES

# Ends of a clause. A connective right before the cue ends none: 「お手伝いが|できません」.
_PREDICATE = r"(?:です|ます|ません|[ただるい]|(?<=[一-鿿])[うくすむぐつぶ])"
STOP = rf"[\ufffd。!?;■◆●★☆◎○◯△▲→⇒|※{PICTURES}]|\.{{2,}}|(?<=[ぁ-ヿ一-鿿)」』])\.|\.(?=\s)"
CONNECTIVE = (
    rf"(?:です|ます|ません)が[、,\s]?|"
    rf"{_PREDICATE}(?:が(?!\Z)|の?(?:けれども?|けど|ので|のに|ものの|ため(?!の)|から))[、,\s]?|"
    r"(?:です|ます|ません|[たるい])し[、,\s]|[たしな]いし(?=[一-鿿ァ-ヺa-z])|"
    r"のため(?!の)[、,\s]?|なので[、,\s]?|ており[、,\s]?|ていて[、,\s]?|(?:可能|得意|可|ok)で(?=[^きしすのもは])"
)
# What stands before 「、」 as a clause of its own rather than as a member of a list.
OWN_CLAUSE = (
    r"(?:可|可能|ok|○|◯|◎|△|×|あり|有り?|なし|歓迎|必須|希望|得意|苦手|不可|ng|不要|のみ|だけ|限定|メイン|中心|禁止|未経験|"
    r"対象外|[0-9][年月日時名円回件%歳社人]?(?:間|以上|以下|程度|半|ほど)?)\)?\Z|"
    r"(?<![づ作やわ])(?<!取)(?<!など)[ぁ-ん](?<![はやともかのりせ])\)?\Z|(?<=[まあで])り\Z|"
    r"のみ|だけ|を.|(?<=[一-鿿ァ-ヺーa-z0-9)」])(?:が|に|で(?!の)|から|まで).|\b(?:ok|fine|only)\Z"
)
LIST_SEPARATOR = r"[・、,/\s]+"
ITEM_SEPARATOR = r"[、,/\s]+(?!\Z)"
CONDITION = (
    r"なら(?![びではずな])|でしたら|(?:[のたるいな]|以外)場合|[のたるい](?:とき|時)(?=[はに、\s])|"
    r"[けげせてねべめれえ]ば(?=[^かっ])"
)
# 「は」 as a particle, and the colon of a table, part what is spoken of from what is said of it.
TOPIC = r"(?<!また)(?<!もしく)(?<!あるい)(?<![\s、。「『(])は(?!がき|じめ|んこ|さみ|ず)|:(?![0-9/])"
FILLER = (
    r"(?:現在|現状|今のところ|今回|今|当面|一切|いっさい|まったく|全く|全然|ほとんど|殆ど|あまり|余り|基本的に|原則(?:として)?|"
    r"残念ながら|正直|まだ|もう|既に|すでに|特に|すべて|全て|絶対に?|なかなか|どうしても|かなり|少し|やや|よく|とても|可能な限り|できるだけ|できれば|なるべく|極力|私|当方|弊社|当社|自分|こちら|"
    r"実務|業務|も|[にでがをの]|お|ご|まで|こと|[一-鿿]{1,6}の?(?:都合|事情|関係)(?:上|で|により)?|"
    r"[\s、,「」『』()・:*●■◆-])*+"
)
# Verbal nouns: in 「Javaは使用不可」 the topic is refused, in 「Web制作はJava不可」 it is not.
ACTION = (
    r"(?:対応|使用|利用|開発|編集|作成|制作|更新|操作|設定|受付|提供|運用|翻訳|撮影|印刷|加工|修正|構築|設計|管理|代行|入力|"
    r"指導|実施|稼働|作業|製作|執筆|(?:実務|業務)?経験)(?:すること)?"
)
# Where a narrower word refuses only itself: 土日|の訪問, 複雑|なマクロ, 電話|でのサポート.
TIME = (
    r"(?:平日|土日|祝|休日|週末|夜|深夜|早朝|日中|昼|夕方|午前|午後|[月火水木金土日]曜|年末|即日|当日|緊急|急ぎ|時間外|長時間|"
    r"無料|無償|遠方|県外|市外|海外|対面|短納期)[^、・の]{0,6}"
)
LIMIT = (
    rf"{TIME}(?=の[^み])|"
    r"(?:無理|強引|急|複雑|高度|専門的|大規模|本格的|高額|過度|余計|難し|大量|細か|詳し|長期|短期|頻繁)(?=[ないの].)|"
    r"(?=での[^み]|による.|を(?:使った|使う|用いた|利用した|伴う|要する|含む).|が必要な.)"
)
PHRASE_BREAK = (
    r"を|(?<=[一-鿿々ァ-ヺーa-z0-9)」])(?:が|に|で|へ|から|まで|も|なら)(?=.)|[るたい](?=[一-鿿ァ-ヺa-z])|"
    rf"{TOPIC}"
)

# A heading stands at a line's start or behind a mark and ends in a colon, a bracket, or with its line.
HEADING_BEFORE = r"(?:(?P<first>\A)|(?<=[\s。、,/;|)】\]]))[\s・*●■◆◇□○◎▼▽※#>★☆•-]{0,6}[【\[<(]?"
HEADING_AFTER = r"(?:[】\]>]|\)?\s{0,3}:|\)?(?(first)\s{0,3}\Z|(?!)))"
BULLET = r"\s{0,8}[・*•●○◦‐–−-]"
# Behind it: what says that its list is empty, and what ends the list.
NOTHING = r"\s*(?:特に)?(?:なし|無し|ありません|ございません|ない|none|nothing|n/a|[-―ー—])"
NEXT_HEADING = r"[。!?;|]|[\s/、,](?=[^\s:、,/]{1,12}:)|[\s/、,]?(?=[【\[])|\.(?=\s|\Z)"

# English: the object of a cue before it, and what ends a clause going back.
_STOP_WORD = (
    r"(?:but|however|although|though|yet|while|so|because|since|for|to|with|in|on|at|by|from|and|or|nor|please|if|when|"
    r"unless|only|needed|required|i|we|you|they|it|is|are|was|can|will|that|which|who|using|via|as|then|instead|too|either)"
)
_WORD = r"\.?[a-z0-9à-ÿ][a-z0-9à-ÿ+#&/'’-]{0,30}(?:\.[a-z0-9]{1,10})?"
_ITEM = rf"(?!{_STOP_WORD}\b(?!-)){_WORD}(?: (?!{_STOP_WORD}\b(?!-)){_WORD}){{0,3}}"
ENGLISH_LIST = rf"{_ITEM}(?:(?:, {_ITEM}){{0,6}},? (?:or|nor|and) (?!(?:i|we|it|you)\b){_ITEM}|/{_ITEM})?"
ENGLISH_BREAK = r"[,;:(]|\b(?:but|however|although|though|because|since|i|we|is|are|can|do|while)\b"
ENGLISH_CONDITION = r"\b(?:if|when|unless|where|once)\b"
ENGLISH_OTHERS = (
    r"\b(?:if|when|you|your|they|who|people|clients?|customers?|owners?|companies|businesses|beginners)\b[^.;:!?,]*\Z"
)
