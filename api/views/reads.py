"""Operations that read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from api.expansion import expand
from api.filters import filtered
from api.pagination import PARAMETERS, Pager
from api.preconditions import etag_of, is_unchanged
from api.rendering import written
from api.views.base import Operation, answer, etag_headers

LIST_VERSION = 1
"""The version part of a list's ETag: a list is nobody's row, and its digest alone tells whether it changed."""


class ListView(Operation):
    """A page of rows. `orderings` names the fields that one may sort by, the default first; ties break by id."""

    orderings: ClassVar[tuple[str, ...]] = ("id",)
    paged = True

    def rows(self) -> QuerySet[Any]:
        """Return the rows that `self.actor` may see; the selector scopes them."""
        raise NotImplementedError

    def common_parameters(self) -> tuple[str, ...]:
        ordering = ("ordering",) if len(self.orderings) > 1 else ()
        return (*super().common_parameters(), *PARAMETERS, *ordering)

    def get(self, request: Request, **ids: Any) -> Response:
        pager = Pager.read(request, self.orderings)
        rows = self.rows()
        self.require_scopes()
        self.permit(None)
        page = pager.page(filtered(self.filterset_class, rows, self.parameters, actor=self.actor, at=self.at))
        body, link = pager.answer(page, expand(self, self.render_rows(page.rows)))
        return answer(body, headers={"Link": link} if link else None)


def unless_held(request: Request, body: Any, headers: dict[str, str]) -> Response:
    """Answer with the body; 304 where its ETag is among those that the caller has."""
    held = "ETag" in headers and is_unchanged(request, headers["ETag"])
    return answer(None, status=304, headers=headers) if held else answer(body, headers=headers)


class WholeListView(Operation):
    """A short list without pages, such as a code list: `{"results": […]}`. With `has_etag`, ETag and 304 too."""

    whole_list = True

    def items(self) -> Iterable[Any]:
        raise NotImplementedError

    def get(self, request: Request, **ids: Any) -> Response:
        items = list(self.items())
        self.require_scopes()
        self.permit(None)
        body = {"results": self.render_rows(items)}
        return unless_held(request, body, {"ETag": etag_of(LIST_VERSION, body)} if self.has_etag else {})


class DetailView(Operation):
    """One row with its ETag; 304 where the caller has this very representation."""

    has_etag = True

    def find(self, **ids: Any) -> Any:
        """Return the row.

        :raises NotFound: it is absent or out of the scope of `self.actor`.
        """
        raise NotImplementedError

    def get(self, request: Request, **ids: Any) -> Response:
        row = self.find(**ids)
        self.require_scopes()
        self.permit(row)
        (body,) = expand(self, [self.render_row(row)])
        return unless_held(request, body, etag_headers(body))


class FactView(Operation):
    """Something computed, without a version: figures, the caller's own account, what may be done.

    `answer` finds in `self.row` what `find` returned.
    """

    row: Any = None

    def find(self, **ids: Any) -> Any:
        """Return the row that the facts are about, for `permit`; None where there is none.

        :raises NotFound: it is absent or out of the scope of `self.actor`.
        """
        return None

    def answer(self, **ids: Any) -> Any:
        """Return what `output_serializer` shows. Runs last, so that a read which leaves a trace is a permitted one."""
        raise NotImplementedError

    def get(self, request: Request, **ids: Any) -> Response:
        self.row = self.find(**ids)
        self.require_scopes()
        self.permit(self.row)
        return answer(self.render_row(self.answer(**ids)))


class PageRenderer(BaseRenderer):
    """A page as it was made; a problem stays JSON."""

    media_type = "text/html"
    format = "html"
    charset = "utf-8"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> Any:
        return data if isinstance(data, str) else written(data)


class PageView(Operation):
    """A page for people, to read or print: HTML that loads nothing from anywhere."""

    renderer_classes = (PageRenderer,)
    page_media_type = "text/html"

    def find(self, **ids: Any) -> Any:
        """Return the row.

        :raises NotFound: it is absent or out of the scope of `self.actor`.
        """
        raise NotImplementedError

    def page(self, row: Any) -> str:
        """Return the HTML; styles stand in it, scripts and addresses do not."""
        raise NotImplementedError

    def get(self, request: Request, **ids: Any) -> Response:
        row = self.find(**ids)
        self.require_scopes()
        self.permit(row)
        return answer(self.page(row), headers={"Content-Security-Policy": PAGE_POLICY})


PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
