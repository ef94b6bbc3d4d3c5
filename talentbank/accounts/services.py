"""Writing accounts: invitations, memberships, access tokens of the demo."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from talentbank.accounts.mailing import mail_queue
from talentbank.accounts.models import Invitation, StaffMembership, User
from talentbank.accounts.policies import has_ended, is_spent, require_bank_admin
from talentbank.banks.models import Bank
from talentbank.core.actors import SYSTEM, Actor, Role
from talentbank.core.audit import Step, Subject, event_record
from talentbank.core.checkdigits import is_corporate_number
from talentbank.core.clock import day_of
from talentbank.core.errors import Conflict, FieldError, Forbidden, InvalidInput, NotFound, StaleVersion, invalid
from talentbank.core.models import lock

INVITATION_DAYS = 14


class InvitationSpent(Conflict):
    """Accepted, revoked or expired."""

    code = "invitation_spent"


class MembershipExists(Conflict):
    code = "membership_exists"


class MembershipEnded(Conflict):
    """The role ended; a new one begins by invitation."""

    code = "membership_ended"


class LastAdmin(Conflict):
    """A bank keeps at least one bank_admin."""

    code = "last_bank_admin"


def token_digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def invitation_create(
    *, actor: Actor, bank: Bank, email: str, role: str, valid_until: date | None, base_url: str, at: datetime
) -> Invitation:
    """This function will invite somebody to a staff role and queue the mail with a single-use link.

    :raises Forbidden: the actor does not administer the bank.
    :raises InvalidInput: the role would have ended before today.
    :raises MembershipExists: the account already has the role.
    """
    require_bank_admin(actor, bank.pk)
    if valid_until and valid_until < day_of(at):
        raise invalid("/valid_until", "in_the_past")
    email = email.lower()
    running, _ = _running_and_lapsed(bank, role, at)
    if running.filter(user__email=email).exists():
        raise MembershipExists(email=email, role=role)
    token = secrets.token_urlsafe(32)
    invitation = Invitation.create(
        at=at,
        bank=bank,
        email=email,
        role=role,
        membership_valid_until=valid_until,
        invited_by_id=actor.user_id,
        token_hash=token_digest(token),
        expires_at=at + timedelta(days=INVITATION_DAYS),
    )
    mail_queue(
        bank_id=bank.pk,
        topic="invitation",
        to=email,
        context={"bank": bank.name, "role": role, "url": f"{base_url}/invitations/{token}", "days": INVITATION_DAYS},
        at=at,
    )
    _invitation_event(invitation, actor, "invite", at)
    return invitation


def _invitation_event(row: Invitation, actor: Actor, action: str, at: datetime) -> None:
    event_record(
        Subject("invitation", row.pk, row.bank_id),
        Step(actor=actor, at=at, role=Role.BANK_ADMIN),
        action=action,
        from_state="",
        to_state="",
        facts={"role": row.role, "valid_until": row.membership_valid_until},
        texts={"email": row.email},
    )


@transaction.atomic
def invitation_accept(*, user: User, token: str, at: datetime) -> StaffMembership:
    """This function will turn an invitation into a membership of the signed-in account.

    :raises NotFound: no such invitation for this account's e-mail address.
    :raises InvitationSpent: accepted, revoked or expired, or its role would have ended by now.
    """
    invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .filter(token_hash=token_digest(token), email=user.email.lower())
        .first()
    )
    if invitation is None:
        raise NotFound()
    last = invitation.membership_valid_until
    if is_spent(invitation) or invitation.expires_at <= at or (last and last < day_of(at)):
        raise InvitationSpent()
    invitation.accepted_at, invitation.accepted_by = at, user
    invitation.save_step(at=at)
    return membership_create(
        bank=invitation.bank,
        user=user,
        role=invitation.role,
        valid_until=invitation.membership_valid_until,
        actor=Actor(user_id=user.pk),
        at=at,
    )


@transaction.atomic
def invitation_revoke(*, actor: Actor, invitation: Invitation, expected_version: int, at: datetime) -> Invitation:
    """This function will make an invitation's link worthless.

    :raises InvitationSpent: it was accepted or revoked before.
    """
    require_bank_admin(actor, invitation.bank_id)
    row = lock(Invitation, invitation.pk)
    if row.version != expected_version:
        raise StaleVersion(version=row.version)
    if is_spent(row):
        raise InvitationSpent()
    row.revoked_at = at
    row.save_step(at=at)
    _invitation_event(row, actor, "revoke", at)
    return row


@transaction.atomic
def membership_create(
    *, bank: Bank, user: User, role: str, at: datetime, valid_until: date | None = None, actor: Actor
) -> StaffMembership:
    """This function will give an account a staff role, with its event; the same role that ran out before is ended.

    :raises MembershipExists: the account already has the role.
    """
    lock(Bank, bank.pk)
    running, lapsed = _running_and_lapsed(bank, role, at)
    if running.filter(user=user).exists():
        raise MembershipExists(role=role)
    for before in lapsed.filter(user=user).select_for_update(of=("self",)):
        _end(before, SYSTEM, at)
    row = StaffMembership.create(at=at, bank=bank, user=user, role=role, valid_from=day_of(at), valid_until=valid_until)
    _membership_event(row, actor, "create", at)
    return row


@transaction.atomic
def membership_update(
    *, actor: Actor, membership: StaffMembership, expected_version: int, valid_until: date | None, at: datetime
) -> StaffMembership:
    """This function will change the day until which a role holds.

    :raises InvalidInput: the day lies before the membership began.
    :raises MembershipEnded: it is over.
    :raises LastAdmin: the day is past, and nobody would be left to administer the bank.
    """
    row = _locked_running(membership, actor, expected_version)
    if valid_until and valid_until < row.valid_from:
        raise invalid("/valid_until", "before_start")
    if valid_until and valid_until < day_of(at):
        _require_another_admin(row, at)
    row.valid_until = valid_until
    row.save_step(at=at)
    _membership_event(row, actor, "update", at)
    return row


@transaction.atomic
def membership_end(
    *, actor: Actor, membership: StaffMembership, expected_version: int, at: datetime
) -> StaffMembership:
    """This function will end a role at once.

    :raises MembershipEnded: it is over.
    :raises LastAdmin: nobody would be left to administer the bank.
    """
    row = _locked_running(membership, actor, expected_version)
    _require_another_admin(row, at)
    _end(row, actor, at)
    return row


def _end(row: StaffMembership, actor: Actor, at: datetime) -> None:
    row.ended_at = at
    row.save_step(at=at)
    _membership_event(row, actor, "end", at)


def _running_and_lapsed(
    bank: Bank, role: str, at: datetime
) -> tuple[QuerySet[StaffMembership], QuerySet[StaffMembership]]:
    """Memberships that nobody ended: those that hold or will, and those whose last day is past."""
    rows = StaffMembership.objects.filter(bank=bank, role=role, ended_at__isnull=True)
    return rows.exclude(valid_until__lt=day_of(at)), rows.filter(valid_until__lt=day_of(at))


@transaction.atomic
def ties_declare(
    *, actor: Actor, membership: StaffMembership, expected_version: int, ties: Sequence[str], at: datetime
) -> StaffMembership:
    """This function will keep whom the holder of a role is tied to: names, or corporate numbers.

    :raises Forbidden: somebody else's role.
    :raises InvalidInput: a number of 13 digits that is no corporate number.
    :raises MembershipEnded: it is over.
    """
    if membership.user_id != actor.user_id:
        raise Forbidden()
    row = lock(StaffMembership, membership.pk)
    if row.version != expected_version:
        raise StaleVersion(version=row.version)
    if has_ended(row):
        raise MembershipEnded()
    wrong = [n for n, tie in enumerate(ties) if len(tie) == 13 and tie.isdecimal() and not is_corporate_number(tie)]
    if wrong:
        raise InvalidInput([FieldError(f"/declared_ties/{n}", "corporate_number_invalid") for n in wrong])
    row.declared_ties = list(ties)
    row.save_step(at=at)
    event_record(
        Subject("membership", row.pk, row.bank_id),
        Step(actor=actor, at=at, role=Role(row.role)),
        action="declare-ties",
        from_state=row.role,
        to_state=row.role,
        facts={"ties": len(row.declared_ties)},
        texts={"declared_ties": row.declared_ties},
    )
    return row


def _locked_running(membership: StaffMembership, actor: Actor, expected_version: int) -> StaffMembership:
    """Lock a membership that has not ended; the bank's lock first, so that two admins cannot end each other."""
    require_bank_admin(actor, membership.bank_id)
    lock(Bank, membership.bank_id)
    row = lock(StaffMembership, membership.pk)
    if row.version != expected_version:
        raise StaleVersion(version=row.version)
    if has_ended(row):
        raise MembershipEnded()
    return row


def _require_another_admin(row: StaffMembership, at: datetime) -> None:
    """:raises LastAdmin: the row is the last running bank_admin's with an active account."""
    today = day_of(at)
    running = Q(valid_until__isnull=True) | Q(valid_until__gte=today)
    admins = StaffMembership.objects.filter(running, role=Role.BANK_ADMIN, ended_at__isnull=True, valid_from__lte=today)
    others = admins.filter(bank_id=row.bank_id, user__is_active=True).exclude(pk=row.pk)
    if row.role == Role.BANK_ADMIN and not others.exists():
        raise LastAdmin()


def _membership_event(row: StaffMembership, actor: Actor, action: str, at: datetime) -> None:
    event_record(
        Subject("membership", row.pk, row.bank_id),
        Step(actor=actor, at=at, role=Role.BANK_ADMIN if actor.hats else Role.SYSTEM),
        action=action,
        from_state="" if action == "create" else row.role,
        to_state="ended" if row.ended_at else row.role,
        facts={"user_id": row.user_id, "role": row.role, "valid_until": row.valid_until},
    )
