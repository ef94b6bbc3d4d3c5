"""The worker: drains the outbox, sends webhooks, runs the timers and has indexes built until it is told to stop."""

from __future__ import annotations

import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import Error, close_old_connections

from talentbank.core.clock import now
from talentbank.notifications.sandbox import sandbox_guard
from talentbank.notifications.services import outbox_drain
from talentbank.notifications.webhooks.deliveries import webhooks_drain
from talentbank.ranking.building import Building
from talentbank.worklist.timers import tick

logger = logging.getLogger(__name__)
OUTBOX_SECONDS = 2.0
TICK_SECONDS = 300.0
BUILD_SECONDS = 30.0


class Command(BaseCommand):
    help = "Send what waits in the outbox, run the timers, have indexes built, until SIGTERM or SIGINT."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round only")

    def handle(self, *args: Any, **options: Any) -> None:
        sandbox_guard()
        stopped = threading.Event()
        if not options["once"]:
            for name in (signal.SIGTERM, signal.SIGINT):
                signal.signal(name, lambda *_: stopped.set())
        building = Building()
        next_tick = next_build = waited = 0.0
        try:
            while not stopped.is_set():
                self.round(tick_too=waited >= next_tick)
                next_tick = waited + TICK_SECONDS if waited >= next_tick else next_tick
                if options["once"]:
                    return
                if waited >= next_build:
                    self.build(building)
                    next_build = waited + BUILD_SECONDS
                stopped.wait(OUTBOX_SECONDS)
                waited += OUTBOX_SECONDS
        finally:
            building.stop()

    def build(self, building: Building) -> None:
        """Have files written where they are due."""
        try:
            building.turn(at=now())
        except Error as error:
            logger.warning("building skipped: %s", type(error).__name__)

    def round(self, *, tick_too: bool) -> None:
        """One round; a database that is away for a moment must not end the worker."""
        close_old_connections()
        try:
            while outbox_drain(at=now()) + webhooks_drain(at=now()):
                pass
            if tick_too:
                logger.info("tick %s", tick(at=now()))
        except Error as error:
            logger.warning("round skipped: %s", type(error).__name__)
