"""People and their browser sessions. The tables exist in the public schema and in every tenant's."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import ProhibitNullCharactersValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from .domain import normalize_email
from .enums import Role


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=normalize_email(username or ""))


class User(AbstractBaseUser):
    """Someone who signs in with an e-mail address: an operator in public; owner, staff or client in a tenant.

    People are deactivated, never deleted: django.contrib.admin's log refers to them, and its table is in public only.
    """

    email = models.EmailField(_("e-mail"), max_length=254)
    name = models.CharField(_("name"), max_length=120, validators=[ProhibitNullCharactersValidator()])
    role = models.CharField(_("role"), max_length=16, choices=Role)
    # Empty: the workspace's language.
    language = models.CharField(_("language"), max_length=8, blank=True, choices=settings.LANGUAGES)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(fields=["email"], name="accounts_user_email_unique"),
            # Addresses are unique whatever their case, because only the normalized form can be stored.
            models.CheckConstraint(condition=Q(email=Lower("email")), name="accounts_user_email_lower"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="accounts_user_role_known"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    # --- What django.contrib.admin asks of a user: operators may do everything there, nobody else anything ---------
    @property
    def is_staff(self) -> bool:
        return self.role == Role.OPERATOR

    @property
    def is_superuser(self) -> bool:
        return self.role == Role.OPERATOR

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return self.is_active and self.role == Role.OPERATOR

    def has_perms(self, perm_list: Any, obj: Any = None) -> bool:
        return self.is_active and self.role == Role.OPERATOR

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.role == Role.OPERATOR

    # --- What templates ask ---------------------------------------------------------------------------------------
    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.partition(" ")[0]


class Session(models.Model):
    """A browser session. Only the hash of the cookie's key is stored: reading this table opens no session."""

    key_hash = models.CharField(max_length=64, unique=True)
    data = models.TextField()
    expires_at = models.DateTimeField(db_index=True)
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, null=True, related_name="sessions")
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")

    def __str__(self) -> str:
        return f"session {self.pk}"


class HandoverCode(models.Model):
    """A code that carries a signed-in person from the apex to their workspace, once. Only its hash is stored."""

    code_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="handover_codes")
    host = models.CharField(max_length=253)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("handover code")
        verbose_name_plural = _("handover codes")

    def __str__(self) -> str:
        return f"handover code {self.pk}"


class RefreshToken(models.Model):
    """A refresh token that was issued. Its text is minted from these values and the tenant's key, and is not stored."""

    jti = models.UUIDField(unique=True)
    family = models.UUIDField(db_index=True)  # all tokens that descend from one sign-in
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="refresh_tokens")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    replaced_by = models.OneToOneField("self", on_delete=models.SET_NULL, null=True, related_name="predecessor")
    replaced_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("refresh token")
        verbose_name_plural = _("refresh tokens")
        constraints = [
            models.CheckConstraint(
                condition=Q(replaced_by=None) | Q(replaced_at__isnull=False),
                name="accounts_refreshtoken_replaced_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"refresh token {self.jti}"


class IdempotentRequest(models.Model):
    """The first answer to a request with an Idempotency-Key, stored with its effect in one transaction."""

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="idempotent_requests")
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)  # of method, path and body
    status = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(blank=True)  # JSON as it was sent; jsonb would reorder it
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("idempotent request")
        verbose_name_plural = _("idempotent requests")
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="accounts_idempotentrequest_key_unique"),
        ]

    def __str__(self) -> str:
        return f"request {self.key}"
