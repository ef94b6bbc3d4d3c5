"""Operations of both kinds of registration; subclasses name the room and make the domain calls."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from api.records import ActionAnswerOutput
from api.registrations.inputs import fields_of
from api.registrations.outputs import RegistrationEventOutput
from api.serializers import on_behalf_of
from api.views import CreateView, DetailView, ListView, Operation, UpdateView, WholeListView
from talentbank.accounts.hats import hats_of
from talentbank.accounts.policies import require_reach
from talentbank.banks.models import Bank
from talentbank.banks.selectors import bank_get
from talentbank.core.actors import Actor
from talentbank.core.errors import Forbidden, NotFound, invalid
from talentbank.core.lifecycle import ActionAnswer, Part
from talentbank.core.models import Event
from talentbank.registrations.policies import ON_BEHALF, helper_role, part_for, parts_of, require_named_side
from talentbank.registrations.rooms import Room
from talentbank.registrations.selectors import (
    registration_actions,
    registration_events,
    registration_get,
    require_record,
)
from talentbank.registrations.services import contacts_read


class RegistrationOperation(Operation):
    """Shows registrations of one room."""

    room: ClassVar[Room]
    with_contacts: ClassVar[bool] = False

    def output_context(self) -> dict[str, Any]:
        return {**super().output_context(), "with_contacts": self.with_contacts}


class RegistrationList(RegistrationOperation, ListView):
    """Registrations in the caller's sight, without contacts."""

    extra_statuses = frozenset({403})

    def rows(self) -> QuerySet[Any]:
        return self.room.visible(self.actor)


class RegistrationRead(RegistrationOperation, DetailView):
    """One registration with its contacts. Reads by staff are logged."""

    with_contacts = True
    contacts: ClassVar[tuple[str, ...]] = ()

    def find(self, **ids: Any) -> Any:
        self.row = registration_get(self.room, self.actor, ids["id"])
        return self.row

    def get(self, request: Request, **ids: Any) -> Response:
        with transaction.atomic():
            response = super().get(request, **ids)
            if response.status_code == 200:
                contacts_read(room=self.room, actor=self.actor, row=self.row, fields=self.contacts, at=self.at)
        return response


class RegistrationWrite(RegistrationOperation):
    """Base of writes. The answer holds contacts only for the holder's own people: staff read them apart, on record."""

    values: dict[str, Any]

    def render_row(self, row: Any) -> Any:
        own = bool(parts_of(self.room, self.actor, row) & ON_BEHALF)
        shown = self.room.visible(self.actor).filter(pk=row.pk).first() or row
        context = {**self.output_context(), "with_contacts": own}
        assert self.output_serializer is not None
        return self.output_serializer(shown, context=context).data

    def caller(self) -> Actor:
        """The actor, with the channel that the body names for the holder's own call."""
        channel = self.values.get("channel")
        return replace(self.actor, channel=channel) if channel and not self.values.get("on_behalf_of") else self.actor


class RegistrationCreate(RegistrationWrite, CreateView):
    """A draft in a bank: by the holder, or by staff on their behalf."""

    def find(self, **ids: Any) -> Bank:
        try:
            bank = bank_get(self.values["bank"])
        except NotFound:
            raise invalid("/bank", "unknown_bank") from None
        require_named_side(self.actor, bank.pk, on_behalf_of(self.values))
        return bank

    def permit(self, row: Bank) -> None:
        on_behalf = on_behalf_of(self.values)
        if self.actor.user_id is None:
            raise Forbidden()
        require_reach(self.actor, row.pk)
        if on_behalf:
            helper_role(self.room, self.actor, row.pk, on_behalf)

    def render_row(self, row: Any) -> Any:
        """The new registration gives its holder a hat, which the answer already counts."""
        assert self.actor.user_id
        hats = tuple(hat for hat in hats_of(self.actor.user_id, self.at) if self.actor.reaches(hat.bank_id))
        self.actor = replace(self.actor, hats=hats)
        return super().render_row(row)


class RegistrationUpdate(RegistrationWrite, UpdateView):
    """An edit. After the approval some fields wait for a coordinator, the rest goes live at once."""

    writers: ClassVar[frozenset[Part]]

    def find(self, **ids: Any) -> Any:
        helping = bool(self.values.get("on_behalf_of"))
        return registration_get(self.room, self.actor, ids["id"], for_helper=helping)

    def permit(self, row: Any) -> None:
        part_for(self.room, self.actor, row, self.writers, on_behalf_of(self.values))

    def changes(self) -> dict[str, Any]:
        return fields_of(self.values)


class RegistrationActions(WholeListView):
    """Every action with whether this caller may take it now and, if not, why."""

    room: ClassVar[Room]
    output_serializer = ActionAnswerOutput

    def items(self) -> list[ActionAnswer]:
        row = registration_get(self.room, self.actor, self.kwargs["id"])
        return registration_actions(self.room, self.actor, row, self.at)


class RegistrationEvents(WholeListView):
    """The record of a registration, oldest step first. For its holder and the bank's staff."""

    room: ClassVar[Room]
    output_serializer = RegistrationEventOutput

    def items(self) -> QuerySet[Event]:
        self.row = registration_get(self.room, self.actor, self.kwargs["id"])
        require_record(self.room, self.actor, self.row)
        return registration_events(self.room, self.row)

    def output_context(self) -> dict[str, Any]:
        return {**super().output_context(), "is_staff": self.actor.is_helper_of(self.row.bank_id)}
