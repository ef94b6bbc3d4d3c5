"""The printable sheet of one version of the terms: Japanese, days in the era's years, nothing loaded from outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone

from talentbank.core.actors import Side
from talentbank.core.japanese import wareki, yen
from talentbank.matches.models import Terms
from talentbank.matches.rules import Item, rules_of
from talentbank.matches.terms import terms_set


@dataclass(frozen=True, slots=True)
class Line:
    """One item as it is printed. `undecided`: why it cannot be stated yet, and by when it will be."""

    label: str
    value: str
    required: bool
    undecided: str = ""


def sheet_render(*, terms: Terms) -> str:
    """Return the HTML of a sheet. It names both parties: see `selectors.terms_versions` for who reads it."""
    match = terms.match
    rules = rules_of(terms.rules_version)
    required = terms_set(rules, match.need, match.professional)
    undecided = {row["item"]: row for row in terms.content.get("undecided", [])}
    lines = [
        _line(item, terms.content, undecided, item.name in required.required)
        for item in rules.items.values()
        if item.name in terms.content or item.name in undecided or item.name in required.required
    ]
    return render_to_string(
        "matches/terms_sheet.html",
        {
            "terms": terms,
            "match": match,
            "bank": match.bank,
            "need": match.need,
            "set": required,
            "rules": rules,
            "lines": lines,
            "parties": [_party(terms, side) for side in Side],
            "in_force": match.agreed_terms_version == terms.number,
            "drafted_on": wareki(timezone.localdate(terms.created_at)),
        },
    )


def _line(item: Item, content: dict[str, Any], undecided: dict[str, Any], required: bool) -> Line:
    row = undecided.get(item.name)
    told = f"{row['reason']}（{wareki(date.fromisoformat(row['decide_by']))}までに決定）" if row else ""
    return Line(item.ja, _value(item, content.get(item.name)), required, told)


def _value(item: Item, value: Any) -> str:
    if value in (None, ""):
        return ""
    match item.kind:
        case "day":
            return wareki(date.fromisoformat(value))
        case "yen":
            return yen(value)
        case "hours":
            return f"{value}時間"
        case "recommission":
            day = wareki(date.fromisoformat(value["prime_payment_on"]))
            return f"元委託者 {value['prime_contractor']}、元委託の支払期日 {day}"
        case _:
            return str(value)


def _party(terms: Terms, side: Side) -> dict[str, str]:
    match = terms.match
    if side is Side.PROFESSIONAL:
        name, label = match.professional.name, match.bank.professional_label
    else:
        name, label = match.need.organization.name, "事業者"
    confirmed = getattr(terms, f"{side}_confirmed_at")
    return {
        "label": label,
        "name": name,
        "confirmed": wareki(timezone.localdate(confirmed)) if confirmed else "",
    }
