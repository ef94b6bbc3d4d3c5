"""Conflicts of interest: a rule-based scan whose findings a coordinator decides on in writing, also when none."""

from __future__ import annotations

import unicodedata

from talentbank.matches.case import Case

FREE_MAIL = frozenset({"gmail.com", "yahoo.co.jp", "outlook.jp", "icloud.com", "docomo.ne.jp", "ezweb.ne.jp"})


def conflict_scan(case: Case) -> list[str]:
    """Return the codes of what the rules found between the two sides, sorted."""
    professional, organization = case.professional, case.organization
    found = set()
    if professional.employer and _same(professional.employer, organization.name):
        found.add("employer_is_organization")
    if any(_same(professional.name, officer) for officer in [organization.representative, *organization.officers]):
        found.add("professional_is_officer")
    domain = _domain(professional.email)
    if domain and domain not in FREE_MAIL and domain == _domain(organization.contact_email):
        found.add("same_mail_domain")
    if professional.phone and professional.phone == organization.contact_phone:
        found.add("same_phone")
    held_by = professional.organization
    if held_by and held_by.corporate_number and held_by.corporate_number == organization.corporate_number:
        found.add("same_corporate_number")
    if professional.is_public_servant and professional.side_job_permission != "yes":
        found.add("public_servant_without_permission")
    return sorted(found)


def _same(one: str, other: str) -> bool:
    return bool(one and other) and _plain(one) == _plain(other)


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def _domain(email: str) -> str:
    return email.rpartition("@")[2].lower()
