"""Who reads a bank's thesaurus, and who changes it."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from talentbank.accounts.policies import require_coordinator, require_role
from talentbank.core.actors import COORDINATORS, STAFF, Actor, Hat, Role
from talentbank.core.errors import Forbidden, NotFound
from talentbank.skills.models import ThesaurusGroup


def require_thesaurus_reader(actor: Actor, bank_id: UUID) -> Hat:
    """:raises Forbidden: not of the bank's staff."""
    return require_role(actor, bank_id, STAFF)


def group_in_sight(actor: Actor, id: UUID) -> ThesaurusGroup:
    """A shared group, or one of a bank whose staff the actor is.

    :raises NotFound: absent or another bank's.
    """
    rows = ThesaurusGroup.objects.filter(Q(bank__isnull=True) | Q(bank_id__in=actor.banks_as(STAFF)))
    group = rows.filter(pk=id).select_related("shared", "bank").first()
    if group is None:
        raise NotFound()
    return group


def require_group_editor(actor: Actor, group: ThesaurusGroup) -> Role:
    """The role of a coordinator of the group's bank; of any bank where all share it, for the service to refuse.

    :raises Forbidden: no such coordinator.
    """
    if group.bank_id:
        return require_coordinator(actor, group.bank_id).role
    if not actor.banks_as(COORDINATORS):
        raise Forbidden()
    return Role.COORDINATOR
