"""Write openapi.yaml, or check that it is what the code says."""

from __future__ import annotations

import difflib
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.validation import validate_schema

from api.documents import openapi_path
from api.schema import generate

HINT_LINES = 40


class Command(BaseCommand):
    help = "Write openapi.yaml from the code; with --check, fail where the committed file differs."
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing, fail on a difference")

    def handle(self, *args: Any, **options: Any) -> None:
        content = rendered()
        path = openapi_path()
        committed = path.read_text("utf-8") if path.is_file() else ""
        if not options["check"]:
            path.write_text(content, "utf-8")
            self.stdout.write(f"{path.name}: {len(content.splitlines())} lines")
        elif committed != content:
            lines = difflib.unified_diff(
                committed.splitlines(), content.splitlines(), "committed", "from the code", lineterm="", n=1
            )
            hint = "\n".join(list(lines)[:HINT_LINES])
            raise CommandError(f"{path.name} has drifted; run `manage.py openapi`.\n{hint}")


def rendered() -> str:
    """Return the document as YAML.

    :raises CommandError: drf-spectacular warned, or the document is no valid OpenAPI.
    """
    document = generate()
    if GENERATOR_STATS:
        GENERATOR_STATS.emit_summary()
        raise CommandError("The specification is incomplete; see the warnings above.")
    validate_schema(document)
    return OpenApiYamlRenderer().render(document, renderer_context={}).decode()
