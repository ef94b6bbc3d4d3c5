"""The thesaurus: words of one meaning, shared by all banks, and what a bank's coordinators make of them."""

from api.thesaurus.urls import urlpatterns

__all__ = ["urlpatterns"]
