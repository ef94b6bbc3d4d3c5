"""Clients: third-party programs, each let in by one bank after the other."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from allauth.idp.oidc.models import Client, Token
from django.db import transaction
from django.db.models import QuerySet

from talentbank.accounts.admissions import client_banks
from talentbank.accounts.models import ClientApproval, ClientOrigin, ClientState
from talentbank.accounts.policies import require_bank_admin
from talentbank.accounts.programs import Program, facts_check, program_save
from talentbank.banks.models import Bank
from talentbank.core.actors import SYSTEM, Actor, Role
from talentbank.core.audit import Step, Subject, event_record
from talentbank.core.clock import day_of
from talentbank.core.errors import Conflict, Forbidden, NotFound, StaleVersion, invalid
from talentbank.core.models import lock
from talentbank.core.timers import FAILED, each

GIVES_TOKENS = (Token.Type.ACCESS_TOKEN, Token.Type.REFRESH_TOKEN)
APPROVES_FROM = (ClientState.ASKED, ClientState.REVOKED, ClientState.EXPIRED)


class ClientExists(Conflict):
    """The client has asked this bank before; its row is changed or approved instead."""

    code = "client_exists"


class ClientStateForbids(Conflict):
    """The client's state in this bank does not allow the step."""

    code = "client_state_forbids"


class ClientHasNoSecret(Conflict):
    """A public client proves itself by PKCE; a secret in its code would be none."""

    code = "client_has_no_secret"


def client_approvals_visible(actor: Actor) -> QuerySet[ClientApproval]:
    """Clients of the banks that the actor administers."""
    banks = actor.banks_as(frozenset({Role.BANK_ADMIN}))
    rows = ClientApproval.objects.filter(bank_id__in=banks)
    return rows.select_related("client").prefetch_related("origins").order_by("id")


def client_actions(actor: Actor, approval: ClientApproval, day: date) -> list[str]:
    """Actions open to the actor by state and role alone; `secret` makes a new one."""
    if Role.BANK_ADMIN not in actor.roles_in(approval.bank_id):
        return []
    offered = {
        "approve": _may_enter(approval, day),
        "revoke": _may_leave(approval),
        "secret": approval.is_home and _has_secret(approval.client),
    }
    return [action for action, is_open in offered.items() if is_open]


def _may_enter(row: ClientApproval, day: date) -> bool:
    return row.state_on(day) in APPROVES_FROM


def _may_leave(row: ClientApproval) -> bool:
    return row.state != ClientState.REVOKED


def _has_secret(client: Client) -> bool:
    return bool(client.type != Client.Type.PUBLIC)


@transaction.atomic
def client_register(
    *, actor: Actor, banks: Iterable[Bank], program: Program, facts: Mapping[str, Any], at: datetime
) -> ClientApproval:
    """This function will register a client and ask each bank on its list; return the row in the actor's own bank.

    `facts`: operator, purpose, contact, valid_until, allowed_origins. The first of `banks` that the actor administers
    is the client's home. Nobody is let in yet, not even there.

    :raises Forbidden: the actor administers none of the banks.
    :raises InvalidInput: an address that could be shared with others, a day in the past.
    """
    home, asked = _home_and_all(actor, banks)
    client, _ = program_save(program)  # nobody is told its secret; `client_secret_renew` gives the first that counts
    return _ask(client, home, asked, actor=actor, facts=facts, at=at, is_home=True)


@transaction.atomic
def client_ask(
    *, actor: Actor, banks: Iterable[Bank], client_id: str, facts: Mapping[str, Any], at: datetime
) -> ClientApproval:
    """This function will ask further banks to let in a client that is registered already.

    :raises Forbidden: the actor administers none of the banks.
    :raises InvalidInput: no such client, or as `client_register`.
    :raises ClientExists: one of the banks was asked before.
    """
    home, asked = _home_and_all(actor, banks)
    client = Client.objects.filter(pk=client_id).first()
    if client is None:
        raise invalid("/client_id", "unknown_client")
    return _ask(client, home, asked, actor=actor, facts=facts, at=at, is_home=False)


def _home_and_all(actor: Actor, banks: Iterable[Bank]) -> tuple[Bank, list[Bank]]:
    listed = list(banks)
    own = next((bank for bank in listed if Role.BANK_ADMIN in actor.roles_in(bank.pk)), None)
    if own is None:
        raise Forbidden()
    return own, list({bank.pk: bank for bank in listed}.values())


def _ask(
    client: Client,
    home: Bank,
    banks: list[Bank],
    *,
    actor: Actor,
    facts: Mapping[str, Any],
    at: datetime,
    is_home: bool,
) -> ClientApproval:
    """Ask each bank; return the row of `home`. In order of their ids: two admins, each with the other's bank on the
    list, would otherwise wait for each other's audit head, or for each other's row of the same client."""
    facts_check(facts, at)
    given = dict(facts)
    origins = given.pop("allowed_origins", ())
    if ClientApproval.objects.filter(client=client, bank__in=banks).exists():
        raise ClientExists()
    rows = [
        ClientApproval.create(at=at, bank=bank, client=client, is_home=is_home and bank == home, **given)
        for bank in sorted(banks, key=lambda bank: bank.pk)
    ]
    for row in rows:
        _origins_put(row, origins)
    for row in rows:
        _event(row, actor, "ask", at, before="")
    return next(row for row in rows if row.bank_id == home.pk)


@transaction.atomic
def client_update(
    *, actor: Actor, approval: ClientApproval, expected_version: int, facts: Mapping[str, Any], at: datetime
) -> ClientApproval:
    """This function will change what a bank keeps about a client: operator, purpose, contact, last day, origins.

    :raises InvalidInput: as `client_register`.
    """
    row = _locked(approval, actor, expected_version)
    facts_check(facts, at)
    given = dict(facts)
    if "allowed_origins" in given:
        _origins_put(row, given.pop("allowed_origins"))
    for name, value in given.items():
        setattr(row, name, value)
    row.save_step(at=at)
    _event(row, actor, "update", at, before=row.state)
    return row


@transaction.atomic
def client_approve(*, actor: Actor, approval: ClientApproval, expected_version: int, at: datetime) -> ClientApproval:
    """This function will let a client into a bank until its last day.

    :raises ClientStateForbids: it is let in already.
    :raises InvalidInput: its last day is past; change it first.
    """
    row = _locked(approval, actor, expected_version)
    before = row.state_on(day_of(at))
    if not _may_enter(row, day_of(at)):
        raise ClientStateForbids(state=before)
    if row.valid_until < day_of(at):
        raise invalid("/valid_until", "in_the_past")
    row.state = ClientState.APPROVED
    row.save_step(at=at)
    _event(row, actor, "approve", at, before=before)
    return row


@transaction.atomic
def client_revoke(*, actor: Actor, approval: ClientApproval, expected_version: int, at: datetime) -> ClientApproval:
    """This function will shut a client out of a bank at once; with the last bank its tokens end for good.

    :raises ClientStateForbids: it is revoked already.
    """
    row = _locked(approval, actor, expected_version)
    if not _may_leave(row):
        raise ClientStateForbids(state=row.state)
    before, row.state = row.state_on(day_of(at)), ClientState.REVOKED
    row.save_step(at=at)
    if not client_banks(row.client_id, day_of(at)):
        Token.objects.filter(client_id=row.client_id, type__in=GIVES_TOKENS).delete()
    _event(row, actor, "revoke", at, before=before)
    return row


@transaction.atomic
def client_secret_renew(
    *, actor: Actor, approval: ClientApproval, expected_version: int, at: datetime
) -> tuple[ClientApproval, str]:
    """This function will give a confidential client a new secret, told once; the one before ends.

    :raises Forbidden: another bank registered the client.
    :raises ClientHasNoSecret: it is public.
    """
    row = _locked(approval, actor, expected_version)
    if not row.is_home:
        raise Forbidden()
    client = Client.objects.select_for_update(of=("self",)).get(pk=row.client_id)
    if not _has_secret(client):
        raise ClientHasNoSecret()
    secret = secrets.token_urlsafe(48)
    client.set_secret(secret)
    client.save(update_fields=["secret"])
    row.save_step(at=at)
    _event(row, actor, "renew-secret", at, before=row.state)
    return row, secret


@transaction.atomic
def client_let_in(*, client: Client, bank: Bank, facts: Mapping[str, Any], at: datetime) -> ClientApproval:
    """This function will let a client into a bank without an application: the installation's own, and a sandbox's."""
    facts_check(facts, at)
    given = dict(facts)
    origins = given.pop("allowed_origins", ())
    row = ClientApproval.objects.select_for_update(of=("self",)).filter(bank=bank, client=client).first()
    before = row.state_on(day_of(at)) if row else ""
    if row is None:
        row = ClientApproval.create(at=at, bank=bank, client=client, state=ClientState.APPROVED, **given)
    else:
        row.state, row.valid_until = ClientState.APPROVED, given["valid_until"]
        row.save_step(at=at)
    _origins_put(row, origins)
    _event(row, SYSTEM, "approve", at, before=before)
    return row


def clients_tick(*, at: datetime) -> dict[str, int]:
    """Write down which approvals ended. That they ended counts from the day itself, with or without this timer."""
    due = ClientApproval.objects.filter(state=ClientState.APPROVED, valid_until__lt=day_of(at)).order_by("id")
    ids = list(due.values_list("pk", flat=True))
    expired, failed = each(ids, lambda id: _expire(id, at), what="client expiry")
    return {"expired": expired, FAILED: failed}


@transaction.atomic
def _expire(id: UUID, at: datetime) -> int:
    row = lock(ClientApproval, id)
    if row.state != ClientState.APPROVED or row.valid_until >= day_of(at):
        return 0
    row.state = ClientState.EXPIRED
    row.save_step(at=at)
    _event(row, SYSTEM, "expire", at, before=ClientState.APPROVED)
    return 1


def _origins_put(row: ClientApproval, origins: Iterable[str]) -> None:
    row.origins.all().delete()
    ClientOrigin.objects.bulk_create(ClientOrigin(approval=row, origin=origin) for origin in dict.fromkeys(origins))


def _locked(approval: ClientApproval, actor: Actor, expected_version: int) -> ClientApproval:
    """:raises Forbidden: the actor does not administer the bank. :raises StaleVersion: somebody moved it since."""
    require_bank_admin(actor, approval.bank_id)
    row = ClientApproval.objects.select_for_update(of=("self",)).filter(pk=approval.pk).first()
    if row is None:
        raise NotFound()
    if row.version != expected_version:
        raise StaleVersion(version=row.version)
    return row


def _event(row: ClientApproval, actor: Actor, action: str, at: datetime, *, before: str) -> None:
    admin = Role.BANK_ADMIN in actor.roles_in(row.bank_id)
    event_record(
        Subject("client", row.pk, row.bank_id),
        Step(actor=actor, at=at, role=Role.BANK_ADMIN if admin else Role.SYSTEM),
        action=action,
        from_state=before,
        to_state=row.state,
        facts={"client": row.client_id, "valid_until": row.valid_until},
        texts={
            "operator": row.operator,
            "purpose": row.purpose,
            "contact": row.contact,
            "origins": sorted(row.origins.values_list("origin", flat=True)),
        },
    )
