"""The terms of a match: versions, what they lack, and the sheet to print."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.matches.views import domain_step
from api.routing import endpoint
from api.serializers import (
    CommonActionInput,
    RowOutput,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictDateTimeField,
    StrictIntegerField,
    StrictListField,
    StrictSerializer,
    on_behalf_of,
    step_of,
)
from api.views import CreateView, DetailView, Operation, PageView, WholeListView
from talentbank.matches.models import Match, Terms
from talentbank.matches.rules import rules_all, rules_of
from talentbank.matches.selectors import match_get, terms_get, terms_versions
from talentbank.matches.services import terms_draft
from talentbank.matches.sheet import sheet_render
from talentbank.matches.terms import freelance_act_applies, terms_missing, terms_set

YEN = {"minimum": 0, "maximum": 1_000_000_000}
TEXT = 4000
ITEMS = sorted({name for rules in rules_all() for name in rules.items})
SETS = sorted({name for rules in rules_all() for name in rules.sets})


class UndecidedTermInput(StrictSerializer):
    """An item that cannot be stated yet, why, and by when it will be."""

    item = StrictChoiceField(ITEMS, component="TermsItem")
    reason = StrictCharField(max_length=500)
    decide_by = StrictDateField()


class RecommissionInput(StrictSerializer):
    """Work that the organization was itself commissioned with: payment then follows the prime contractor's."""

    prime_contractor = StrictCharField(max_length=200)
    prime_payment_on = StrictDateField()


class TermsContentInput(StrictSerializer):
    """The terms (取引条件). What is required depends on the engagement type; a draft may be incomplete."""

    work = StrictCharField(max_length=TEXT, required=False)
    fee_yen = StrictIntegerField(**YEN, required=False)
    fee_note = StrictCharField(max_length=500, required=False)
    commissioned_on = StrictDateField(required=False)
    received_on = StrictDateField(required=False, help_text="The day the work or service is received.")
    payment_on = StrictDateField(required=False, help_text="At most 60 days after received_on; see recommission.")
    inspection_on = StrictDateField(required=False)
    payment_method = StrictCharField(max_length=200, required=False, help_text="Where it is not cash.")
    recommission = RecommissionInput(required=False)
    place = StrictCharField(max_length=300, required=False)
    starts_on = StrictDateField(required=False)
    ends_on = StrictDateField(required=False)
    hours_per_week = StrictIntegerField(minimum=0, maximum=168, required=False)
    travel = StrictCharField(max_length=300, required=False)
    undecided = StrictListField(child=UndecidedTermInput(), max_length=20, required=False)


class UndecidedTerm(UndecidedTermInput):
    """An item that could not be stated when the terms were written."""


class Recommission(RecommissionInput):
    """Work that the organization was itself commissioned with."""


class TermsContent(TermsContentInput):
    """The terms (取引条件) as they were written; what was left out is absent. Terms of earlier rules may hold more."""

    holds_more = True

    recommission = Recommission(required=False)
    undecided = StrictListField(child=UndecidedTerm(), max_length=20, required=False)


class TermsInput(CommonActionInput):
    content = TermsContentInput()


class TermsOutput(RowOutput):
    """One version. `required` and `missing` follow the rules of `rules_version`; `in_force`: both have confirmed it."""

    number = StrictIntegerField(minimum=1, maximum=1000)
    content = serializers.SerializerMethodField()
    rules_version = StrictCharField(max_length=20, allow_blank=True)
    set = serializers.SerializerMethodField()
    freelance_act_applies = serializers.SerializerMethodField()
    required = serializers.SerializerMethodField()
    missing = serializers.SerializerMethodField()
    in_force = serializers.SerializerMethodField()
    sha256 = StrictCharField(max_length=64)
    professional_confirmed_at = StrictDateTimeField(allow_null=True)
    organization_confirmed_at = StrictDateTimeField(allow_null=True)
    paper_kept_at = StrictCharField(max_length=200, allow_blank=True)
    created_at = StrictDateTimeField()

    def _asked(self, terms: Terms) -> Any:
        return terms_set(rules_of(terms.rules_version), terms.match.need, terms.match.professional)

    @extend_schema_field(TermsContent())
    def get_content(self, terms: Terms) -> dict[str, Any]:
        """As it is kept, to the byte: `sha256` is of it."""
        return dict(terms.content)

    @extend_schema_field(StrictChoiceField(SETS, component="TermsSet"))
    def get_set(self, terms: Terms) -> str:
        return str(self._asked(terms).name)

    @extend_schema_field(StrictBooleanField())
    def get_freelance_act_applies(self, terms: Terms) -> bool:
        return freelance_act_applies(terms.match.need, terms.match.professional)

    def get_required(self, terms: Terms) -> list[str]:
        return list(self._asked(terms).required)

    def get_missing(self, terms: Terms) -> list[str]:
        return terms_missing(terms, terms.match.need, terms.match.professional)

    @extend_schema_field(StrictBooleanField())
    def get_in_force(self, terms: Terms) -> bool:
        return bool(terms.match.agreed_terms_version == terms.number)


class TermsOperation(Operation):
    tag = "matches"
    required_scopes = ("matches:read",)
    output_serializer = TermsOutput


class TermsList(TermsOperation, WholeListView):
    """Every version of the terms, the newest last."""

    operation_id, summary = "matches_terms_list", "List the versions of the terms"

    def items(self) -> Any:
        return terms_versions(match_get(self.actor, self.kwargs["id"]), self.actor)


class TermsRead(TermsOperation, DetailView):
    """One version of the terms."""

    operation_id, summary = "matches_terms_read", "Read a version of the terms"

    def find(self, **ids: Any) -> Terms:
        return terms_get(match_get(self.actor, ids["id"]), self.actor, ids["number"])


class TermsSheet(TermsOperation, PageView):
    """One version as a sheet to read or print (A4), in Japanese, for parties who were introduced."""

    operation_id, summary = "matches_terms_sheet", "Print a version of the terms"

    def find(self, **ids: Any) -> Terms:
        return terms_get(match_get(self.actor, ids["id"]), self.actor, ids["number"])

    def page(self, row: Terms) -> str:
        return sheet_render(terms=row)


class TermsCreate(TermsOperation, CreateView):
    """Write the next version of the terms. Confirmations of earlier versions lapse."""

    operation_id, summary = "matches_terms_create", "Write the next version of the terms"
    required_scopes = ("matches:write",)
    input_serializer = TermsInput

    def find(self, **ids: Any) -> Match:
        return match_get(self.actor, ids["id"], on_behalf=on_behalf_of(self.values))

    def perform(self, parent: Match) -> Terms:
        sent = step_of({name: value for name, value in self.values.items() if name != "content"})
        step = domain_step(self.actor, sent, self.at)
        return terms_draft(match_id=parent.pk, content=_plain(self.values["content"]), step=step)

    def location(self, row: Terms) -> str:
        return f"{self.request.path}/{row.number}"


def _plain(value: Any) -> Any:
    """Terms are kept as JSON: days as text."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


urlpatterns = [
    endpoint("matches/<uuid:id>/terms", get=TermsList, post=TermsCreate),
    endpoint("matches/<uuid:id>/terms/<int:number>", get=TermsRead),
    endpoint("matches/<uuid:id>/terms/<int:number>/sheet", get=TermsSheet),
]
