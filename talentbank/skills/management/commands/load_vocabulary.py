"""Bring skills, problems and the shared thesaurus in line with the data files; safe to run again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from talentbank.core.clock import now
from talentbank.skills.files import DATA_DIR, vocabulary_read
from talentbank.skills.groups import thesaurus_load
from talentbank.skills.management.reports import said, wrong_lines_said
from talentbank.skills.models import GroupSource
from talentbank.skills.services import vocabulary_load
from talentbank.skills.thesaurus import THESAURUS, thesaurus_read


class Command(BaseCommand):
    help = "Load skills, problems and the shared thesaurus from the data files; idempotent."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--directory", type=Path, default=DATA_DIR, help="read the CSV files of this folder")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        with wrong_lines_said():
            vocabulary = vocabulary_read(options["directory"])
            groups = thesaurus_read(options["directory"] / THESAURUS.name)
        counts = vocabulary_load(vocabulary=vocabulary)
        counts["thesaurus"] = thesaurus_load(groups=groups, source=GroupSource.TALENTBANK, at=now())
        for name, each in counts.items():
            self.stdout.write(said(name, each))
