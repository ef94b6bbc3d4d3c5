"""The resource `matches`: filters, inputs, outputs, views, actions."""

from api.matches.urls import urlpatterns

__all__ = ["urlpatterns"]
