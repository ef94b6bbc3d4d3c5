"""`@deprecated`: said in the document, and on every answer of the operation, errors too."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import include, path

from api.deprecation import deprecated
from api.routing import endpoint
from api.schema import generate
from tests.api.foundation import resource
from tests.contract import ContractClient

LINK = "https://bank.example.jp/changes#things"


@deprecated(since=date(2026, 7, 1), sunset=date(2027, 1, 1), link=LINK)
class OldList(resource.ThingList):
    """Old things."""

    operation_id, summary = "old_things_list", "List old things"


urlpatterns = [
    path("api/v1/", include([endpoint("old-things", get=OldList), endpoint("things", get=resource.ThingList)])),
]


@pytest.fixture
def old(db: None, settings: Any) -> ContractClient:
    settings.ROOT_URLCONF = __name__
    return ContractClient(document=generate(__name__))


def test_each_answer_says_since_when_until_when_and_what_instead(old: ContractClient, make_thing: Any) -> None:
    for _ in range(3):
        make_thing()
    answers = [old.get("/api/v1/old-things?limit=1"), old.get("/api/v1/old-things?limit=0")]

    assert [each.status_code for each in answers] == [200, 400]
    for answer in answers:
        assert answer["Deprecation"] == "@1782831600"  # 2026-07-01 in Japan
        assert answer["Sunset"] == "Thu, 31 Dec 2026 15:00:00 GMT"
        assert f'<{LINK}>; rel="deprecation"; type="text/html"' in answer["Link"]
    assert 'rel="next"' in answers[0]["Link"], "neighbouring pages are still linked"


def test_other_operations_say_nothing(old: ContractClient) -> None:
    answer = old.get("/api/v1/things")

    assert not {"Deprecation", "Sunset"} & answer.headers.keys()


def test_the_document_marks_it() -> None:
    paths = generate(__name__)["paths"]
    going, staying = paths["/api/v1/old-things"]["get"], paths["/api/v1/things"]["get"]

    assert going["deprecated"] is True and "deprecated" not in staying
    assert LINK in going["description"]
    assert {"Deprecation", "Sunset", "Link"} <= going["responses"]["200"]["headers"].keys()


def test_nothing_goes_before_it_was_told() -> None:
    with pytest.raises(ValueError, match="before its sunset"):
        deprecated(since=date(2026, 7, 1), sunset=date(2026, 7, 1), link=LINK)
