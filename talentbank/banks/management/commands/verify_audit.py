"""Read the record against itself and against exported heads; end with 1 where anything is not as it was written."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from talentbank.banks.models import Bank
from talentbank.core.heads import BrokenHead, ExportedHead, SigningKeyMissing, head_read, private_key
from talentbank.core.models import Event
from talentbank.core.verification import verify


class Command(BaseCommand):
    help = "Verify the record; prints each finding and ends with 1 where there is one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--bank", help="slug; every bank if absent")
        parser.add_argument("--heads", type=Path, action="append", default=[], help="a file of exported heads")
        parser.add_argument("--public-key", help="base64; the environment's own key if absent")

    def handle(self, *args: Any, **options: Any) -> None:
        banks = None
        if options["bank"]:
            banks = list(Bank.objects.filter(slug=options["bank"]).values_list("pk", flat=True))
            if not banks:
                raise CommandError(f"no bank {options['bank']!r}")
        heads = self._heads(options["heads"], options["public_key"])
        findings = 0
        for finding in verify(bank_ids=banks, heads=heads):
            findings += 1
            self.stdout.write(str(finding))
        if findings:
            raise CommandError(f"{findings} findings: the record is not as it was written")
        events = Event.objects.filter(bank_id__in=banks) if banks else Event.objects.all()
        self.stdout.write(f"the record is as it was written: {events.count()} events, {len(heads)} exported heads")

    def _heads(self, files: list[Path], key_text: str | None) -> list[ExportedHead]:
        if not files:
            return []
        key = _public_key(key_text)
        heads = []
        for path in files:
            for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
                try:
                    heads.append(head_read(line, key))
                except BrokenHead as error:
                    raise CommandError(f"{path.name}, line {number}: {error}") from None
        return heads


def _public_key(text: str | None) -> Ed25519PublicKey:
    try:
        if text is None:
            return private_key(settings.AUDIT_SIGNING_KEY_B64).public_key()
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))
    except SigningKeyMissing as error:
        raise CommandError(str(error)) from None
    except (binascii.Error, ValueError):
        raise CommandError("--public-key must be base64 of 32 bytes") from None
