"""Addresses: people's pages at the root, the API under /api/v1.

`api` lies above this project and is named by strings alone: its addresses and the four views of errors here, and what
Django, REST framework and drf-spectacular are to load in `settings`. No module of `talentbank` imports it.
"""

from django.urls import include, path

from talentbank.console import devices, line, provider

urlpatterns = [
    path("", include("talentbank.console.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/line/link/<str:token>", line.line_link, name="line_link"),
    path("accounts/line/login/callback/", line.line_callback, name="line_callback"),
    path("accounts/3rdparty/", include("allauth.socialaccount.urls")),
    path("accounts/", include("allauth.socialaccount.providers.line.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("identity/o/authorize", provider.authorize),
    path("identity/o/device", devices.device),
    path("identity/o/api/device/code", devices.device_code),
    path("identity/o/api/token", provider.token),
    path("identity/o/api/userinfo", provider.userinfo),
    path("", include("allauth.idp.urls")),
    path("", include("api.urls")),
]
handler400 = "api.errors.bad_request"
handler403 = "api.errors.permission_denied"
handler404 = "api.errors.not_found"
handler500 = "api.errors.server_error"
