"""Names as people write them: forms under which one organization is the same."""

from __future__ import annotations

import unicodedata

from talentbank.core.names import without_legal_form


def comparable(name: str) -> str:
    """A name in the form in which two that are equal mean one organization: NFKC, small, no spaces, no legal form."""
    return "".join(without_legal_form(unicodedata.normalize("NFKC", name)).casefold().split())
