"""The one row that says how a workspace looks."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .domain import DEFAULT_COLOR, ONBOARDING_STEPS

HEX_COLOR = r"^#[0-9a-f]{6}$"
ONLY_ID = 1


class Theme(models.Model):
    """Look, public texts and setup progress of a workspace: one row, written on the first change.

    The four corrected colors are what `shared_apps.core.color.correct_for_contrast` made of `color`.
    """

    id = models.BigAutoField(primary_key=True)
    tagline = models.CharField(_("one sentence"), max_length=140, blank=True)
    about = models.TextField(_("about"), max_length=2000, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    color = models.CharField(_("color"), max_length=7, default=DEFAULT_COLOR, validators=[RegexValidator(HEX_COLOR)])
    primary = models.CharField(max_length=7, blank=True)
    primary_content = models.CharField(max_length=7, blank=True)
    primary_dark = models.CharField(max_length=7, blank=True)
    primary_content_dark = models.CharField(max_length=7, blank=True)
    logo = models.CharField(_("logo"), max_length=16, blank=True, help_text=_("key of the stored images"))
    onboarding_step = models.CharField(max_length=16, default=ONBOARDING_STEPS[0])
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("look")
        verbose_name_plural = _("looks")
        constraints = [
            models.CheckConstraint(condition=Q(pk=ONLY_ID), name="branding_theme_single"),
            models.CheckConstraint(condition=Q(color__regex=HEX_COLOR), name="branding_theme_color_hex"),
            models.CheckConstraint(
                condition=Q(primary="", primary_content="", primary_dark="", primary_content_dark="")
                | ~Q(primary="") & ~Q(primary_content="") & ~Q(primary_dark="") & ~Q(primary_content_dark=""),
                name="branding_theme_colors_together",
            ),
            models.CheckConstraint(
                condition=Q(onboarding_step__in=ONBOARDING_STEPS), name="branding_theme_onboarding_step_known"
            ),
        ]

    def __str__(self) -> str:
        return self.color
