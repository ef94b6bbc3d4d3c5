"""Limits over HTTP: the pair of headers, 429 with its wait, and who is counted with whom."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from api import throttling
from talentbank.core.limits import ProcessCounts
from tests import factories
from tests.factories import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.database]
LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def limits(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few of each, and a worker that has counted nothing yet."""
    few = {"writes": (3, 60), "client-writes": (5, 60), "client-day": (100, 86_400), "anonymous-writes": (2, 60)}
    few |= {"reads": (4, 60), "anonymous-reads": (2, 60)}
    few |= {"sign-in-address": (20, 900), "sign-in-account": (2, 900)}
    few |= {"sign-in-account-day": (9, 86_400), "sign-in-strangers": (9, 86_400)}
    settings.RATE_LIMITS = few
    monkeypatch.setattr(throttling, "_process", ProcessCounts())


def write(client: Any) -> Any:
    return client.post("/api/v1/needs/suggestions", {"words": "通販を始めたい"})


def read(client: Any) -> Any:
    return client.get("/api/v1/me")


def test_every_answer_says_what_is_left_and_too_many_say_when(clock: Any, bearer: Any, coordinator: Any) -> None:
    client = bearer(coordinator)
    answers = [write(client) for _ in range(4)]

    assert [each.status_code for each in answers] == [200, 200, 200, 429]
    assert answers[0]["RateLimit-Policy"] == '"writes";q=3;w=60, "client-writes";q=5;w=60, "client-day";q=100;w=86400'
    assert answers[0]["RateLimit"] == '"writes";r=2;t=60, "client-writes";r=4;t=60, "client-day";r=99;t=86400'
    assert answers[3].json()["code"] == "throttled"
    assert answers[3]["Retry-After"] == "60"
    assert answers[3]["RateLimit"].startswith('"writes";r=0;t=60')
    clock.forward(seconds=60)
    assert write(client).status_code == 200


def test_a_refused_input_counts_and_says_so_too(clock: Any, bearer: Any, coordinator: Any) -> None:
    answer = bearer(coordinator).post("/api/v1/needs/suggestions", {"text": "?"})

    assert answer.status_code == 400
    assert answer["RateLimit"].startswith('"writes";r=2')


def test_accounts_are_counted_apart_and_a_client_as_a_whole(clock: Any, bearer: Any, bank: Any) -> None:
    one, other = bearer(factories.make_user()), bearer(factories.make_user())
    assert [write(one).status_code for _ in range(4)][-1] == 429
    assert write(other).status_code == 200


def test_a_session_is_counted_by_its_account(clock: Any, session: Any, coordinator: Any, desk: Any) -> None:
    assert [write(session(coordinator)).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert write(session(desk)).status_code == 200
    assert "client" not in write(session(desk))["RateLimit"]


def test_without_sign_in_it_is_the_address_that_trusted_proxies_tell(clock: Any, session: Any, settings: Any) -> None:
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    client = session(None)

    def get(address: str) -> int:
        return int(client.get("/api/v1/skills", headers={"X-Forwarded-For": address}).status_code)

    assert [get("192.0.2.1") for _ in range(3)] == [200, 200, 429]
    assert get("192.0.2.2") == 200
    settings.TRUSTED_PROXIES = []
    assert [get(f"192.0.2.{number}") for number in range(3, 6)] == [200, 200, 429], "an invented address is none"


def test_reads_write_nothing_and_are_counted_apart(clock: Any, bearer: Any, coordinator: Any) -> None:
    client = bearer(coordinator)
    assert [read(client).status_code for _ in range(5)] == [200, 200, 200, 200, 429]
    assert write(client).status_code == 200


def test_a_bad_token_is_no_call_of_anybody(clock: Any, session: Any) -> None:
    client = session(None)
    client.credentials(HTTP_AUTHORIZATION="Bearer nonsense")
    answer = read(client)

    assert answer.status_code == 401
    assert "RateLimit" not in answer


def test_a_client_that_asks_for_tokens_without_end_is_told_when_to_come_back(clock: Any, settings: Any) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "tokens": (2, 60), "tokens-address": (4, 60)}

    def ask(client_id: str) -> Any:
        asked = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": "guessed"}
        return Client().post("/identity/o/api/token", asked)

    assert [ask("one").status_code for _ in range(3)] == [401, 401, 429]
    refused = ask("one")
    assert refused.json() == {"error": "slow_down"} and 0 < int(refused["Retry-After"]) <= 60
    assert ask("other").status_code == 429, "the address is counted too"


def test_guesses_at_a_password_end_in_429_and_the_right_one_still_opens_on_ones_own_device(bank: Any) -> None:
    user = factories.make_user()

    def sign_in(client: Client, password: str) -> Any:
        return client.post(LOGIN, {"login": user.email, "password": password})

    own = Client()
    assert sign_in(own, PASSWORD).status_code == 302
    del own.cookies["sessionid"]
    stranger = Client()
    answers = [sign_in(stranger, "wrong") for _ in range(3)]

    assert [each.status_code for each in answers] == [200, 200, 429]
    assert int(answers[2]["Retry-After"]) > 800
    assert answers[2]["RateLimit"].startswith('"sign-in-account";r=0')
    assert "窓口" in answers[2].content.decode()
    assert sign_in(stranger, PASSWORD).status_code == 429
    assert sign_in(own, PASSWORD).status_code == 302
