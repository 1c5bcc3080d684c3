"""The clients' endpoints, for the owner and the staff."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from shared_apps.accounts.idempotency import idempotent
from shared_apps.accounts.permissions import IsStaff
from shared_apps.core.api import Pagination
from shared_apps.core.api_views import EndpointView
from tenants.context import current_tenant

from . import selectors, services
from .domain import ClientDetails
from .serializers import ClientInputSerializer, ClientQuerySerializer, ClientSerializer


@extend_schema(tags=["clients"])
class ClientsView(EndpointView):
    permission_classes = (IsStaff,)
    pagination_class = Pagination

    @extend_schema(
        operation_id="clients_list", parameters=[ClientQuerySerializer], responses=ClientSerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        """List clients by name, or search them."""
        given = self.given(ClientQuerySerializer)
        clients = selectors.list_clients(query=given["query"], country=current_tenant().country)
        return self.page(clients, ClientSerializer)

    @extend_schema(operation_id="clients_create", request=ClientInputSerializer, responses={201: ClientSerializer})
    @idempotent
    def post(self, request: Request) -> Response:
        """Register a client. Another client's e-mail address is refused with 409 `client_email_taken`."""
        given = self.given(ClientInputSerializer)
        details = ClientDetails(given["name"], given["email"], given["phone"])
        client = services.create_client(
            details=details, notes=given["notes"], language=given["language"], now=timezone.now()
        )
        return Response(ClientSerializer(client).data, status=status.HTTP_201_CREATED)


@extend_schema(tags=["clients"])
class ClientView(EndpointView):
    permission_classes = (IsStaff,)

    @extend_schema(operation_id="clients_get", responses=ClientSerializer)
    def get(self, request: Request, client_id: int) -> Response:
        """One client."""
        return Response(ClientSerializer(selectors.get_client(client_id=client_id)).data)

    @extend_schema(operation_id="clients_update", request=ClientInputSerializer, responses=ClientSerializer)
    def put(self, request: Request, client_id: int) -> Response:
        """Replace everything that is on file; what is left out becomes empty."""
        given = self.given(ClientInputSerializer)
        client = services.update_client(
            client_id=client_id,
            details=ClientDetails(given["name"], given["email"], given["phone"]),
            notes=given["notes"],
            language=given["language"],
        )
        return Response(ClientSerializer(client).data)
