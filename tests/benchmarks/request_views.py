"""What requests are measured against: Django REST framework as its tutorial uses it, with our sign-in alone."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.urls import include, path
from rest_framework import serializers
from rest_framework.generics import ListAPIView, UpdateAPIView
from rest_framework.pagination import CursorPagination
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from talentbank.matches.models import Match
from talentbank.professionals.models import Professional


class BareProfessional(serializers.ModelSerializer):
    class Meta:
        model = Professional
        fields = "__all__"


class BareMatch(serializers.ModelSerializer):
    class Meta:
        model = Match
        fields = "__all__"


class TwentyRows(CursorPagination):
    page_size = 20
    ordering = "-id"


class BareList(ListAPIView):
    """Twenty rows with all of their columns."""

    renderer_classes = (JSONRenderer,)
    serializer_class = BareProfessional
    pagination_class = TwentyRows
    queryset = Professional.objects.all()


class BareUpdate(UpdateAPIView):
    """One row changed under its lock."""

    renderer_classes = (JSONRenderer,)
    serializer_class = BareMatch

    def get_queryset(self) -> Any:
        return Match.objects.select_for_update()

    def patch(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        with transaction.atomic():
            return super().patch(request, *args, **kwargs)


urlpatterns = [
    path("bare/professionals", BareList.as_view()),
    path("bare/matches/<uuid:pk>", BareUpdate.as_view()),
    path("", include("talentbank.urls")),
]
