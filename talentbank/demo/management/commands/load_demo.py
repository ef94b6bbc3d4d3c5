"""Load the demo banks through the services."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from talentbank.core.clock import now
from talentbank.demo.data_files import bank_folders
from talentbank.demo.loading import demo_load


class Command(BaseCommand):
    help = "Load the demo banks; a bank that is there already is left as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        for folder in bank_folders():
            bank = demo_load(folder, at=now(), progress=lambda line: self.stdout.write(f"  {line}"))
            self.stdout.write(
                f"{bank.name}: loaded" if bank else f"{folder.bank['name']}: already there, left as it is"
            )
