"""What this installation is and whether it is well: `/healthz`, `/readyz`, `/api/v1/meta`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from rest_framework import serializers

from api.errors import Busy
from api.fields import StrictCharField, StrictChoiceField, StrictListField
from api.routing import endpoint
from api.views import FactView
from talentbank.accounts.oidc import SCOPES
from talentbank.notifications.services import outbox_is_late
from talentbank.ranking.builds import index_is_late


class Health(serializers.Serializer):
    status = StrictChoiceField(["ok"], component="HealthStatus")


class Meta(serializers.Serializer):
    title = StrictCharField(max_length=100)
    version = StrictCharField(max_length=20, help_text="Version of the API; only additions within v1.")
    openapi = StrictCharField(max_length=200, help_text="Path of this specification.")
    languages = StrictListField(child=StrictCharField(max_length=10), max_length=10)
    scopes = StrictListField(child=StrictCharField(max_length=40), max_length=100)


class MetaDetail(FactView):
    """Version, languages and scopes of this installation."""

    operation_id = "meta_get"
    summary = "Describe this installation"
    tag = "meta"
    public = True
    output_serializer = Meta

    def answer(self, **ids: Any) -> dict[str, Any]:
        stated = settings.SPECTACULAR_SETTINGS
        return {
            "title": stated["TITLE"],
            "version": stated["VERSION"],
            "openapi": "/openapi.yaml",
            "languages": [code for code, _ in settings.LANGUAGES],
            "scopes": sorted(SCOPES),
        }


class Alive(FactView):
    """The process answers. Nothing else is checked, so that a slow database restarts no worker."""

    operation_id = "health_live"
    summary = "Is the process alive"
    tag = "meta"
    public = True
    authentication_classes = ()
    output_serializer = Health

    def answer(self, **ids: Any) -> dict[str, str]:
        return {"status": "ok"}


class Ready(Alive):
    """The database answers, every migration is applied, and the worker keeps up: no message waits for an hour past its
    time, and no index lacks a change of two days ago. Otherwise 503, without saying what is missing.
    """

    operation_id = "health_ready"
    summary = "Is it ready for traffic"

    def answer(self, **ids: Any) -> dict[str, str]:
        if not is_ready(self.at):
            raise Busy()
        return {"status": "ok"}


def is_ready(at: datetime) -> bool:
    """Tell whether the database answers with today's tables, and neither outbox nor index is late."""
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        return not (outbox_is_late(at=at) or index_is_late(at=at))
    except DatabaseError:
        return False


urlpatterns = [endpoint("meta", get=MetaDetail)]
health_urlpatterns = [endpoint("healthz", get=Alive), endpoint("readyz", get=Ready)]
