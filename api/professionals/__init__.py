"""The resource `professionals`: inputs, outputs, views."""

from api.professionals.views import urlpatterns

__all__ = ["urlpatterns"]
