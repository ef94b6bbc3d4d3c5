"""Run histories on one database and say what broke: `python -m tests.histories --database sqlite --volleys 2000`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.histories.servers import ROOT, Postgres, Server, environment


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="histories-") as folder:
        Path(folder).chmod(0o755)
        postgres = Postgres(Path(folder) / "postgres") if options.database == "postgresql" else None
        path = os.path.relpath(Path(folder) / "histories.sqlite3", ROOT)
        url = postgres.url if postgres else f"sqlite:///{path}"
        try:
            return _run(options, url, postgres, Path(folder))
        finally:
            if postgres:
                postgres.stop()


def _run(options: argparse.Namespace, url: str, postgres: Postgres | None, folder: Path) -> int:
    os.environ.update(environment(url))
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from tests.histories import phases, plugs, timers
    from tests.histories.calls import Caller
    from tests.histories.generator import Generator
    from tests.histories.world import world_make

    world = world_make()
    server = Server(url, folder / "server.log")
    try:
        run = phases.Run(world, Generator(world, options.seed), server, Caller(server.base), url)
        plan: dict[str, Callable[[], Iterator[str]]] = {
            "volleys": lambda: phases.volleys(run, options.volleys),
            "rushes": lambda: phases.rushes(run, options.rushes),
            "repeats": lambda: phases.repeats(run, options.repeats),
            "audits": lambda: phases.audits(run, options.audits),
            "worker kills": lambda: plugs.worker_kills(run, options.worker_kills),
            "deaths": lambda: plugs.deaths(run, options.deaths),
            "postgres kills": lambda: plugs.postgres_kills(run, options.postgres_kills, postgres),
            "ticks": lambda: timers.ticks(run, options.ticks),
            "dead ticks": lambda: timers.dead_ticks(run, options.dead_ticks),
            "replay": lambda: phases.end(run),
        }
        violations = sum(_phase(name, phase) for name, phase in plan.items())
    finally:
        server.stop()
        log = (folder / "server.log").read_text("utf-8", "replace")
        if "Traceback" in log:
            print("server said:", log[log.index("Traceback") :][:3000], sep="\n")
    counted = {
        "calls": sum(run.statuses.values()),
        "acknowledged": len(run.ledger.acknowledged),
        "statuses": dict(sorted(run.statuses.items())),
        "while_killed": dict(sorted(run.while_killed.items())),
        "plugs": dict(run.plugs),
    }
    asked = {name: getattr(options, name) for name in ("database", "seed", *COUNTS)}
    print(json.dumps({**asked, **counted, "violations": violations}))
    return 1 if violations else 0


def _phase(name: str, phase: Callable[[], Iterator[str]]) -> int:
    started, found = time.monotonic(), 0
    for problem in phase():
        found += 1
        if found <= 20:
            print(f"  {name}: {problem}", flush=True)
    print(f"{name:15} {found} violations, {time.monotonic() - started:.0f} s", flush=True)
    return found


COUNTS = ("volleys", "rushes", "repeats", "audits", "worker_kills", "deaths", "postgres_kills", "ticks", "dead_ticks")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.histories", description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--seed", type=int, default=20261123)
    for name in COUNTS:
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
