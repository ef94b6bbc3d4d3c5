"""Operations that write: one transaction around the call, its events and its idempotency record."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from django.db import transaction
from django.http import HttpResponseBase
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import PreconditionRequired, domain_problem
from api.idempotency import answer_once, key_of
from api.preconditions import expected_version
from api.serializers import CommonActionInput, StepInput, StrictSerializer, step_of
from api.views.base import Operation, answer, etag_headers
from talentbank.core.errors import Conflict, StaleVersion, invalid

DESK_SCOPE = "desk:act"


class WriteOperation(Operation):
    """Reads the input, finds the row, asks the policy, then makes ONE domain call. Subclasses name the method."""

    values: dict[str, Any]
    has_etag = True
    partial: ClassVar[bool] = False
    """Only the keys that were sent are read; nested objects are still whole."""
    keeps_answer: ClassVar[bool] = True
    """Whether an Idempotency-Key keeps the answer; not where a secret is in it: If-Match alone then guards a repeat."""
    shows_secret: ClassVar[bool] = False
    """The answer holds a secret that is shown once; a repeat by Idempotency-Key still answers the same."""

    def find(self, **ids: Any) -> Any:
        """Return the row that is acted on, None where there is none yet.

        :raises NotFound: it is absent or out of the scope of `self.actor`.
        """
        return None

    def act(self, row: Any, version: int | None) -> Response:
        """Make the domain call and render its result."""
        raise NotImplementedError

    def write(self, request: Request, **ids: Any) -> HttpResponseBase:
        """Walk the checks in the contract's order; everything that is written stands or falls together."""
        self.values = self.read_input(request)
        version = expected_version(request)
        key_of(request)
        with transaction.atomic():
            row = self.find(**ids)
            self.require_scopes(*self.scopes_of_input())
            self.permit(row)
            if request.method != "POST" or not self.keeps_answer:
                return self._act_or_refuse(row, version)
            return answer_once(
                request,
                actor=self.actor,
                at=self.at,
                act=lambda: self._act_or_refuse(row, version),
                secret=self.shows_secret,
            )

    def _act_or_refuse(self, row: Any, version: int | None) -> Response:
        """Act in a savepoint. A refusal by state or version becomes an answer that an Idempotency-Key can keep."""
        if self.requires_version and version is None:
            raise PreconditionRequired()
        try:
            with transaction.atomic():
                return self.act(row, version)
        except (Conflict, StaleVersion) as refusal:
            if isinstance(refusal, StaleVersion) and row is not None:
                current = self.render_row(self.find(**self.kwargs))
                refusal.etag = etag_headers(current).get("ETag", "")  # type: ignore[attr-defined]
            return domain_problem(self.request, refusal)

    def read_input(self, request: Request) -> dict[str, Any]:
        """Return the validated body; an absent body counts as `{}`.

        :raises InvalidInput: the body is no JSON object, or arrives without a length.
        """
        if "Transfer-Encoding" in request.headers and "Content-Length" not in request.headers:
            raise invalid("", "length_required")
        body = request.data
        if not isinstance(body, dict):
            raise invalid("", "not_an_object")
        serializer = (self.input_serializer or StrictSerializer)(data=body, context=self.output_context())
        serializer.sent_only = self.partial
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def scopes_of_input(self) -> tuple[str, ...]:
        """Scopes that this input asks for: whoever acts for somebody needs the desk's."""
        return (DESK_SCOPE,) if self.values.get("on_behalf_of") else ()

    def shown(self, row: Any, *, headers: dict[str, str] | None = None) -> Response:
        """Answer with the row as it is now, and with its ETag where the specification promises one."""
        body = self.render_row(row)
        etag = etag_headers(body) if self.has_etag else {}
        return answer(body, status=self.success_status, headers={**etag, **(headers or {})})


class CreateView(WriteOperation):
    """POST that makes a row: 201 with Location and ETag. No If-Match. `find` may name the parent row, or None."""

    success_status = 201

    def perform(self, parent: Any) -> Any:
        """Make the one domain call with `self.values`, `self.actor` and `self.at`; return the new row."""
        raise NotImplementedError

    def location(self, row: Any) -> str:
        """Return the path of the new row; by default this path and the id."""
        return f"{self.request.path}/{row.pk}"

    def act(self, row: Any, version: int | None) -> Response:
        created = self.perform(row)
        return self.shown(created, headers={"Location": self.location(created)})

    def post(self, request: Request, **ids: Any) -> HttpResponseBase:
        return self.write(request, **ids)


class CommandView(CreateView):
    """POST that answers 200 with what `perform` returns: previews, bulk calls, answers by code. No If-Match."""

    success_status = 200
    has_etag = False

    def act(self, row: Any, version: int | None) -> Response:
        return self.shown(self.perform(row))


class PreviewView(CommandView):
    """POST that computes for seconds and changes nothing: outside any transaction, so that no writer waits for it."""

    def write(self, request: Request, **ids: Any) -> HttpResponseBase:
        self.values = self.read_input(request)
        key_of(request)
        row = self.find(**ids)
        self.require_scopes(*self.scopes_of_input())
        self.permit(row)
        try:
            computed = self.act(row, None)
        except Conflict as refusal:
            computed = domain_problem(self.request, refusal)
        with transaction.atomic():
            return answer_once(request, actor=self.actor, at=self.at, act=lambda: computed)


class UpdateView(WriteOperation):
    """PATCH with If-Match: only the keys that were sent are in `self.values`."""

    requires_version = True
    partial = True

    def perform(self, row: Any, *, expected_version: int) -> Any:
        """Make the one domain call; return the row as it is now.

        :raises StaleVersion: somebody moved it since the caller looked.
        """
        raise NotImplementedError

    def act(self, row: Any, version: int | None) -> Response:
        assert version is not None
        return self.shown(self.perform(row, expected_version=version))

    def patch(self, request: Request, **ids: Any) -> HttpResponseBase:
        return self.write(request, **ids)


class ActionView(WriteOperation):
    """POST /…/{id}/<action> with If-Match: one step of a lifecycle, answered with the row as it is now."""

    input_serializer: ClassVar[type[serializers.Serializer] | None] = CommonActionInput
    requires_version = True

    def perform(self, row: Any, *, step: StepInput, expected_version: int) -> Any:
        """Make the one domain call; return the row as it is now.

        :raises ActionRefused: with the state, the allowed actions and every guard that refused.
        :raises StaleVersion: somebody moved it since the caller looked.
        """
        raise NotImplementedError

    def act(self, row: Any, version: int | None) -> Response:
        assert version is not None
        step = step_of(self.values)
        if step.channel and step.on_behalf is None:
            self.actor = replace(self.actor, channel=step.channel)
        return self.shown(self.perform(row, step=step, expected_version=version))

    def post(self, request: Request, **ids: Any) -> HttpResponseBase:
        return self.write(request, **ids)


class RemoveView(WriteOperation):
    """DELETE with If-Match: 204."""

    success_status = 204
    requires_version = True
    has_etag = False

    def perform(self, row: Any, *, expected_version: int) -> None:
        """Make the one domain call."""
        raise NotImplementedError

    def read_input(self, request: Request) -> dict[str, Any]:
        return {}

    def act(self, row: Any, version: int | None) -> Response:
        assert version is not None
        self.perform(row, expected_version=version)
        return answer(None, status=self.success_status)

    def delete(self, request: Request, **ids: Any) -> HttpResponseBase:
        return self.write(request, **ids)
