"""Take the second factor from an account whose holder has lost it, so that they can set up a new one."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from talentbank.accounts.models import User
from talentbank.accounts.second_factor import NoSecondFactor, second_factor_reset
from talentbank.core.clock import now


class Command(BaseCommand):
    help = "Delete an account's authenticators and end its sessions. Make sure first who asks: in person or by phone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the address that the account signs in with")
        parser.add_argument("--note", default="", help="who asked, and how you made sure; kept on the record")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"].lower()
        user = User.objects.filter(email=email).first()
        if user is None:
            raise CommandError(f"no account with the address {email}; nothing was changed")
        try:
            taken = second_factor_reset(user=user, note=options["note"], at=now())
        except NoSecondFactor:
            raise CommandError(f"{email} has no second factor; nothing was changed") from None
        self.stdout.write(
            f"{email}: deleted {', '.join(taken)}. Every session and token of the account has ended; at the next "
            "sign-in it sets up a new second factor where a bank asks for one."
        )
