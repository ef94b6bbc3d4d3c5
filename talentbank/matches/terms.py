"""Terms (取引条件): which items must be stated, and whether their days agree. The items are data: `rules/`."""

from __future__ import annotations

import calendar
import hashlib
from datetime import date, timedelta
from typing import Any

from talentbank.core.audit import canonical
from talentbank.core.errors import FieldError, InvalidInput
from talentbank.matches.models import Match, Terms
from talentbank.matches.rules import RequiredSet, Rules, rules_of
from talentbank.needs.models import Need
from talentbank.professionals.models import EngagementType, Professional

DAYS = ("commissioned_on", "received_on", "inspection_on", "payment_on", "starts_on", "ends_on")


def freelance_act_applies(need: Need, professional: Professional) -> bool:
    """Tell whether the Freelance Act's list is asked for: paid work commissioned to somebody without employees.

    Who has not said whether they employ anybody is asked for the full list: stating too much harms nobody.
    """
    paid = need.engagement_type not in {EngagementType.UNPAID, EngagementType.EMPLOYMENT}
    return paid and professional.has_employees is not True


def terms_set(rules: Rules, need: Need, professional: Professional) -> RequiredSet:
    """The set that this engagement must state."""
    if need.engagement_type == EngagementType.UNPAID or need.bank.kind == "dispatch":
        return rules.sets["unpaid"]
    if need.engagement_type == EngagementType.EMPLOYMENT:
        return rules.sets["employment"]
    return rules.sets["freelance_act" if freelance_act_applies(need, professional) else "ordinary"]


def hours_held(match: Match, need: Need) -> int:
    """Hours a week that a running match holds: what the agreed terms state, else what the need asks for; else 0."""
    agreed = match.terms.filter(number=match.agreed_terms_version).first()
    stated = agreed.content.get("hours_per_week") if agreed else None
    return int(need.hours_per_week or 0 if stated is None else stated)


def terms_missing(terms: Terms, need: Need, professional: Professional) -> list[str]:
    """Required items neither stated nor named as undecided, by the rules of the version under which it was drafted."""
    content = terms.content
    undecided = {row["item"] for row in content.get("undecided", [])}
    required = terms_set(rules_of(terms.rules_version), need, professional).required
    return [item for item in required if content.get(item) in (None, "") and item not in undecided]


def terms_digest(content: dict[str, Any]) -> str:
    """SHA-256 in hex of what the terms say."""
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def terms_check(content: dict[str, Any], rules: Rules, today: date) -> None:
    """Check a draft's arithmetic; incomplete is allowed, contradictory is not. Pointers begin at `/content`.

    Payment comes at most `payment_days` after receipt, or, of work commissioned on, at most `recommission_days` after
    the day on which the prime contractor pays. What is undecided is decided today or later.

    :raises InvalidInput: with a pointer for every item that cannot stand beside another.
    """
    days = {name: date.fromisoformat(content[name]) for name in DAYS if content.get(name)}
    errors = [*_payment_errors(days, content.get("recommission"), rules), *_undecided_errors(content, today)]
    for first, second, code in (
        ("starts_on", "ends_on", "before_start"),
        ("received_on", "inspection_on", "before_receipt"),
    ):
        if first in days and second in days and days[second] < days[first]:
            errors.append(FieldError(f"/content/{second}", code))
    if errors:
        raise InvalidInput(errors)


def _payment_errors(days: dict[str, date], recommission: dict[str, str] | None, rules: Rules) -> list[FieldError]:
    if "payment_on" not in days:
        return []
    paid = days["payment_on"]
    if recommission:
        late = (paid - date.fromisoformat(recommission["prime_payment_on"])).days
        limit = rules.recommission_days
    elif "received_on" in days:
        late, limit = (paid - days["received_on"]).days, rules.payment_days
    else:
        return []
    return (
        [FieldError("/content/payment_on", "payment_too_late", {"days": late, "limit": limit})] if late > limit else []
    )


def _undecided_errors(content: dict[str, Any], today: date) -> list[FieldError]:
    return [
        FieldError(f"/content/undecided/{place}/decide_by", "in_the_past")
        for place, row in enumerate(content.get("undecided", []))
        if date.fromisoformat(row["decide_by"]) < today
    ]


def is_long(content: dict[str, Any], rules: Rules) -> bool:
    """Tell whether the engagement lasts `long_months` or longer: then its end is announced `notice_days` before."""
    if not content.get("starts_on") or not content.get("ends_on"):
        return False
    start, end = date.fromisoformat(content["starts_on"]), date.fromisoformat(content["ends_on"])
    return end + timedelta(days=1) >= months_after(start, rules.long_months)


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or that month's last: 31 August and six months is 28 February."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
