"""Answers as JSON. orjson writes them: of the time that an answer takes, the standard library's encoder was a third."""

from __future__ import annotations

from typing import Any

import orjson
from rest_framework.renderers import BaseRenderer
from rest_framework.utils.encoders import JSONEncoder

OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
_default = JSONEncoder().default


def written(value: Any) -> bytes:
    """`value` as JSON in UTF-8: times and lazy texts as Django REST framework has them, nothing escaped needlessly."""
    return orjson.dumps(value, default=_default, option=OPTIONS)


def fragment(value: Any) -> orjson.Fragment:
    """`value` written already, to be put into what is written later."""
    return orjson.Fragment(written(value))


class JSON(BaseRenderer):
    """application/json."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else written(data)
