"""Scans for conflicts of interest and what was decided."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from talentbank.core.models import Row
from talentbank.matches.models.match import Match


class ConflictDecision(Row):
    """A scan for conflicts of interest and what was decided in writing, also when nothing was found.

    `findings` [{code, where}]: the rules that fired and the fields that met; a decision is about these and no others.
    """

    match = models.ForeignKey(Match, models.RESTRICT, related_name="conflicts")
    findings = models.JSONField(default=list)
    outcome = models.CharField(
        max_length=10, choices=[("none", "なし"), ("waived", "支障なし"), ("blocked", "不可")], blank=True
    )
    reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("match", "id")

    @property
    def codes(self) -> list[str]:
        return [finding["code"] for finding in self.findings]
