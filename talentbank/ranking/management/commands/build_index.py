"""`manage.py build_index [--bank SLUG] [--due]`: write every bank's index into files and say what is in it.

It runs at installation, so that the first ranking finds them; the worker runs it with `--due` when much has changed.
"""

from __future__ import annotations

from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from talentbank.banks.models import Bank
from talentbank.banks.selectors import bank_get, banks
from talentbank.core.clock import now
from talentbank.core.errors import NotFound
from talentbank.ranking import builds


class Command(BaseCommand):
    help = "Build the ranking index of every bank and print what is in it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--bank", default="", help="id or slug; every bank without it")
        parser.add_argument("--due", action="store_true", help="only banks that changed much since the last files")

    def handle(self, *args: Any, **options: Any) -> None:
        builds.abandoned_remove()
        chosen = self._chosen(options)
        for position, bank in enumerate(chosen, start=1):
            self.stdout.write(f"[{position}/{len(chosen)}] {bank.slug} … ", ending="")
            self.stdout.flush()
            begun = monotonic()
            if builds.build(bank.pk, at=now(), progress=self._progress) is None:
                self.stdout.write("another process is at it")
                continue
            self.stdout.write(f"{self._contents(bank)}, {monotonic() - begun:.1f} s")

    def _chosen(self, options: Any) -> list[Bank]:
        if options["bank"]:
            return [self._bank(options["bank"])]
        return builds.builds_due(at=now()) if options["due"] else list(banks())

    def _progress(self, done: int, total: int) -> None:
        if done < total:
            self.stdout.write(f"{done}/{total} … ", ending="")
            self.stdout.flush()

    @staticmethod
    def _contents(bank: Bank) -> str:
        """Read back from the files, which checks them."""
        found = builds.opened(bank.pk, basis=0)
        if found is None:
            raise CommandError(f"the files of {bank.slug} cannot be read back")
        build, professionals, needs = found
        return (
            f"{len(professionals)} professionals ({len(professionals.insufficient)} without words), "
            f"{len(needs)} needs, revision {build.revision}, model {professionals.model_version}"
        )

    @staticmethod
    def _bank(id_or_slug: str) -> Bank:
        try:
            return bank_get(id_or_slug)
        except NotFound:
            raise CommandError(f"no such bank: {id_or_slug}") from None
