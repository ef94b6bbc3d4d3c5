"""The words of every code, in Japanese and English: `api/words/*.json`, one file per resource.

A file maps a code to `{"ja": …, "en": …}`. `{name}` stands for a fact of the error, `{name:list}` for its label in that
list of codes.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

WORDS_DIR = Path(__file__).resolve().parent / "words"
ANSWERS = "answers.json"
"""The file of sentences that refuse nothing; all others hold what a problem, its `errors` or a guard can say."""
FACT = re.compile(r"\{(?:[^{}]|\{[^{}]*\})*\}")


@cache
def words() -> dict[str, dict[str, str]]:
    """Every code with its sentences.

    :raises ValueError: two files give words to one code.
    """
    merged: dict[str, dict[str, str]] = {}
    for path in sorted(WORDS_DIR.glob("*.json")):
        entries = json.loads(path.read_text("utf-8"))
        if twice := merged.keys() & entries.keys():
            raise ValueError(f"{path.name} repeats {sorted(twice)}")
        merged.update(entries)
    return merged


def refusals() -> dict[str, dict[str, str]]:
    """Every code of a problem, of its `errors` or of a guard with its sentences, by code; facts read `…`."""
    others = json.loads((WORDS_DIR / ANSWERS).read_text("utf-8"))
    return {
        code: {spoken: FACT.sub("…", text) for spoken, text in entry.items()}
        for code, entry in sorted(words().items())
        if code not in others
    }
