"""In the sandbox a developer registers a client alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from allauth.idp.oidc.models import Client
from django.db import transaction

from talentbank.accounts.clients import client_let_in
from talentbank.accounts.models import ClientApproval
from talentbank.accounts.programs import Program, program_save
from talentbank.banks.models import Bank
from talentbank.core.clock import day_of
from talentbank.core.errors import invalid

LASTS = timedelta(days=365)


@transaction.atomic
def client_register_alone(
    *, program: Program, banks: Sequence[Bank], origins: Iterable[str], at: datetime
) -> tuple[ClientApproval, str]:
    """This function will register a client that these banks let in at once; return its first row and its secret.

    The secret is empty where the client is public. Whoever calls has made sure that this is a sandbox.

    :raises InvalidInput: as `client_register`, or there is no bank.
    """
    if not banks:
        raise invalid("/banks", "required")
    client, secret = program_save(program)
    facts = {
        "operator": "sandbox",
        "purpose": "sandbox",
        "contact": "developer@example.jp",
        "valid_until": day_of(at + LASTS),
        "allowed_origins": list(origins),
    }
    rows = [
        client_let_in(client=client, bank=bank, facts={**facts, "is_home": n == 0}, at=at)
        for n, bank in enumerate(banks)
    ]
    return rows[0], secret if client.type == Client.Type.CONFIDENTIAL else ""
