"""Reads of clients."""

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Lower

from .domain import normalize_phone
from .errors import ClientNotFound
from .models import Client


def get_client(*, client_id: int) -> Client:
    """Return a client. Raises ClientNotFound. One query."""
    client = Client.objects.filter(pk=client_id).first()
    if client is None:
        raise ClientNotFound
    return client


def find_client_by_email(*, email: str) -> Client | None:
    """Return the client with an e-mail address, in whatever case, or None. One query."""
    # LOWER, not iexact (UPPER): the unique index is on LOWER(email).
    return Client.objects.alias(lowered=Lower("email")).filter(lowered=Lower(Value(email))).exclude(email="").first()


def list_clients(*, query: str = "", country: str = "") -> QuerySet[Client]:
    """Return clients by name; with a query, those whose name, e-mail or phone contains it. One query.

    A phone may be typed in the country's own form or with spaces.
    """
    clients = Client.objects.order_by("name", "id")
    words = query.replace("\x00", "").split()
    if not words:
        return clients
    matches = Q()
    for word in words:
        matches &= Q(name__icontains=word) | Q(email__icontains=word)
    digits = "".join(character for character in query if character.isdigit())
    if len(digits) >= 4:
        matches |= Q(phone__contains=digits)
    if phone := normalize_phone(query, country=country):
        matches |= Q(phone=phone)
    return clients.filter(matches)
