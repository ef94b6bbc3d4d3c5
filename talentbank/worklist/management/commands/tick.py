"""Run the system's timers once: answers overdue, dates reached, registrations and needs past their day."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from talentbank.core.clock import TOKYO, now
from talentbank.worklist.timers import tick


def moment(text: str) -> datetime:
    """Read an ISO date or time; without an offset it is Japan's."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"--at: {text!r} is not a date or time such as 2026-11-02T10:00") from None
    return at if at.tzinfo else at.replace(tzinfo=TOKYO)


class Command(BaseCommand):
    help = "Run the timers once; idempotent, and two runs at once act once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--at", help="rehearse as of this moment instead of now")

    def handle(self, *args: Any, **options: Any) -> None:
        counts = tick(at=moment(options["at"]) if options["at"] else now())
        self.stdout.write(", ".join(f"{name} {count}" for name, count in counts.items()))
