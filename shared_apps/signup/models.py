"""The record of each sign-up, which is also where one waits when no spare workspace is ready. A public table."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class SignUp(models.Model):
    """Who asked for which workspace and accepted which terms.

    While it waits it holds the hash of the chosen password, until the workspace opens or the row expires. The page
    that waits is known by a token, of which only the hash is stored.
    """

    person = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail"), max_length=254)
    business = models.CharField(_("business"), max_length=120)
    slug = models.CharField(_("address"), max_length=40)
    sector = models.CharField(_("sector"), max_length=40)
    country = models.CharField(_("country"), max_length=2)
    timezone = models.CharField(_("time zone"), max_length=64)
    language = models.CharField(_("language"), max_length=8)
    terms_version = models.CharField(_("accepted terms"), max_length=10)
    created_at = models.DateTimeField(_("created"))
    token_hash = models.CharField(max_length=64, unique=True, null=True)
    password_hash = models.CharField(max_length=200, blank=True)
    expires_at = models.DateTimeField(_("expires"), null=True)
    tenant = models.OneToOneField("tenants.Tenant", on_delete=models.PROTECT, null=True, related_name="sign_up")
    opened_at = models.DateTimeField(_("opened"), null=True)

    class Meta:
        verbose_name = _("sign-up")
        verbose_name_plural = _("sign-ups")
        constraints = [
            models.CheckConstraint(
                condition=Q(opened_at__isnull=False, tenant__isnull=False, password_hash="", expires_at__isnull=True)
                | Q(opened_at__isnull=True, tenant__isnull=True, token_hash__isnull=False, expires_at__isnull=False)
                & ~Q(password_hash=""),
                name="signup_signup_opened_or_waiting",
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], name="signup_signup_waiting", condition=Q(opened_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.business} ({self.slug})"
