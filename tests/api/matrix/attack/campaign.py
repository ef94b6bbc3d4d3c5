"""One attack: the engine of Schemathesis on the document that the code makes, every check on, one seed."""

from __future__ import annotations

import copy
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from django.db import connection
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.hooks import GLOBAL_HOOK_DISPATCHER
from schemathesis.transport.wsgi import WSGITransport

from api.schema import generate
from tests.api.matrix.attack.aim import Aim
from tests.api.matrix.attack.allowed import ON_VALID_INPUT, is_allowed
from tests.api.matrix.attack.door import Door
from tests.api.matrix.world import World

SEED = 20221201
PHASES = ("examples", "coverage", "fuzzing", "stateful")
OF_SOCKETS = ("max_redirects", "verify", "cert", "proxies")


@dataclass(frozen=True, slots=True)
class Finding:
    """A check that failed, with the call that shows it."""

    check: str
    operation: str
    message: str
    call: str
    answer: str

    def __str__(self) -> str:
        return f"{self.check}: {self.operation}\n{self.message}\n{self.call}\n→ {self.answer}\n"


@dataclass
class Report:
    """What an attack found, and how often each status was answered."""

    statuses: Counter[int]
    findings: list[Finding] = field(default_factory=list)
    phases: dict[str, str] = field(default_factory=dict)


def attack(
    world: World,
    *,
    phases: Iterable[str],
    examples: int,
    actor: str = "",
    only: Iterable[str] | None = None,
    change: Callable[[dict[str, Any]], None] | None = None,
    seed: int = SEED,
) -> Report:
    """Attack every operation, or `only` some, as `actor` or as everybody who may; nothing of it is left behind.

    `examples` is how many calls are drawn for an operation, and how many scenarios. `change` bends the document first.
    """
    document = with_bearer(generate())
    if change:
        change(document)
    connection.inc_thread_sharing()
    door = Door()
    aim = Aim(world, door, actor)
    schema = schemathesis.openapi.from_dict(
        document, config=SchemathesisConfig.from_dict(settings(phases, examples, seed))
    )
    if only is not None:
        schema = schema.include(operation_id=sorted(only))
    schema.app = door
    schema.hook(filter_failure)
    schema.auth(refresh_interval=None)(_provider(aim))
    _keep_scenarios(schema, door)
    report = Report(door.statuses)
    try:
        with _aimed(aim), _quiet():
            for event in from_schema(schema).execute():
                _note(report, event)
    finally:
        connection.dec_thread_sharing()
    return report


def settings(phases: Iterable[str], examples: int, seed: int) -> dict[str, Any]:
    """The configuration. Nothing is learned from answers; what is drawn depends on the seed, and on the constants of
    every module that is loaded, which Hypothesis tries too.
    """
    learned = {"extra-data-sources": {"responses": False}}
    each: dict[str, dict[str, Any]] = {
        "examples": learned,
        "coverage": learned,
        "fuzzing": {**learned, "error-feedback": {"enabled": False}},
        "stateful": {},
    }
    return {
        "seed": seed,
        "continue-on-failure": True,
        "suppress-health-check": ["too_slow"],  # how busy the machine is, is no finding
        "analysis": {"constants": {"enabled": False}},
        "generation": {"max-examples": examples, "no-shrink": True, "database": "none"},
        "phases": {name: {"enabled": name in set(phases), **more} for name, more in each.items()},
        "checks": {"positive_data_acceptance": {"expected-statuses": list(ON_VALID_INPUT)}},
    }


def with_bearer(document: dict[str, Any]) -> dict[str, Any]:
    """The document with our tokens as the bearers that they are on the wire.

    Schemathesis cannot leave an OAuth 2.0 token out; a bearer it also leaves out, and sends a wrong one.
    """
    told = copy.deepcopy(document)
    told["components"]["securitySchemes"]["oauth2"] = {"type": "http", "scheme": "bearer"}
    for methods in told["paths"].values():
        for operation in methods.values():
            operation["security"] = [{name: [] for name in each} for each in operation["security"]]
    return told


def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """Hook of Schemathesis: whether a failure is one."""
    return not is_allowed(failure, case, response)


def _provider(aim: Aim) -> type:
    class Provider:
        def get(self, case: Any, context: Any) -> str:
            return aim.get(case)

        def set(self, case: Any, token: str, context: Any) -> None:
            aim.set(case, token)

    return Provider


def _keep_scenarios(schema: Any, door: Door) -> None:
    """Let the calls of a scenario see what its earlier ones wrote."""
    build = schema.build_state_machine

    def build_in_transaction(**sources: Any) -> Any:
        class Scenario(build(**sources)):  # type: ignore[misc]
            def __init__(self) -> None:
                door.begin()
                super().__init__()

            def teardown(self) -> None:
                super().teardown()
                door.end()

        return Scenario

    schema.build_state_machine = build_in_transaction


@contextmanager
def _aimed(aim: Aim) -> Iterator[None]:
    """Point each call before it is sent; without what only sockets know, which 4.32 also hands to WSGI."""
    send = WSGITransport.send

    def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
        aim.take(case)

    def send_in_process(self: Any, case: Any, **options: Any) -> Any:
        return send(self, case, **{name: each for name, each in options.items() if name not in OF_SOCKETS})

    schemathesis.hook(before_call)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(WSGITransport, "send", send_in_process)
        try:
            yield
        finally:
            GLOBAL_HOOK_DISPATCHER.unregister(before_call)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without a line of the log for each of thousands of refusals."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


def _note(report: Report, event: Any) -> None:
    if isinstance(event, events.PhaseFinished):
        report.phases[event.phase.name.value] = event.status.value
    elif isinstance(event, events.NonFatalError | events.FatalError):
        told = getattr(event, "info", None) or getattr(event, "exception", "")
        report.findings.append(Finding("error", str(getattr(event, "label", "")), str(told), "", ""))
    elif isinstance(event, events.ScenarioFinished):
        report.findings += _failed(event.recorder)


def _failed(recorder: Any) -> Iterator[Finding]:
    for id, checks in recorder.checks.items():
        for each in checks:
            if each.failure_info is None:
                continue
            failure, sent = each.failure_info.failure, recorder.interactions.get(id)
            answer = f"{sent.response.status_code} {sent.response.content[:500]!r}" if sent and sent.response else ""
            label = recorder.cases[id].value.operation.label
            yield Finding(each.name, label, failure.message[:800], each.failure_info.code_sample[:1500], answer)
