"""The Python client of examples/, which needs the standard library alone."""

from __future__ import annotations

import ast
import io
import os
import subprocess
import sys
import urllib.error
import urllib.request
from email.message import Message

import pytest
from allauth.idp.oidc.models import Client

from examples.python_client import Refused, TalentBank
from talentbank.matches.models import Match
from tests import factories
from tests.clients.conftest import NEEDS
from tests.node import ROOT

SCRIPT = ROOT / "examples" / "python_client.py"


def test_a_program_of_its_own_reads_figures_and_every_need(town):
    program = Client(name="市のホームページ", type=Client.Type.CONFIDENTIAL)
    program.set_scopes(["statistics:read", "needs:read"])
    program.set_grant_types(["client_credentials"])
    program.set_secret("s3cret")
    program.save()
    factories.let_in(program, town.bank)
    told = {"TALENTBANK": town.told["base"], "CLIENT_ID": program.pk, "CLIENT_SECRET": "s3cret", "PYTHONUTF8": "1"}

    done = subprocess.run(
        [sys.executable, SCRIPT], env={**os.environ, **told}, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    first, *needs = done.stdout.splitlines()
    assert first.startswith(town.bank.name) and first.endswith("1 事業所")
    assert len(needs) == NEEDS and needs[0] == "- 地元の漬物をネットで売りたい（あかつき市、2027-03-31）"


def test_an_answer_that_got_lost_is_asked_for_again_and_acts_once(town):
    """The organization writes a need down, over a line that loses the first answer."""
    lost = []

    def line(request, timeout):
        answer = urllib.request.urlopen(request, timeout=timeout)
        if request.method == "POST" and not lost:
            lost.append(answer.close())
            raise urllib.error.URLError("the line is dead")
        return answer

    owner = TalentBank(town.told["base"], town.told["organization"], open=line)
    owner.sleep = lost.append
    made = owner.post("needs", {"organization": str(town.needs[0].organization_id), "title": "もう一つ"})

    assert lost == [None, 0.5]
    titles = [need["title"] for need in owner.rows("needs", limit=7) if need["view"] == "detail"]
    assert titles.count("もう一つ") == 1 and made["state"] == "draft"
    with pytest.raises(Refused) as stale:
        owner.post(f"needs/{made['id']}/submit", {}, etag='"9.0123456789abcdef"')
    assert (stale.value.status, stale.value.code) == (412, "stale_version")
    assert not Match.objects.exists()


def test_what_a_busy_server_asks_for_is_kept_to_and_a_proxys_page_is_no_riddle():
    answers, slept = [(503, "3"), (429, "7"), (502, None)], []

    def busy(request, timeout):
        status, wait = answers.pop(0)
        headers = Message()
        if wait:
            headers["Retry-After"] = wait
        raise urllib.error.HTTPError(request.full_url, status, "busy", headers, io.BytesIO(b"<html>"))

    bank = TalentBank("http://127.0.0.1:1", open=busy)
    bank.sleep = slept.append

    with pytest.raises(Refused) as refused:
        bank.get("needs")
    assert (slept, refused.value.code) == ([3, 7], "http_502")


def test_it_needs_nothing_that_has_to_be_installed():
    tree = ast.parse(SCRIPT.read_text("utf-8"))
    imported = {
        alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    imported |= {node.module.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    assert imported <= sys.stdlib_module_names
