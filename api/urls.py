"""Addresses of the API. A resource module exports `urlpatterns`; it is named here once."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from api import (
    absences,
    assignments,
    banks,
    candidates,
    clients,
    closures,
    complaints,
    declared_ties,
    documents,
    exposure,
    match_questions,
    matches,
    me,
    memberships,
    meta,
    need_questions,
    needs,
    notes,
    organization_members,
    organizations,
    professionals,
    proxies,
    pushes,
    ranking_weights,
    sandbox,
    slates,
    statistics,
    thesaurus,
    vocabulary,
    webhook_deliveries,
    webhook_endpoints,
    worklist,
)

RESOURCES = [
    meta,
    candidates,
    ranking_weights,
    slates,
    exposure,
    needs,
    need_questions,
    vocabulary,
    thesaurus,
    banks,
    closures,
    matches,
    complaints,
    match_questions,
    worklist,
    me,
    proxies,
    memberships,
    clients,
    declared_ties,
    absences,
    assignments,
    pushes,
    statistics,
    professionals,
    organizations,
    organization_members,
    notes,
    webhook_endpoints,
    webhook_deliveries,
    sandbox,
]
"""Modules under /api/v1, in the order in which their addresses are tried."""

routes: list[URLPattern | URLResolver] = [pattern for resource in RESOURCES for pattern in resource.urlpatterns]

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include(routes)),
    *meta.health_urlpatterns,
    path("openapi.yaml", documents.openapi_yaml, name="openapi-yaml"),
    path("openapi.json", documents.openapi_json, name="openapi-json"),
    path("docs", documents.swagger, name="docs"),
    path("redoc", documents.redoc, name="redoc"),
]
