"""Print the signed end of each bank's chain, one JSON line a bank."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from talentbank.banks.models import Bank
from talentbank.core.audit import canonical
from talentbank.core.clock import now
from talentbank.core.heads import SigningKeyMissing, heads_export, private_key, public_key_text


class Command(BaseCommand):
    help = "Print (or append to a file) the signed end of each bank's chain."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--bank", help="slug; every bank if absent")
        parser.add_argument("--out", type=Path, help="append to this file instead of printing")
        parser.add_argument("--public-key", action="store_true", help="print the key that checks the lines, and stop")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            key = private_key(settings.AUDIT_SIGNING_KEY_B64)
        except SigningKeyMissing as error:
            raise CommandError(str(error)) from None
        if options["public_key"]:
            self.stdout.write(public_key_text(key.public_key()))
            return
        banks = Bank.objects.order_by("slug")
        if options["bank"] and not (banks := banks.filter(slug=options["bank"])):
            raise CommandError(f"no bank {options['bank']!r}")
        heads = heads_export(key=key, bank_ids=list(banks.values_list("pk", flat=True)), at=now())
        text = "".join(f"{canonical(asdict(head))}\n" for head in heads)
        if options["out"] is None:
            self.stdout.write(text, ending="")
            return
        with options["out"].open("a", encoding="utf-8") as file:
            file.write(text)
