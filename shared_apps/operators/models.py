"""What operators did: rows that are only ever added. A public table."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .enums import OperatorActionKind


class OperatorAction(models.Model):
    """Who did what to which workspace, when, from where and why.

    A trigger refuses UPDATE and DELETE. The names are kept as they were: a workspace may be renamed or deleted.
    """

    operator = models.ForeignKey(
        "accounts.User", verbose_name=_("operator"), on_delete=models.PROTECT, related_name="operator_actions"
    )
    operator_email = models.EmailField(_("e-mail"), max_length=254)
    kind = models.CharField(_("action"), max_length=24, choices=OperatorActionKind)
    tenant = models.ForeignKey(
        "tenants.Tenant",
        verbose_name=_("workspace"),
        on_delete=models.PROTECT,
        null=True,
        related_name="operator_actions",
    )
    target = models.CharField(_("target"), max_length=250, help_text=_("The workspace's name and address, or the job."))
    reason = models.CharField(_("reason"), max_length=300)
    ip = models.GenericIPAddressField(_("network address"), null=True)
    at = models.DateTimeField(_("when"), db_index=True)

    class Meta:
        verbose_name = _("operator action")
        verbose_name_plural = _("operator actions")
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=OperatorActionKind.values), name="operators_operatoraction_kind_known"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="operators_operatoraction_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.target}"
