"""What the scan for conflicts of interest compares: the facts of both sides and of staff, in comparable forms.

A field is named `<whose>.<what>`; `holder` is the organization that holds the professional's registration. Fields of
several members of staff carry their id: `membership:<id>`, `coordinator:<account id>`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from talentbank.accounts.models import StaffMembership
from talentbank.matches.case import Case
from talentbank.matches.forms import (
    address_form,
    domain_form,
    employer_form,
    mail_form,
    name_form,
    number_form,
    person_form,
    phone_form,
)
from talentbank.organizations.models import Organization
from talentbank.organizations.room import ROOM as ORGANIZATIONS
from talentbank.professionals.models import Professional, SideJobPermission
from talentbank.registrations.models import Registration

Facts = Mapping[str, frozenset[str]]
"""Field → the forms of what stands in it; fields without content are absent."""


def facts_of(case: Case) -> Facts:
    """Everything the rules look at, read anew."""
    professional = case.professional
    facts = {**_professional(professional), **_organization("organization", case.organization), **_staff(case)}
    if professional.organization:
        facts |= _organization("holder", professional.organization)
    return {field: known for field, forms in facts.items() if (known := frozenset(filter(None, forms)))}


def hands_of(case: Case) -> dict[str, UUID | None]:
    """Who typed in an answer or a registration of this match for somebody else: field → account."""
    match, professional, organization = case.match, case.professional, case.organization
    people = ORGANIZATIONS.people(organization) if organization.entered_by_id else set()
    return {
        "professional.answer": match.professional_answer_by_id,
        "organization.answer": match.organization_answer_by_id,
        "professional.registration": _typed_in(professional, {professional.user_id}),
        "organization.registration": _typed_in(organization, people),
    }


def _typed_in(row: Registration, people: Collection[UUID | None]) -> UUID | None:
    """Who typed a registration in, where that was none of its own people: over whichever channel they were reached."""
    return None if row.entered_by_id in people else row.entered_by_id


def _professional(row: Professional) -> dict[str, Iterable[str]]:
    unpermitted = row.is_public_servant and row.side_job_permission != SideJobPermission.YES
    return {
        "professional.name": [name_form(row.name), name_form(row.kana)],
        "professional.employer": [employer_form(row.employer)],
        "professional.employer_number": [number_form(row.employer)],
        "professional.invoice_number": [number_form(row.invoice_number)],
        "professional.email": [mail_form(row.email)],
        "professional.email_domain": [domain_form(row.email)],
        "professional.phone": [phone_form(row.phone)],
        "professional.postal_address": [address_form(row.postal_address)],
        "professional.account": [str(row.user_id or "")],
        "professional.account_email": [mail_form(row.user.email) if row.user else ""],
        "professional.account_email_domain": [domain_form(row.user.email) if row.user else ""],
        "professional.hidden_from": _names_and_numbers(row.hidden_from),
        "professional.side_job_permission": ["lacking"] if unpermitted else [],
    }


def _organization(whose: str, row: Organization) -> dict[str, Iterable[str]]:
    members = list(row.members.filter(ended_at__isnull=True).values_list("user_id", "user__email"))
    return {
        f"{whose}.name": [name_form(row.name), name_form(row.kana)],
        f"{whose}.corporate_number": [number_form(row.corporate_number)],
        f"{whose}.representative": [person_form(row.representative)],
        f"{whose}.officers": [person_form(name) for name in row.officers],
        f"{whose}.contact_name": [person_form(row.contact_name)],
        f"{whose}.contact_email": [mail_form(row.contact_email)],
        f"{whose}.contact_email_domain": [domain_form(row.contact_email)],
        f"{whose}.contact_phone": [phone_form(row.contact_phone)],
        f"{whose}.sites": [address_form(site.get("address") or "") for site in row.sites],
        f"{whose}.members": [str(user_id) for user_id, _ in members],
        f"{whose}.member_emails": [mail_form(email) for _, email in members],
        f"{whose}.member_email_domains": [domain_form(email) for _, email in members],
        f"{whose}.declared_ties": _names_and_numbers(row.declared_ties),
    }


def _staff(case: Case) -> dict[str, Iterable[str]]:
    """The acting coordinator, those who look after the match or the need, and what they declared."""
    match, need, actor = case.match, case.need, case.step.actor
    acting = actor.user_id if case.side is None and actor.is_coordinator_of(case.bank.pk) else None
    looking_after = (match.coordinator_id, match.deputy_id, need.coordinator_id, need.deputy_id)
    people = {user_id for user_id in (acting, *looking_after) if user_id}
    facts: dict[str, Iterable[str]] = {f"coordinator:{user_id}": [str(user_id)] for user_id in people}
    facts["actor"] = [str(acting or "")]
    facts |= {f"hand:{field}": [str(user_id or "")] for field, user_id in hands_of(case).items()}
    rows = StaffMembership.objects.filter(bank_id=case.bank.pk, user_id__in=people, ended_at__isnull=True)
    for row in rows.order_by("pk"):
        facts[f"membership:{row.pk}"] = [
            form for tie in row.declared_ties for form in (name_form(tie), number_form(tie))
        ]
    return facts


def _names_and_numbers(texts: Iterable[str]) -> list[str]:
    return [form for text in texts for form in (name_form(text), number_form(text))]
