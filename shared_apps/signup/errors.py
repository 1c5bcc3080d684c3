"""What can go wrong while signing up.

DomainError
├── SignUpNotFound        404  no such waiting sign-up
├── SignUpExpired         410  it waited too long; start again
└── (from tenants)        SlugTaken, SlugInvalid, NoSpareTenant
"""

from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import DomainError


class SignUpNotFound(DomainError):
    code = "sign_up_not_found"
    status = 404
    message = _("This sign-up does not exist or was already finished.")


class SignUpExpired(DomainError):
    code = "sign_up_expired"
    status = 410
    message = _("This sign-up has expired. Please start again; nothing was created.")
