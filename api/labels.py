"""The labels of values that carry none in the domain (Japanese), and of every list (English)."""

from __future__ import annotations

from collections.abc import Mapping

from talentbank.accounts.models import StaffRole
from talentbank.banks.policy import FourEyes, ResidentsFirst, StaffSecondFactor
from talentbank.core.actors import Channel, Role, Side
from talentbank.matches.states import Action, Origin
from talentbank.registrations.lifecycle import RegistrationAction

JA: Mapping[str, Mapping[str, str]] = {
    "match-origins": {
        Origin.PROSPECT: "市からの提案",
        Origin.APPLY: "人材からの応募",
        Origin.INVITE: "事業者からの招待",
        Origin.REPEAT: "再度の依頼",
    },
    "match-actions": {
        Action.PROPOSE: "提案する",
        Action.ACCEPT: "承諾する",
        Action.DECLINE: "辞退する",
        Action.POSTPONE: "回答を保留する",
        Action.RESUME: "再開する",
        Action.APPROVE: "承認する",
        Action.REJECT: "紹介しない",
        Action.COUNTERSIGN: "事後確認する",
        Action.NEGOTIATE: "条件調整を始める",
        Action.CONFIRM: "取引条件を確認する",
        Action.START: "支援を始める",
        Action.AMEND: "変更後の条件を確認する",
        Action.SUSPEND: "中断する",
        Action.CONTINUE: "支援を再開する",
        Action.DELIVER: "完了を報告する",
        Action.RETURN: "差し戻す",
        Action.COMPLETE: "完了にする",
        Action.TERMINATE: "途中で終了する",
        Action.WITHDRAW: "取り下げる",
        Action.CANCEL: "取り消す",
        Action.UNDO: "元に戻す",
        Action.CORRECT: "記録を訂正する",
    },
    "need-actions": {
        "submit": "申請する",
        "request-changes": "差し戻す",
        "open": "募集を始める",
        "agree-summary": "公開用の要約に同意する",
        "reject": "受け付けない",
        "hold": "保留にする",
        "resume": "再開する",
        "cancel": "取り消す",
        "reopen": "もう一度募集する",
    },
    "registration-actions": {
        RegistrationAction.SUBMIT: "申請する",
        RegistrationAction.REQUEST_CHANGES: "差し戻す",
        RegistrationAction.APPROVE: "承認する",
        RegistrationAction.REJECT: "承認しない",
        RegistrationAction.COUNTERSIGN: "事後確認する",
        RegistrationAction.APPROVE_CHANGES: "変更を承認する",
        RegistrationAction.REJECT_CHANGES: "変更を承認しない",
        RegistrationAction.MARK_REVIEWED: "確認済みにする",
        RegistrationAction.PAUSE: "紹介を休止する",
        RegistrationAction.UNPAUSE: "紹介を再開する",
        RegistrationAction.SUSPEND: "停止する",
        RegistrationAction.LIFT: "停止を解く",
        RegistrationAction.RENEW: "更新する",
        RegistrationAction.WITHDRAW: "取り下げる",
        RegistrationAction.REAPPLY: "もう一度申請する",
    },
    "channels": {
        Channel.WEB: "ウェブ",
        Channel.LINE: "LINE",
        Channel.PHONE: "電話",
        Channel.COUNTER: "窓口",
        Channel.POST: "郵送",
        Channel.PAPER: "書面",
        Channel.IMPORT: "取り込み",
    },
    "roles": {
        **dict(StaffRole.choices),
        Role.PROFESSIONAL: "デジタル人材",
        Role.OWNER: "事業者の責任者",
        Role.MEMBER: "事業者の担当者",
        Role.SYSTEM: "システム",
    },
    "sides": {Side.PROFESSIONAL: "人材", Side.ORGANIZATION: "事業者"},
    "four-eyes": {FourEyes.STRICT: "別の職員に限る", FourEyes.COUNTERSIGN: "事後確認", FourEyes.OFF: "制限しない"},
    "residents-first": {
        ResidentsFirst.TIE_BREAK: "同点のとき市内を先に",
        ResidentsFirst.GROUP: "市内をまとめて先に",
        ResidentsFirst.OFF: "考慮しない",
    },
    "staff-second-factor": {StaffSecondFactor.OPTIONAL: "任意", StaffSecondFactor.REQUIRED: "必須"},
    "worklist-baskets": {
        "escalations": "承認の遅れ",
        "answers_overdue": "回答の遅れ",
        "calls_to_make": "電話をかける",
        "approvals": "承認待ち",
        "registrations": "新しい登録の申請",
        "needs": "新しい支援依頼",
        "pending_changes": "登録内容の変更申請",
        "changed_since_review": "確認後に変わった登録",
        "countersignatures": "事後確認",
        "starts_to_confirm": "支援開始の確認",
        "evaluations_due": "評価待ち",
        "deadlines": "期限が近いもの",
        "red_flags": "気をつけたい案件",
        "complaints_to_give": "担当を決める苦情",
        "complaints_to_settle": "対応する苦情",
        "never_proposed": "60日間提案のない人材",
        "needs_without_candidates": "候補のいない依頼",
        "answers_to_collect": "代わりに伺う回答",
        "confirmations_to_collect": "代わりに伺う条件の確認",
        "amendments_to_collect": "代わりに伺う変更後の条件",
        "starts_to_collect": "代わりに伺う支援の開始",
        "reports_to_collect": "代わりに伺う実施報告の確認",
        "deliveries_to_collect": "代わりに伺う完了の確認",
        "evaluations_to_collect": "代わりに伺う評価",
        "unfinished": "書きかけの代行入力",
        "answers": "ご回答のお願い",
        "terms_to_confirm": "取引条件の確認",
        "terms_to_amend": "変更後の条件の確認",
        "questions": "案件への質問",
        "need_questions": "依頼への質問",
        "work_reports": "実施報告の確認",
        "reports_returned": "直しをお願いされた実施報告",
        "deliveries": "完了の確認",
        "starts": "支援を始める",
        "evaluations": "評価の記入",
        "changes_requested": "修正のお願い",
        "renewals": "登録の更新",
        "consents": "新しい文面への同意",
        "summaries": "公開用の要約の確認",
        "pushes": "今週のご案内",
    },
    "skill-levels": {"1": "基礎を学んだ", "2": "助けがあればできる", "3": "一人でできる", "4": "人に教えられる"},
}
"""Japanese labels of values that carry none in the domain."""
EN: Mapping[str, str] = {
    "match-states": "Under consideration|Waiting for the professional|Waiting for the organization|"
    "Waiting for the city|Introduced|Negotiating|Contracted|Active|Suspended|Delivered|Completed|Postponed|Closed",
    "match-origins": "Proposed by the city|Applied by the professional|Invited by the organization|Repeated",
    "match-actions": "Propose|Accept|Decline|Postpone the answer|Resume|Approve|Reject|Countersign|Begin to negotiate|"
    "Confirm the terms|Start the work|Confirm amended terms|Suspend|Continue|Deliver|Return|Complete|Terminate early|"
    "Withdraw|Cancel|Undo|Correct a record",
    "need-states": "Draft|Submitted|Changes requested|Open|In progress|On hold|Fulfilled|Closed|Cancelled|Expired",
    "need-actions": "Submit|Request changes|Open|Agree to the summary|Reject|Put on hold|Resume|Cancel|Reopen",
    "need-closed-reasons": "Non-compliant|Cancelled|The organization's registration expired|The organization withdrew",
    "registration-states": "Draft|Submitted|Changes requested|Approved|Rejected|Suspended|Expired|Withdrawn",
    "registration-actions": "Submit|Request changes|Approve|Reject|Countersign|Approve changes|Reject changes|"
    "Mark as reviewed|Pause|Unpause|Suspend|Lift the suspension|Renew|Withdraw|Reapply",
    "referral-statuses": "Available|Paused",
    "channels": "Web|LINE|Phone|Counter|Post|Paper|Import",
    "roles": "Coordinator|Support desk|Analyst|Bank administrator|Professional|Owner of an organization|"
    "Member of an organization|System",
    "sides": "Professional|Organization",
    "residencies": "In the city|In the prefecture|Tied to the city|Elsewhere",
    "remote-work": "Remote only|Remote possible|On site only",
    "engagement-types": "Advice|Quasi-mandate|Work contract|Honorarium|Unpaid|Employment",
    "fee-bases": "An hour|A day|A month|A project|By honorarium rules|Unpaid",
    "side-job-permissions": "Permitted|Not permitted|Not needed|Being clarified",
    "preferred-channels": "E-mail|LINE|Phone|Post",
    "holder-kinds": "Person|Organization",
    "organization-kinds": "Company|Sole proprietor|NPO|Association|Public body",
    "headcount-bands": "1–5|6–20|21–50|51–100|101 or more",
    "places": "Remote|On site|Mixed",
    "confidentialities": "Public|Members only|Coordinators only",
    "subsidy-uses": "None|Considering|Applied for|Granted",
    "bank-kinds": "Talent bank|Dispatch of senior supporters",
    "text-kinds": "Terms of use|Purposes of use|Use for matching|Disclosure to the other side|Publication of the case|"
    "Messages|Declaration",
    "note-kinds": "Note|Call|Consultation",
    "call-results": "Reached|No answer|Left word|To be called back",
    "languages": "Japanese|Plain Japanese|English",
    "four-eyes": "Another person, always|Countersigned afterwards|Not asked for",
    "residents-first": "City residents first among equals|City residents first|Not considered",
    "staff-second-factor": "Optional|Required",
    "work-report-states": "Filed|Confirmed|Returned",
    "evaluation-outcomes": "Reached|Partly reached|Not reached|Too early to say",
    "proxy-kinds": "Family or somebody close|Support desk",
    "proxy-powers": "Registration|Needs|Matches|Consents",
    "proxy-states": "Not begun|In force|Over|Ended",
    "complaint-states": "Received|Being looked into|Resolved|Dismissed",
    "complaint-subjects": "The other side|The staff|The bank",
    "webhook-endpoint-states": "Enabled|Stopped|Switched off because nothing arrived",
    "sandbox-channels": "E-mail|LINE|Webhook",
    "webhook-delivery-states": "Waiting|Delivered|Failed|Dropped: its owner may not read it|Missed while stopped",
    "worklist-baskets": "Approvals that are late|Overdue answers|Calls to make|Approvals waiting|"
    "New registrations|New needs|"
    "Changes waiting for approval|Changed since review|Countersignatures|Starts to confirm|Evaluations|"
    "Deadlines|Red flags|Complaints without a handler|Complaints to settle|Not proposed for 60 days|"
    "Needs without candidates|Answers to collect|Confirmations to collect|Amended terms to collect|Starts to collect|"
    "Work reports to settle for others|Deliveries to settle for others|Evaluations to collect|Unfinished entries|"
    "Answers|Terms to confirm|Amended terms to confirm|"
    "Questions on a match|Questions on a need|Work reports to answer|Work reports to put right|"
    "Deliveries to confirm|Starts|Evaluations to write|Changes requested|Renewals|Consents to new texts|"
    "Public summaries to agree to|Pointed out this week",
    "skill-levels": "Has learned the basics|Can do it with help|Can do it alone|Can teach it",
}
"""English labels in the order of the values."""
