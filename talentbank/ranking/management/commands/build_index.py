"""`manage.py build_index [--bank SLUG]`: build every bank's index from its rows and say what is in it.

Nothing is kept on disk: each worker builds its own at the first ranking, as this command does. It runs at installation
to prove that the texts can be read, and shows how long a worker takes.
"""

from __future__ import annotations

from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from talentbank.banks.selectors import bank_get, banks
from talentbank.core.errors import NotFound
from talentbank.core.revision import revision_current
from talentbank.ranking.store import loaded


class Command(BaseCommand):
    help = "Build the ranking index of every bank and print what is in it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--bank", default="", help="id or slug; every bank without it")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = [self._bank(options["bank"])] if options["bank"] else list(banks())
        for position, bank in enumerate(chosen, start=1):
            self.stdout.write(f"[{position}/{len(chosen)}] {bank.slug} … ", ending="")
            self.stdout.flush()
            begun = monotonic()
            state = loaded(bank.pk, revision_current(bank.pk))
            self.stdout.write(
                f"{len(state.professionals)} professionals ({len(state.professionals.insufficient)} without words), "
                f"{len(state.needs)} needs, revision {state.revision}, model {state.model_version}, "
                f"{monotonic() - begun:.1f} s"
            )

    @staticmethod
    def _bank(id_or_slug: str) -> Any:
        try:
            return bank_get(id_or_slug)
        except NotFound:
            raise CommandError(f"no such bank: {id_or_slug}") from None
