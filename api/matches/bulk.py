"""Many proposals in one call, with a result for each and a way back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.catalogue import sentence
from api.errors import domain_problem
from api.matches.views import MatchOperation
from api.preconditions import version_of
from api.serializers import (
    NOTE_LENGTH,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictIntegerField,
    StrictListField,
    StrictSerializer,
    StrictUUIDField,
)
from api.views import CommandView
from talentbank.core.actors import COORDINATORS, Side
from talentbank.core.audit import Step
from talentbank.core.errors import DomainError, Forbidden, InvalidInput, NotFound, StaleVersion
from talentbank.matches.bulk import Batch, Proposal, Result, batch_events, matches_propose, matches_propose_undo
from talentbank.matches.models import Match

MOST_ITEMS = 20
STATUSES = ["proposed", "undone", "refused", "stale", "not_found", "invalid"]


class BulkProposeItem(StrictSerializer):
    """A prospect by `match` and `etag`, or a pair by `professional` and `need`, which opens a prospect first."""

    match = StrictUUIDField(required=False)
    etag = StrictCharField(max_length=80, required=False, help_text="Of the match, as last seen.")
    need = StrictUUIDField(required=False, help_text="The call's `need` if absent.")
    professional = StrictUUIDField(required=False)

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        sent = values.keys()
        if "match" in sent and sent & {"need", "professional"}:
            raise serializers.ValidationError({"match": [_error("match_or_pair")]})
        if "match" in sent and "etag" not in sent:
            raise serializers.ValidationError({"etag": [_error("required")]})
        if "match" in sent and version_of(values["etag"]) is None:
            raise serializers.ValidationError({"etag": [_error("etag_malformed")]})
        if "match" not in sent and "etag" in sent:
            raise serializers.ValidationError({"match": [_error("required")]})
        if "match" not in sent and "professional" not in sent:
            raise serializers.ValidationError({"professional": [_error("required")]})
        return values


class BulkProposeInput(StrictSerializer):
    """Up to 20 items, each named once. `dry_run` answers as the call would, and changes nothing."""

    need = StrictUUIDField(required=False, help_text="The need of every item that names none.")
    items = StrictListField(child=BulkProposeItem(), min_length=1, max_length=MOST_ITEMS)
    ask_first = StrictChoiceField(Side, required=False, help_text="The bank's default order if absent.")
    note = StrictCharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)
    dry_run = StrictBooleanField(required=False)

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        errors = dict(_item_errors(values["items"], values.get("need")))
        if errors:
            raise serializers.ValidationError({"items": errors})
        return values


def _item_errors(items: list[dict[str, Any]], default_need: UUID | None) -> Iterator[tuple[int, dict[str, Any]]]:
    seen = set()
    for index, item in enumerate(items):
        need = item.get("need", default_need)
        if "match" not in item and need is None:
            yield index, {"need": [_error("required")]}
        key = item.get("match") or (need, item.get("professional"))
        if key in seen:
            yield index, {"match" if "match" in item else "professional": [_error("duplicate_item")]}
        seen.add(key)


def _error(code: str) -> serializers.ErrorDetail:
    return serializers.ErrorDetail(sentence(code), code)


class BulkUndoInput(StrictSerializer):
    """Nothing within ten minutes; a reason after that, as for a single `undo`."""

    reason_codes = StrictListField(child=StrictCharField(max_length=60), max_length=10, unique=True, required=False)
    note = StrictCharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)


class BulkResult(serializers.Serializer):
    """What became of one item. `problem` is what the single call would have answered; `etag` is today's."""

    index = StrictIntegerField(minimum=0, maximum=10_000)
    match = StrictUUIDField(allow_null=True)
    status = StrictChoiceField(STATUSES, component="BulkItemStatus")
    etag = StrictCharField(max_length=80, allow_null=True)
    problem = serializers.SerializerMethodField()

    @extend_schema_field({"oneOf": [{"$ref": "#/components/schemas/Problem"}, {"type": "null"}]})
    def get_problem(self, row: dict[str, Any]) -> Any:
        return row["problem"]


class BulkOutput(serializers.Serializer):
    """Results in the order of the items. `batch` undoes the call; null where nothing was proposed."""

    batch = StrictUUIDField(allow_null=True)
    dry_run = StrictBooleanField()
    results = BulkResult(many=True)


class BulkOperation(MatchOperation, CommandView):
    """Coordinators only; items out of their sight are `not_found`, each for itself."""

    required_scopes = ("matches:decide",)
    output_serializer = BulkOutput
    done: str

    def render_rows(self, rows: list[Batch]) -> list[Any]:
        return [self._shown(batch) for batch in rows]

    def _shown(self, batch: Batch) -> dict[str, Any]:
        ids = [result.match_id for result in batch.results if result.match_id]
        matches = list(Match.objects.filter(pk__in=ids).select_related("need__organization", "professional", "bank"))
        etags = {row["id"]: row["etag"] for row in super().render_rows(matches)}  # type: ignore[arg-type]
        acted = any(result.error is None for result in batch.results) and not batch.dry_run
        results = [self._result(result, etags) for result in batch.results]
        answer = {"batch": batch.id if acted else None, "dry_run": batch.dry_run, "results": results}
        return dict(BulkOutput(answer, context=self.output_context()).data)

    def _result(self, result: Result, etags: dict[str, str]) -> dict[str, Any]:
        etag = etags.get(str(result.match_id))
        return {
            "index": result.index,
            "match": result.match_id if etag else None,
            "status": _status(result.error) or self.done,
            "etag": etag,
            "problem": domain_problem(self.request, result.error).data if result.error else None,
        }


def _status(error: DomainError | None) -> str:
    if error is None:
        return ""
    kinds = ((StaleVersion, "stale"), (NotFound, "not_found"), (InvalidInput, "invalid"))
    return next((name for kind, name in kinds if isinstance(error, kind)), "refused")


class BulkPropose(BulkOperation):
    """Propose up to 20 pairs. Each item stands for itself; the call as a whole happens once."""

    operation_id, summary = "matches_bulk_propose", "Propose many prospects"
    input_serializer = BulkProposeInput
    done = "proposed"

    def permit(self, row: None) -> None:
        if not self.actor.banks_as(COORDINATORS):
            raise Forbidden()

    def perform(self, parent: None) -> Batch:
        return matches_propose(
            items=[self._proposal(item) for item in self.values["items"]],
            ask_first=self.values.get("ask_first"),
            step=Step(actor=self.actor, at=self.at, note=self.values.get("note", "")),
            dry_run=self.values.get("dry_run", False),
        )

    def _proposal(self, item: dict[str, Any]) -> Proposal:
        if "match" in item:
            return Proposal(match_id=item["match"], version=version_of(item["etag"]))
        return Proposal(need_id=item.get("need", self.values.get("need")), professional_id=item["professional"])


class BulkProposeUndo(BulkOperation):
    """Take back the proposals of one's own batch that nobody has answered or moved since."""

    operation_id, summary = "matches_bulk_propose_undo", "Undo a bulk proposal"
    input_serializer = BulkUndoInput
    done = "undone"
    extra_statuses = frozenset({404})

    def find(self, **ids: Any) -> UUID:
        if not batch_events(ids["batch"], self.actor):
            raise NotFound()
        return UUID(str(ids["batch"]))

    def perform(self, parent: UUID) -> Batch:
        codes = tuple(self.values.get("reason_codes", ()))
        step = Step(actor=self.actor, at=self.at, reason_codes=codes, note=self.values.get("note", ""))
        return matches_propose_undo(batch=parent, step=step)
