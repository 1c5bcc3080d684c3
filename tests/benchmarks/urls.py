"""One view that reads three times, for measuring what routing adds to it."""

from django.contrib.auth.models import Group
from django.http import HttpRequest, JsonResponse
from django.urls import path


def read_three_times(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"groups": [Group.objects.count() for _ in range(3)]})


urlpatterns = [path("", read_three_times)]
