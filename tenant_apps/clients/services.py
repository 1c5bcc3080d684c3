"""The sole writer of clients."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shared_apps.core.constraints import constraint_name
from shared_apps.core.errors import InvalidInput
from tenants.context import current_tenant

from .domain import ClientDetails, normalize_phone
from .errors import ClientNotFound, EmailTaken
from .models import Client
from .selectors import find_client_by_email

NAME_MAX = 150
EMAIL_MAX = 254
EMAIL_UNIQUE = "clients_client_email_unique"


def find_or_create_client(*, details: ClientDetails, language: str, now: datetime) -> Client:
    """Return the client that the details identify, creating one if there is none.

    The e-mail address decides when one is given, else the phone; details without either make a new client.
    An existing client is returned unchanged: what an anonymous visitor types never edits what is on file.
    Runs in the caller's transaction or its own. Raises InvalidInput.
    """
    details = check_details(details)
    with transaction.atomic():
        if client := _find(details):
            return client
        try:
            with transaction.atomic():
                return _create(details, language=language, notes="", now=now)
        except IntegrityError as error:
            if constraint_name(error) != EMAIL_UNIQUE:
                raise
        # Somebody registered the same address a moment ago; it is committed by now, so it is visible.
        client = find_client_by_email(email=details.email)
        assert client is not None
        return client


def create_client(*, details: ClientDetails, now: datetime, notes: str = "", language: str = "") -> Client:
    """Register a client by hand. Raises InvalidInput, and EmailTaken if the address belongs to another."""
    details = check_details(details)
    _check_notes(notes)
    try:
        with transaction.atomic():
            return _create(details, language=language, notes=notes, now=now)
    except IntegrityError as error:
        raise _email_taken(error, details.email) from error


def update_client(*, client_id: int, details: ClientDetails, notes: str, language: str = "") -> Client:
    """Change everything that is on file of a client. Locks the row.

    Raises ClientNotFound, InvalidInput, and EmailTaken if the address belongs to another.
    """
    details = check_details(details)
    _check_notes(notes)
    try:
        with transaction.atomic():
            client = Client.objects.select_for_update().filter(pk=client_id).first()
            if client is None:
                raise ClientNotFound
            client.name, client.email, client.phone = details.name, details.email, details.phone
            client.notes, client.language = notes, language
            client.save(update_fields=["name", "email", "phone", "notes", "language"])
            return client
    except IntegrityError as error:
        raise _email_taken(error, details.email) from error


def check_details(details: ClientDetails) -> ClientDetails:
    """Return the details trimmed and with the phone as E.164. Raises InvalidInput with one message per field."""
    problems: dict[str, list[str | Promise]] = {}
    name, email, phone = details.name.strip(), details.email.strip(), details.phone.strip()
    if not name:
        problems["name"] = [_("Enter a name.")]
    elif len(name) > NAME_MAX:
        problems["name"] = [_("Use at most 150 characters.")]
    elif "\x00" in name:
        problems["name"] = [_("Remove the invisible characters.")]
    if email and not _is_email(email):
        problems["email"] = [_("Enter a valid e-mail address.")]
    normalized = normalize_phone(phone, country=current_tenant().country) if phone else ""
    if normalized is None:
        problems["phone"] = [_("Enter a valid phone number, with its area code.")]
    if problems:
        raise InvalidInput(fields=problems)
    return ClientDetails(name=name, email=email, phone=normalized or "")


def _is_email(text: str) -> bool:
    if len(text) > EMAIL_MAX:
        return False
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _check_notes(notes: str) -> None:
    if "\x00" in notes:
        raise InvalidInput(fields={"notes": [_("Remove the invisible characters.")]})


def _find(details: ClientDetails) -> Client | None:
    if details.email:
        return find_client_by_email(email=details.email)
    if details.phone:
        # One family may share a phone: whoever is known by the phone alone comes first, then the oldest.
        return Client.objects.filter(phone=details.phone).order_by("email", "id").first()
    return None


def _create(details: ClientDetails, *, language: str, notes: str, now: datetime) -> Client:
    return Client.objects.create(
        name=details.name,
        email=details.email,
        phone=details.phone,
        language=language,
        notes=notes,
        created_at=now,
    )


def _email_taken(error: IntegrityError, email: str) -> Exception:
    """Return EmailTaken if that is what the database refused, else the error itself."""
    if constraint_name(error) != EMAIL_UNIQUE:
        return error
    client = find_client_by_email(email=email)
    return EmailTaken(client_id=client.pk if client else None)
