"""Base classes of the views: one class per operation, that is per method of a path.

| base | answers | the resource author fills in |
|---|---|---|
| ListView | GET, a page | `rows`, `output_serializer`, perhaps `filterset_class`, `orderings` |
| DetailView | GET, one row, ETag, 304 | `find`, `output_serializer` |
| WholeListView | GET, `{"results"}` without pages | `items`, `output_serializer` |
| PageView | GET, a page of HTML | `find`, `page` |
| FactView | GET, something computed | `answer`, `output_serializer` |
| CreateView | POST, 201 with Location and ETag | `perform`, `input_serializer`, `output_serializer`, `location` |
| UpdateView | PATCH with If-Match | `find`, `perform`, both serializers |
| ActionView | POST with If-Match | `find`, `perform` |
| CommandView | POST without a row of its own | `perform`, both serializers |
| PreviewView | POST that changes nothing, outside any transaction | `perform`, both serializers |
| RemoveView | DELETE with If-Match, 204 | `find`, `perform` |
"""

from api.views.base import Operation
from api.views.reads import DetailView, FactView, ListView, PageView, WholeListView
from api.views.writes import ActionView, CommandView, CreateView, PreviewView, RemoveView, UpdateView, WriteOperation

__all__ = [
    "ActionView",
    "CommandView",
    "CreateView",
    "DetailView",
    "FactView",
    "ListView",
    "Operation",
    "PageView",
    "PreviewView",
    "RemoveView",
    "UpdateView",
    "WholeListView",
    "WriteOperation",
]
