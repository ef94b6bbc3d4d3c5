"""Addresses of needs."""

from __future__ import annotations

from api.needs import views
from api.needs.actions import ACTIONS
from api.routing import endpoint

urlpatterns = [
    endpoint("needs", get=views.NeedList, post=views.NeedCreate),
    endpoint("needs/suggestions", post=views.NeedSuggestionsAsk),
    endpoint("needs/<uuid:id>", get=views.NeedRead, patch=views.NeedUpdate),
    endpoint("needs/<uuid:id>/actions", get=views.NeedActions),
    endpoint("needs/<uuid:id>/events", get=views.NeedEvents),
    *(endpoint(f"needs/<uuid:id>/{action.value}", post=view) for action, view in ACTIONS.items()),
]
