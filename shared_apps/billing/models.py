"""Plans, their prices, and which one each workspace has. Public tables."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .enums import Interval, SubscriptionStatus


class Plan(models.Model):
    """What a workspace may subscribe to. Loaded from plans.json; plans that left the file stay, inactive."""

    slug = models.SlugField(_("code"), max_length=40, unique=True)
    name_es = models.CharField(_("name in Spanish"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=60)
    summary_es = models.CharField(_("summary in Spanish"), max_length=160)
    summary_en = models.CharField(_("summary in English"), max_length=160)
    features_es = models.JSONField(_("features in Spanish"), default=list)
    features_en = models.JSONField(_("features in English"), default=list)
    limits = models.JSONField(_("limits"), default=dict, help_text=_("What → largest number; missing: no limit."))
    interval = models.CharField(_("billed every"), max_length=8, choices=Interval)
    order = models.PositiveSmallIntegerField(_("order"))
    is_active = models.BooleanField(_("offered"), default=True)
    is_self_service = models.BooleanField(_("can be chosen at sign-up"), default=False)

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        ordering = ["order", "slug"]
        constraints = [
            models.CheckConstraint(condition=Q(interval__in=Interval.values), name="billing_plan_interval_known"),
        ]

    def __str__(self) -> str:
        return self.name_en


class PlanPrice(models.Model):
    """What a plan costs per interval in one currency."""

    plan = models.ForeignKey("billing.Plan", on_delete=models.CASCADE, related_name="prices")
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        constraints = [
            models.UniqueConstraint(fields=["plan", "currency"], name="billing_planprice_once_per_currency"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="billing_planprice_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


class Subscription(models.Model):
    """A workspace's plan over a period; one at a time."""

    tenant = models.ForeignKey("tenants.Tenant", on_delete=models.PROTECT, related_name="subscriptions")
    plan = models.ForeignKey("billing.Plan", on_delete=models.PROTECT, related_name="subscriptions")
    status = models.CharField(_("status"), max_length=8, choices=SubscriptionStatus, default=SubscriptionStatus.ACTIVE)
    since = models.DateTimeField(_("since"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant"], condition=Q(status="active"), name="billing_subscription_one_active"
            ),
            models.CheckConstraint(
                condition=Q(status="active", ended_at__isnull=True) | Q(status="ended", ended_at__isnull=False),
                name="billing_subscription_end_fields_together",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} since {self.since:%Y-%m-%d}"
