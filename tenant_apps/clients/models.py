"""Clients."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class Client(models.Model):
    """A person the professional works for. The e-mail address identifies a client; several may share a phone."""

    name = models.CharField(_("name"), max_length=150)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=16, blank=True, help_text=_("E.164, such as +525512345678"))
    language = models.CharField(_("language"), max_length=8, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("client")
        verbose_name_plural = _("clients")
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="clients_client_has_name"),
            models.CheckConstraint(
                condition=Q(phone="") | Q(phone__regex=r"^\+[1-9][0-9]{6,14}$"), name="clients_client_phone_is_e164"
            ),
            models.UniqueConstraint(Lower("email"), condition=~Q(email=""), name="clients_client_email_unique"),
        ]
        indexes = [
            models.Index(fields=["phone"], name="clients_client_phone", condition=~Q(phone="")),
            models.Index(fields=["name", "id"], name="clients_client_name"),
        ]

    def __str__(self) -> str:
        return self.name
