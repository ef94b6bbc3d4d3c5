"""What each published figure means, in Japanese and English. The words travel with every answer."""

from __future__ import annotations

DEFINITIONS: dict[str, dict[str, str]] = {
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
