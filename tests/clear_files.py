"""What a file of an index holds, also where it is deflated."""

from __future__ import annotations

import json
import zlib
from math import prod
from pathlib import Path

import numpy as np

from matching.index.files import MAGIC, PREFIX


def in_clear(path: Path) -> bytes:
    """The file, and after it each array that is deflated in it, as it was."""
    whole = path.read_bytes()
    if not whole.startswith(MAGIC):
        return whole
    begin = PREFIX + int.from_bytes(whole[len(MAGIC) : len(MAGIC) + 8], "little")
    return whole + b"".join(
        zlib.decompress(whole[begin + place : begin + place + length])
        for kind, shape, place, length, _ in json.loads(whole[PREFIX:begin])["arrays"].values()
        if length < np.dtype(kind).itemsize * prod(shape)
    )
