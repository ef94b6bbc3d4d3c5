"""Figures: the headlines for everybody, the others for those who answer for a bank."""

from api.statistics.urls import urlpatterns

__all__ = ["urlpatterns"]
