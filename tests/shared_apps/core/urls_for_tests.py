"""Views that misbehave in known ways, for the tests of error handling."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone, translation
from django.views.generic import FormView
from redis import exceptions as valkey
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.urls_tenant import handler400, handler403, handler404, handler500  # noqa: F401
from shared_apps.accounts.models import User
from shared_apps.core.errors import DomainError, InvalidInput, ServiceUnavailable, TooManyRequests
from shared_apps.core.views import ServiceFormMixin


class Taken(DomainError):
    code = "test_taken"
    status = 409
    message = "<b>%(what)s</b> is taken."
    data = ("what",)


def raise_it(name: str) -> None:
    if name == "database":
        raise OperationalError("server closed the connection")
    if name == "cache":
        raise valkey.ConnectionError("refused")
    if name == "wrapped":
        try:
            raise valkey.TimeoutError("slow")
        except valkey.TimeoutError as error:
            raise RuntimeError("outer") from error
    raise {
        "taken": Taken(what="seat"),
        "limited": TooManyRequests(retry_after=42),
        "unavailable": ServiceUnavailable(),
        "denied": PermissionDenied("secret reason"),
        "missing": Http404("secret reason"),
        "broken": RuntimeError("secret reason"),
    }[name]


def refuse(request: HttpRequest, name: str) -> HttpResponse:
    raise_it(name)
    return HttpResponse()


def locale(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{translation.get_language()} {timezone.get_current_timezone_name()}")


class BlockSerializer(serializers.Serializer):
    starts_at = serializers.TimeField()


class WeekSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=5)
    blocks = BlockSerializer(many=True)


class RefuseApi(APIView):
    permission_classes = (AllowAny,)

    def get(self, request: Request, name: str) -> Response:
        raise_it(name)
        return Response()

    def post(self, request: Request, name: str) -> Response:
        WeekSerializer(data=request.data).is_valid(raise_exception=True)
        return Response()


class NoPermissionsApi(APIView):
    def get(self, request: Request) -> Response:
        return Response({"secret": True})


class WriteThenRefuseApi(APIView):
    """Writes inside a transaction that is open around the whole dispatch, then refuses."""

    permission_classes = (AllowAny,)

    def dispatch(self, *args: Any, **kwargs: Any) -> Any:
        with transaction.atomic():
            return super().dispatch(*args, **kwargs)

    def post(self, request: Request) -> Response:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE accounts_user SET name = 'written'")
        assert User.objects.get().name == "written"
        raise Taken(what="seat")


class BookForm(forms.Form):
    seat = forms.CharField(max_length=5)


class BookView(ServiceFormMixin, FormView):
    form_class = BookForm
    template_name = "components/form.html"

    def perform(self, form: BookForm) -> HttpResponse:
        match form.cleaned_data["seat"]:
            case "taken":
                raise Taken(what="seat")
            case "bad":
                raise InvalidInput(fields={"seat": ["Not that one."]})
            case "other":
                raise InvalidInput(fields={"elsewhere": ["Not here."]})
            case "slow":
                raise TooManyRequests(retry_after=7)
        return HttpResponse("booked")


urlpatterns = [
    path("refuse/<str:name>/", refuse),
    path("locale/", locale),
    path("book/", BookView.as_view()),
    path("api/refuse/<str:name>/", RefuseApi.as_view()),
    path("api/plain/<str:name>/", refuse),
    path("api/no-permissions/", NoPermissionsApi.as_view()),
    path("api/write/", WriteThenRefuseApi.as_view()),
]
