"""Terms (取引条件): what must be stated, per engagement type, as versioned data with its arithmetic."""

from __future__ import annotations

from datetime import date
from typing import Any

from talentbank.core.errors import FieldError, InvalidInput
from talentbank.needs.models import Need
from talentbank.professionals.models import EngagementType, Professional

RULES_VERSION = "2024-11-01"
"""Day since which the sets below hold (start of the Freelance Act). A law point is data, not a claim of compliance."""
PAYMENT_DAYS = 60
"""Payment at most so many days from receipt of the work."""
FREELANCE_ACT = ("work", "fee_yen", "payment_on", "commissioned_on", "received_on", "place")
ORDINARY = ("work", "fee_yen", "payment_on", "starts_on", "place")
UNPAID = ("work", "starts_on", "place", "hours_per_week", "travel")
DATES = ("commissioned_on", "received_on", "payment_on", "inspection_on", "starts_on", "ends_on")


def freelance_act_applies(need: Need, professional: Professional) -> bool:
    """Tell whether the Freelance Act's list is required: paid work commissioned to somebody without employees."""
    paid = need.engagement_type not in {EngagementType.UNPAID, EngagementType.EMPLOYMENT}
    return paid and professional.has_employees is False


def terms_required(need: Need, professional: Professional) -> tuple[str, ...]:
    """Items that must be stated, or named as undecided with reason and date."""
    if need.engagement_type == EngagementType.UNPAID or need.bank.kind == "dispatch":
        return UNPAID
    return FREELANCE_ACT if freelance_act_applies(need, professional) else ORDINARY


def terms_missing(content: dict[str, Any], need: Need, professional: Professional) -> list[str]:
    """Required items neither stated nor named as undecided."""
    undecided = {row["item"] for row in content.get("undecided", [])}
    required = terms_required(need, professional)
    return [item for item in required if content.get(item) in (None, "") and item not in undecided]


def terms_check(content: dict[str, Any]) -> None:
    """Check a draft's arithmetic; incomplete is allowed, contradictory is not.

    :raises InvalidInput: payment later than 60 days from receipt, or an end before its start.
    """
    dates = {name: date.fromisoformat(content[name]) for name in DATES if content.get(name)}
    errors = []
    if "payment_on" in dates and "received_on" in dates:
        days = (dates["payment_on"] - dates["received_on"]).days
        if days > PAYMENT_DAYS:
            errors.append(FieldError("/payment_on", "payment_too_late", {"days": days, "limit": PAYMENT_DAYS}))
    if "starts_on" in dates and "ends_on" in dates and dates["ends_on"] < dates["starts_on"]:
        errors.append(FieldError("/ends_on", "before_start"))
    if errors:
        raise InvalidInput(errors)
