"""Terms of a match (取引条件), version by version."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from talentbank.core.models import Row
from talentbank.matches.models.match import Match


class Terms(Row):
    """One version of the terms (取引条件). `content` is checked against the required set of `rules_version`."""

    match = models.ForeignKey(Match, models.RESTRICT, related_name="terms")
    number = models.PositiveSmallIntegerField()
    content = models.JSONField(default=dict)
    rules_version = models.CharField(max_length=20, blank=True)
    sha256 = models.CharField(max_length=64)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, null=True, related_name="+")
    professional_confirmed_at = models.DateTimeField(null=True)
    organization_confirmed_at = models.DateTimeField(null=True)
    paper_kept_at = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("match", "number")
        constraints = (models.UniqueConstraint(fields=("match", "number"), name="terms_version_is_unique"),)
