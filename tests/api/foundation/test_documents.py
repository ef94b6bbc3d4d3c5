"""The specification and its readers work from here alone; health tells no detail."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml
from django.contrib.staticfiles import finders
from django.db import DatabaseError

from api import documents, meta


def test_the_served_specification_is_the_committed_one(anonymous: Any) -> None:
    content = documents.openapi_path().read_bytes()

    assert anonymous.get("/openapi.yaml").content == content
    assert json.loads(anonymous.get("/openapi.json").content) == yaml.load(
        content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )


@pytest.mark.parametrize("address", ["/docs", "/redoc"])
def test_the_readers_load_nothing_from_outside(anonymous: Any, address: str) -> None:
    answer = anonymous.get(address)
    page = answer.content.decode()

    assert '<html lang="ja">' in page and "<main>" in page and "<h1" in page
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert addresses and all(each.startswith("/static/") for each in addresses)
    assert all(finders.find(each.removeprefix("/static/")) for each in addresses)
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "http:" not in answer.headers["Content-Security-Policy"]


def test_health(anonymous: Any) -> None:
    assert anonymous.get("/healthz").json() == {"status": "ok"}
    assert anonymous.get("/readyz").json() == {"status": "ok"}


def test_a_dead_process_needs_no_database_to_be_told_alive(django_assert_num_queries: Any, anonymous: Any) -> None:
    with django_assert_num_queries(0):
        anonymous.get("/healthz")


def test_not_ready_tells_no_detail(anonymous: Any, monkeypatch: Any) -> None:
    def broken(connection: Any) -> None:
        raise DatabaseError("secret host")

    monkeypatch.setattr(meta, "MigrationExecutor", broken)

    answer = anonymous.get("/readyz")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert "secret" not in answer.content.decode()


def test_meta_names_languages_and_scopes(anonymous: Any) -> None:
    answer = anonymous.get("/api/v1/meta").json()

    assert answer["languages"] == ["ja", "en"]
    assert "matches:decide" in answer["scopes"]
    assert answer["openapi"] == "/openapi.yaml"
