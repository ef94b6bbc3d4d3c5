"""A POST that is repeated under one Idempotency-Key acts once and answers the same."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, connections

from talentbank.banks.models import Bank
from talentbank.core.models import IdempotencyRecord
from tests import factories
from tests.api.foundation import resource
from tests.api.foundation.conftest import document
from tests.contract import ContractClient

THINGS = "/api/v1/things"


def create(http: Any, name: str = "new", key: str = "key-1", **headers: str) -> Any:
    return http.post(THINGS, {"name": name}, HTTP_IDEMPOTENCY_KEY=key, **headers)


def test_a_repeat_answers_the_same_and_acts_once(http: Any) -> None:
    first, second = create(http), create(http)

    assert resource.calls == ["create"]
    assert (second.status_code, second.content) == (first.status_code, first.content)
    for name in ("ETag", "Location", "Content-Type", "Content-Language"):
        assert second.headers[name] == first.headers[name]
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"


def test_the_order_of_keys_in_a_body_does_not_matter(http: Any) -> None:
    http.generic("POST", THINGS, b'{"name": "a", "tags": ["b"]}', "application/json", HTTP_IDEMPOTENCY_KEY="k")
    again = http.generic("POST", THINGS, b'{"tags":["b"],"name":"a"}', "application/json", HTTP_IDEMPOTENCY_KEY="k")

    assert again.headers["Idempotency-Replayed"] == "true"


def test_another_body_under_the_same_key_is_422(http: Any) -> None:
    create(http)

    answer = create(http, name="other")

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert resource.calls == ["create"]


def test_another_address_under_the_same_key_is_422(http: Any) -> None:
    create(http)

    answer = http.post(f"{THINGS}/preview", {"name": "new"}, HTTP_IDEMPOTENCY_KEY="key-1")

    assert answer.status_code == 422


def test_keys_of_two_accounts_do_not_meet(http: Any) -> None:
    create(http)
    other = ContractClient(document=document())
    other.force_login(factories.make_user())

    assert create(other, name="other").status_code == 201


def test_without_sign_in_a_key_belongs_to_its_address(anonymous: Any) -> None:
    for _ in range(2):
        answer = anonymous.post(f"{THINGS}/preview", {"name": "x"}, HTTP_IDEMPOTENCY_KEY="k")

    assert answer.headers["Idempotency-Replayed"] == "true"
    assert resource.calls == ["preview"]


def test_after_a_day_the_key_is_free(http: Any) -> None:
    create(http)
    record = IdempotencyRecord.objects.get()
    IdempotencyRecord.objects.update(created_at=record.created_at - timedelta(hours=24))

    assert create(http, name="other").status_code == 201


@pytest.mark.parametrize("key", ["", "a b", "a\tb", "é", "x" * 256, "\x7f"])
def test_a_malformed_key_is_400(http: Any, key: str) -> None:
    answer = create(http, key=key)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/header/Idempotency-Key"


def test_the_longest_key_is_taken(http: Any) -> None:
    assert create(http, key="~" * 255).status_code == 201


def test_what_was_wrong_with_the_call_is_not_kept(http: Any, thing: Bank) -> None:
    address = f"{THINGS}/{thing.pk}/rename"
    http.post(address, {"name": "x", "more": 1}, HTTP_IDEMPOTENCY_KEY="k")  # 400
    http.post(address, {"name": "x"}, HTTP_IDEMPOTENCY_KEY="k")  # 428
    http.post(f"{THINGS}/0198c0de-0000-7000-8000-000000000001/rename", {"name": "x"}, HTTP_IDEMPOTENCY_KEY="k")  # 404

    assert not IdempotencyRecord.objects.exists()


def test_a_refusal_is_kept_and_its_half_written_rows_are_not(http: Any, thing: Bank) -> None:
    address = f"{THINGS}/{thing.pk}/rename"
    etag = http.get(f"{THINGS}/{thing.pk}").headers["ETag"]

    first = http.post(address, {"name": "no"}, HTTP_IDEMPOTENCY_KEY="k", HTTP_IF_MATCH=etag)
    second = http.post(address, {"name": "no"}, HTTP_IDEMPOTENCY_KEY="k", HTTP_IF_MATCH=etag)

    assert (first.status_code, second.status_code) == (409, 409)
    assert second.content == first.content
    assert second.headers["Content-Type"] == "application/problem+json"
    assert resource.calls == ["rename"]
    thing.refresh_from_db()
    assert thing.name == "thing"


def test_a_replay_comes_before_428_and_412(http: Any, thing: Bank) -> None:
    address = f"{THINGS}/{thing.pk}/rename"
    etag = http.get(f"{THINGS}/{thing.pk}").headers["ETag"]
    first = http.post(address, {"name": "new"}, HTTP_IDEMPOTENCY_KEY="k", HTTP_IF_MATCH=etag)

    stale = http.post(address, {"name": "new"}, HTTP_IDEMPOTENCY_KEY="k", HTTP_IF_MATCH=etag)
    without = http.post(address, {"name": "new"}, HTTP_IDEMPOTENCY_KEY="k")

    assert stale.content == without.content == first.content


def test_a_crash_keeps_nothing_so_that_a_repeat_acts(http: Any) -> None:
    with pytest.raises(RuntimeError):
        create(http, name="crash")

    assert not IdempotencyRecord.objects.exists()
    assert not Bank.objects.filter(name="half written").exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_acts_and_the_other_replays(user: Any) -> None:
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("an in-memory SQLite database refuses a second connection's reads")
    spec = document()  # generated before the threads start: drf-spectacular is not made for two at once
    start, answers = Barrier(2, timeout=20), []

    def call() -> None:
        client = ContractClient(document=spec)
        client.force_login(user)
        start.wait()
        answers.append(create(client))
        connections.close_all()

    threads = [Thread(target=call) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    assert resource.calls == ["create"]
