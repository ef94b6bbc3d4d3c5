#!/usr/bin/env python
"""Django's command line for the talent bank."""

import os
import secrets
import sys

FILES_ALONE = {"evaluate_matching"}
"""Commands that read files and no row. They run on a fresh clone: settings get a key that is thrown away and a database
that nobody opens, and a real key or database is left alone even where the environment has one."""


def without_secrets() -> None:
    """Give the settings what they insist on, for this process."""
    values = {
        "TALENTBANK_ENV_FILE": os.devnull,
        "TALENTBANK_MODE": "test",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DATABASE_URL": "sqlite:///:memory:",
        "EMAIL_URL": "memory://",
    }
    for name in values:
        os.environ.pop(f"{name}_FILE", None)
    os.environ.update(values)


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in FILES_ALONE:
        without_secrets()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "talentbank.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
