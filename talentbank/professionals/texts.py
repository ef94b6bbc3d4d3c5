"""What others will read of a professional, and whose names must not stand in it."""

from __future__ import annotations

from collections.abc import Iterator

from talentbank.privacy.contacts import organization_forms, person_forms
from talentbank.privacy.warnings import TextWarning, text_warnings
from talentbank.professionals.models import HolderKind, Professional

OF_EXPERIENCE = ("title", "description", "industry")
"""What a card shows of an experience, and what it is ranked by; `client_name` it never shows."""


def names_of_professional(professional: Professional) -> list[str]:
    """The professional, in the forms in which it may stand in a text."""
    names = (professional.name, professional.kana)
    return person_forms(*names) if professional.holder_kind == HolderKind.PERSON else organization_forms(*names)


def professional_warnings(professional: Professional) -> list[TextWarning]:
    """Contacts in the texts of a card, and names: one's own, the holder's, the employer's and the clients'.

    Skills are counted in the order of their codes, as they are shown; evidence that waits is looked at too.
    """
    holder = professional.organization
    firms = [professional.employer, *(each.get("client_name") or "" for each in professional.experiences)]
    firms += [holder.name, holder.kana] if holder else []
    return text_warnings(_shown(professional), [*names_of_professional(professional), *organization_forms(*firms)])


def _shown(professional: Professional) -> Iterator[tuple[str, str]]:
    yield "/headline", professional.headline
    yield "/summary", professional.summary
    for n, experience in enumerate(professional.experiences):
        for name in OF_EXPERIENCE:
            yield f"/experiences/{n}/{name}", experience.get(name) or ""
    for n, claim in enumerate(sorted(professional.skills.all(), key=lambda claim: claim.skill.code)):
        yield f"/skills/{n}/evidence", claim.evidence
    for n, (name, words) in enumerate(_waiting(professional)):
        if name == "evidence":
            yield f"/pending_changes/{n}/value", words


def _waiting(professional: Professional) -> Iterator[tuple[str, str]]:
    """Changes that wait for a coordinator, in the order in which they are shown."""
    for name, value in sorted(professional.pending_changes.items()):
        yield from ((name, value[code]) for code in sorted(value)) if name == "evidence" else [(name, value)]
