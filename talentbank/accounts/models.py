"""Accounts, staff memberships and invitations."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, ClassVar

from allauth.idp.oidc.models import Client
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import F, Q

from talentbank.banks.models import Bank
from talentbank.core.clock import now
from talentbank.core.ids import new_id
from talentbank.core.models import Row


class UserManager(BaseUserManager["User"]):
    """Makes accounts; the e-mail address is the name one signs in with."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in.

    Staff of a bank is who has a `StaffMembership` there. Django's own `is_staff` and `is_superuser` open nothing: there
    is no admin site.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=100, blank=True)
    kana = models.CharField(max_length=100, blank=True)
    language = models.CharField(max_length=10, default="ja")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(auto_now_add=True)
    password_changed_at = models.DateTimeField(null=True)
    """Tokens given out before end with it; None where the first password still holds."""
    second_factor_set_at = models.DateTimeField(null=True)
    """When the first second factor was set up, or all were taken away. Sessions and tokens from before end with it:
    whoever had them came in by one factor alone, or by one that is lost."""

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        ordering = ("email",)

    def __str__(self) -> str:
        return self.email

    def set_password(self, raw_password: str | None) -> None:
        """Set the password and, on an account that exists, the moment.

        Here and not in a service: the pages and `manage.py changepassword` meet nowhere else. A rehash at
        sign-in comes by as well but saves the hash alone.
        """
        super().set_password(raw_password)
        if not self._state.adding:
            self.password_changed_at = now()

    def get_session_auth_hash(self) -> str:
        return self._with_second_factor(super().get_session_auth_hash())

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        return map(self._with_second_factor, super().get_session_auth_fallback_hash())

    def _with_second_factor(self, session_hash: str) -> str:
        since = self.second_factor_set_at
        return f"{session_hash}.{since.isoformat()}" if since else session_hash

    def holds_since(self, moment: datetime) -> bool:
        """Whether what was given out at `moment` outlived the last new password and the last change of the factor."""
        ends = (self.password_changed_at, self.second_factor_set_at)
        return self.is_active and not any(end and moment <= end for end in ends)


class StaffRole(models.TextChoices):
    COORDINATOR = "coordinator", "コーディネーター"
    SUPPORT_DESK = "support_desk", "窓口担当者"
    ANALYST = "analyst", "統計担当"
    BANK_ADMIN = "bank_admin", "管理責任者"


class StaffMembership(Row):
    """A role of an account in a bank, until `valid_until` (a day; it still holds on that day).

    `declared_ties` [corporate number or name]: whom its holder is tied to, for the scan for conflicts of interest.
    """

    bank = models.ForeignKey(Bank, models.RESTRICT, related_name="memberships")
    user = models.ForeignKey(User, models.RESTRICT, related_name="memberships")
    role = models.CharField(max_length=20, choices=StaffRole.choices)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    declared_ties = models.JSONField(default=list)

    class Meta:
        ordering = ("bank", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("bank", "user", "role"),
                condition=Q(ended_at__isnull=True),
                name="staff_membership_is_one_running_per_bank_user_and_role",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="staff_membership_ends_after_it_begins",
            ),
        )


class Invitation(Row):
    """An invitation to a staff role, by mail with a single-use token.

    Only the token's hash is kept here. The token itself stands in the mail, which waits in the outbox in clear until it
    was sent or has failed for good (a day and a half of tries).
    """

    bank = models.ForeignKey(Bank, models.RESTRICT, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=20, choices=StaffRole.choices)
    membership_valid_until = models.DateField(null=True)
    invited_by = models.ForeignKey(User, models.RESTRICT, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, models.RESTRICT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("bank", "id")


class ClientState(models.TextChoices):
    ASKED = "asked", "申請中"
    APPROVED = "approved", "利用中"
    REVOKED = "revoked", "取り消し"
    EXPIRED = "expired", "期限切れ"


class ClientApproval(Row):
    """A client in one bank: what it is for, who answers for it, and whether the bank lets it in until `valid_until`.

    `is_home`: the bank that registered the client and hands out its secret. `last_used_on` is no step: it moves without
    a version.
    """

    bank = models.ForeignKey(Bank, models.RESTRICT, related_name="clients")
    client = models.ForeignKey(Client, models.RESTRICT, related_name="approvals")
    state = models.CharField(max_length=10, choices=ClientState.choices, default=ClientState.ASKED)
    operator = models.CharField(max_length=100)
    purpose = models.CharField(max_length=500)
    contact = models.EmailField()
    valid_until = models.DateField()
    is_home = models.BooleanField(default=False)
    last_used_on = models.DateField(null=True)

    class Meta:
        ordering = ("bank", "id")
        constraints = (
            models.UniqueConstraint(fields=("bank", "client"), name="client_approval_is_one_per_bank_and_client"),
        )

    @property
    def origin_names(self) -> list[str]:
        return [each.origin for each in self.origins.all()]

    def state_on(self, day: date) -> str:
        """The state as of a day: past its last day an approval is over, whether the timer has run or not."""
        over = self.state == ClientState.APPROVED and self.valid_until < day
        return ClientState.EXPIRED if over else self.state


class ClientOrigin(models.Model):
    """An origin, such as `https://app.example`, whose pages may call with a client's tokens from a browser."""

    approval = models.ForeignKey(ClientApproval, models.CASCADE, related_name="origins")
    origin = models.CharField(max_length=200, db_index=True)

    class Meta:
        ordering = ("approval", "origin")
        constraints = (
            models.UniqueConstraint(fields=("approval", "origin"), name="client_origin_is_one_per_approval"),
        )
