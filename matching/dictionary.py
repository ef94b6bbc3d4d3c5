"""The morphological dictionary: one tokenizer a thread, and whether a word stands in it as a whole.

Source: Takaoka et al. 2018, "Sudachi: a Japanese Tokenizer for Business" (normalized forms, split modes).
"""

import threading
from functools import cache, lru_cache
from typing import Any

from sudachipy import Dictionary, SplitMode

REMEMBERED_WORDS = 65_536
LONGEST_WORD = 40
"""Characters; nothing longer stands in a dictionary, and what is remembered stays small."""

_local = threading.local()
_lock = threading.Lock()


@cache
def _dictionary() -> Any:
    return Dictionary(dict="core")


def sudachi() -> Any:
    """One tokenizer for each thread: it holds a lattice that threads must not share. The dictionary is shared.

    Split mode C leaves compounds whole; their parts are read off each of them.
    """
    tokenizer = getattr(_local, "tokenizer", None)
    if tokenizer is None:
        with _lock:
            tokenizer = _local.tokenizer = _dictionary().tokenizer(mode=SplitMode.C)
    return tokenizer


@lru_cache(REMEMBERED_WORDS)
def known(word: str) -> str | None:
    """The normalized form of a word that the dictionary has as one entry (manager → マネージャー), else None."""
    if not 0 < len(word) <= LONGEST_WORD:
        return None
    found = list(sudachi().tokenize(word))
    if len(found) != 1 or found[0].is_oov():
        return None
    normalized: str = found[0].normalized_form().casefold()
    return normalized
