"""Every code that the code can say has words in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from api import catalogue
from api.catalogue import sentence, words

ROOT = Path(__file__).resolve().parents[3]
ERROR_CALLS = {"invalid": 1, "FieldError": 1, "Refusal": 0, "fail": 0}
"""Functions that name a code, with the position of that argument."""
CODE = re.compile(r"[a-z][a-z0-9_]+")
FIELD_NAME = re.compile(r"（[a-z]+）|(?<![{\w])[a-z]+_\w*[a-z](?!})| note ", re.ASCII)


def source_files() -> Iterator[Path]:
    for room in ("api", "talentbank"):
        yield from (path for path in sorted((ROOT / room).rglob("*.py")) if "migrations" not in path.parts)


def codes_in(tree: ast.AST) -> Iterator[str]:
    """Codes in calls of `invalid`, `FieldError`, `Refusal`, `fail` and in `code`/`default_code` of error classes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            place = ERROR_CALLS.get(name)
            if place is not None and len(node.args) > place and isinstance(node.args[place], ast.Constant):
                yield node.args[place].value
        elif isinstance(node, ast.ClassDef):
            for each in node.body:
                if isinstance(each, ast.Assign) and isinstance(each.value, ast.Constant):
                    names = {target.id for target in each.targets if isinstance(target, ast.Name)}
                    if names & {"code", "default_code"}:
                        yield each.value.value


def test_every_code_has_words() -> None:
    used: dict[str, str] = {}
    for path in source_files():
        for code in codes_in(ast.parse(path.read_text("utf-8"))):
            if isinstance(code, str) and CODE.fullmatch(code):
                used.setdefault(code, str(path.relative_to(ROOT)))

    without = {code: path for code, path in sorted(used.items()) if code not in words()}
    assert not without, f"add words to api/words/<resource>.json: {without}"


def test_words_come_in_both_languages() -> None:
    for code, entry in words().items():
        assert entry.keys() == {"ja", "en"}, code
        assert all(text.strip() for text in entry.values()), code
        for text in entry.values():
            text.format_map(catalogue.Facts())


def test_japanese_sentences_hold_no_names_of_fields() -> None:
    """A person fills in 「理由」, not `note`. Names of tools and protocols may stand."""
    found = {code: FIELD_NAME.findall(entry["ja"]) for code, entry in words().items()}
    assert {code: names for code, names in found.items() if names} == {
        "plot_unavailable": ["（matplotlib）"],
        "sandbox_has_no_beginning": ["demo_access"],
    }


def test_facts_are_filled_in() -> None:
    with translation.override("en"):
        assert sentence("max_length", maximum=5) == "Give at most 5 characters."
        assert sentence("max_length") == "Give at most … characters."
    with translation.override("ja"):
        assert sentence("max_length", maximum=5) == "5文字以内で入力してください。"


def test_several_facts_are_listed_as_the_language_lists_them() -> None:
    groups = ["leave", "holiday"]
    with translation.override("en"):
        assert "(leave, holiday)" in sentence("ambiguous_form", form="rest", groups=groups)
    with translation.override("ja"):
        assert "（leave、holiday）" in sentence("ambiguous_form", form="rest", groups=groups)


def test_an_unknown_code_gets_a_general_sentence() -> None:
    with translation.override("en"):
        assert "brand_new" in sentence("brand_new")


def test_a_code_said_in_two_files_is_refused(tmp_path: Any, monkeypatch: Any) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.json").write_text('{"x": {"ja": "x", "en": "x"}}')
    monkeypatch.setattr(catalogue, "WORDS_DIR", tmp_path)

    with pytest.raises(ValueError, match="repeats"):
        words.__wrapped__()
