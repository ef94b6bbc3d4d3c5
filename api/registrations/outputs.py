"""What both kinds of registration look like: review, validity, record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.problems import pointer_of
from api.records import EventOutput
from api.serializers import (
    RowOutput,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictDateTimeField,
    StrictListField,
    StrictUUIDField,
)
from talentbank.core.actors import HELPERS, Channel, Side
from talentbank.core.models import Event
from talentbank.core.reasons import Words
from talentbank.professionals.fields import STAFF_ONLY
from talentbank.registrations.codes import told
from talentbank.registrations.models import RegistrationState
from talentbank.registrations.rooms import Room
from talentbank.registrations.selectors import allowed_actions

CONTACTS = frozenset({"email", "phone", "postal_address", "contact_name", "contact_email", "contact_phone"})
"""Of both kinds of registration. Staff read them where the reading is logged, not in the record of an edit."""
TOLD = ("comments",)
"""Words of a staff member's step that are meant for the holder."""


class PendingChange(serializers.Serializer):
    """A change that waits for a coordinator; `pointer` says of what."""

    pointer = StrictCharField(max_length=200)
    value = StrictCharField(max_length=10_000, allow_blank=True)


class RegistrationDecision(serializers.Serializer):
    """A formal decision (決裁)."""

    document_number = StrictCharField(max_length=100)
    decided_on = StrictDateField()
    decided_by_title = StrictCharField(max_length=100)


class RegistrationStaffView(serializers.Serializer):
    """What only staff of the bank see."""

    countersign_pending = StrictBooleanField()
    decision = RegistrationDecision(allow_null=True)


class RegistrationDetail(RowOutput):
    """Base of both outputs."""

    room: Room

    bank = StrictUUIDField(source="bank_id")
    reference = StrictCharField(max_length=30, allow_blank=True)
    registration_state = StrictChoiceField(RegistrationState)
    channel = StrictChoiceField(Channel)
    submitted_at = StrictDateTimeField(allow_null=True)
    approved_at = StrictDateTimeField(allow_null=True)
    valid_until = StrictDateField(allow_null=True)
    pending_changes = serializers.SerializerMethodField()
    changed_since_review = StrictListField(child=StrictCharField(max_length=60), max_length=100)
    review_comments = serializers.DictField(child=serializers.CharField())
    staff = serializers.SerializerMethodField()
    allowed_actions = serializers.SerializerMethodField()
    created_at = StrictDateTimeField()
    updated_at = StrictDateTimeField()

    @extend_schema_field(PendingChange(many=True))
    def get_pending_changes(self, row: Any) -> list[dict[str, str]]:
        return [{"pointer": pointer, "value": value} for pointer, value in _pending(row)]

    @extend_schema_field(RegistrationStaffView(allow_null=True))
    def get_staff(self, row: Any) -> dict[str, Any] | None:
        if not self.is_helper(row):
            return None
        return {"countersign_pending": row.countersign_pending, "decision": row.decision}

    def get_allowed_actions(self, row: Any) -> list[str]:
        return allowed_actions(self.room, self.context["actor"], row)

    def is_helper(self, row: Any) -> bool:
        return bool(self.context["actor"].is_helper_of(row.bank_id))

    def shows_contacts(self) -> bool:
        """Contacts are shown where one row is read or written, never in a list."""
        return bool(self.context.get("with_contacts"))


def _pending(row: Any) -> Iterator[tuple[str, str]]:
    for name, value in sorted(row.pending_changes.items()):
        if name == "evidence":
            yield from ((pointer_of("skills", code, "evidence"), words) for code, words in sorted(value.items()))
        else:
            yield pointer_of(name), value


class RegistrationEventOutput(EventOutput):
    """One step of the record, with roles and no names. Of staff's words the holder reads the comments."""

    changed = serializers.SerializerMethodField()

    @extend_schema_field(StrictListField(child=StrictCharField(max_length=60), max_length=100))
    def get_changed(self, event: Event) -> list[str]:
        """Names of the fields that an edit or a review was about."""
        names = {*event.facts.get("fields", ()), *event.facts.get("pending", ())}
        return sorted(names if self.context["is_staff"] else names - STAFF_ONLY)

    def polite(self, event: Event) -> list[Words]:
        """Holders of both kinds are told the same."""
        return [] if self.context["is_staff"] else told(event.action, event.reason_codes, Side.PROFESSIONAL)

    def readable(self, event: Event, content: dict[str, Any]) -> dict[str, Any]:
        if self.context["is_staff"]:
            return {name: _without(words, CONTACTS) for name, words in content.items()}
        by_staff = event.actor_role in HELPERS and not event.on_behalf_of
        told = {name: words for name, words in content.items() if not by_staff or name in TOLD}
        return {name: _without(words, STAFF_ONLY) for name, words in told.items()}


def _without(words: Any, fields: frozenset[str]) -> Any:
    if not isinstance(words, dict):
        return words
    return {name: value for name, value in words.items() if name not in fields}
