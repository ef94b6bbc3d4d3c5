"""What staff write to each field that is to be changed: of registrations, and of needs in their room."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from talentbank.core.errors import FieldError

COMMENT_LENGTH = 2000


def comment_errors(comments: Any, fields: Container[str]) -> list[FieldError]:
    """Check comments, which are {JSON pointer to one of `fields`, or into it: text}."""
    if not isinstance(comments, Mapping):
        return [FieldError("/comments", "invalid")]
    errors = []
    for pointer, text in comments.items():
        where = "/comments/" + str(pointer).replace("~", "~0").replace("/", "~1")
        if str(pointer).removeprefix("/").split("/")[0] not in fields or not str(pointer).startswith("/"):
            errors.append(FieldError(where, "unknown_field"))
        elif not isinstance(text, str) or not text.strip():
            errors.append(FieldError(where, "blank"))
        elif len(text) > COMMENT_LENGTH:
            errors.append(FieldError(where, "max_length", {"maximum": COMMENT_LENGTH}))
    return errors
