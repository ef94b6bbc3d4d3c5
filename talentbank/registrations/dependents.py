"""What hangs on a registration or a need. Upper rooms register here what an end below means for them."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from talentbank.core.audit import Step


class Dependents(Protocol):
    """An upper room's answer to the end of a `professional`, an `organization` or a `need`."""

    def prepare(self, kind: str, id: UUID) -> None:
        """Lock all that the end may touch, in the order organizations, needs, professionals, matches, each by id.

        Called inside the transaction, before the lower room takes any lock of its own.
        """

    def running(self, kind: str, id: UUID) -> bool:
        """Tell whether a match in contracted…delivered hangs on it."""

    def ended(self, kind: str, id: UUID, *, cause: str, step: Step) -> None:
        """Follow the end. `cause`: suspended, expired, withdrawn, cancelled, on_hold, filled."""


_registered: list[Dependents] = []


def register_dependents(dependents: Dependents) -> None:
    """Called from an upper room's `AppConfig.ready`."""
    if dependents not in _registered:
        _registered.append(dependents)


def dependents_prepare(kind: str, id: UUID) -> None:
    for dependents in _registered:
        dependents.prepare(kind, id)


def dependents_running(kind: str, id: UUID) -> bool:
    return any(dependents.running(kind, id) for dependents in _registered)


def dependents_ended(kind: str, id: UUID, *, cause: str, step: Step) -> None:
    for dependents in _registered:
        dependents.ended(kind, id, cause=cause, step=step)
