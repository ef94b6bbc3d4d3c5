"""Labels of values that answers alone carry, in Japanese and English."""

from __future__ import annotations

from collections.abc import Mapping

from talentbank.accounts.oidc import SCOPES, SCOPES_EN

ACTIONS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "client-actions": {
        "approve": ("利用を認める", "Approve"),
        "revoke": ("利用を取り消す", "Revoke"),
        "secret": ("新しい秘密鍵を発行する", "Make a new secret"),
    },
    "complaint-actions": {
        "take": ("担当者を決める", "Give to a handler"),
        "resolve": ("解決済みにする", "Resolve"),
        "dismiss": ("対応不要とする", "Dismiss"),
        "reopen": ("もう一度対応する", "Reopen"),
    },
    "consent-actions": {"withdraw": ("同意を取り消す", "Withdraw")},
    "invitation-actions": {"revoke": ("招待を取り消す", "Revoke")},
    "membership-actions": {"end": ("役割を終える", "End")},
    "proxy-actions": {"end": ("代理人を取りやめる", "End")},
    "question-actions": {"answer": ("質問に答える", "Answer")},
    "webhook-delivery-actions": {"redeliver": ("もう一度送る", "Send again")},
    "webhook-endpoint-actions": {
        "ping": ("試しに送る", "Send a test"),
        "redeliver": ("届かなかった分を再送する", "Send again what was missed"),
        "disable": ("送信を止める", "Stop"),
        "enable": ("送信を再開する", "Enable"),
        "rotate-secret": ("署名の鍵を替える", "Rotate the secret"),
        "end-previous-secret": ("前の鍵を終わらせる", "End the previous secret"),
    },
    "work-report-actions": {
        "confirm": ("報告を確認する", "Confirm"),
        "return": ("直しをお願いする", "Return"),
    },
    "worklist-item-actions": {
        "snooze": ("後回しにする", "Put off"),
        "unsnooze": ("後回しをやめる", "Take up again"),
        "delegate": ("ほかの担当者に任せる", "Give to a colleague"),
        "take-back": ("自分に戻す", "Take back"),
    },
}
"""What `allowed_actions` of small resources can hold, in the order in which they show it."""
PAIRS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    **ACTIONS,
    "match-answers": {
        "asked": ("回答をお願いしています", "Asked"),
        "yes": ("承諾", "Yes"),
        "no": ("辞退", "No"),
        "later": ("保留", "Later"),
    },
    "hours-bands": {
        "1-4": ("週1～4時間", "1–4 hours a week"),
        "5-9": ("週5～9時間", "5–9 hours a week"),
        "10-19": ("週10～19時間", "10–19 hours a week"),
        "20-": ("週20時間以上", "20 hours a week or more"),
    },
    "weekdays": {
        "mon": ("月曜日", "Monday"),
        "tue": ("火曜日", "Tuesday"),
        "wed": ("水曜日", "Wednesday"),
        "thu": ("木曜日", "Thursday"),
        "fri": ("金曜日", "Friday"),
        "sat": ("土曜日", "Saturday"),
        "sun": ("日曜日", "Sunday"),
    },
    "strengths": {
        "strong": ("よく合っています", "Strong"),
        "fair": ("合っています", "Fair"),
        "weak": ("一部が合っています", "Weak"),
    },
    "candidate-reasons": {
        "term": ("言葉が合っています", "Words that meet"),
        "skill": ("お求めのスキルです", "A skill that is asked for"),
        "other": ("そのほかの記載", "Something not shown yet"),
    },
    "term-relations": {
        "same": ("同じ言葉", "The same word"),
        "synonym": ("同じ意味", "A synonym"),
        "near": ("近い言葉", "A near word"),
        "skill": ("スキル", "A skill"),
    },
    "score-parts": {"text": ("文章", "Texts"), "skills": ("スキル", "Skills")},
    "conditions": {
        "area": ("地域", "Area"),
        "remote": ("対面・リモート", "On site or remote"),
        "fee": ("料金", "Fee"),
        "period": ("期間", "Period"),
        "capacity": ("時間", "Hours"),
        "engagement_type": ("契約の形", "Kind of engagement"),
    },
    "condition-statuses": {
        "met": ("合う", "Met"),
        "unmet": ("合わない", "Not met"),
        "unknown": ("まだ分からない", "Not known yet"),
    },
    "conflict-outcomes": {
        "none": ("利益相反なし", "No conflict of interest"),
        "waived": ("承知のうえで進める", "Known, and waived"),
        "blocked": ("進めない", "Blocked"),
    },
    "professional-required-fields": {
        "name": ("氏名", "Name"),
        "kana": ("ふりがな", "Reading of the name"),
        "email": ("メール・電話・住所のいずれか", "An e-mail address, a telephone number or a postal address"),
        "headline": ("見出しまたは自己紹介", "A headline or a summary"),
        "skills": ("スキルまたは経験", "Skills or experience"),
        "hours_per_week": ("週に動ける時間", "Hours a week"),
    },
    "organization-required-fields": {
        "name": ("名称", "Name"),
        "kana": ("ふりがな", "Reading of the name"),
        "kind": ("事業者の種類", "Kind of organization"),
        "corporate_number": ("法人番号", "Corporate number"),
        "contact_name": ("担当者の氏名", "Name of the contact person"),
        "contact_email": ("担当者のメールまたは電話", "An e-mail address or a telephone number"),
        "seeks_help": ("支援を受けたいか、支援したいか", "Whether it seeks help, gives help or both"),
    },
    "match-event-actions": {
        "create": ("案件を始める", "Begin"),
        "expire": ("回答がないため終了する", "Close without an answer"),
        "cascade": ("ほかの事情で終了する", "Close because of something else"),
        "agree-undo": ("元に戻すことに同意する", "Agree to undo"),
        "draft-terms": ("取引条件を書く", "Draft terms"),
        "decide-conflict": ("利益相反の有無を記録する", "Decide on conflicts of interest"),
        "ask-question": ("相手方に質問する", "Ask the other side"),
        "answer-question": ("質問に答える", "Answer a question"),
        "file-report": ("実施報告を出す", "File a work report"),
        "confirm-report": ("実施報告を確認する", "Confirm a work report"),
        "return-report": ("実施報告を差し戻す", "Return a work report"),
        "evaluate": ("評価する", "Evaluate"),
        "assign": ("担当を決める", "Assign"),
    },
    "need-event-actions": {
        "create": ("記入を始める", "Begin"),
        "update": ("内容を変える", "Change"),
        "start-progress": ("支援中にする", "Go on to in progress"),
        "back-to-open": ("募集中に戻す", "Go back to open"),
        "fulfill": ("充足にする", "Fulfil"),
        "unfulfill": ("充足を取り消す", "Undo the fulfilment"),
        "close": ("終了する", "Close"),
        "expire": ("期限切れにする", "Expire"),
        "hold-with-organization": ("事業者とともに保留にする", "Put on hold with its organization"),
        "cancel-with-organization": ("事業者とともに取り消す", "Cancel with its organization"),
        "hold-too-long": ("長い保留のため、案件を終了する", "End its matches after a long hold"),
        "ask": ("依頼について質問する", "Ask about the need"),
        "answer-question": ("質問に答える", "Answer a question"),
        "assign": ("担当を決める", "Assign"),
    },
    "registration-event-actions": {
        "create": ("記入を始める", "Begin"),
        "update": ("内容を変える", "Change"),
        "expire": ("期限切れにする", "Expire"),
    },
    "correctable-fields": {
        "made_on": ("成立した日", "Day it was made"),
        "started_on": ("支援を始めた日", "Day the work began"),
        "ended_on": ("終わった日", "Day it ended"),
        "hours_worked": ("実際の時間", "Hours worked"),
        "reason": ("理由", "Reason"),
    },
    "bulk-item-statuses": {
        "proposed": ("提案しました", "Proposed"),
        "undone": ("元に戻しました", "Undone"),
        "refused": ("提案できません", "Refused"),
        "stale": ("ほかの人が先に更新しました", "Changed by somebody else first"),
        "not_found": ("見つかりません", "Not found"),
        "invalid": ("入力に誤りがあります", "The input is not valid"),
    },
    "record-kinds": {
        "match": ("マッチング案件", "Match"),
        "need": ("支援依頼", "Need"),
        "professional": ("デジタル人材", "Professional"),
        "organization": ("事業者", "Organization"),
        "bank": ("人材バンク", "Bank"),
        "question": ("質問", "Question"),
        "work_report": ("実施報告", "Work report"),
        "complaint": ("苦情", "Complaint"),
        "note": ("メモ", "Note"),
    },
    "funnel-stages": {
        "opened": ("始まった", "Began"),
        "proposed": ("回答をお願いした", "Put before a side"),
        "accepted": ("双方が承諾した", "Both said yes"),
        "introduced": ("紹介した", "Introduced"),
        "contracted": ("成立した", "Made"),
        "started": ("支援が始まった", "Work began"),
        "completed": ("完了した", "Completed"),
        "evaluated": ("双方が評価した", "Both evaluated"),
    },
    "thesaurus-origins": {
        "shared": ("共通", "Shared by all banks"),
        "changed": ("共通のものをこのバンクで変更", "Shared, changed by this bank"),
        "own": ("このバンク独自", "This bank's own"),
    },
    "thesaurus-sources": {
        "talentbank": ("標準の辞書", "The product's own"),
        "sudachi": ("SudachiDict の同義語", "SudachiDict's synonyms"),
        "bank": ("人材バンク", "The bank"),
    },
    "client-kinds": {
        "public": (
            "秘密を持てないアプリ（ブラウザー・スマートフォン）",
            "Public: a browser or a phone, which keep no secret",
        ),
        "confidential": ("秘密を持てるアプリ（サーバー）", "Confidential: a server, which keeps a secret"),
    },
    "client-states": {
        "asked": ("申請中", "Asked"),
        "approved": ("利用中", "Approved"),
        "revoked": ("取り消し", "Revoked"),
        "expired": ("期限切れ", "Expired"),
    },
    "grant-types": {
        "authorization_code": ("本人がログインして許可する", "A person signs in and agrees"),
        "urn:ietf:params:oauth:grant-type:device_code": (
            "別の端末で本人が許可する",
            "A person agrees on another device",
        ),
        "urn:ietf:params:oauth:grant-type:token-exchange": (
            "LINE のログインを引き継ぐ",
            "A sign-in at LINE, carried over",
        ),
        "client_credentials": ("アプリ自身として", "The program itself"),
        "refresh_token": ("許可を続ける", "A sign-in that goes on"),
    },
    "scopes": {scope: (ja, SCOPES_EN[scope]) for scope, ja in SCOPES.items()},
}
SPOKEN: Mapping[str, tuple[str, ...]] = {
    "condition-reasons": ("fits", "does_not_fit", "professional_undecided", "units_differ", "places_not_comparable"),
    "skill-gaps": ("no_claim", "no_evidence"),
    "replay-codes": ("replayed", "replay_differs", "texts_erased", "texts_not_kept"),
    "text-warnings": ("contact_in_text", "name_in_text"),
    "thesaurus-warnings": ("form_in_several_groups",),
}
"""Lists of codes that have a sentence in `api/words`."""
