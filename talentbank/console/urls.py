"""People's pages: the front door and the acceptance of invitations."""

from django.urls import path

from talentbank.console import views

urlpatterns = [path("", views.home, name="home"), path("invitations/<str:token>", views.invitation, name="invitation")]
