"""Addresses of matches."""

from __future__ import annotations

from api.matches import bulk, conflicts, evaluations, explanations, terms, views, work_reports
from api.matches.actions import ACTIONS
from api.routing import endpoint

urlpatterns = [
    endpoint("matches", get=views.MatchList, post=views.MatchCreate),
    endpoint("matches/bulk-propose", post=bulk.BulkPropose),
    endpoint("matches/bulk-propose/<uuid:batch>/undo", post=bulk.BulkProposeUndo),
    endpoint("matches/<uuid:id>", get=views.MatchRead),
    endpoint("matches/<uuid:id>/actions", get=views.MatchActions),
    endpoint("matches/<uuid:id>/events", get=views.MatchEvents),
    endpoint("matches/<uuid:id>/card", get=views.MatchCardRead),
    endpoint("matches/<uuid:id>/contacts", get=views.MatchContactsRead),
    endpoint("matches/<uuid:id>/explanation", get=explanations.MatchExplanationRead),
    *terms.urlpatterns,
    endpoint("matches/<uuid:id>/conflicts", get=conflicts.ConflictList, post=conflicts.ConflictDecide),
    endpoint("matches/<uuid:id>/conflict-scan", get=conflicts.ConflictScan),
    endpoint("conflicts", get=conflicts.ConflictsOfBank),
    *work_reports.urlpatterns,
    *evaluations.urlpatterns,
    *(endpoint(f"matches/<uuid:id>/{action.value}", post=view) for action, view in ACTIONS.items()),
]
