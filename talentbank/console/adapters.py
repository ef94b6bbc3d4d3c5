"""allauth's sign-in with our ways."""

from __future__ import annotations

from talentbank.console.attempts import FairAttempts


class AccountAdapter(FairAttempts):
    """Named in the settings."""
