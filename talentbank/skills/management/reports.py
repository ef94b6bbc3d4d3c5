"""What the loading commands print: what a load did, or every line that is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError

from talentbank.core.errors import InvalidInput
from talentbank.skills.services import LoadCounts

MOST_NAMED = 20


@contextmanager
def wrong_lines_said() -> Iterator[None]:
    """:raises CommandError: naming file, line and column of everything that is wrong."""
    try:
        yield
    except InvalidInput as error:
        lines = [f"{each.pointer.removeprefix('/')}: {each.code} {each.facts or ''}" for each in error.errors]
        raise CommandError("\n".join(line.rstrip() for line in lines)) from None


def said(name: str, counts: LoadCounts) -> str:
    """One line for one kind of row."""
    named = ", ".join(counts.kept[:MOST_NAMED]) + (", …" if len(counts.kept) > MOST_NAMED else "")
    kept = f", {len(counts.kept)} kept in use ({named})" if counts.kept else ""
    done = f"{counts.created} created, {counts.changed} changed, {counts.unchanged} unchanged, {counts.removed} removed"
    return f"{name}: {done}{kept}"
