"""People's pages: the front door, the acceptance of invitations, one's own sign-in."""

from django.urls import path, re_path

from talentbank.console import account, sandbox, views

urlpatterns = [
    path("", views.home, name="home"),
    path("invitations/<str:token>", views.invitation, name="invitation"),
    path("sandbox", sandbox.sandbox, name="sandbox"),
    path("accounts/ways", account.sign_in_ways, name="sign_in_ways"),
    path("accounts/second-factor", account.second_factor, name="second_factor"),
    re_path(r"^accounts/sign-in/(?P<code>[0-9]{4}-[0-9]{4})$", account.sign_in_code, name="sign_in_code"),
]
