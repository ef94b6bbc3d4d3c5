"""The sandbox's beginning: every row as it was when the demo had been loaded, and the way back to it."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable
from datetime import datetime
from itertools import chain
from pathlib import Path

from allauth.idp.oidc.models import Client
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.core.cache import cache
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder

from talentbank.accounts.models import ClientApproval, ClientOrigin
from talentbank.core.errors import Conflict
from talentbank.core.models import Revision
from talentbank.notifications.sandbox import real_banks, require_sandbox

KEPT: tuple[type[models.Model], ...] = (Client, ClientApproval, ClientOrigin)
"""What developers registered stays: one may begin anew without the others having to register again."""
NOT_OURS: tuple[type[models.Model], ...] = (ContentType, Permission)


class SandboxHoldsRealData(Conflict):
    """A bank that is not the demo's would be lost."""

    code = "sandbox_holds_real_data"


class SandboxHasNoBeginning(Conflict):
    """Nobody has loaded the demo and taken its picture under this version."""

    code = "sandbox_has_no_beginning"


def beginning_path() -> Path:
    """The picture's file; another one for each set of migrations, so that an upgrade takes a new one."""
    applied = sorted(MigrationRecorder(connection).applied_migrations())
    digest = hashlib.sha256(repr(applied).encode()).hexdigest()[:16]
    return Path(settings.SANDBOX_DIR) / f"beginning-{digest}.json.gz"


def beginning_keep() -> Path:
    """This function will take the picture, once; written beside and renamed."""
    path = beginning_path()
    if path.is_file():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    with gzip.open(beside, "wt", encoding="utf-8") as file:
        serializers.serialize("json", chain.from_iterable(map(_rows, _models())), stream=file)
    return beside.rename(path)


@transaction.atomic
def sandbox_reset(*, at: datetime) -> datetime:
    """This function will put every row back as it was in the beginning; what was captured goes, clients stay.

    :raises NotFound: this installation is no sandbox.
    :raises SandboxHoldsRealData: a bank is there that is not the demo's.
    :raises SandboxHasNoBeginning: there is no picture to go back to.
    """
    require_sandbox()
    if found := real_banks():
        raise SandboxHoldsRealData(banks=found)
    path = beginning_path()
    if not path.is_file():
        raise SandboxHasNoBeginning()
    clients = [row for model in KEPT for row in _rows(model)]
    seen = dict(Revision.objects.values_list("bank_id", "value"))
    _empty()
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for each in serializers.deserialize("json", file):
            each.save()
    for row in clients:
        if not type(row)._default_manager.filter(pk=row.pk).exists():
            row.save(force_insert=True)
    for bank_id, value in seen.items():  # no index that runs may take what follows for what it has seen
        Revision.objects.filter(bank_id=bank_id).update(value=value + 1, basis=value + 1)
    cache.clear()
    return at


def _models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.managed and model not in NOT_OURS]


def _rows(model: type[models.Model]) -> Iterable[models.Model]:
    return model._default_manager.order_by("pk").iterator()


def _empty() -> None:
    tables = [model._meta.db_table for model in _models()]
    tables += [field.m2m_db_table() for model in _models() for field in model._meta.many_to_many]
    connection.check_constraints()  # PostgreSQL empties no table whose rows of this transaction are still to be checked
    with connection.cursor() as cursor:
        for statement in connection.ops.sql_flush(no_style(), tables, reset_sequences=False, allow_cascade=False):
            cursor.execute(statement)
