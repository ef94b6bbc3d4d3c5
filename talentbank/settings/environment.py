"""Typed reading of the environment. Everything wrong is reported at once, before the server starts."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Mapping
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

LIMIT = re.compile(r"(?P<name>[a-z-]+)=(?P<most>[1-9][0-9]{0,8})/(?P<seconds>[1-9][0-9]{0,5})")


def file_variables(path: Path) -> dict[str, str]:
    """Read `NAME=value` lines of an environment file; an absent file holds nothing."""
    if not path.is_file():
        return {}
    pairs = (line.split("=", 1) for line in path.read_text("utf-8").splitlines() if "=" in line and line[0] != "#")
    return {name.strip(): value.strip() for name, value in pairs}


class Environment:
    """The variables of the process over those of the environment file, with every problem collected.

    `NAME_FILE` may name a file that holds the value of `NAME`, as secret stores mount them.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = dict(variables)
        self.problems: list[str] = []

    @classmethod
    def read(cls, default_file: Path) -> Environment:
        path = Path(os.environ.get("TALENTBANK_ENV_FILE") or default_file)
        return cls({**file_variables(path), **os.environ})

    def text(self, name: str, default: str | None = None) -> str:
        if f"{name}_FILE" in self.variables:
            return Path(self.variables[f"{name}_FILE"]).read_text("utf-8").strip()
        value = self.variables.get(name, default)
        if value is None or (value == "" and default is None):
            self.problems.append(f"{name} is not set")
            return ""
        return value

    def names(self, name: str, default: str | None = None) -> list[str]:
        return [part.strip() for part in self.text(name, default).split(",") if part.strip()]

    def choice(self, name: str, choices: tuple[str, ...], default: str | None = None) -> str:
        """One of `choices`: `default`, else the first, where nothing is said; something unknown is a problem."""
        value = self.text(name, default or choices[0])
        if value not in choices:
            self.problems.append(f"{name} must be one of {', '.join(choices)}, not {value!r}")
            return choices[0]
        return value

    def flag(self, name: str, default: bool) -> bool:
        value = self.text(name, "1" if default else "0").lower()
        if value not in {"0", "1", "true", "false", "yes", "no"}:
            self.problems.append(f"{name} must be 0 or 1, not {value!r}")
        return value in {"1", "true", "yes"}

    def number(self, name: str, default: int) -> int:
        value = self.text(name, str(default))
        if not value.isdecimal():
            self.problems.append(f"{name} must be a whole number, not {value!r}")
            return default
        return int(value)

    def cluster(self, name: str) -> str:
        """host:port of `cluster:host:port`; "" of `local`, the default."""
        kind, _, address = self.text(name, "local").partition(":")
        host, _, port = address.rpartition(":")
        if kind == "cluster" and host and port.isdecimal():
            if find_spec("ray") is None:
                self.problems.append(f"{name} asks for a cluster: install requirements/cluster.txt")
            return address
        if (kind, address) != ("local", ""):
            self.problems.append(f"{name} must be local or cluster:<host>:<port>")
        return ""

    def networks(self, name: str) -> list[str]:
        """Addresses and networks such as `10.0.0.0/8`."""
        found = self.names(name, "")
        for each in found:
            try:
                ip_network(each, strict=False)
            except ValueError:
                self.problems.append(f"{name}: {each!r} is neither an address nor a network")
                return []
        return found

    def limits(self, name: str, defaults: Mapping[str, tuple[int, int]], *, times: int) -> dict[str, tuple[int, int]]:
        """`writes=240/60,reads=…`: so many in so many seconds, in place of `times` what `defaults` allow."""
        chosen = {key: (most * times, seconds) for key, (most, seconds) in defaults.items()}
        for each in self.names(name, ""):
            found = LIMIT.fullmatch(each)
            if found is None or found["name"] not in defaults:
                self.problems.append(f"{name}: {each!r} is not one of {', '.join(defaults)} with =calls/seconds")
            else:
                chosen[found["name"]] = (int(found["most"]), int(found["seconds"]))
        return chosen

    def base64_text(self, name: str, default: str | None = None) -> str:
        value = self.text(name, default)
        try:
            return base64.b64decode(value, validate=True).decode("utf-8")
        except ValueError:
            self.problems.append(f"{name} is not base64 of a text")
            return ""

    def require_complete(self) -> None:
        """:raises ImproperlyConfigured: naming every variable that is missing or wrong."""
        if self.problems:
            raise ImproperlyConfigured("The environment is incomplete: " + "; ".join(self.problems))


def database_settings(url: str, base: Path) -> dict[str, Any]:
    """Turn DATABASE_URL (`sqlite:///path` relative to the project, or `postgresql://…`) into Django's settings.

    SQLite runs in WAL with `synchronous=FULL`: an acknowledged transition survives a power cut.
    IMMEDIATE transactions take the write lock first, so a state read inside one cannot change under it.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        path = unquote(parts.path.removeprefix("/"))
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": path if path == ":memory:" else str(base / path),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 10,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
        }
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(f"DATABASE_URL: scheme {parts.scheme!r} is neither sqlite nor postgresql")
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.removeprefix("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(parts.port or query.pop("port", "")),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": query,
    }


def email_settings(url: str, base: Path) -> dict[str, Any]:
    """Turn EMAIL_URL (`smtp://user:password@host:port?tls=1`, `file:///folder`, `memory://`) into Django's settings."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        folder = str(base / unquote(parts.path.removeprefix("/")))
        return {"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend", "EMAIL_FILE_PATH": folder}
    if parts.scheme == "memory":
        return {"EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend"}
    if parts.scheme != "smtp":
        raise ImproperlyConfigured(f"EMAIL_URL: scheme {parts.scheme!r} is neither smtp, file nor memory")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or 25,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": dict(parse_qsl(parts.query)).get("tls") == "1",
        "EMAIL_TIMEOUT": 20,
    }
