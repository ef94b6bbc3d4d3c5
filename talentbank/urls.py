"""Addresses: people's pages at the root, the API under /api/v1 (included by string: the one upward reference)."""

from django.urls import include, path

urlpatterns = [
    path("", include("talentbank.console.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("", include("allauth.idp.urls")),
    path("", include("api.urls")),
]
handler400 = "api.errors.bad_request"
handler403 = "api.errors.permission_denied"
handler404 = "api.errors.not_found"
handler500 = "api.errors.server_error"
