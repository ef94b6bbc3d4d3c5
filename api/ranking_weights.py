"""What a bank weighs in its rankings: read by its staff, changed by its bank_admins, with a preview before."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.filters import StrictFilterSet, TextFilter
from api.previews import RankingPreviewOutput
from api.routing import endpoint
from api.serializers import (
    NOTE_LENGTH,
    RowOutput,
    StrictCharField,
    StrictDateTimeField,
    StrictIntegerField,
    StrictSerializer,
    StrictUUIDField,
)
from api.views import DetailView, Operation, PreviewView, UpdateView
from talentbank.accounts.policies import require_bank_admin, require_role
from talentbank.banks.models import Bank
from talentbank.banks.selectors import bank_named
from talentbank.core.actors import STAFF
from talentbank.core.audit import Step
from talentbank.ranking.models import BOUNDS, RankingWeights
from talentbank.ranking.previews import Preview, weights_preview
from talentbank.ranking.weights import defaults, ranking_weights_of, ranking_weights_update

BANK_HELP = "Id or slug; the default bank if absent."
HELP = {
    "headline_percent": "Of the four fields of a profile, which sum to 100.",
    "skills_percent": "Of the fields: the names of claimed skills, as words.",
    "experiences_percent": "Of the fields: experiences.",
    "summary_percent": "Of the fields: the summary.",
    "text_percent": "Of words against wished skills, for a need that has both.",
    "best_percent": "Of the experiences for the best of them; the rest for their mean.",
    "synonym_percent": "Of a word's worth, for a synonym.",
    "near_percent": "Of a word's worth, times the nearness, for a near word.",
}


def _percent(name: str, **options: Any) -> StrictIntegerField:
    low, high = BOUNDS[name]
    return StrictIntegerField(minimum=low, maximum=high, help_text=HELP[name], **options)


class OfBank(StrictFilterSet):
    bank = TextFilter(help_text=BANK_HELP)


class Percents(serializers.Serializer):
    """Every number that a bank may set, in percent."""

    headline_percent = _percent("headline_percent")
    skills_percent = _percent("skills_percent")
    experiences_percent = _percent("experiences_percent")
    summary_percent = _percent("summary_percent")
    text_percent = _percent("text_percent")
    best_percent = _percent("best_percent")
    synonym_percent = _percent("synonym_percent")
    near_percent = _percent("near_percent")


class PercentsInput(StrictSerializer):
    """Only what changes. The four fields of a profile sum to 100 afterwards."""

    headline_percent = _percent("headline_percent", required=False)
    skills_percent = _percent("skills_percent", required=False)
    experiences_percent = _percent("experiences_percent", required=False)
    summary_percent = _percent("summary_percent", required=False)
    text_percent = _percent("text_percent", required=False)
    best_percent = _percent("best_percent", required=False)
    synonym_percent = _percent("synonym_percent", required=False)
    near_percent = _percent("near_percent", required=False)


class RankingWeightsInput(PercentsInput):
    """Only what changes, and always `reason`. The four fields of a profile sum to 100 afterwards."""

    always = ("reason",)
    reason = StrictCharField(max_length=NOTE_LENGTH, help_text="Why. Kept on the bank's record.")


class RankingWeightsPreviewInput(PercentsInput):
    """What would change. The four fields of a profile sum to 100 afterwards."""

    bank = StrictCharField(max_length=100, required=False, help_text=BANK_HELP)


class RankingWeightsOutput(Percents, RowOutput):
    """What the bank weighs; `is_default` where it has set nothing."""

    id = None
    bank = StrictUUIDField(source="bank_id")
    is_default = serializers.SerializerMethodField()
    defaults = serializers.SerializerMethodField()
    updated_at = StrictDateTimeField(allow_null=True)

    def get_is_default(self, row: RankingWeights) -> bool:
        return row.percents == defaults()

    @extend_schema_field(Percents)
    def get_defaults(self, row: RankingWeights) -> dict[str, int]:
        return defaults()


class WeightsOperation(Operation):
    tag = "candidates"
    output_serializer = RankingWeightsOutput
    filterset_class = OfBank
    extra_statuses = frozenset({404})

    def find(self, **ids: Any) -> Any:
        return ranking_weights_of(bank_named(self.parameters["bank"]))


class RankingWeightsRead(WeightsOperation, DetailView):
    """What a bank weighs in its rankings, and the defaults. For its staff."""

    operation_id, summary = "ranking_weights_read", "Read a bank's ranking weights"
    required_scopes = ("matches:read",)

    def permit(self, row: RankingWeights) -> None:
        require_role(self.actor, row.bank_id, STAFF)


class RankingWeightsUpdate(WeightsOperation, UpdateView):
    """Change what a bank weighs, with a reason; the next ranking follows it. For bank_admins."""

    operation_id, summary = "ranking_weights_update", "Change a bank's ranking weights"
    required_scopes = ("bank:admin",)
    input_serializer = RankingWeightsInput

    def permit(self, row: RankingWeights) -> None:
        require_bank_admin(self.actor, row.bank_id)

    def perform(self, row: RankingWeights, *, expected_version: int) -> RankingWeights:
        hat = require_bank_admin(self.actor, row.bank_id)
        changes = dict(self.values)
        step = Step(actor=self.actor, at=self.at, role=hat.role, note=changes.pop("reason"))
        return ranking_weights_update(bank=row.bank, expected_version=expected_version, changes=changes, step=step)


class RankingWeightsPreviewAsk(WeightsOperation, PreviewView):
    """What other weights would do, before they are saved: who enters, leaves or moves among the first ten candidates of
    the bank's open needs. For bank_admins."""

    operation_id, summary = "ranking_weights_preview", "Preview a change of the ranking weights"
    required_scopes = ("bank:admin", "matches:read")
    filterset_class = None
    input_serializer = RankingWeightsPreviewInput
    output_serializer = RankingPreviewOutput

    def find(self, **ids: Any) -> Bank:
        return bank_named(self.values.get("bank"))

    def permit(self, row: Bank) -> None:
        require_bank_admin(self.actor, row.pk)

    def perform(self, parent: Bank) -> Preview:
        changes = {name: value for name, value in self.values.items() if name != "bank"}
        return weights_preview(bank=parent, changes=changes, at=self.at)


urlpatterns = [
    endpoint("ranking-weights", get=RankingWeightsRead, patch=RankingWeightsUpdate),
    endpoint("ranking-weights/preview", post=RankingWeightsPreviewAsk),
]
