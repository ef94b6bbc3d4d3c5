"""Write docs/lifecycle.md from the match table, or check that it is up to date."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from talentbank.matches.documentation import lifecycle_document


class Command(BaseCommand):
    help = "Write docs/lifecycle.md (diagram, table, permission matrix) from the match table; --check compares only."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="fail when the committed file differs")

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.BASE_DIR / "docs" / "lifecycle.md"
        text = lifecycle_document()
        if not options["check"]:
            path.write_text(text, "utf-8")
        elif not path.is_file() or path.read_text("utf-8") != text:
            raise CommandError("docs/lifecycle.md is out of date: run manage.py document_lifecycle")
