"""Production fails closed: what is missing is named, all of it at once, before anything starts."""

from __future__ import annotations

import ast
import base64
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from talentbank.settings.environment import Environment, database_settings, email_settings

ROOT = Path(__file__).resolve().parents[3]
SETTINGS, OPERATIONS = ROOT / "talentbank" / "settings" / "__init__.py", ROOT / "docs" / "operations.md"
COMPLETE = {
    "TALENTBANK_ENV_FILE": os.devnull,
    "SECRET_KEY": "k" * 50,
    "ALLOWED_HOSTS": "bank.example.jp",
    "TALENTBANK_BASE_URL": "https://bank.example.jp",
    "EMAIL_URL": "smtp://mail.example.jp:587?tls=1",
    "DEFAULT_FROM_EMAIL": "bank@example.jp",
    "DATABASE_URL": "sqlite:///:memory:",
    "WEBHOOK_SECRET_KEYS": "w" * 32,
    "IDP_OIDC_PRIVATE_KEY_B64": base64.b64encode(b"-----BEGIN PRIVATE KEY-----").decode(),
}
SHOW = (
    "from django.conf import settings as s; print(s.PRODUCTION, s.DEBUG, s.SECURE_SSL_REDIRECT, "
    "s.SESSION_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0, '*' in s.ALLOWED_HOSTS, s.ACCOUNT_EMAIL_VERIFICATION)"
)


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    """Read the settings in a process of their own, with this environment and no other."""
    plain = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "talentbank.settings", "PYTHONUTF8": "1"}
    command = [sys.executable, "-c", SHOW]
    return subprocess.run(command, cwd=ROOT, env={**plain, **environment}, capture_output=True, text=True, check=False)


def test_a_complete_environment_starts_and_is_strict():
    started = start(**COMPLETE)

    assert started.stdout.split() == ["True", "False", "True", "True", "True", "False", "mandatory"], started.stderr


@pytest.mark.parametrize("name", sorted(COMPLETE.keys() - {"TALENTBANK_ENV_FILE", "DATABASE_URL"}))
@pytest.mark.parametrize("value", [None, ""])
def test_production_does_not_start_without(name, value):
    environment = {key: each for key, each in COMPLETE.items() if key != name}
    if value is not None:
        environment[name] = value

    started = start(**environment)

    assert started.returncode != 0
    assert "ImproperlyConfigured" in started.stderr and f"{name} is not set" in started.stderr


def test_production_sends_no_webhooks_to_its_own_machine():
    started = start(**COMPLETE, WEBHOOK_LOOPBACK="1")

    assert started.returncode != 0 and "WEBHOOK_LOOPBACK" in started.stderr


def test_everything_that_is_missing_is_named_at_once():
    started = start(TALENTBANK_ENV_FILE=os.devnull, SECURE_COOKIES="perhaps")

    for name in ("SECRET_KEY", "ALLOWED_HOSTS", "IDP_OIDC_PRIVATE_KEY_B64", "EMAIL_URL", "SECURE_COOKIES"):
        assert name in started.stderr


def test_no_mode_starts_without_a_secret_key():
    started = start(TALENTBANK_ENV_FILE=os.devnull, TALENTBANK_MODE="local")

    assert started.returncode != 0 and "SECRET_KEY is not set" in started.stderr


def test_a_mistyped_mode_does_not_start():
    started = start(**COMPLETE, TALENTBANK_MODE="prodution")

    assert started.returncode != 0 and "TALENTBANK_MODE" in started.stderr


def test_the_process_goes_before_the_file_and_a_secret_may_lie_in_a_file_of_its_own(tmp_path, monkeypatch):
    secret = tmp_path / "key"
    secret.write_text("from the store\n")
    (tmp_path / ".env").write_text(f"# comment=1\nA=file\nB=file\nSECRET_KEY_FILE={secret}\n")
    monkeypatch.delenv("TALENTBANK_ENV_FILE", raising=False)
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setenv("A", "process")

    env = Environment.read(tmp_path / ".env")

    assert (env.text("A"), env.text("B"), env.text("SECRET_KEY")) == ("process", "file", "from the store")


@pytest.mark.parametrize(
    ("read", "told"),
    [
        (lambda env: env.flag("X", False), "X must be 0 or 1"),
        (lambda env: env.number("X", 1), "X must be a whole number"),
        (lambda env: env.base64_text("X"), "X is not base64"),
    ],
)
def test_a_wrong_value_is_named(read, told):
    env = Environment({"X": "maybe?"})
    read(env)

    with pytest.raises(ImproperlyConfigured, match=told):
        env.require_complete()


def test_addresses_of_databases_and_mail_servers():
    postgres = database_settings("postgresql://bank:p%40ss@db.example:5433/talent?sslmode=require", ROOT)
    sqlite = database_settings("sqlite:///var/x.sqlite3", ROOT)
    mail = email_settings("smtp://user:p%40ss@mail.example:587?tls=1", ROOT)

    assert (postgres["HOST"], postgres["PORT"], postgres["PASSWORD"]) == ("db.example", "5433", "p@ss")
    assert postgres["OPTIONS"] == {"sslmode": "require"}
    assert sqlite["NAME"] == str(ROOT / "var" / "x.sqlite3") and "WAL" in sqlite["OPTIONS"]["init_command"]
    assert (mail["EMAIL_PORT"], mail["EMAIL_HOST_PASSWORD"], mail["EMAIL_USE_TLS"]) == (587, "p@ss", True)
    for wrong in ("mysql://x/y", "talentbank.sqlite3"):
        with pytest.raises(ImproperlyConfigured):
            database_settings(wrong, ROOT)
    with pytest.raises(ImproperlyConfigured):
        email_settings("pigeon://roof", ROOT)


def test_the_documents_list_every_variable_and_no_other():
    calls = [node for node in ast.walk(ast.parse(SETTINGS.read_text("utf-8"))) if isinstance(node, ast.Call)]
    of_env = [call for call in calls if isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "env"]
    read = {call.args[0].value for call in of_env if call.args}
    rows = [line.split(" | ")[0] for line in OPERATIONS.read_text("utf-8").splitlines() if line.startswith("| `")]

    listed = {name for row in rows for name in re.findall(r"`([A-Z][A-Z0-9_]+)`", row)}

    assert "SECRET_KEY" in read
    assert listed == read


def test_the_index_stays_in_the_process_unless_a_cluster_is_named():
    def chosen(text: str) -> tuple[str, list[str]]:
        environment = Environment({"TALENTBANK_INDEX": text} if text else {})
        return environment.cluster("TALENTBANK_INDEX"), environment.problems

    assert chosen("") == chosen("local") == ("", [])
    assert chosen("cluster:10.0.0.5:6379") == ("10.0.0.5:6379", [])
    for wrong in ("cluster", "cluster:", "cluster:head", "cluster::6379", "ray:10.0.0.5:6379", "local:x"):
        assert chosen(wrong) == ("", ["TALENTBANK_INDEX must be local or cluster:<host>:<port>"])


def test_a_cluster_without_its_extra_does_not_start(monkeypatch):
    monkeypatch.setattr("talentbank.settings.environment.find_spec", lambda name: None)
    environment = Environment({"TALENTBANK_INDEX": "cluster:10.0.0.5:6379"})

    environment.cluster("TALENTBANK_INDEX")

    assert environment.problems == ["TALENTBANK_INDEX asks for a cluster: install requirements/cluster.txt"]
