"""stub"""

from enum import StrEnum
from typing import NamedTuple


class Speaker(StrEnum):
    NEED = "need"
    PROFILE = "profile"


class Refusal(NamedTuple):
    start: int
    end: int
    cue_start: int
    cue_end: int
    kind: str


def refusals(text: str, *, speaker: Speaker) -> tuple[Refusal, ...]:
    return ()
