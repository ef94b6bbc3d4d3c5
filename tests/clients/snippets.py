"""The code of the documents: taken out of their fences, joined to a program and given an end that runs it."""

from __future__ import annotations

import re
from pathlib import Path

from tests.node import ROOT

DOCUMENTS = ("front-ends", "webhooks")
ENDS = Path(__file__).resolve().parent / "snippet_ends"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(document: str, language: str) -> list[str]:
    """The code blocks of a document in one language, in their order."""
    text = (ROOT / "docs" / f"{document}.md").read_text("utf-8")
    return [code for name, code in FENCE.findall(text) if name == language]


def programs() -> dict[str, str]:
    """The TypeScript of each document with its end, by the name of its file."""
    return {f"{name.replace('-', '_')}.docs.ts": _program(name) for name in DOCUMENTS}


def _program(document: str) -> str:
    end = (ENDS / f"{document}.ts").read_text("utf-8")
    begin, mark, rest = end.partition("// The document.\n")
    assert mark, f"{document}.ts says where the document's code stands"
    code = "\n".join(blocks(document, "typescript"))
    for shown, told in (
        ("https://bank.example.jp", "BASE"),
        ("your-client-id", "CLIENT"),
        ("https://app.example/", "BACK"),
    ):
        code = code.replace(f'"{shown}"', f'process.env["{told}"]!')
    return "\n".join([begin, code, rest])
