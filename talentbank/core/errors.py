"""Errors of the domain: a stable code and facts. `api/errors.py` alone decides the HTTP status and the words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with the input. `pointer` is an RFC 6901 JSON pointer, such as `/skills/0/level`."""

    pointer: str
    code: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a guard said no. `code` names the guard's reason in the catalogue of words."""

    code: str
    facts: dict[str, Any] = field(default_factory=dict)


class DomainError(Exception):
    """Base of everything the domain refuses. `code` is stable and never translated."""

    code = "error"

    def __init__(self, **facts: Any) -> None:
        super().__init__(self.code, facts)
        self.facts = facts


class InvalidInput(DomainError):
    """The input is wrong; nothing was changed."""

    code = "invalid_input"

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__()
        self.errors = tuple(errors)
        self.args = (self.code, [(error.pointer, error.code) for error in self.errors])


class NotFound(DomainError):
    """Absent, or out of the caller's scope: the two are never told apart.

    pointer : where the input names the row
    """

    code = "not_found"

    def __init__(self, pointer: str = "") -> None:
        super().__init__()
        self.pointer = pointer


class Forbidden(DomainError):
    """The row is visible, but no role of the caller may do this."""

    code = "role_forbidden"


class ActingAsRequired(DomainError):
    """Several hats of the caller fit; `facts["hats"]` lists them as `role:id`."""

    code = "acting_as_required"


class StaleVersion(DomainError):
    """Somebody moved the row since the caller looked; `facts["etag_version"]` is today's version."""

    code = "stale_version"


class Conflict(DomainError):
    """The state of things forbids it; subclasses name the reason."""

    code = "conflict"


class ActionRefused(Conflict):
    """A lifecycle action that the table or a guard refuses."""

    code = "action_refused"

    def __init__(self, *, state: str, action: str, allowed_actions: Sequence[str], refusals: Sequence[Refusal]) -> None:
        super().__init__(state=state, action=action)
        self.state = state
        self.action = action
        self.allowed_actions = tuple(allowed_actions)
        self.refusals = tuple(refusals)
        self.args = (self.code, action, state, [refusal.code for refusal in self.refusals])


@contextmanager
def named_at(pointer: str) -> Iterator[None]:
    """What is not found in here is named at this place of the input.

    :raises NotFound: with the pointer.
    """
    try:
        yield
    except NotFound as absent:
        raise NotFound(pointer) from absent


def invalid(pointer: str, code: str, **facts: Any) -> InvalidInput:
    """Make the error of a single wrong field."""
    return InvalidInput([FieldError(pointer, code, facts)])
