"""The card: all that the two sides see of a professional before they are introduced."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any
from uuid import UUID

from talentbank.core.clock import day_of
from talentbank.privacy.contact_patterns import DIGITS
from talentbank.privacy.contacts import contacts_strip
from talentbank.privacy.folding import shadow_of, small
from talentbank.professionals.models import FeeBasis, Professional, ProfessionalSkill, Residency
from talentbank.ranking.corpus import STRUCK_OUT, names_in_texts

HOURS_BANDS = ((1, 4), (5, 9), (10, 19), (20, None))
YEN_BANDS: dict[str, tuple[int, ...]] = {
    FeeBasis.HOUR: (1_000, 2_000, 3_000, 5_000, 10_000),
    FeeBasis.DAY: (10_000, 20_000, 40_000, 80_000),
    FeeBasis.MONTH: (30_000, 50_000, 100_000, 300_000),
    FeeBasis.PROJECT: (50_000, 100_000, 300_000, 1_000_000),
}
"""Upper ends of the bands, in yen; coarse, so that a fee does not name a person."""
RESIDENCE_BANDS = {Residency.CITY: "city", Residency.PREFECTURE: "prefecture", Residency.TIE: "other"}
"""市内, 県内, 県外. A tie (ゆかり) is told to staff only: where somebody comes from may name them."""
WHEN = re.compile(
    r"(?:(?:19|20)\d{2}|(?:明治|大正|昭和|平成|令和)\s?(?:元|\d{1,2}))\s?年(?:\s?\d{1,2}\s?月(?:\s?\d{1,2}\s?日)?)?"
    r"|(?:19|20)\d{2}[-/.]\d{1,2}(?:[-/.]\d{1,2})?"
)
"""A date in a text."""


def card_view(professional: Professional, card_id: UUID, *, at: datetime | None = None) -> dict[str, Any]:
    """What a need's people see of a professional, and nothing else.

    Texts are shown without names, contacts and dates. `years` of an experience that still runs needs `at`.
    Reads `professional.skills`: prefetch `skills__skill` for many.
    """
    names = names_in_texts(professional)
    today = day_of(at) if at else None
    return {
        "card": card_id,
        "alias": alias_of(card_id),
        "headline": _shown(professional.headline, names),
        "skills": [_skill(claim) for claim in professional.skills.all()],
        "experiences": [_experience(each, names, today) for each in professional.experiences],
        "residence": RESIDENCE_BANDS.get(Residency(professional.residency), "other") if professional.residency else "",
        "hours_band": _hours_band(professional.hours_per_week),
        "engagement_types": sorted(professional.engagement_types),
        "fee_band": _fee_band(professional),
    }


def card_headline(professional: Professional) -> str:
    """The headline as the card shows it, for lists that show nothing more."""
    return _shown(professional.headline, names_in_texts(professional))


def alias_of(card_id: UUID) -> str:
    """A name to speak of, made from the card alone: 人材A-1f3."""
    return f"人材{chr(ord('A') + int(card_id.hex[0], 16))}-{card_id.hex[1:4]}"


def _shown(text: str, names: list[str]) -> str:
    """A text without names, contacts and dates, in whatever width, kana or digits they are written."""
    return contacts_strip(_undated(text), names, mask=STRUCK_OUT)


def _undated(text: str) -> str:
    shadow = shadow_of(text, small)
    parts, at = [], 0
    for match in WHEN.finditer(shadow.text.translate(DIGITS)):
        start, end = shadow.span(*match.span())
        parts += [text[at:start], STRUCK_OUT]
        at = end
    return "".join([*parts, text[at:]])


def _skill(claim: ProfessionalSkill) -> dict[str, Any]:
    skill = claim.skill
    return {"code": skill.code, "name_ja": skill.name_ja, "name_en": skill.name_en, "level": claim.level}


def _experience(experience: dict[str, Any], names: list[str], today: date | None) -> dict[str, Any]:
    return {
        "title": _shown(experience.get("title") or "", names),
        "description": _shown(experience.get("description") or "", names),
        "years": _years(experience.get("started") or "", experience.get("ended") or "", today),
    }


def _years(started: str, ended: str, today: date | None) -> int | None:
    """Whole years from begin to end, at least 1; None where that is not known. Dates are `YYYY-MM` or `YYYY-MM-DD`."""
    first, last = _months(started), _months(ended) if ended else (today.year * 12 + today.month if today else None)
    if first is None or last is None or last < first:
        return None
    return max(1, round((last - first) / 12))


def _months(text: str) -> int | None:
    found = re.match(r"(\d{4})-(\d{2})", text)
    return int(found[1]) * 12 + int(found[2]) if found else None


def _hours_band(hours: int | None) -> str:
    for least, most in HOURS_BANDS:
        if hours and hours >= least and (most is None or hours <= most):
            return f"{least}-{most or ''}"
    return ""


def _fee_band(professional: Professional) -> dict[str, Any] | None:
    """The band of what one must expect to pay; a basis without an amount (謝金規程, 無償) is a band of its own."""
    if not professional.fee_basis:
        return None
    yen = professional.fee_max_yen if professional.fee_max_yen is not None else professional.fee_min_yen
    ends = YEN_BANDS.get(professional.fee_basis, ())
    if yen is None or not ends:
        return {"basis": professional.fee_basis, "from_yen": None, "to_yen": None}
    above = [end for end in ends if yen <= end]
    below = [end for end in ends if yen > end]
    return {
        "basis": professional.fee_basis,
        "from_yen": below[-1] + 1 if below else 0,
        "to_yen": above[0] if above else None,
    }
