"""What the documents show runs: every block of code of docs/front-ends.md and docs/webhooks.md."""

from __future__ import annotations

import ast
import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks import Webhook

from talentbank.matches.models import Match
from tests.clients.conftest import EXAMPLE
from tests.clients.snippets import DOCUMENTS, blocks
from tests.node import ROOT

SECRET = "whsec_" + "c2VjcmV0LW9mLWEtd2ViaG9vay1lbmRwb2ludA=="
URL = "https://bank.example.jp/api/v1/matches/0198c0de"
BODY = json.dumps({"type": "match.approved", "id": "0198c0de", "state": "introduced", "version": 7, "url": URL})


def message() -> dict[str, Any]:
    """A webhook as it is sent, signed now."""
    at = datetime.now(tz=UTC)
    signature = Webhook(SECRET).sign("msg_1", at, BODY)
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}
    return {"secret": SECRET, "headers": headers, "body": BODY}


def run(document: str) -> dict[str, Any]:
    """The names that the Python of a document defines."""
    names: dict[str, Any] = {}
    for code in blocks(document, "python"):
        exec(compile(code, document, "exec"), names)
    return names


def test_a_front_end_works_as_the_document_shows(node, built, town):
    told = town.told
    more = {"BASE": told["base"], "CLIENT": told["clientId"], "BACK": "http://127.0.0.1:4242/"}

    done = node.run(
        built / "src" / "front_ends.docs.js",
        folder=EXAMPLE,
        **more,
        **town.environment(),
        MESSAGE=json.dumps(message()),
    )

    assert done.returncode == 0, done.stderr[-3000:]
    assert Match.objects.get(pk=json.loads(done.stdout)["match"]).state == "awaiting_approval"


def test_a_receiver_in_typescript_works_as_the_document_shows(node, built):
    done = node.run(built / "src" / "webhooks.docs.js", folder=EXAMPLE, MESSAGE=json.dumps(message()))

    assert done.returncode == 0, done.stderr[-3000:]


def test_a_receiver_in_python_works_as_the_document_shows():
    queued, known = [], set()
    receiver = run("webhooks")
    receiver["SECRET"] = SECRET
    receiver["queue"] = lambda url, version: queued.append((url, version))
    receiver["remember"] = lambda id: id not in known and not known.add(id)
    sent = message()

    answers = [
        receiver["receive"](body, sent["headers"]) for body in (BODY.encode(), BODY.encode(), BODY.encode() + b" ")
    ]

    assert answers == [204, 204, 401]
    assert queued == [(URL, 7)], "what came twice is worked on once"


@pytest.mark.parametrize(
    ("more", "body", "genuine"),
    [
        ({}, BODY, True),
        ({"webhook-signature": "v1,AAAA {}"}, BODY, True),
        ({}, BODY + " ", False),
        ({"webhook-id": "another"}, BODY, False),
        ({"webhook-timestamp": str(int(time.time()) - 301)}, BODY, False),
        ({"webhook-timestamp": "now"}, BODY, False),
        ({"webhook-signature": ""}, BODY, False),
        ({"webhook-signature": "v1,\u3042"}, BODY, False),
    ],
)
def test_a_message_is_checked_without_a_library_as_the_document_shows(more, body, genuine):
    sent = message()["headers"]
    headers = {**sent, **{name: value.format(sent["webhook-signature"]) for name, value in more.items()}}

    assert run("front-ends")["is_genuine"](SECRET, headers, body.encode()) is genuine


def test_signing_in_takes_thirty_lines():
    first = blocks("front-ends", "typescript")[0]

    assert "code_challenge_method" in first and len(first.strip().splitlines()) <= 30


def test_no_block_is_left_out():
    for document in DOCUMENTS:
        text = (ROOT / "docs" / f"{document}.md").read_text("utf-8")
        known = sum(len(blocks(document, language)) for language in ("typescript", "python", "json", "sh"))
        assert text.count("```") == 2 * known
        for code in blocks(document, "json"):
            json.loads(code)
        for code in blocks(document, "python"):
            ast.parse(code)
