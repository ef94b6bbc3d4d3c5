"""What the owner of an endpoint could read at a moment: the rights of the account ∩ the scopes of the client.

The rooms above know who sees their records; each registers a `Sight` here when it is ready.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from talentbank.accounts.selectors import actor_for, client_runs
from talentbank.core.actors import Actor
from talentbank.core.errors import InvalidInput
from talentbank.notifications.models import WebhookEndpoint

Sees = Callable[[Actor, UUID, str], bool]
"""`sees(actor, id, state)`: whether the actor may read this record, now and in the state that a step put it in."""


@dataclass(frozen=True, slots=True)
class Sight:
    """How one kind of record is read. `public`: without the scope the actor counts as nobody in particular."""

    kind: str
    scope: str
    sees: Sees
    public: bool = False


_sights: dict[str, Sight] = {}


def register_sight(sight: Sight) -> None:
    """Called from an upper room's `AppConfig.ready`."""
    _sights[sight.kind] = sight


def owner_of(endpoint: WebhookEndpoint, at: datetime) -> Actor | None:
    """The actor that an endpoint's owner would be in its bank at `at`; None once account, client or hat are gone."""
    if endpoint.client_id and not client_runs(endpoint.client_id, endpoint.bank_id, at):
        return None
    if endpoint.owner and not endpoint.owner.is_active:
        return None
    scopes = None if endpoint.scopes is None else frozenset(endpoint.scopes)
    try:
        actor = actor_for(
            endpoint.owner, at=at, acting_as=endpoint.acting_as, client_id=endpoint.client_id, scopes=scopes
        )
    except InvalidInput:  # the hat that it was made under is worn no more
        return None
    return replace(actor, hats=tuple(hat for hat in actor.hats if hat.bank_id == endpoint.bank_id))


def may_read(endpoint: WebhookEndpoint, kind: str, subject_id: UUID, state: str, at: datetime) -> bool:
    """Tell whether the endpoint's owner could GET a record at `at`, and could in the state of the step it is told."""
    actor = owner_of(endpoint, at)
    sight = _sights[kind]
    if actor is None:
        return False
    if actor.scopes is not None and sight.scope not in actor.scopes:
        if not sight.public:
            return False
        actor = Actor(client_id=actor.client_id, scopes=frozenset())
    return sight.sees(actor, subject_id, state)
