#!/usr/bin/env python3
"""The project's tasks (`TASKS` at the end). Standard library only, so that any Python can start it."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
ENV_FILE = ROOT / ".env"
VAR = ROOT / "var"
STARTED = time.monotonic()
SERVER_SECONDS = 60
TEST_ENVIRONMENT = {
    "TALENTBANK_ENV_FILE": os.devnull,
    "TALENTBANK_MODE": "test",
    "SECRET_KEY": "of the tests alone",
    "DATABASE_URL": "sqlite:///:memory:",
    "EMAIL_URL": "memory://",
    "DJANGO_SETTINGS_MODULE": "talentbank.settings",
}


def say(text: str) -> None:
    print(f"[{time.monotonic() - STARTED:6.1f} s] {text}", flush=True)


def fail(text: str) -> None:
    sys.exit(f"{text}")


def run(*command: str | Path, **environment: str) -> None:
    """Run a command of the project; its failure is ours."""
    finished = subprocess.run(list(map(str, command)), cwd=ROOT, env={**os.environ, **environment}, check=False)
    if finished.returncode:
        sys.exit(finished.returncode)


def manage(*arguments: str) -> None:
    run(PYTHON, "manage.py", *arguments)


def install(requirements: str) -> None:
    """Make the virtual environment and install a lock into it, unless that very lock is installed already."""
    lock = ROOT / "requirements" / f"{requirements}.txt"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if not PYTHON.exists():
        say("making .venv")
        run(sys.executable, "-m", "venv", VENV)
    stamp = VENV / f".installed-{requirements}"
    if stamp.is_file() and stamp.read_text() == digest:
        return
    say(f"installing {lock.relative_to(ROOT)} (the first time takes a minute or two)")
    run(PYTHON, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--require-hashes", "-r", lock)
    stamp.write_text(digest)
    if requirements == "dev":  # the development lock holds everything of the base lock
        base = ROOT / "requirements" / "base.txt"
        (VENV / ".installed-base").write_text(hashlib.sha256(base.read_bytes()).hexdigest())


def fresh_key() -> str:
    """A new RSA key for the OpenID Connect provider, as one line of base64."""
    code = (
        "import base64\n"
        "from cryptography.hazmat.primitives import serialization as s\n"
        "from cryptography.hazmat.primitives.asymmetric import rsa\n"
        "key = rsa.generate_private_key(public_exponent=65537, key_size=2048)\n"
        "pem = key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption())\n"
        "print(base64.b64encode(pem).decode())\n"
    )
    return subprocess.run([str(PYTHON), "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def write_environment(path: Path = ENV_FILE, make_key: Callable[[], str] = fresh_key) -> None:
    """Write the local environment file with fresh secrets. What stands there stays; missing names are added."""
    present = path.read_text("utf-8") if path.is_file() else ""
    names = {line.split("=", 1)[0] for line in present.splitlines() if "=" in line}
    wanted: dict[str, Callable[[], str]] = {
        "TALENTBANK_MODE": lambda: "local",
        "SECRET_KEY": lambda: secrets.token_urlsafe(50),
        "IDP_OIDC_PRIVATE_KEY_B64": make_key,
        "AUDIT_SIGNING_KEY_B64": lambda: base64.b64encode(secrets.token_bytes(32)).decode(),
        "WEBHOOK_SECRET_KEYS": lambda: secrets.token_urlsafe(32),
        "WEBHOOK_LOOPBACK": lambda: "1",
        "ALLOWED_HOSTS": lambda: "localhost,127.0.0.1,[::1]",
        "DATABASE_URL": lambda: "sqlite:///var/talentbank.sqlite3",
        "EMAIL_URL": lambda: "file:///var/mail",
    }
    lines = [f"{name}={make()}\n" for name, make in wanted.items() if name not in names]
    if not lines:
        return
    text = present if not present or present.endswith("\n") else present + "\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text + "".join(lines))
    say(f"wrote {path.name} (secrets of this machine; not tracked)")


def setup() -> None:
    """Install what the service runs on and write the local environment file."""
    install("base")
    VAR.mkdir(exist_ok=True)
    write_environment()


def port_chosen() -> int:
    text = os.environ.get("PORT", "8000")
    if not text.isdecimal() or not 0 < int(text) < 65536:
        fail(f"PORT must be a number from 1 to 65535, not {text!r}")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(text)))
        except OSError:
            fail(f"Port {text} is in use. Choose another: PORT=8001 make demo")
    return int(text)


def wait_until_well(url: str, children: dict[str, subprocess.Popen[bytes]]) -> None:
    end = time.monotonic() + SERVER_SECONDS
    while time.monotonic() < end:
        for name, child in children.items():
            if child.poll() is not None:
                fail(f"The {name} ended with code {child.returncode}.")
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    fail(f"{url} did not answer within {SERVER_SECONDS} s.")


def demo() -> None:
    """Set up, load the demo bank, start server and worker, print how to get in."""
    port = port_chosen()
    url = f"http://127.0.0.1:{port}"
    os.environ["TALENTBANK_BASE_URL"] = url
    setup()
    for title, command in {
        "migrating the database": ("migrate", "--verbosity", "0"),
        "loading skills and problems": ("load_vocabulary",),
        "loading the demo banks (the first time takes about a minute)": ("load_demo",),
        "building the index": ("build_index",),
    }.items():
        say(title)
        manage(*command)
    say(f"starting server and worker at {url}")
    granian = (
        *(PYTHON, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", "2", "--backpressure", "32", "--log-level", "error", "--respawn-failed-workers"),
    )
    commands = {
        "server": (*granian, "talentbank.wsgi:application"),
        "worker": (PYTHON, "manage.py", "work"),
    }
    serve(commands, url)


def serve(commands: dict[str, tuple[str | Path, ...]], url: str) -> None:
    """Run server and worker until one ends or we are told to stop; nothing is left behind."""
    children: dict[str, subprocess.Popen[bytes]] = {}
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        for name, command in commands.items():
            children[name] = subprocess.Popen(list(map(str, command)), cwd=ROOT)
        wait_until_well(url, children)
        manage("demo_access", "--base-url", url)
        say("ready; stop with Ctrl-C")
        while all(child.poll() is None for child in children.values()):
            time.sleep(0.5)
        ended = [name for name, child in children.items() if child.poll() is not None]
        fail(f"The {' and the '.join(ended)} ended.")
    except KeyboardInterrupt:
        pass
    finally:
        for child in children.values():
            child.terminate()
        for child in children.values():
            try:
                child.wait(timeout=15)
            except subprocess.TimeoutExpired:
                child.kill()


def lint() -> None:
    install("dev")
    conclude(LINTS, check(LINTS, together=2))


LINTS: dict[str, tuple[str, ...]] = {
    "ruff": ("-m", "ruff", "check", "."),
    "format": ("-m", "ruff", "format", "--check", "."),
    "types": ("-m", "mypy"),
    "imports": ("-c", "from importlinter.cli import lint_imports_command as c; c()"),
    "migrations": ("manage.py", "makemigrations", "--check", "--dry-run"),
    "openapi.yaml": ("manage.py", "openapi", "--check"),
    "docs/lifecycle.md": ("manage.py", "document_lifecycle", "--check"),
}
COMPILE = {"kernel": ("-c", "import matching.index.compiled")}
"""Compiled once, beside the lints, not in each process of the suite."""


def check(steps: dict[str, tuple[str, ...]], together: int = 1) -> list[str]:
    """Run every step, so many at a time, each with its output in one piece; return those that failed."""

    def passes(name: str) -> bool:
        environment = {**os.environ, **TEST_ENVIRONMENT}
        told = subprocess.PIPE if together > 1 else None
        if not told:
            say(name)
        command = [str(PYTHON), *steps[name]]
        ended = subprocess.run(command, cwd=ROOT, env=environment, stdout=told, stderr=subprocess.STDOUT, check=False)
        if told:
            say(f"{name}\n{ended.stdout.decode(errors='replace').rstrip()}")
        return ended.returncode == 0

    with ThreadPoolExecutor(together) as pool:
        return [name for name, passed in zip(steps, pool.map(passes, steps), strict=True) if not passed]


def conclude(steps: Iterable[str], failed: Sequence[str]) -> None:
    if failed:
        fail(f"FAILED: {', '.join(failed)}")
    say(f"all well: {', '.join(steps)}")


def node() -> str:
    """Make sure of Node.js (tests/node.py); return what goes untested without it or a browser, for the run's end."""
    say("Node.js and a browser: what is missing is installed, Chromium by apt-get where this is root")
    told = subprocess.run([str(PYTHON), "-m", "tests.node"], cwd=ROOT, capture_output=True, text=True, check=False)
    print(said := told.stdout + told.stderr, flush=True)
    return "\n".join(line for line in said.splitlines() if line.startswith("NOT TESTED"))


def test() -> None:
    """Everything: lint, types, import contracts, migrations, spec drift, the suite on SQLite and on PostgreSQL."""
    install("dev")
    untested = node()
    failed = check({**LINTS, **COMPILE}, together=2)
    pytest = ("-m", "pytest", "-q", "-n", "2", *sys.argv[2:])
    suites = {
        "tests on SQLite": pytest,
        "tests on PostgreSQL": (*pytest, "-p", "tests.plugins.postgres", "-m", "database"),
    }
    failed += check(suites)
    if untested:
        say(untested)
    conclude([*LINTS, *suites], failed)


def lock() -> None:
    """Resolve requirements/*.in into hash-pinned locks without any index address."""
    run(PYTHON, "-m", "pip", "install", "--quiet", "uv")
    for name in ("base", "scale", "cluster", "dev", "bench", "node"):
        run(
            *(PYTHON, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes"),
            *("--no-emit-index-url", "--no-emit-find-links", "--python-version", "3.11"),
            *(f"requirements/{name}.in", "-o", f"requirements/{name}.txt"),
        )


def spec() -> None:
    """Write openapi.yaml and docs/lifecycle.md from the code."""
    install("dev")
    for command in ("openapi", "document_lifecycle"):
        run(PYTHON, "manage.py", command, **TEST_ENVIRONMENT)


def release_spec() -> None:
    """Keep the specification as the released one, which the suite holds later ones against; refuses a break."""
    install("dev")
    run(PYTHON, "manage.py", "openapi", "--release", **TEST_ENVIRONMENT)


def test_faults() -> None:
    """Seed faults into a copy of the project; each must make the suite fail. A few minutes."""
    install("dev")
    run(PYTHON, "-m", "tests.faults", *sys.argv[2:], **TEST_ENVIRONMENT)


def test_histories() -> None:
    """Long histories of simultaneous calls, kills and timers on both databases. About an hour on two cores."""
    install("dev")
    counts = (
        *("--volleys", "2000", "--rushes", "1000", "--repeats", "500", "--audits", "20"),
        *("--worker-kills", "50", "--deaths", "50", "--ticks", "10", "--dead-ticks", "10"),
    )
    for database, more in {"sqlite": (), "postgresql": ("--postgres-kills", "20")}.items():
        say(f"histories on {database}")
        run(PYTHON, "-m", "tests.histories", "--database", database, *counts, *more, *sys.argv[2:])


def test_cluster() -> None:
    """The index on a cluster of two nodes, of which one is killed under load. A few minutes. See --help."""
    install("dev")
    run(PYTHON, "-m", "tests.cluster", *sys.argv[2:], **TEST_ENVIRONMENT)


def spec_lint() -> None:
    """Spectral and Redocly on openapi.yaml; fails where there is no Node.js. Seconds."""
    install("dev")
    run(PYTHON, "-m", "tests.spec_lint", **TEST_ENVIRONMENT)


def attack() -> None:
    """Every operation attacked by openapi.yaml, as each role, in all phases of Schemathesis. Hours on two cores."""
    install("dev")
    stages = (f"tests/api/matrix/attack/{name}.py" for name in ("test_attack", "everything"))
    run(PYTHON, "-m", "pytest", "-q", "-n", "2", *stages, *sys.argv[2:], **TEST_ENVIRONMENT)


def bench() -> None:
    """The index beside scikit-learn, scipy, tantivy and bm25s in one run; writes docs/benchmarks.md. See --help."""
    install("bench")
    run(PYTHON, "-m", "tests.benchmarks", *sys.argv[2:], **TEST_ENVIRONMENT)


def bench_requests() -> None:
    """What a request costs beside bare Django REST framework; writes docs/benchmarks-requests.md. See --help."""
    install("bench")
    run(PYTHON, "-m", "tests.benchmarks.requests", *sys.argv[2:], **TEST_ENVIRONMENT)


TASKS = {
    task.__name__.replace("_", "-"): task
    for task in (
        *(setup, demo, test, test_faults, test_histories, test_cluster, attack, bench, bench_requests),
        *(lint, spec_lint, lock, spec, release_spec),
    )
}


def main() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - an older one may well be what starts this file
        fail(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}")
    if len(sys.argv) < 2 or sys.argv[1] not in TASKS:
        fail("usage: python tasks.py " + " | ".join(TASKS))
    TASKS[sys.argv[1]]()


if __name__ == "__main__":
    main()
