"""Every code that the code can say has words in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from django.utils import translation

from api import catalogue, wording
from api.catalogue import sentence
from api.codes import code_lists
from api.wording import words
from talentbank.matches.rules import rules_all
from talentbank.organizations.fields import fields_missing as organization_missing
from talentbank.organizations.models import Organization
from talentbank.professionals.fields import fields_missing as professional_missing
from talentbank.professionals.models import Professional

ROOT = Path(__file__).resolve().parents[3]
ERROR_CALLS = {"invalid": 1, "FieldError": 1, "Refusal": 0, "fail": 0}
"""Functions that name a code, with the position of that argument."""
CODE = re.compile(r"[a-z][a-z0-9_]+")
FIELD_NAME = re.compile(r"（[a-z]+）|(?<![{:\w])[a-z]+_\w*[a-z](?![\w}])| note ", re.ASCII)


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


def test_every_code_of_a_refusal_is_listed_and_no_sentence_of_an_answer() -> None:
    raised = {code for path in source_files() for code in codes_in(ast.parse(path.read_text("utf-8")))}
    listed = {each.code: each for each in code_lists()["problems"]}

    assert {code for code in raised if isinstance(code, str) and CODE.fullmatch(code)} <= set(listed)
    assert set(listed).isdisjoint({"fits", "line_words", "excluded_pair_open", "replayed", "contact_in_text"})
    assert listed["not_found"].ja == "見つかりませんでした。"
    assert listed["state_forbids"].ja == "現在の状態（…）ではこの操作はできません。"
    assert not any("{" in each.ja + each.en for each in listed.values())


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


RAW = re.compile(r"[a-z0-9]+_[a-z0-9_]+", re.ASCII)
COMMANDS = {"manage.py demo_access"}
KINDS = {
    "state_forbids": ("match", "need", "registration", "complaint"),
    "incomplete": ("professional", "organization"),
}
"""What `{of}` can be: whose list gives the labels."""


def samples(code: str) -> Iterator[dict[str, Any]]:
    """Facts with which a code can be said: every value of every list that its sentences read, alone and together."""
    for kind in KINDS.get(code, ("",)):
        facts: dict[str, Any] = {"of": kind}
        for name, listed in lists_read(code).items():
            facts[name] = [value.code for value in code_lists()[listed.replace("{of}", kind)]]
        yield facts
        yield from ({**facts, name: value} for name, values in facts.items() if name != "of" for value in values)


def lists_read(code: str) -> dict[str, str]:
    """Facts of a code that are said by their labels, each with the name of the list."""
    return {name: listed for text in words()[code].values() for name, listed in facts_named(text) if listed}


def facts_named(text: str) -> list[tuple[str, str]]:
    return [(name, spec or "") for _, name, spec, _ in Formatter().parse(text) if name]


def test_no_japanese_sentence_shows_a_raw_code() -> None:
    with translation.override("ja"):
        said = [(code, sentence(code, **facts)) for code in words() for facts in samples(code)]

    assert len(said) > len(words()) + 50
    raw = [(code, text) for code, text in said if RAW.search(text) and not any(name in text for name in COMMANDS)]
    assert raw == []


def test_a_fact_that_has_labels_is_said_by_its_label() -> None:
    """A fact named as these are is a code; what stands in a file that somebody loads is quoted as it stands."""
    named = [(code, *fact) for code, entry in words().items() for text in entry.values() for fact in facts_named(text)]
    raw = {(code, name) for code, name, listed in named if name in {"state", "missing", "findings"} and not listed}

    assert raw == {("missing_columns", "missing")}


@pytest.mark.parametrize(
    ("spoken", "code", "facts", "text"),
    [
        (
            "ja",
            "state_forbids",
            {"state": "suspended", "of": "match"},
            "現在の状態（中断中）ではこの操作はできません。",
        ),
        ("en", "state_forbids", {"state": "suspended", "of": "registration"}, "in the state “Suspended”."),
        ("ja", "terms_incomplete", {"missing": ["payment_on", "fee_yen"]}, "（支払期日、報酬の額）"),
        ("en", "terms_incomplete", {"missing": ["payment_on", "fee_yen"]}, "The terms lack: Day of payment, Fee."),
        ("ja", "incomplete", {"missing": ["name"], "of": "professional"}, "（氏名）"),
        ("ja", "incomplete", {"missing": ["name"], "of": "organization"}, "（名称）"),
        ("ja", "need_not_open", {"state": "on_hold"}, "（保留中）"),
        ("en", "conflict_found", {"findings": ["same_phone"]}, "none: The same telephone number."),
        ("ja", "terms_incomplete", {"missing": ["a_coming_item"]}, "（a_coming_item）"),
    ],
)
def test_codes_are_said_by_their_labels(spoken: str, code: str, facts: dict[str, Any], text: str) -> None:
    with translation.override(spoken):
        assert text in sentence(code, **facts)


def test_whoever_raises_a_code_gives_the_facts_that_its_sentences_name() -> None:
    calls = [call for path in source_files() for call in calls_of(ast.parse(path.read_text("utf-8")))]
    lacking = {(code, name) for code, given in calls for name in needed(code) - given}

    assert len(calls) > 20
    assert lacking == set()


def calls_of(tree: ast.AST) -> Iterator[tuple[str, set[str]]]:
    """`Refusal` and `FieldError` with a dictionary of facts: the code and the names of the facts."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"Refusal", "FieldError"}:
            code = node.args[ERROR_CALLS[node.func.id]]  # type: ignore[attr-defined]
            if isinstance(code, ast.Constant) and isinstance(node.args[-1], ast.Dict):
                yield code.value, {key.value for key in node.args[-1].keys if isinstance(key, ast.Constant)}


def needed(code: str) -> set[str]:
    named = [fact for text in words()[code].values() for fact in facts_named(text)]
    return {name for name, _ in named} | {"of" for _, listed in named if "{of}" in listed}


def test_every_field_that_can_be_missing_has_a_label(bank: Any) -> None:
    professional, organization = Professional(), Organization(seeks_help=False)
    for kind, missing in (
        ("professional", professional_missing(professional)),
        ("organization", organization_missing(organization)),
    ):
        assert missing == [each.code for each in code_lists()[f"{kind}-required-fields"]]


def test_every_item_that_terms_can_lack_has_a_label() -> None:
    required = {item for rules in rules_all() for each in rules.sets.values() for item in each.required}

    assert required <= {each.code for each in code_lists()["terms-items"]}


def test_a_code_said_in_two_files_is_refused(tmp_path: Any, monkeypatch: Any) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.json").write_text('{"x": {"ja": "x", "en": "x"}}')
    monkeypatch.setattr(wording, "WORDS_DIR", tmp_path)

    with pytest.raises(ValueError, match="repeats"):
        words.__wrapped__()
