"""Candidates both ways: professionals for a need, needs for a professional."""

from api.candidates.urls import urlpatterns

__all__ = ["urlpatterns"]
