"""What each figure means, in Japanese and English. The words travel with every answer."""

from __future__ import annotations

Definitions = dict[str, dict[str, str]]

DEFINITIONS: Definitions = {
    "matches": {
        "ja": "開設以来、成立(契約)に至ったマッチングの件数。取り消されたもの、誤りによるものを除き、"
        "再依頼は別に数えます。",
        "en": "Distinct matches that ever reached contracted since the bank opened; undone and mistaken ones are "
        "excluded, repeats are told apart.",
    },
    "repeats": {
        "ja": "マッチングの件数のうち、同じ組み合わせの再依頼によるもの。",
        "en": "Of these, repeated matches of the same pair.",
    },
    "individuals": {
        "ja": "登録済みの個人(休止中を含み、停止中・期限切れ・取り下げを除く)。",
        "en": "Persons with an approved registration as professional; paused included, suspended, expired and "
        "withdrawn not.",
    },
    "organizations": {
        "ja": "登録済みの事業者(依頼する側・支援する側のいずれか、または両方。それぞれ1回だけ数えます)。",
        "en": "Distinct approved organizations, seeking or giving help or both, each counted once.",
    },
    "consultations": {
        "ja": "職員が記録した相談の件数(来所・電話など)。実際に相談を受けた日で数えます。",
        "en": "Consultations that staff recorded, at the counter, by telephone or elsewhere, by the day on which they "
        "took place.",
    },
}
BANK: Definitions = {
    "bank": {
        "ja": "この人材バンクだけの数字です。派遣のバンクは別のバンクとして数え、合わせることはありません。",
        "en": "Of this bank alone. Dispatch banks are banks of their own and are never added.",
    },
}
HIDDEN: Definitions = {
    "hidden": {
        "ja": "内訳の1件から4件の欄は、だれのことか分からないように空欄にします。合計から逆算できないように、ほかの"
        "欄も空欄にすることがあります。全期間の内訳は、年度ごとの数字との差から分かる欄も空欄にします。空欄でない0は、1件も"
        "ないことを表します。合計は必ず表示します。",
        "en": "Cells of 1 to 4 are not shown, so that nobody can be recognized; others may be left out with them, "
        "so that no hidden one follows from the total; of all years together also those that would follow from the "
        "figures of single years. A 0 that is shown means none. Totals are always shown.",
    },
}
FUNNEL: Definitions = {
    **BANK,
    "needs_submitted": {
        "ja": "期間内に初めて申請された支援依頼。再募集は数えません。",
        "en": "Needs first submitted within the period; later rounds are not counted.",
    },
    "needs_opened": {
        "ja": "期間内に初めて募集を始めた支援依頼。再募集は数えません。",
        "en": "Needs first opened within the period; later rounds are not counted.",
    },
    "stages": {
        "ja": "案件は、段階ごとに、初めてそこに達した日の属する期間で1回だけ数えます。途中の段階を飛ばした案件は、"
        "飛ばした段階にも数えます。元に戻した手続きと、誤りによる案件は除きます。年度ごとの数字では、前年度に紹介し今"
        "年度に成立した案件があるため、後の段階が前の段階より多いこともあります。",
        "en": "A match counts once at each stage, in the period of the day on which it first came so far, and at "
        "stages that it skipped. Undone steps and mistaken matches are excluded. Within a fiscal year a later stage "
        "may have more than an earlier one: some were introduced the year before.",
    },
    "opened": {"ja": "始まった案件のすべて。", "en": "All matches that began."},
    "proposed": {
        "ja": "どちらかの当事者に、初めて回答をお願いした案件(応募・招待・再度の依頼は、始まった日)。",
        "en": "Matches put before a side; applications, invitations and repeats on the day on which they began.",
    },
    "accepted": {"ja": "双方の承諾がそろった案件。", "en": "Matches to which both sides said yes."},
    "introduced": {"ja": "市が確認し、紹介した案件。", "en": "Matches that the city approved: contacts are open."},
    "contracted": {
        "ja": "成立(契約)した案件。公表しているマッチング件数と同じ数え方です。",
        "en": "Matches made, counted as the published headline is.",
    },
    "started": {"ja": "支援が始まった案件。", "en": "Matches whose work began."},
    "completed": {
        "ja": "完了した案件(途中で終了したものを除く)。",
        "en": "Matches that were completed; those that ended early are not.",
    },
    "evaluated": {
        "ja": "完了し、双方の評価がそろった案件(2件目の評価を記録した日)。",
        "en": "Completed matches that both sides evaluated, by the day on which the second evaluation was recorded.",
    },
    "by_origin": {
        "ja": "始まり方ごとの内訳。表示する始まり方はすべての段階で表示し、表示しないものはどの段階でも表示しません。",
        "en": "By how a match began. An origin is shown at every stage or at none.",
    },
    **HIDDEN,
}
SPEED: Definitions = {
    **BANK,
    "days": {
        "ja": "日数はこのバンクの営業日(土日・祝日・年末年始・休業日を除く)で、当日は0日です。待つことが終わった日"
        "で期間に入れます。実際にあった日で数え、元に戻した手続きと、誤りによる案件は除きます。",
        "en": "Days are the bank's business days (no weekends, holidays, new year or closures); the same day is 0. "
        "A wait belongs to the period in which it ended. The day on which something happened counts; undone steps and "
        "mistaken matches are excluded.",
    },
    "cases": {"ja": "測った件数。", "en": "How many were measured."},
    "median_days": {
        "ja": "半数がこの日数以内。5件に満たないときは、個々の件が分かるため表示しません。"
        "全期間では、5件に満たない年度の件数の合計が1件から4件のときも表示しません。",
        "en": "Half took no longer. Not shown under 5 cases, for it would tell of single ones; of all years together "
        "neither where the years of fewer than 5 have 1 to 4 between them.",
    },
    "ninth_decile_days": {
        "ja": "10件のうち9件がこの日数以内。中央値を表示しないときは表示しません。",
        "en": "Nine of ten took no longer. Not shown where the median is not.",
    },
    "review": {
        "ja": "登録(人材・事業者)の申請から、承認・差し戻し・不承認まで。出し直した申請は別に数えます。",
        "en": "From the submission of a registration (professional or organization) to its approval, return or "
        "rejection; a submission made again counts again.",
    },
    "first_proposal": {
        "ja": "支援依頼の募集開始から、その依頼で初めてどちらかの当事者に回答をお願いするまで(応募・招待を含む)。",
        "en": "From a need's first opening to the first match put before a side for it, applications and "
        "invitations too.",
    },
    "first_answer": {
        "ja": "当事者に回答をお願いしてから、初めての回答(承諾・辞退・保留)まで。回答がなかったものは含みません。",
        "en": "From a match being put before a side to the first answer (yes, no or later); matches that nobody "
        "answered are not in it.",
    },
    "contract": {
        "ja": "紹介から成立(契約)まで。成立しなかったものは含みません。",
        "en": "From the introduction to the contract; matches without one are not in it.",
    },
    "opening_to_contract": {
        "ja": "支援依頼の募集開始(案件が始まる前のいちばん新しいもの)から成立(契約)まで。",
        "en": "From a need's opening, the newest before the match began, to the contract.",
    },
}
QUALITY: Definitions = {
    **BANK,
    "satisfaction": {
        "ja": "期間内に終了した案件の評価。双方の評価がそろったもの、または評価の締め切りを過ぎたものだけを数えます"
        "。それまでは職員も読めません。",
        "en": "Evaluations of matches that ended within the period, once both sides have given theirs or the days "
        "have passed; until then staff do not read them either.",
    },
    "evaluations": {"ja": "評価の件数。", "en": "How many evaluations."},
    "mean": {
        "ja": "評価(1から5)の平均。5件に満たないときは表示しません。全期間では、5件に満たない年度の件数の合計が"
        "1件から4件のときも表示しません。",
        "en": "Mean of the scores from 1 to 5; not shown under 5 evaluations, and of all years together neither where "
        "the years of fewer than 5 have 1 to 4 between them.",
    },
    "would_repeat": {
        "ja": "「また一緒に取り組みたい」と答えた割合。平均を表示しないときは表示しません。",
        "en": "Share of those who would work together again; not shown where the mean is not.",
    },
    "matches": {"ja": "期間内に成立した案件。公表している件数と同じです。", "en": "Matches made within the period."},
    "repeats": {"ja": "そのうち、同じ組み合わせの再依頼によるもの。", "en": "Of these, repeats of the same pair."},
    "repeat_rate": {"ja": "成立した案件に占める再依頼の割合。", "en": "Share of repeats among the matches made."},
    "early_ends": {
        "ja": "成立したあと、期間内に終了した案件のうち、完了せずに途中で終了したもの。終了した日で数えます。",
        "en": "Of the matches that ended after a contract within the period, by their true end, those that ended "
        "early.",
    },
    "ended": {"ja": "完了と途中終了の合計。", "en": "Completed and ended early together."},
    "terminated": {"ja": "途中で終了した案件。", "en": "Matches that ended early."},
    "share": {"ja": "終了した案件に占める途中終了の割合。", "en": "Share of early ends among those that ended."},
    "by": {"ja": "だれの申し出で終了したか。", "en": "Who ended them."},
    "reasons": {"ja": "終了の理由(最初に挙げられたもの)。", "en": "Why: the first reason given."},
    **HIDDEN,
}
SUPPLY_AND_DEMAND: Definitions = {
    **BANK,
    "as_of": {
        "ja": "今の状態の数字です。過去の年度にさかのぼることはできません。",
        "en": "As things stand now; there is no figure for an earlier year.",
    },
    "needs_seeking": {"ja": "募集中と支援中の支援依頼。", "en": "Needs that are open or in progress."},
    "needs_ranked": {
        "ja": "そのうち候補を探したもの(候補を受け付けていて、内容の記載があるもの。募集開始の早い順に1,000件まで)。",
        "en": "Of these, needs for which candidates were looked for: they take candidates and say something; at "
        "most the 1,000 that are open for longest.",
    },
    "needs_without_candidates": {
        "ja": "そのうち、候補が1人も見つからず、進行中の案件もないもの。",
        "en": "Of these, needs that show no candidate and have no match under way.",
    },
    "without_candidates": {
        "ja": "候補のいない支援依頼の、課題と地域ごとの内訳。課題が複数の依頼はそれぞれに数えます。5件に満たない地"
        "域はまとめ、表にない組み合わせは0件です。全体を表示しないこともあります。",
        "en": "Needs without candidates by problem and area. A need counts under each of its problems; areas of "
        "fewer than 5 are put together; combinations that are not listed have none. The whole may be left out.",
    },
    "professionals_available": {
        "ja": "登録済みで、紹介を休止していない人材。",
        "en": "Professionals who are approved and not paused.",
    },
    "professionals_never_proposed": {
        "ja": "そのうち、一度も市から提案されず、事業者から招待されたこともない人。自分からの応募は提案に数えません。",
        "en": "Of these, who was never proposed by the city nor invited; applying oneself is not being proposed.",
    },
    "share_never_proposed": {"ja": "紹介できる人材に占めるその割合。", "en": "Their share among those available."},
    "exposure": {
        "ja": "候補の上位に表示される機会のかたより。0はだれもが同じ回数、1に近いほど少数の人にかたよっています。同"
        "じ回数をなるべく均等に分けたときの値を添えます。",
        "en": "How evenly the first ranks show those who can be shown: Gini 0 where all are shown equally often, "
        "near 1 where few are; beside it the least that as many appearances can give.",
    },
    **HIDDEN,
}
ASSISTED_SHARE: Definitions = {
    **BANK,
    "registrations": {
        "ja": "申請された登録(人材・事業者)。入力した日で数えます。",
        "en": "Registrations (professionals and organizations) that were submitted, by the day on which they were "
        "entered.",
    },
    "needs": {
        "ja": "申請された支援依頼。入力した日で数えます。",
        "en": "Needs that were submitted, by the day on which they were entered.",
    },
    "match_steps": {
        "ja": "案件で当事者が行う手続き(応募・回答・条件の確認など)。元に戻した手続きは除きます。",
        "en": "Steps of the two sides in their matches (applications, answers, confirmations and so on); undone "
        "ones are excluded.",
    },
    "total": {"ja": "全体の件数。", "en": "All of them."},
    "assisted": {
        "ja": "そのうち、職員がご本人に代わって入力したもの。",
        "en": "Of these, entered by staff on the person's behalf.",
    },
    "share": {"ja": "代わりに入力した割合。", "en": "The share of assisted ones."},
    "channels": {
        "ja": "代わりに入力したものの、ご本人からの連絡の方法ごとの内訳。",
        "en": "Assisted ones by how the person reached the staff.",
    },
    "by_year": {"ja": "年度ごとの件数。", "en": "Each fiscal year alone."},
    **HIDDEN,
}
