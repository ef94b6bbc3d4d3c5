"""Addresses of candidates."""

from __future__ import annotations

from api.candidates import views
from api.routing import endpoint

urlpatterns = [
    endpoint("needs/<uuid:id>/candidates", get=views.NeedCandidates),
    endpoint("professionals/<uuid:id>/candidates", get=views.ProfessionalCandidates),
]
