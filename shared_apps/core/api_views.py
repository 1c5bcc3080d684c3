"""The base of the API's endpoints."""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from rest_framework.generics import GenericAPIView
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

Row = TypeVar("Row", bound=Model)


class EndpointView(GenericAPIView[Any]):
    """Reads what is given, calls one service or selector, writes what comes back."""

    pagination_class = None

    def given(self, serializer_class: type[BaseSerializer[Any]], **options: Any) -> dict[str, Any]:
        """Return the validated body, or the validated query of a GET. Raises ValidationError."""
        data = self.request.query_params if self.request.method == "GET" else self.request.data
        serializer = serializer_class(data=data, **options)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def page(self, rows: QuerySet[Row], serializer_class: type[BaseSerializer[Any]]) -> Response:
        """Answer with one page of rows. Two queries: count and rows."""
        return self.get_paginated_response(serializer_class(self.paginate_queryset(rows), many=True).data)
