"""Bring skills and problems in line with the data files; safe to run again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from talentbank.core.errors import InvalidInput
from talentbank.skills.files import DATA_DIR, vocabulary_read
from talentbank.skills.services import vocabulary_load


class Command(BaseCommand):
    help = "Load skills and problems from the data files; idempotent."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--directory", type=Path, default=DATA_DIR, help="read the CSV files of this folder")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            vocabulary = vocabulary_read(options["directory"])
        except InvalidInput as error:
            lines = [f"{each.pointer.removeprefix('/')}: {each.code} {each.facts or ''}" for each in error.errors]
            raise CommandError("\n".join(line.rstrip() for line in lines)) from None
        for name, counts in vocabulary_load(vocabulary=vocabulary).items():
            kept = f", {len(counts.kept)} kept in use ({', '.join(counts.kept)})" if counts.kept else ""
            self.stdout.write(
                f"{name}: {counts.created} created, {counts.changed} changed, {counts.unchanged} unchanged, "
                f"{counts.removed} removed{kept}"
            )
