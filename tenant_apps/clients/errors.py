"""What can go wrong with clients.

DomainError
├── ClientNotFound    404
└── EmailTaken        409  another client has this e-mail address
"""

from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import DomainError


class ClientNotFound(DomainError):
    code = "client_not_found"
    status = 404
    message = _("This client does not exist.")


class EmailTaken(DomainError):
    code = "client_email_taken"
    status = 409
    message = _("Another client already has this e-mail address.")
    data = ("client_id",)
