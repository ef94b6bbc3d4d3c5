"""Whom the rankings of a bank's open needs show, and whom never."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.candidates.outputs import COUNT, CandidateAsOf, CandidateRefusal
from api.catalogue import sentence
from api.permissions import missing_scopes
from api.routing import endpoint
from api.serializers import (
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictIntegerField,
    StrictUUIDField,
)
from api.statistics.figures import BankFilters, BankName, FiguresRead
from api.statistics.supply_and_demand import ExposureBalance, balance_shown
from talentbank.professionals.models import Residency
from talentbank.ranking.exposure import TOP, Exposed, Exposure, exposure_of_bank


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


class ExposureOutput(ExposureBalance):
    """Over the `needs` that are open, take candidates and say something: who stands in the first `top` ranks.

    `can_be_shown` are the approved who are available, consent and have something to judge by; shares and Gini are over
    these. `least_…` is what the same `appearances` would give spread evenly: no ranking can go below. Shares are null
    where nobody can be shown, the Gini where nobody is.
    """

    bank = BankName()
    needs = StrictIntegerField(**COUNT)
    needs_without = StrictIntegerField(**COUNT, help_text="Of these, needs that show nobody.")
    appearances = StrictIntegerField(**COUNT)
    approved = StrictIntegerField(**COUNT)
    distribution = ExposureCount(many=True)
    named = StrictBooleanField(help_text="Whether `professionals` is filled: for coordinators.")
    professionals = ExposedProfessional(many=True, help_text="Every approved one, those shown least first.")
    model_version = StrictCharField(max_length=40)
    as_of = CandidateAsOf()


def exposure_shown(found: Exposure) -> dict[str, Any]:
    return {
        "bank": found.bank,
        **balance_shown(found),
        "needs": found.needs,
        "needs_without": found.needs_without,
        "appearances": found.appearances,
        "approved": found.approved,
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


class ExposureRead(FiguresRead):
    """How evenly the rankings of the open needs show the bank's professionals: figures for analysts, with names for
    coordinators whose token has `professionals:read`. Ranked anew at each call, in the order in which coordinators see
    candidates."""

    operation_id, summary = "exposure_read", "Read how evenly professionals are shown"
    filterset_class = BankFilters
    output_serializer = ExposureOutput

    def answer(self, **ids: Any) -> dict[str, Any]:
        reads_people = not missing_scopes(self.request, ("professionals:read",))
        named = self.actor.is_coordinator_of(self.row.pk) and reads_people
        return exposure_shown(exposure_of_bank(bank=self.row, at=self.at, named=named))


urlpatterns = [endpoint("exposure", get=ExposureRead)]
