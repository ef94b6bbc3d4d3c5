"""Lists: declared parameters only, pages by cursor at any depth in both directions."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any

import pytest
from django.core import signing

from talentbank.banks.models import Bank

THINGS = "/api/v1/things"


@pytest.fixture
def many(make_thing: Callable[..., Bank]) -> list[Bank]:
    """Seven rows with equal names and days among them, two without a deadline."""
    kinds = ["talent_bank", "talent_bank", "dispatch", "talent_bank", "talent_bank", "dispatch", "talent_bank"]
    return [make_thing(f"thing {n // 3}", kind=kind) for n, kind in enumerate(kinds)]


def walk(http: Any, url: str, key: str = "next") -> list[list[str]]:
    pages = []
    while url:
        answer = http.get(url).json()
        pages.append([row["id"] for row in answer["results"]])
        url = answer[key]
    return pages


@pytest.mark.parametrize("ordering", ["name", "-name", "-updated_at", "id", "deadline", "-deadline"])
@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_show_every_row_once_in_both_directions(http: Any, many: list[Bank], ordering: str, limit: int) -> None:
    whole = walk(http, f"{THINGS}?ordering={ordering}&limit=100")[0]

    forward = walk(http, f"{THINGS}?ordering={ordering}&limit={limit}")
    assert list(chain(*forward)) == whole
    assert len(whole) == len(set(whole)) == 7

    url = f"{THINGS}?ordering={ordering}&limit={limit}"
    while following := http.get(url).json()["next"]:
        url = following
    backward = walk(http, url, "previous")
    assert list(chain(*reversed(backward))) == whole


def test_rows_without_a_deadline_come_last_either_way(http: Any, many: list[Bank]) -> None:
    without = {str(row.pk) for row in many if row.kind == "dispatch"}

    for ordering in ("deadline", "-deadline"):
        assert set(walk(http, f"{THINGS}?ordering={ordering}")[0][-2:]) == without


def test_a_row_inserted_meanwhile_shifts_no_page(http: Any, many: list[Bank], make_thing: Callable[..., Bank]) -> None:
    first = http.get(f"{THINGS}?ordering=name&limit=3").json()
    make_thing("thing")  # sorts before everything

    second = http.get(first["next"]).json()

    assert not {row["id"] for row in first["results"]} & {row["id"] for row in second["results"]}


def test_neighbours_are_in_the_link_header_too(http: Any, many: list[Bank]) -> None:
    answer = http.get(f"{THINGS}?limit=3")

    assert answer.headers["Link"] == f'<{answer.json()["next"]}>; rel="next"'
    assert answer.json()["next"].startswith("http://testserver/api/v1/things?")
    assert answer.json()["previous"] is None


@pytest.mark.parametrize("limit", ["0", "101", "-1", "1.5", "false", "", "１０", "9" * 50, " 1", "1&limit=2"])
def test_a_bad_limit_is_400(http: Any, limit: str) -> None:
    answer = http.get(f"{THINGS}?limit={limit}")

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/query/limit"]


def cursor_of(url: str) -> str:
    return url.split("cursor=")[1].split("&")[0]


@pytest.mark.parametrize("change", ["ordering=-name", "kind=dispatch", "q=x"])
def test_a_cursor_belongs_to_its_ordering_and_filters(http: Any, many: list[Bank], change: str) -> None:
    cursor = cursor_of(http.get(f"{THINGS}?limit=2").json()["next"])

    answer = http.get(f"{THINGS}?limit=2&{change}&cursor={cursor}")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "cursor_invalid"


def test_a_cursor_may_go_on_with_another_limit(http: Any, many: list[Bank]) -> None:
    cursor = cursor_of(http.get(f"{THINGS}?limit=2").json()["next"])

    assert len(http.get(f"{THINGS}?limit=3&cursor={cursor}").json()["results"]) == 3


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "a" * 2000,
        "%00",
        "%ED%A0%80",
        "=",
        signing.dumps([0, "x", "y"], salt="api.cursor"),
        signing.dumps("x", salt="api.cursor"),
        signing.dumps([0, "x", "y", "z"], salt="other"),
    ],
    # Signatures change with the second: two test workers must agree on the names.
    ids=["empty", "short", "long", "nul", "surrogate", "equals", "three-parts", "no-list", "other-salt"],
)
def test_a_foreign_cursor_is_400(http: Any, cursor: str) -> None:
    answer = http.get(f"{THINGS}?cursor={cursor}")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/query/cursor"


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("unknown=1", "/query/unknown", "unknown_parameter"),
        ("format=json", "/query/format", "unknown_parameter"),
        ("a%2Fb~=1", "/query/a~1b~0", "unknown_parameter"),
        ("ordering=version", "/query/ordering", "invalid_choice"),
        ("ordering=name&ordering=id", "/query/ordering", "duplicate_parameter"),
        ("kind=x", "/query/kind", "invalid_choice"),
        ("kind=", "/query/kind", "invalid_choice"),
        ("id=1", "/query/id", "uuid"),
        ("q=a&q=b", "/query/q", "duplicate_parameter"),
        ("q=%00", "/query/q", "nul_character"),
        ("q=%FF", "/query/q", "not_utf8"),
        ("q=%ED%A0%80", "/query/q", "not_utf8"),
        ("q=" + "x" * 101, "/query/q", "max_length"),
        ("new=1", "/query/new", "not_a_boolean"),
        ("version=1.0", "/query/version", "integer"),
        ("version=１", "/query/version", "integer"),
        ("version=0", "/query/version", "min_value"),
        ("version=" + "9" * 5000, "/query/version", "integer"),
        ("updated_since=2024-01-01", "/query/updated_since", "datetime"),
        ("updated_since=2024-W01-1", "/query/updated_since", "datetime"),
        ("expand=secret", "/query/expand", "invalid_choice"),
        ("expand=owner,", "/query/expand", "invalid_choice"),
    ],
)
def test_what_is_not_declared_is_400(http: Any, query: str, pointer: str, code: str) -> None:
    answer = http.get(f"{THINGS}?{query}")

    assert answer.status_code == 400
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("kind=dispatch", 2),
        ("kind=dispatch&kind=talent_bank", 7),
        ("q=thing%202", 1),
        ("new=true", 7),
        ("new=false", 0),
        ("version=1", 7),
        ("updated_since=2026-11-02T10:00:00%2B09:00", 7),
        ("updated_since=2026-11-02T01:00:01Z", 0),
        ("expand=owner", 7),
    ],
)
def test_filters_narrow(http: Any, many: list[Bank], query: str, count: int) -> None:
    assert len(http.get(f"{THINGS}?{query}").json()["results"]) == count


def test_repeated_ids_mean_or(http: Any, many: list[Bank]) -> None:
    answer = http.get(f"{THINGS}?id={many[0].pk}&id={many[1].pk}&ordering=id").json()

    assert [row["id"] for row in answer["results"]] == [str(many[0].pk), str(many[1].pk)]


def test_one_row_takes_no_parameters(http: Any, thing: Bank) -> None:
    assert http.get(f"/api/v1/things/{thing.pk}?limit=1").status_code == 400


def test_rows_carry_the_etag_that_an_action_asks_for(http: Any, thing: Bank) -> None:
    row = http.get(THINGS).json()["results"][0]

    answer = http.post(f"/api/v1/things/{thing.pk}/rename", {"name": "new"}, HTTP_IF_MATCH=row["etag"])

    assert answer.status_code == 200


def test_a_page_costs_a_query_for_each_range(anonymous: Any, many: list[Bank], django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        url = anonymous.get(f"{THINGS}?limit=2").json()["next"]

    with django_assert_num_queries(2):  # rows of the cursor's own value, and those beyond
        anonymous.get(url)


def test_head_is_answered_like_get(http: Any, thing: Bank) -> None:
    answer = http.head(f"/api/v1/things/{thing.pk}")

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["ETag"]
