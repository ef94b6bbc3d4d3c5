"""The resource `needs`: filters, inputs, outputs, views, actions."""

from api.needs.urls import urlpatterns

__all__ = ["urlpatterns"]
