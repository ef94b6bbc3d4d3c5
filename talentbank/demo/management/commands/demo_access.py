"""Print how to get into the demo: address, one sign-in and one bearer token per role."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from talentbank.core.clock import now
from talentbank.demo.cast import FRONT_END, front_end_renew, password, token_renew
from talentbank.demo.players import players
from talentbank.notifications.beginning import beginning_keep


class Command(BaseCommand):
    help = "Print the demo's address, sign-ins and bearer tokens. Local installations only."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--base-url", default=settings.BASE_URL)

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("the demo's accounts are for local installations only")
        self.stdout.write(f"\n  {options['base_url']}/          pages\n  {options['base_url']}/docs      API\n")
        client = front_end_renew(at=now())
        self.stdout.write(f"  {FRONT_END}/          examples/typescript, once started there (client {client})\n")
        self.stdout.write(f"  password of every account below: {password()}\n\n")
        for player in players():
            self.stdout.write(f"  {player.role:<13} {player.email}\n    token {token_renew(player, at=now())}\n")
        if settings.SANDBOX:
            beginning_keep()
            self.stdout.write(f"  {options['base_url']}/sandbox   mails and webhooks that were captured\n")
