"""Who shows which role of the demo's main bank."""

from __future__ import annotations

from talentbank.banks.models import Bank
from talentbank.demo.cast import Player
from talentbank.demo.data_files import bank_folders
from talentbank.organizations.models import OrganizationMember
from talentbank.professionals.models import Professional

STAFF = ("bank_admin", "coordinator", "support_desk", "analyst")


def players() -> list[Player]:
    """One account per role: staff by their addresses, and the first professional and owner with an account."""
    bank = Bank.objects.get(slug=bank_folders()[0].bank["slug"])
    cast = [Player(role, f"{role}@{bank.slug}.example") for role in STAFF]
    approved = {"bank": bank, "registration_state": "approved"}
    professional = Professional.objects.filter(**approved, user__isnull=False).order_by("id").first()
    if professional and professional.user:
        cast.append(Player("professional", professional.user.email))
    owners = OrganizationMember.objects.filter(
        organization__bank=bank, organization__registration_state="approved", role="owner", ended_at__isnull=True
    )
    if owner := owners.select_related("user").order_by("id").first():
        cast.append(Player("organization", owner.user.email))
    return cast
