"""What others will read of a need, and whose names must not stand in it."""

from __future__ import annotations

from talentbank.needs.models import Need
from talentbank.organizations.models import Organization
from talentbank.privacy.contacts import organization_forms, person_forms
from talentbank.privacy.warnings import TextWarning, text_warnings

SHOWN = ("title", "public_summary", "background", "tools_today", "wished_outcome", "deliverables")
"""Texts that professionals, or everybody, may read. `own_words` are never published."""


def names_of_people(organization: Organization) -> list[str]:
    """The people of an organization, in the forms in which they may stand in a text."""
    people = (organization.representative, organization.contact_name, *organization.officers)
    return person_forms(*people)


def names_of_organization(organization: Organization) -> list[str]:
    """An organization and its people, in the forms in which they may stand in a text."""
    return [*organization_forms(organization.name, organization.kana), *names_of_people(organization)]


def need_warnings(need: Need) -> list[TextWarning]:
    """Contacts in the texts that others read, names of people, and of the organization while it is anonymous."""
    known = names_of_organization if need.anonymous else names_of_people
    return text_warnings([(f"/{name}", getattr(need, name)) for name in SHOWN], known(need.organization))
