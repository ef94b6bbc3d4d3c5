"""Run the system's timers once: answers overdue, dates reached, registrations and needs past their day."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from talentbank.core.actors import Role
from talentbank.core.clock import TOKYO, now
from talentbank.core.models import Event
from talentbank.worklist.models import Reminder
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
        parser.add_argument("--at", help="as of this moment instead of now; with --dry-run a rehearsal")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and take it all back")

    def handle(self, *args: Any, **options: Any) -> None:
        at = moment(options["at"]) if options["at"] else now()
        if settings.PRODUCTION and at > now() and not options["dry_run"]:
            raise CommandError("--at is to come: add --dry-run, for what a tick closes stays closed")
        with transaction.atomic() if options["dry_run"] else nullcontext():
            counts = tick(at=at)
            if options["dry_run"]:
                self._tell(at)
                transaction.set_rollback(True)
        self.stdout.write(", ".join(f"{name} {count}" for name, count in counts.items()))
        if failed := sum(count for name, count in counts.items() if name.endswith("_failed")):
            raise CommandError(f"{failed} rows failed; the log says which and why")

    def _tell(self, at: datetime) -> None:
        """List the steps and reminders of this run."""
        for event in Event.objects.filter(at=at, actor_role=Role.SYSTEM).order_by("bank_id", "sequence"):
            self.stdout.write(f"{event.subject_kind} {event.subject_id} {event.action} -> {event.to_state}")
        for reminder in Reminder.objects.filter(at=at):
            self.stdout.write(f"{reminder.subject_kind} {reminder.subject_id} reminder {reminder.rung}")
