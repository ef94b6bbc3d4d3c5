"""Whom the rankings of a bank's open needs show, and whom never."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.candidates.outputs import COUNT, SHARE, CandidateAsOf, CandidateRefusal
from api.catalogue import sentence
from api.filters import StrictFilterSet, TextFilter
from api.permissions import missing_scopes
from api.routing import endpoint
from api.serializers import (
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictFloatField,
    StrictIntegerField,
    StrictUUIDField,
)
from api.statistics.figures import BankName
from api.views import FactView
from talentbank.accounts.policies import require_role
from talentbank.banks.models import Bank
from talentbank.banks.selectors import bank_default, bank_get
from talentbank.core.actors import COORDINATORS, Role
from talentbank.professionals.models import Residency
from talentbank.ranking.exposure import TOP, Exposed, Exposure, exposure_of_bank

READERS = COORDINATORS | {Role.ANALYST}


class ExposureFilters(StrictFilterSet):
    bank = TextFilter(help_text="Id or slug; the default bank answers, and is named, without it.")


class ExposureCount(serializers.Serializer):
    """So many professionals are shown so often."""

    times = StrictIntegerField(**COUNT)
    professionals = StrictIntegerField(**COUNT)


class ExposedProfessional(serializers.Serializer):
    """How often somebody is shown; `refusals` say why nobody could be shown them at present."""

    id = StrictUUIDField()
    reference = StrictCharField(max_length=30, allow_blank=True)
    name = StrictCharField(max_length=200)
    residency = StrictChoiceField(["", *Residency], component="ResidencyOrUnknown")
    times = StrictIntegerField(**COUNT)
    best_rank = StrictIntegerField(minimum=1, maximum=TOP, allow_null=True)
    refusals = CandidateRefusal(many=True)


class ExposureOutput(serializers.Serializer):
    """Over the `needs` that are open, take candidates and say something: who stands in the first `top` ranks.

    `can_be_shown` are the approved who are available, consent and have something to judge by; shares and Gini are over
    these. `least_…` is what the same `appearances` would give spread evenly: no ranking can go below. Shares are null
    where nobody can be shown, the Gini where nobody is.
    """

    bank = BankName()
    top = StrictIntegerField(minimum=1, maximum=100)
    needs = StrictIntegerField(**COUNT)
    needs_without = StrictIntegerField(**COUNT, help_text="Of these, needs that show nobody.")
    appearances = StrictIntegerField(**COUNT)
    approved = StrictIntegerField(**COUNT)
    can_be_shown = StrictIntegerField(**COUNT)
    never_shown = StrictIntegerField(**COUNT)
    share_never_shown = StrictFloatField(**SHARE, allow_null=True)
    least_share_never_shown = StrictFloatField(**SHARE, allow_null=True)
    gini = StrictFloatField(**SHARE, allow_null=True)
    least_gini = StrictFloatField(**SHARE, allow_null=True)
    distribution = ExposureCount(many=True)
    named = StrictBooleanField(help_text="Whether `professionals` is filled: for coordinators.")
    professionals = ExposedProfessional(many=True, help_text="Every approved one, those shown least first.")
    model_version = StrictCharField(max_length=40)
    as_of = CandidateAsOf()


def exposure_shown(found: Exposure) -> dict[str, Any]:
    return {
        "bank": found.bank,
        "top": TOP,
        "needs": found.needs,
        "needs_without": found.needs_without,
        "appearances": found.appearances,
        "approved": found.approved,
        "can_be_shown": len(found.times),
        "never_shown": found.never_shown,
        "share_never_shown": found.share_never_shown,
        "least_share_never_shown": found.least_share_never_shown,
        "gini": found.gini,
        "least_gini": found.least_gini,
        "distribution": [{"times": times, "professionals": count} for times, count in found.distribution],
        "named": found.people is not None,
        "professionals": [_person(each) for each in found.people or ()],
        "model_version": found.model_version,
        "as_of": {"revision": found.revision, "at": found.at},
    }


def _person(exposed: Exposed) -> dict[str, Any]:
    professional = exposed.professional
    return {
        "id": professional.pk,
        "reference": professional.reference,
        "name": professional.name,
        "residency": professional.residency,
        "times": exposed.times,
        "best_rank": exposed.best_rank,
        "refusals": [{"code": each.code, "detail": sentence(each.code, **each.facts)} for each in exposed.refusals],
    }


class ExposureRead(FactView):
    """How evenly the rankings of the open needs show the bank's professionals: figures for analysts, with names for
    coordinators whose token has `professionals:read`. Ranked anew at each call, in the order in which coordinators see
    candidates."""

    operation_id, summary, tag = ("exposure_read", "Read how evenly professionals are shown", "statistics")
    required_scopes = ("statistics:read",)
    filterset_class = ExposureFilters
    output_serializer = ExposureOutput
    extra_statuses = frozenset({404})

    def find(self, **ids: Any) -> Bank:
        named = self.parameters["bank"]
        return bank_get(named) if named else bank_default()

    def permit(self, row: Bank) -> None:
        require_role(self.actor, row.pk, READERS)

    def answer(self, **ids: Any) -> dict[str, Any]:
        reads_people = not missing_scopes(self.request, ("professionals:read",))
        named = self.actor.is_coordinator_of(self.row.pk) and reads_people
        return exposure_shown(exposure_of_bank(bank=self.row, at=self.at, named=named))


urlpatterns = [endpoint("exposure", get=ExposureRead)]
