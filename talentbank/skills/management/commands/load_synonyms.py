"""`manage.py load_synonyms FILE`: take a copy of SudachiDict's synonyms.txt into the shared thesaurus.

The rows are those of the file afterwards; `--remove` takes them all out again. Every index follows at its next use.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from talentbank.core.clock import now
from talentbank.skills.groups import thesaurus_load
from talentbank.skills.management.reports import said, wrong_lines_said
from talentbank.skills.models import GroupSource
from talentbank.skills.sudachi import sudachi_synonyms_read
from talentbank.skills.thesaurus import SynonymGroup, thesaurus_read


class Command(BaseCommand):
    help = "Load the general synonyms of SudachiDict from this installation's own copy; idempotent."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="SudachiDict's synonyms.txt")
        parser.add_argument("--remove", action="store_true", help="take the general synonyms out again")

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["file"]) is options["remove"]:
            raise CommandError("name a file, or --remove")
        groups: tuple[SynonymGroup, ...] = ()
        if options["file"]:
            with wrong_lines_said():
                groups = sudachi_synonyms_read(options["file"], ours=thesaurus_read())
        self.stdout.write(said("synonyms", thesaurus_load(groups=groups, source=GroupSource.SUDACHI, at=now())))
