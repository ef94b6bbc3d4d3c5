"""The words of every code, in Japanese and English: `api/words/*.json`, one file per resource.

A file maps a code to `{"ja": …, "en": …}`. `{name}` stands for a fact of the error, `{name:list}` for its label in that
list of codes.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

WORDS_DIR = Path(__file__).resolve().parent / "words"


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
