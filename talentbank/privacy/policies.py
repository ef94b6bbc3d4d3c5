"""Who gives consents and takes them back: the holder of a registration, and staff who record what it said."""

from __future__ import annotations

from uuid import UUID

from talentbank.accounts.policies import require_helper
from talentbank.core.actors import Actor, Role
from talentbank.core.errors import Forbidden
from talentbank.privacy.models import Consent

HOLDERS = {"professional": Role.PROFESSIONAL, "organization": Role.OWNER}
"""Kind of subject → the hat that consents for itself."""


def holds(actor: Actor, kind: str, id: UUID) -> bool:
    """Tell whether the actor consents, and names proxies, for itself."""
    return actor.wears(HOLDERS[kind], id)


def consenting_role(actor: Actor, kind: str, id: UUID, bank_id: UUID, *, for_it: bool = False) -> Role:
    """The role under which the actor gives or takes back a consent: the holder's own, else that of a helper.

    for_it : the actor says that it acts on the holder's behalf, which a holder does not

    :raises Forbidden: neither.
    """
    own = not for_it and holds(actor, kind, id)
    return HOLDERS[kind] if own else require_helper(actor, bank_id).role


def consent_actions(actor: Actor, consent: Consent) -> list[str]:
    """Actions open to the actor by state and role alone."""
    if not runs(consent):
        return []
    try:
        consenting_role(actor, consent.subject_kind, consent.subject_id, consent.bank_id)
    except Forbidden:
        return []
    return ["withdraw"]


def runs(consent: Consent) -> bool:
    """Tell whether a consent has not been taken back."""
    return consent.withdrawn_at is None
