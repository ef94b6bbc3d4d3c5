"""Write openapi.yaml, check that it is what the code says, or keep it as the one that is released."""

from __future__ import annotations

import difflib
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.validation import validate_schema

from api.compatibility import breaks
from api.documents import openapi_path, released_path
from api.schema import generate

HINT_LINES = 40


class Command(BaseCommand):
    help = "Write openapi.yaml from the code; with --check, fail where the committed file differs."
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing, fail on a difference")
        parser.add_argument("--release", action="store_true", help="keep it as released; fail where it breaks the last")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["release"]:
            self.release()
            return
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

    def release(self) -> None:
        """:raises CommandError: a program written against the last release would break."""
        document, path = generate(), released_path()
        if path.is_file() and (lost := breaks(json.loads(path.read_text("utf-8")), document)):
            raise CommandError("\n".join(["It breaks what is released; v1 only adds.", *lost]))
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(without_examples(document), ensure_ascii=False, indent=1, sort_keys=True)
        path.write_text(text + "\n", "utf-8")
        self.stdout.write(f"{path.name}: {len(document['paths'])} paths are released")


def without_examples(node: Any) -> Any:
    """The document without what promises nothing and takes half of its room."""
    if isinstance(node, dict):
        # A member of an answer may itself be called `example`; those of OpenAPI stand beside a schema.
        return {key: without_examples(each) for key, each in node.items() if key != "examples" or "schema" not in node}
    return [without_examples(each) for each in node] if isinstance(node, list) else node


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
