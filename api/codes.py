"""The labels of every enum of the API, in Japanese and English, in one place: what `/codes/{list}` answers.

Japanese labels stand beside the values in the domain; English ones here. A test holds both complete.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from api.answer_labels import PAIRS, SPOKEN
from api.labels import EN, JA
from api.wording import refusals, words
from talentbank.banks.models import BankKind, Language, TextKind
from talentbank.core.actors import Side
from talentbank.core.errors import NotFound
from talentbank.core.reasons import Reason, Words
from talentbank.matches import codes as match_reasons
from talentbank.matches.conflicts import RULES as CONFLICT_RULES
from talentbank.matches.models import (
    CallResult,
    ComplaintAbout,
    ComplaintState,
    EvaluationOutcome,
    NoteKind,
    WorkReportState,
)
from talentbank.matches.rules import rules_all
from talentbank.matches.states import State
from talentbank.needs import codes as need_reasons
from talentbank.needs.models import Confidentiality, NeedClosedReason, NeedState, Place, SubsidyUse
from talentbank.notifications.models import DeliveryState, EndpointState, SandboxChannel
from talentbank.notifications.webhooks.catalogue import LABELS as WEBHOOK_LABELS
from talentbank.organizations.models import HeadcountBand, OrganizationKind
from talentbank.privacy.models import Power, ProxyKind, ProxyState
from talentbank.professionals.models import (
    EngagementType,
    FeeBasis,
    HolderKind,
    PreferredChannel,
    ReferralStatus,
    Remote,
    Residency,
    SideJobPermission,
)
from talentbank.registrations import codes as registration_reasons
from talentbank.registrations.models import RegistrationState


@dataclass(frozen=True, slots=True)
class Code:
    """One value of a list with its labels."""

    code: str
    ja: str
    en: str
    told: Mapping[Side, Words] | None = None
    """What each side is politely told, for reason codes and for why a match closed."""


CHOICES: Mapping[str, Any] = {
    "need-states": NeedState,
    "need-closed-reasons": NeedClosedReason,
    "registration-states": RegistrationState,
    "referral-statuses": ReferralStatus,
    "residencies": Residency,
    "remote-work": Remote,
    "engagement-types": EngagementType,
    "fee-bases": FeeBasis,
    "side-job-permissions": SideJobPermission,
    "preferred-channels": PreferredChannel,
    "holder-kinds": HolderKind,
    "organization-kinds": OrganizationKind,
    "headcount-bands": HeadcountBand,
    "places": Place,
    "confidentialities": Confidentiality,
    "subsidy-uses": SubsidyUse,
    "bank-kinds": BankKind,
    "text-kinds": TextKind,
    "note-kinds": NoteKind,
    "call-results": CallResult,
    "languages": Language,
    "work-report-states": WorkReportState,
    "evaluation-outcomes": EvaluationOutcome,
    "proxy-kinds": ProxyKind,
    "proxy-powers": Power,
    "proxy-states": ProxyState,
    "complaint-states": ComplaintState,
    "complaint-subjects": ComplaintAbout,
    "webhook-endpoint-states": EndpointState,
    "webhook-delivery-states": DeliveryState,
    "sandbox-channels": SandboxChannel,
}
"""Lists whose Japanese labels stand beside the values."""


def _labelled(name: str, labels: Iterable[tuple[str, str]]) -> tuple[Code, ...]:
    pairs = list(labels)
    return tuple(Code(str(code), ja, en) for (code, ja), en in zip(pairs, EN[name].split("|"), strict=True))


def _reasons(kind: str, reasons: Any) -> dict[str, tuple[Code, ...]]:
    """`<kind>-<action>-reasons` for every action that takes reason codes."""
    return {f"{kind}-{action}-reasons": _told(offered) for action, offered in reasons.REASONS.items()}


def _told(reasons: Mapping[str, Reason]) -> tuple[Code, ...]:
    return tuple(Code(str(code), each.ja, each.en, each.told) for code, each in reasons.items())


@cache
def code_lists() -> dict[str, tuple[Code, ...]]:
    """Every list by its name."""
    lists = {"match-states": _labelled("match-states", ((state.value, state.label) for state in State))}
    lists |= {name: _labelled(name, choices.choices) for name, choices in CHOICES.items()}
    lists |= {name: _labelled(name, labels.items()) for name, labels in JA.items()}
    lists |= {name: tuple(Code(code, *pair) for code, pair in pairs.items()) for name, pairs in PAIRS.items()}
    lists |= {name: tuple(Code(code, **words()[code]) for code in codes) for name, codes in SPOKEN.items()}
    for kind in ("match", "need", "registration"):
        # what people may do, and what else a step on record can be
        lists[f"{kind}-event-actions"] = lists[f"{kind}-actions"] + lists[f"{kind}-event-actions"]
    lists["problems"] = tuple(Code(code, **entry) for code, entry in refusals().items())
    lists["conflict-findings"] = tuple(Code(rule.code, rule.ja, rule.en) for rule in CONFLICT_RULES)
    lists["match-closed-reasons"] = _told(match_reasons.CLOSINGS)
    lists["webhook-events"] = tuple(Code(type, words.ja, words.en) for type, words in WEBHOOK_LABELS.items())
    newest = rules_all()[-1]
    lists["terms-items"] = tuple(Code(name, item.ja, item.en) for name, item in newest.items.items())
    lists["terms-sets"] = tuple(Code(name, each.ja, each.en) for name, each in newest.sets.items())
    lists |= _reasons("match", match_reasons)
    lists |= _reasons("need", need_reasons)
    lists |= _reasons("registration", registration_reasons)
    return dict(sorted(lists.items()))


def code_list(name: str) -> tuple[Code, ...]:
    """:raises NotFound: there is no such list."""
    if name not in code_lists():
        raise NotFound()
    return code_lists()[name]
