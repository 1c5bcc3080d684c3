"""The roles that people have."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    STAFF = "staff", _("Staff")
    CLIENT = "client", _("Client")
    OPERATOR = "operator", _("Operator")  # runs the platform; exists in the public schema only


PANEL_ROLES = frozenset({Role.OWNER, Role.STAFF})
