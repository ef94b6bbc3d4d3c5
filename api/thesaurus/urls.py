"""Addresses of the thesaurus."""

from __future__ import annotations

from api.routing import endpoint
from api.thesaurus import views

urlpatterns = [
    endpoint("thesaurus", get=views.ThesaurusList, post=views.ThesaurusCreate),
    endpoint("thesaurus/preview", post=views.ThesaurusPreviewAsk),
    endpoint("thesaurus/<uuid:id>", get=views.ThesaurusRead, patch=views.ThesaurusUpdate, delete=views.ThesaurusRemove),
]
