"""Notes, calls and consultations of staff, under whatever they are about. No side ever sees them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.urls import URLPattern
from rest_framework import serializers

from api.filters import ChoicesFilter, DayFilter, StrictFilterSet
from api.routing import endpoint
from api.serializers import (
    RowOutput,
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictDateTimeField,
    StrictIntegerField,
    StrictSerializer,
    StrictUUIDField,
)
from api.views import CreateView, ListView, Operation
from talentbank.banks.selectors import bank_get
from talentbank.core.actors import Channel, Side
from talentbank.matches.models import CallResult, NoteKind, StaffNote
from talentbank.matches.notes import MOST_MINUTES, NoteSubject, SubjectKind, note_create, note_subject, notes_of

TEXT = 4000
MINUTES = {"minimum": 0, "maximum": MOST_MINUTES}


class NoteInput(StrictSerializer):
    """A note or consultation says something; a call says by which channel and with what result."""

    kind = StrictChoiceField(NoteKind)
    text = StrictCharField(max_length=TEXT, required=False, allow_blank=True)
    with_side = StrictChoiceField(Side, required=False, help_text="The side that staff spoke with.")
    channel = StrictChoiceField(Channel, required=False)
    result = StrictChoiceField(CallResult, required=False)
    happened_on = StrictDateField(required=False, help_text="Today if absent; never in the future.")
    minutes = StrictIntegerField(**MINUTES, required=False)
    call_again_on = StrictDateField(required=False, help_text="A day to come.")


class NoteAuthor(serializers.Serializer):
    id = StrictUUIDField()
    name = StrictCharField(max_length=100, allow_blank=True)


class NoteOutput(RowOutput):
    """What staff noted. It stands as it is; a new note corrects it."""

    bank = StrictUUIDField(source="bank_id")
    subject_kind = StrictChoiceField(SubjectKind, component="NoteSubjectKind")
    subject = StrictUUIDField(source="subject_id")
    kind = StrictChoiceField(NoteKind)
    text = StrictCharField(max_length=TEXT, allow_blank=True)
    with_side = StrictChoiceField(["", *Side], component="SideOrNone")
    channel = StrictChoiceField(Channel)
    result = StrictChoiceField(["", *CallResult], component="CallResultOrNone")
    happened_on = StrictDateField()
    minutes = StrictIntegerField(**MINUTES, allow_null=True)
    call_again_on = StrictDateField(allow_null=True)
    author = NoteAuthor()
    created_at = StrictDateTimeField()


class NoteFilters(StrictFilterSet):
    kind = ChoicesFilter(NoteKind, "kind")
    happened_on_from = DayFilter("happened_on", lookup_expr="gte", help_text="That day or later.")
    happened_on_to = DayFilter("happened_on", lookup_expr="lte", help_text="That day or earlier.")


class NoteOperation(Operation):
    """Coordinators note on anything of their bank; a desk on whom it acts for, and consultations."""

    subject_kind: ClassVar[SubjectKind]
    output_serializer = NoteOutput

    def subject(self) -> NoteSubject:
        if self.subject_kind is SubjectKind.BANK:
            return note_subject(actor=self.actor, kind=SubjectKind.BANK, id=bank_get(self.kwargs["bank"]).pk)
        return note_subject(actor=self.actor, kind=self.subject_kind, id=self.kwargs["id"])


class NoteList(NoteOperation, ListView):
    """What staff noted. For coordinators, and the desk that acts for it; never for a side."""

    filterset_class = NoteFilters
    orderings = ("-created_at", "created_at", "-happened_on", "happened_on")
    extra_statuses = frozenset({403})

    def rows(self) -> QuerySet[StaffNote]:
        return notes_of(self.subject())


class NoteCreate(NoteOperation, CreateView):
    """Keep a note, a call or a consultation. Consultations count in the figures."""

    input_serializer = NoteInput

    def find(self, **ids: Any) -> NoteSubject:
        return self.subject()

    def perform(self, parent: NoteSubject) -> StaffNote:
        return note_create(subject=parent, actor=self.actor, at=self.at, **self.values)

    def location(self, row: StaffNote) -> str:
        return f"{self.request.path}#{row.pk}"


PLACES: dict[SubjectKind, tuple[str, str, str]] = {
    SubjectKind.MATCH: ("matches/<uuid:id>", "matches", "a match"),
    SubjectKind.NEED: ("needs/<uuid:id>", "needs", "a need"),
    SubjectKind.PROFESSIONAL: ("professionals/<uuid:id>", "professionals", "a professional"),
    SubjectKind.ORGANIZATION: ("organizations/<uuid:id>", "organizations", "an organization"),
    SubjectKind.BANK: ("banks/<str:bank>", "banks", "a bank"),
}
"""Kind → address, resource, and how it is called."""


def _endpoint(kind: SubjectKind) -> URLPattern:
    place, resource, called = PLACES[kind]
    read, write = (
        (f"{resource}:read", f"{resource}:write") if kind is not SubjectKind.BANK else ("desk:act", "desk:act")
    )
    common = {"__module__": __name__, "subject_kind": kind, "tag": resource}
    listing = {
        "__doc__": NoteList.__doc__,
        "operation_id": f"{resource}_notes_list",
        "summary": f"List staff's notes on {called}",
        "required_scopes": (read,),
    }
    creating = {
        "__doc__": NoteCreate.__doc__,
        "operation_id": f"{resource}_notes_create",
        "summary": f"Note something on {called}",
        "required_scopes": (write,),
    }
    name = kind.capitalize()
    return endpoint(
        f"{place}/notes",
        get=type(f"{name}NoteList", (NoteList,), {**common, **listing}),
        post=type(f"{name}NoteCreate", (NoteCreate,), {**common, **creating}),
    )


urlpatterns = [_endpoint(kind) for kind in PLACES]
